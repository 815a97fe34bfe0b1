"""The view of an attack: everything that it may read and request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from swarmsec.arrays import Bools, Daemons, Floats, Ints, read_only
from swarmsec.errors import NotVisibleError
from swarmsec.network import Network
from swarmsec.teams.selectors import checked_daemons
from swarmsec.teams.traits import Knowledge


@dataclass(frozen=True, eq=False)
class Channels:
    """The channels of hijacked daemons to their listeners, in one exchange: k of the network's edges.

    Red is a rushing adversary: it sees the messages of an exchange before it sends its own.

    Attributes:
        sender: (k,) the hijacked daemon.
        receiver: (k,) the listener.
        payload: (k, d) the message on each channel.
        heard: (k, d) the message from the receiver to the sender in this exchange; NaN if there is no such edge.
        copies: (k,) how often the message is sent.
    """

    sender: Ints
    receiver: Ints
    payload: Floats
    heard: Floats
    copies: Ints

    @property
    def rank(self) -> Ints:
        """(k,) the number of each channel among those of its sender, from 0."""
        order = np.argsort(self.sender, kind="stable")
        sorted_senders = self.sender[order]
        first = np.searchsorted(sorted_senders, sorted_senders, side="left")
        rank = np.empty(len(order), dtype=np.int32)
        rank[order] = np.arange(len(order)) - first
        return rank

    def saying(self, payload: Floats) -> Channels:
        """The same channels with another payload, (k, d) or anything that broadcasts to it."""
        return replace(self, payload=np.broadcast_to(payload, self.payload.shape))

    def flooding(self, copies: int | Ints) -> Channels:
        """The same channels with the message sent this many times."""
        return replace(self, copies=np.broadcast_to(np.asarray(copies, dtype=np.int32), self.copies.shape))


@dataclass(frozen=True, eq=False)
class Links:
    """The links at an attack's targets, in both directions: k of the network's edges.

    Attributes:
        sender: (k,) the sender on each link.
        receiver: (k,) the receiver.
        up: (k,) whether the link carries messages in this exchange.
        delays: (k,) exchanges of delay for messages that are sent now; None: no delay.
    """

    sender: Ints
    receiver: Ints
    up: Bools
    delays: Ints | None = None

    def cutting(self, down: Bools) -> Links:
        """The same links, with those in the mask (k,) cut too."""
        return replace(self, up=self.up & ~down)

    def delaying(self, exchanges: int | Ints) -> Links:
        """The same links, with this delay added, in exchanges: one number or (k,)."""
        late = np.broadcast_to(np.asarray(exchanges, dtype=np.int32), self.up.shape)
        return replace(self, delays=late if self.delays is None else self.delays + late)


@dataclass(eq=False)
class RedState:
    """The data behind `RedView` that change from round to round; one for each attack.

    Attributes:
        round: The current round, from 0.
        strength: The attack's strength in this round, ramp and phase applied.
        hijacked: (k,) the daemons that the attack has hijacked.
        before: (n, d) the proposal of each hijacked daemon when it was hijacked; NaN for all others.
        signals: (n, d) the signals of this round, as earlier attacks left them.
        proposals: (n, d) every daemon's proposal as of this exchange.
    """

    hijacked: Ints
    before: Floats
    signals: Floats
    proposals: Floats
    round: int = 0
    strength: float = 0.0

    @classmethod
    def initial(cls, n: int) -> Self:
        """The state before round 0 of an attack in a swarm of `n` daemons."""
        empty = np.empty((n, 0))
        return cls(np.empty(0, dtype=np.int32), empty, empty, empty)

    def show(self, signals: Floats, proposals: Floats) -> None:
        """Show the signals and proposals of another step."""
        self.signals, self.proposals = read_only(signals), read_only(proposals)


class RedView:
    """An attack's view of the swarm, read-only.

    Attributes:
        rng: The attack's own stream.
        n: The number of daemons.
    """

    def __init__(
        self,
        *,
        rng: np.random.Generator,
        network: Network,
        targets: Ints,
        state: RedState,
        knowledge: Knowledge,
        defenses: tuple[Mapping[str, Any], ...] = (),
        hijack: Callable[[Ints], Ints],
    ) -> None:
        self.rng = rng
        self.n = network.n
        self._targets = read_only(targets)
        self._state = state
        self._network = network
        self._knowledge = knowledge
        self._defenses = defenses
        self._hijack = hijack

    @property
    def round(self) -> int:
        """The current round, from 0."""
        return self._state.round

    @property
    def strength(self) -> float:
        """The attack's strength in this round, ramp and phase applied."""
        return self._state.strength

    @property
    def targets(self) -> Ints:
        """(k,) the targets of the attack."""
        return self._targets

    @property
    def hijacked(self) -> Ints:
        """(k,) the daemons that it has hijacked so far; empty for an attack that compromises none."""
        return self._state.hijacked

    @property
    def before(self) -> Floats:
        """(n, d) the proposal of each hijacked daemon when it was hijacked; NaN for all others."""
        return read_only(self._state.before)

    @property
    def network(self) -> Network:
        """The network. Needs `Knowledge.TOPOLOGY`."""
        self._need(Knowledge.TOPOLOGY, "network")
        return self._network

    @property
    def signals(self) -> Floats:
        """(n, d) the signals of this round, as earlier attacks left them. Needs `Knowledge.SIGNALS`."""
        self._need(Knowledge.SIGNALS, "signals")
        return self._state.signals

    @property
    def state(self) -> Floats:
        """(n, d) every daemon's proposal as of this exchange. Needs `Knowledge.SIGNALS`."""
        self._need(Knowledge.SIGNALS, "state")
        return self._state.proposals

    @property
    def defenses(self) -> tuple[Mapping[str, Any], ...]:
        """Kind and parameters of each defense of the run. Needs `Knowledge.DEFENSE`."""
        self._need(Knowledge.DEFENSE, "defenses")
        return self._defenses

    def trusted_by(self, daemons: Ints) -> Ints:
        """The listeners of hijacked `daemons`, ascending; the credentials of `daemons` open channels to them."""
        for daemon in np.setdiff1d(daemons, self.hijacked):
            raise NotVisibleError(f"daemon {daemon} is not hijacked, so its channels are not open")
        return np.unique(self._network.receivers[self._network.edges_from(daemons)])

    def hijack(self, daemons: Daemons) -> Ints:
        """Hijack more daemons, in the order given, as far as the rules of engagement allow.

        Returns:
            (k,) those of `daemons` that are hijacked now.
        """
        return self._hijack(checked_daemons(daemons, self.n, act="red.hijack"))

    def _need(self, knowledge: Knowledge, what: str) -> None:
        if knowledge not in self._knowledge:
            raise NotVisibleError(f"`red.{what}` needs Knowledge.{knowledge.name}, which this attack does not have")
