"""The base class of negotiation protocols."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from swarmsec.aggregation import Rule
from swarmsec.arrays import Floats
from swarmsec.messages import Addressed, Inbox, Messages
from swarmsec.network import Network
from swarmsec.parameters import Ge, Help, Unit
from swarmsec.plugin import Plugin


@dataclass(frozen=True, eq=False)
class ProtocolView:
    """What a protocol is told at the start.

    Attributes:
        network: Who listens to whom.
        rng: The protocol's own stream.
    """

    network: Network
    rng: np.random.Generator

    @property
    def n(self) -> int:
        """How many daemons there are."""
        return self.network.n


@dataclass(kw_only=True)
class NegotiationProtocol(Plugin, ABC):
    """How signals become agreed decisions.

    Every daemon holds a row of D numbers, all that it remembers, and proposes d of them or what follows from them:
    one for each component of its signal. In an exchange it says w numbers to everybody, or to some of its listeners.
    Where a daemon holds, says and proposes the same, D = w = d and nothing here needs to be said twice.

    A protocol says itself twice: over arrays, for all daemons at once, and daemon by daemon in plain Python (the
    methods that end in `_one`). The two agree to 1e-12. `rule` is the aggregation rule that a defense brings, or None.
    """

    rule_decides: ClassVar[bool] = False
    """Whether a rule alone makes the next proposals, x ← rule(x, messages): what a theorem about a rule needs."""

    keeps_agreement: ClassVar[bool] = True
    """Whether a swarm in which all propose and sense one and the same stays there; an auction's need not."""

    exchanges: Annotated[int, Ge(1), Help("How often daemons speak and listen in a round.")] = 1
    inbox: Annotated[
        int | None, Ge(1), Unit("messages"), Help("How many messages a daemon can process in an exchange.")
    ] = None

    def begin(self, view: ProtocolView) -> None:
        """Set up what is remembered between rounds. Called once, before round 0."""

    def initial_state(self, signals: Floats) -> Floats:
        """What daemons hold before the first exchange, from the first signals: (n, d) → (n, D)."""
        return signals

    def proposals(self, state: Floats) -> Floats:
        """What daemons propose by what they hold, row by row: (k, D) → (k, d). The world reads nothing else."""
        return state

    def override_proposals(self, state: Floats, proposals: Floats) -> Floats:
        """What daemons hold who are made to propose something else, row by row: (k, D) and (k, d) → (k, D).

        Red writes proposals, and a hijacked daemon says what this makes of them.
        """
        return proposals

    def begin_exchange(self) -> None:
        """Draw what chance decides in the coming exchange, for all daemons. Called before each, in both engines."""

    def merge(self, earlier: Floats, later: Floats) -> Floats:
        """What two messages make that arrive on one link together: (k, w) each → (k, w). The later one replaces."""
        return later

    def speak(self, state: Floats) -> Floats | Addressed:
        """What every daemon says: (n, D) → (n, w) to everybody, or to each of its listeners its own."""
        return state

    @abstractmethod
    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        """What daemons hold after an exchange: (n, D) → (n, D)."""

    def speak_one(self, daemon: int, own: Floats) -> Floats | Addressed:
        """What one daemon says: (D,) → (w,) to everybody, or to each of its listeners its own."""
        return own

    @abstractmethod
    def listen_one(self, daemon: int, heard: Inbox, rule: Rule | None, *, own: Floats, signal: Floats) -> Floats:
        """What one daemon holds after an exchange: (D,) → (D,)."""
