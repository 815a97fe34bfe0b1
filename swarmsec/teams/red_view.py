"""What an attack may see and ask for, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from swarmsec.arrays import Bools, Daemons, Floats, Ints, read_only
from swarmsec.errors import NotVisibleError
from swarmsec.network import Network
from swarmsec.teams.selectors import named
from swarmsec.teams.traits import Knowledge


@dataclass(frozen=True, eq=False)
class Channels:
    """The channels that hijacked daemons speak on, in one exchange: k of the network's edges.

    A hijacked daemon hears before it speaks (a rushing adversary), so `heard` is of this same exchange.

    Attributes:
        sender: (k,) the hijacked daemon.
        receiver: (k,) who listens.
        payload: (k, d) what is said. It stays one value a sender until somebody makes it differ.
        heard: (k, d) what the receiver told the sender; NaN where the channel has no way back.
        copies: (k,) how often the message is sent.
    """

    sender: Ints
    receiver: Ints
    payload: Floats
    heard: Floats
    copies: Ints

    @property
    def rank(self) -> Ints:
        """(k,) which of its sender's channels each one is, from 0."""
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
        sender: (k,) who speaks.
        receiver: (k,) who listens.
        up: (k,) whether the link carries this exchange.
        delays: (k,) how many exchanges late it delivers what is sent now; None where it is in time.
    """

    sender: Ints
    receiver: Ints
    up: Bools
    delays: Ints | None = None

    def cutting(self, down: Bools) -> Links:
        """The same links, with those of the mask cut as well."""
        return replace(self, up=self.up & ~down)

    def delaying(self, exchanges: int | Ints) -> Links:
        """The same links, later by this many exchanges, one number or (k,)."""
        late = np.broadcast_to(np.asarray(exchanges, dtype=np.int32), self.up.shape)
        return replace(self, delays=late if self.delays is None else self.delays + late)


class RedView:
    """An attack's view of the swarm. The engine moves it on from round to round.

    Attributes:
        rng: The attack's own stream.
        n: How many daemons there are.
        round: The current round, from 0.
        strength: The attack's strength in this round, ramp and phase applied.
    """

    def __init__(
        self,
        *,
        rng: np.random.Generator,
        network: Network,
        targets: Ints,
        hijacked: Ints,
        knowledge: Knowledge,
        defenses: tuple[Mapping[str, Any], ...] = (),
        hijack: Callable[[Ints], Ints],
    ) -> None:
        self.rng = rng
        self.n = network.n
        self.round = 0
        self.strength = 0.0
        self._targets = read_only(targets)
        self._hijacked = read_only(hijacked)
        self._network = network
        self._knowledge = knowledge
        self._defenses = defenses
        self._hijack = hijack
        self._before: Floats = np.empty((network.n, 0))
        self._signals: Floats | None = None
        self._state: Floats | None = None

    @property
    def targets(self) -> Ints:
        """(k,) the daemons that the attack was aimed at."""
        return self._targets

    @property
    def hijacked(self) -> Ints:
        """(k,) the daemons whose credentials it holds by now; empty for an attack that compromises none."""
        return self._hijacked

    @property
    def before(self) -> Floats:
        """(n, d) what each hijacked daemon held when it was taken; NaN for all others."""
        return self._before

    @property
    def network(self) -> Network:
        """Who listens to whom. Needs `Knowledge.TOPOLOGY`."""
        self._need(Knowledge.TOPOLOGY, "network")
        return self._network

    @property
    def signals(self) -> Floats:
        """(n, d) the readings of this round, as they stand after earlier attacks. Needs `Knowledge.SIGNALS`."""
        self._need(Knowledge.SIGNALS, "signals")
        return self._signals if self._signals is not None else np.empty((self.n, 0))

    @property
    def state(self) -> Floats:
        """(n, d) every daemon's proposal as of this exchange. Needs `Knowledge.SIGNALS`."""
        self._need(Knowledge.SIGNALS, "state")
        return self._state if self._state is not None else np.empty((self.n, 0))

    @property
    def defenses(self) -> tuple[Mapping[str, Any], ...]:
        """The defenses that stand: kind and parameters of each. Needs `Knowledge.DEFENSE`."""
        self._need(Knowledge.DEFENSE, "defenses")
        return self._defenses

    def trusted_by(self, daemons: Ints) -> Ints:
        """Who trusts at least one of the hijacked `daemons`: the listeners whose channels their credentials open."""
        for daemon in np.setdiff1d(daemons, self.hijacked):
            raise NotVisibleError(f"daemon {daemon} is not hijacked, so its channels are not open")
        return np.unique(self._network.receivers[self._network.edges_from(daemons)])

    def hijack(self, daemons: Daemons) -> Ints:
        """Take more daemons over, in the order given, as far as the rules of engagement allow.

        Returns:
            (k,) those that were taken.
        """
        return self._hijack(named(daemons, self.n, act="red.hijack"))

    def _show(self, signals: Floats, state: Floats) -> None:
        """The engine's own: what the swarm reads and proposes now."""
        self._signals, self._state = signals, state

    def _need(self, knowledge: Knowledge, what: str) -> None:
        if knowledge not in self._knowledge:
            raise NotVisibleError(f"`red.{what}` needs Knowledge.{knowledge.name}, which this attack does not have")
