"""The base class of negotiation protocols."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.aggregation import Heard, Messages, Rule
from swarmsec.arrays import Floats
from swarmsec.kinds import Plugin
from swarmsec.network import Network
from swarmsec.parameters import Ge, Help, Unit


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

    A protocol says itself twice: over arrays, for all daemons at once, and daemon by daemon in plain Python (the
    methods that end in `_one`). The two agree to 1e-12. `rule` is the aggregation rule that a defense brings, or None.
    """

    exchanges: Annotated[int, Ge(1), Help("How often daemons speak and listen in a round.")] = 1
    inbox: Annotated[
        int | None, Ge(1), Unit("messages"), Help("How many messages a daemon can process in an exchange.")
    ] = None

    def begin(self, view: ProtocolView) -> None:
        """Set up what is remembered between rounds. Called once, before round 0."""

    def first(self, signals: Floats) -> Floats:
        """The proposals before the first exchange, from the first signals: (n, d) → (n, d)."""
        return signals

    def speak(self, state: Floats) -> Floats:
        """What every daemon says to everybody: (n, d) → (n, d)."""
        return state

    @abstractmethod
    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        """The proposals after an exchange: (n, d) → (n, d)."""

    def speak_one(self, daemon: int, own: Floats) -> Floats:
        """What one daemon says: (d,) → (d,)."""
        return own

    @abstractmethod
    def listen_one(self, daemon: int, heard: Heard, rule: Rule | None, *, own: Floats, signal: Floats) -> Floats:
        """One daemon's proposal after an exchange: (d,) → (d,)."""
