"""The base class of negotiation protocols."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal

import numpy as np

from swarmsec.aggregation import Rule
from swarmsec.arrays import Floats, Ints
from swarmsec.messages import Addressed, Inbox, Messages
from swarmsec.network import Network
from swarmsec.parameters import Ge, Help, Unit
from swarmsec.plugin import Family, Plugin
from swarmsec.short_repr import short_repr


@dataclass(frozen=True, eq=False, repr=False)
class ProtocolView:
    """What a protocol knows at the start of a run.

    Attributes:
        network: The network; an edge leads from a sender to a listener.
        rng: The protocol's own random stream.
        width: d, the number of components of a signal.
        roles: The world's roles: role → indices.
        facts: What every daemon knows of the world from the start, by name; see `World.facts`.
    """

    network: Network
    rng: np.random.Generator
    width: int = 1
    roles: Mapping[str, Ints] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)

    __repr__ = short_repr

    @property
    def n(self) -> int:
        """The number of daemons."""
        return self.network.n


@dataclass(kw_only=True)
class NegotiationProtocol(Plugin, ABC):
    """How daemons turn their signals into agreed proposals.

    The state of a daemon is a row of D numbers, its whole memory. Its proposals, one for each of the d components of
    its signal unless `proposal_width` says otherwise, are functions of the state. The message of w numbers that it
    sends in an exchange, to all of its listeners or to some, is a function of its state and its current signal;
    `message_columns` names its components. Where state, message and proposals are the same, D = w = d, the defaults
    below are enough.

    Every protocol is written twice: over arrays, for all daemons at once, and for one daemon in plain Python (the
    methods that end in `_one`). The two must agree to 1e-12. `rule` is the aggregation rule of a defense, or None.

    The class attributes and properties are the traits, which `swarmsec lint` reads and `swarmsec.testing` checks.
    """

    family: ClassVar[Family] = "protocols"
    traits: ClassVar[Mapping[str, type[Any]]] = {"decides_for": frozenset, "uses_rule": bool}

    decides_for: ClassVar[frozenset[str]] = frozenset()
    """The kinds of decision for which its proposals can be used: values of `World.decides`. Empty: not declared."""

    uses_rule: ClassVar[bool] = True
    """Whether the aggregation rule of a defense changes what daemons propose."""

    rule_decides: ClassVar[bool] = False
    """Whether the rule alone makes the next proposals, x ← rule(x, messages), as theorems about rules assume."""

    admits_newcomers: ClassVar[bool] = False
    """Whether daemons can join during a run: its methods take any number of rows, which do not depend on each other,
    and read the network from the messages. Only then may a network have a reserve."""

    keeps_agreement: ClassVar[bool] = True
    """Whether a swarm whose proposals and signals are all equal does not change."""

    exchanges: Annotated[int, Ge(1), Help("How often daemons send and receive messages in a round.")] = 1
    inbox: Annotated[
        int | None, Ge(1), Unit("messages"), Help("How many messages a daemon can process in an exchange.")
    ] = None

    @property
    def averaging(self) -> Literal["metropolis", "uniform"] | None:
        """The weights with which a daemon averages over its neighborhood; None if it does not average."""
        return None

    @property
    def begins_with_signals(self) -> bool:
        """Whether a daemon's first proposal is its first signal."""
        return False

    @property
    def reads_signals_after_start(self) -> bool:
        """Whether signals after the first have an effect."""
        return False

    @property
    def memory_exchanges(self) -> float:
        """The exchanges after which a signal has faded from the proposals; infinite if it never fades."""
        return math.inf

    def begin(self, view: ProtocolView) -> None:
        """Prepare a fresh run. Called once, before round 0. A protocol's own `begin` first calls this one."""
        self._begun = view

    def proposal_width(self, width: int) -> int:
        """The number of columns of the proposals, given that of the signals. Equal by default."""
        return width

    def message_columns(self, width: int) -> tuple[str, ...]:
        """The names of a message's w components, given the number d of signals; several may have one name."""
        return ("value",) * width

    @property
    def columns(self) -> tuple[str, ...]:
        """(w,) the names of a message's components in this run. Not before `begin`."""
        return self.message_columns(self._begun.width)

    def initial_state(self, signals: Floats) -> Floats:
        """The states before the first exchange, from the first signals: (n, d) → (n, D)."""
        return signals

    def proposals(self, state: Floats) -> Floats:
        """The proposals of some states, row by row: (k, D) → (k, d). The world reads only these."""
        return state

    def override_proposals(self, state: Floats, proposals: Floats) -> Floats:
        """States with the given proposals, row by row: (k, D) and (k, d) → (k, D).

        An attack sets proposals; a hijacked daemon then sends the messages of the state that is returned.
        """
        return proposals

    def begin_exchange(self) -> None:
        """Draw the random numbers of the next exchange, for all daemons. Both engines call it before each exchange."""

    def merge(self, earlier: Floats, later: Floats) -> Floats:
        """Merge two messages that arrive together on one link: (k, w) each → (k, w). Default: the later one."""
        return later

    def speak(self, state: Floats, signals: Floats) -> Floats | Addressed:
        """The messages of all daemons: (n, D) and (n, d) → (n, w), broadcasts; or `Addressed`, to single listeners."""
        return state

    @abstractmethod
    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        """The states after an exchange.

        Args:
            messages: The messages that arrived.
            rule: The aggregation rule of a defense, or None for the protocol's own.
            state: (n, D) the states before.
            signals: (n, d) the current signals.

        Returns:
            (n, D), a new array.
        """

    def speak_one(self, daemon: int, own: Floats, signal: Floats) -> Floats | Addressed:
        """The message of one daemon: (D,) and (d,) → (w,), a broadcast; or `Addressed`, to single listeners."""
        return own

    @abstractmethod
    def listen_one(self, daemon: int, heard: Inbox, rule: Rule | None, *, own: Floats, signal: Floats) -> Floats:
        """The state of one daemon after an exchange: (D,) → (D,)."""
