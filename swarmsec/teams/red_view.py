"""The view of an attack: everything that it may read and request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Protocol, Self

import numpy as np

from swarmsec.arrays import Bools, Daemons, Floats, Ints
from swarmsec.errors import NotVisibleError, UnknownNameError, did_you_mean
from swarmsec.network import Network, taking_part
from swarmsec.teams.selectors import checked_daemons
from swarmsec.teams.terms import Terms
from swarmsec.teams.traits import Knowledge, Surface


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
        columns: The name of each of the d columns, as the protocol calls them; empty if it names none.
    """

    sender: Ints
    receiver: Ints
    payload: Floats
    heard: Floats
    copies: Ints
    columns: tuple[str, ...] = ()

    @property
    def rank(self) -> Ints:
        """(k,) the number of each channel among those of its sender, from 0."""
        order = np.argsort(self.sender, kind="stable")
        sorted_senders = self.sender[order]
        first = np.searchsorted(sorted_senders, sorted_senders, side="left")
        rank = np.empty(len(order), dtype=np.int32)
        rank[order] = np.arange(len(order)) - first
        return rank

    def __getitem__(self, column: str) -> Floats:
        """(k, w) the columns of the payload that have this name."""
        return self.payload[:, self._numbers(column)]

    def saying(self, payload: Any = None, **columns: Any) -> Channels:
        """The same channels with another payload, or with other values in some of its columns.

        Args:
            payload: (k, d), or anything that broadcasts to it; None keeps the present one.
            columns: By name, (k, w) or anything that broadcasts to it; (k,) is one value a channel.
        """
        spoken = self.payload if payload is None else np.broadcast_to(payload, self.payload.shape)
        if columns:
            spoken = np.array(spoken, dtype=np.float64)
        for name, given in columns.items():
            values = np.asarray(given, dtype=np.float64)
            spoken[:, self._numbers(name)] = values[:, None] if values.ndim == 1 else values
        return replace(self, payload=spoken)

    def _numbers(self, column: str) -> Ints:
        numbers = [number for number, name in enumerate(self.columns) if name == column]
        if not numbers:
            raise UnknownNameError(f"no column {column!r} in these messages; {did_you_mean(column, self.columns)}")
        return np.array(numbers, dtype=np.int32)

    def flooding(self, copies: int | Ints) -> Channels:
        """The same channels with the message sent this many times; 0 withholds it, which its listeners notice."""
        return replace(self, copies=np.broadcast_to(np.asarray(copies, dtype=np.int32), self.copies.shape))


@dataclass(frozen=True, eq=False)
class Links:
    """The links at an attack's targets, in both directions: k of the network's edges.

    Attributes:
        sender: (k,) the sender on each link.
        receiver: (k,) the receiver.
        up: (k,) whether the link carries messages in this exchange.
        delays: (k,) exchanges of delay for messages that are sent now; None: no delay.
        joins: For each identity that is asked to join, the daemons that it is to be linked to.
    """

    sender: Ints
    receiver: Ints
    up: Bools
    delays: Ints | None = None
    joins: tuple[Daemons, ...] = ()

    def cutting(self, down: Bools) -> Links:
        """The same links, with those in the mask (k,) cut too."""
        return replace(self, up=self.up & ~down)

    def delaying(self, exchanges: int | Ints) -> Links:
        """The same links, with this delay added, in exchanges: one number or (k,)."""
        late = np.broadcast_to(np.asarray(exchanges, dtype=np.int32), self.up.shape)
        return replace(self, delays=late if self.delays is None else self.delays + late)

    def join(self, peers: Daemons) -> Links:
        """The same links, and one identity of the network's reserve is asked to join, as far as the rules allow.

        From the next round on it listens to `peers`, and they listen to it. It begins with the mean of their proposals,
        and is one of `red.hijacked`, so that `on_messages` and `on_daemons` decide what it says and holds.

        Args:
            peers: (k,) some of the attack's targets, at least one.
        """
        return replace(self, joins=(*self.joins, peers))


@dataclass(eq=False)
class RedState:
    """The data behind `RedView` that change from round to round; one for each attack.

    Attributes:
        round: The current round, from 0.
        strength: The attack's strength in this round, ramp and phase applied.
        hijacked: (k,) the daemons that the attack has hijacked, ascending.
        before: (k, d) the proposal of each of them when it was hijacked; NaN while it is not known.
        identities: (k,) the identities that the attack joined, ascending.
        signals: (n, d) the signals of this round, as earlier attacks left them; None before round 0.
        proposals: (n, d) every daemon's proposal as of this exchange; None before round 0.
    """

    hijacked: Ints
    before: Floats
    identities: Ints
    signals: Floats | None = None
    proposals: Floats | None = None
    round: int = 0
    strength: float = 0.0

    @classmethod
    def initial(cls) -> Self:
        """The state of an attack before round 0."""
        return cls(np.empty(0, dtype=np.int32), np.empty((0, 0)), np.empty(0, dtype=np.int32))

    def show(self, signals: Floats, proposals: Floats) -> None:
        """Show the signals and proposals of another step."""
        self.signals, self.proposals = signals, proposals

    def add_hijacked(self, daemons: Ints) -> None:
        """Add hijacked daemons, whose proposals before are not known yet."""
        known, before = self.hijacked, self.before
        self.hijacked = np.union1d(known, daemons).astype(np.int32)
        self.before = np.full((len(self.hijacked), before.shape[1]), np.nan)
        self.before[np.searchsorted(self.hijacked, known)] = before

    def remove_hijacked(self, daemons: Ints) -> None:
        """Remove daemons that are no longer hijacked."""
        kept = ~np.isin(self.hijacked, daemons)
        self.hijacked, self.before = self.hijacked[kept], self.before[kept]

    def note_before(self, proposals: Floats) -> None:
        """Note the proposals of those hijacked daemons whose proposals before are not known yet."""
        if self.before.shape[1] != proposals.shape[1]:
            self.before = np.full((len(self.hijacked), proposals.shape[1]), np.nan)
        fresh = np.isnan(self.before).all(axis=1)
        if fresh.any():
            self.before[fresh] = proposals[self.hijacked[fresh]]


class RedActions(Protocol):
    """What the engine does for an attack that asks for it."""

    def on_join(self, relink: Callable[[Network], None]) -> None:
        """Call `relink` with the network whenever identities have joined."""

    def held(self) -> Ints:
        """See `RedView.held`."""

    def hijack(self, daemons: Ints) -> Ints:
        """See `RedView.hijack`."""

    def release(self, daemons: Ints) -> None:
        """See `RedView.release`."""

    def reach(self) -> int:
        """See `RedView.reach`."""

    def note(self, name: str, value: float | str) -> None:
        """See `RedView.note`."""

    def rehearse(self, signals: Floats) -> Bools:
        """See `RedView.rehearse`."""


class RedView:
    """An attack's view of the swarm. All arrays are copies: writing into them changes nothing.

    Attributes:
        rng: The attack's own stream.
        n: The number of daemons, with the identities that may join: the last rows of every array, without links before.
        rounds: The length of the run.
        board: The memory that all attacks of the team share in a run.
        signal_columns: (d,) the names of the columns of `signals` and `readings`, as the world calls them.
    """

    def __init__(
        self,
        *,
        rng: np.random.Generator,
        network: Network,
        targets: Ints,
        state: RedState,
        terms: Terms,
        actions: RedActions,
        rounds: int,
        board: dict[str, Any],
        named: Mapping[str, Ints],
        reserve: int = 0,
        defenses: tuple[Mapping[str, Any], ...] = (),
        signal_columns: tuple[str, ...] = (),
    ) -> None:
        self.rng = rng
        self.n = network.n
        self.rounds = rounds
        self.board = board
        self.signal_columns = signal_columns
        self._targets = targets
        self._state = state
        self._links = network
        self._reserve = reserve
        self._terms = terms
        self._defenses = defenses
        self._actions = actions
        self._selected = named
        actions.on_join(self._relink)

    @property
    def start(self) -> int:
        """The first round in which this attack is on, also if it was drawn."""
        return self._terms.start

    @property
    def stop(self) -> int | None:
        """The first round in which it is off again; None if it stays on."""
        return self._terms.stop

    @property
    def round(self) -> int:
        """The current round, from 0."""
        return self._state.round

    @property
    def strength(self) -> float:
        """The attack's strength in this round, ramp and phase applied. The engine applies it; a hook need not."""
        return self._state.strength

    @property
    def targets(self) -> Ints:
        """(k,) the targets of the attack, ascending."""
        return self._targets.copy()

    def named(self, parameter: str) -> Ints:
        """(k,) the daemons that a parameter of the type `Selector` selects, ascending, such as `accomplices`."""
        if parameter not in self._selected:
            hint = did_you_mean(parameter, self._selected)
            raise UnknownNameError(f"no parameter {parameter!r} of the type Selector; {hint}")
        return self._selected[parameter].copy()

    @property
    def hijacked(self) -> Ints:
        """(k,) the daemons that it has hijacked so far, ascending; empty for an attack that compromises none."""
        return self._state.hijacked.copy()

    @property
    def identities(self) -> Ints:
        """(k,) the identities that it joined so far, ascending; those that join with the next round included."""
        return self._state.identities.copy()

    @property
    def held(self) -> Ints:
        """(k,) the daemons that any attack of the team has hijacked, on or off, ascending; `hijack` takes them over."""
        return self._actions.held()

    @property
    def before(self) -> Floats:
        """(k, d) the proposal of each daemon in `hijacked` when it was hijacked; NaN while it is not known."""
        return self._state.before.copy()

    @property
    def own(self) -> Ints:
        """(k,) the daemons whose feeds it reads, ascending: the hijacked ones, and targets of a SIGNAL attack."""
        hijacked = self._state.hijacked
        if Surface.SIGNAL not in self._terms.surface:
            return hijacked.copy()
        return np.union1d(self._targets, hijacked).astype(np.int32)

    @property
    def readings(self) -> Floats:
        """(k, d) the signals of the daemons in `own` in this round, as earlier attacks left them."""
        return self._shown(self._state.signals, "readings")[self.own]

    @cached_property
    def network(self) -> Network:
        """A copy of the network. Needs `Knowledge.TOPOLOGY`."""
        self._need(Knowledge.TOPOLOGY, "network")
        return replace(self._links, indptr=self._links.indptr.copy(), indices=self._links.indices.copy())

    @property
    def signals(self) -> Floats:
        """(n, d) the signals of this round, as earlier attacks left them. Needs `Knowledge.SIGNALS`."""
        self._need(Knowledge.SIGNALS, "signals")
        return self._shown(self._state.signals, "signals").copy()

    @property
    def state(self) -> Floats:
        """(n, d) every daemon's proposal as of this exchange. Needs `Knowledge.SIGNALS`."""
        self._need(Knowledge.SIGNALS, "state")
        return self._shown(self._state.proposals, "state").copy()

    @property
    def honest(self) -> Ints:
        """(k,) the daemons that take part and that no attack of the team has hijacked, ascending.

        Rows of `signals` and `state` are 0 for identities that have not joined. Needs `Knowledge.SIGNALS`, as they do.
        """
        self._need(Knowledge.SIGNALS, "honest")
        return np.setdiff1d(np.flatnonzero(taking_part(self._links, self._reserve)), self.held).astype(np.int32)

    @property
    def defenses(self) -> tuple[Mapping[str, Any], ...]:
        """Kind and parameters of each defense of the run. Needs `Knowledge.DEFENSE`."""
        self._need(Knowledge.DEFENSE, "defenses")
        return deepcopy(self._defenses)

    @property
    def reach(self) -> int:
        """The blast radius: how many daemons its credentials open, one after the other, the hijacked ones included."""
        return self._actions.reach()

    def trusted_by(self, daemons: Ints, *, by_link: bool = False) -> Ints:
        """The listeners of hijacked `daemons`, ascending; the credentials of `daemons` open channels to them.

        Args:
            daemons: (k,) the hijacked daemons.
            by_link: Whether a listener is listed once for each of them that it hears.
        """
        rows = checked_daemons(daemons, self.n, act="red.trusted_by")
        for daemon in np.setdiff1d(rows, self._state.hijacked):
            raise NotVisibleError(f"daemon {daemon} is not hijacked, so its channels are not open")
        listeners = self._links.receivers[self._links.edges_from(rows)]
        return np.sort(listeners) if by_link else np.unique(listeners)

    def hijack(self, daemons: Daemons) -> Ints:
        """Hijack more daemons, in the order given, as far as the rules of engagement allow.

        Only an attack that spreads can, and only listeners of daemons that it has hijacked: see `trusted_by`. Those in
        `held` any attack can take that compromises daemons; they cost nothing more. If several attacks write the same
        daemon, the last one in the scenario decides.

        Returns:
            (k,) those of `daemons` that are hijacked now.
        """
        return self._actions.hijack(checked_daemons(daemons, self.n, act="red.hijack"))

    def release(self, daemons: Daemons) -> None:
        """End this attack's hijack of daemons, which go on as honest ones, from what they hold now.

        They still count against `rules.red.daemons`, and can be hijacked again at no cost.
        """
        self._actions.release(checked_daemons(daemons, self.n, act="red.release"))

    def note(self, name: str, value: float | str) -> None:
        """Write a named value to the events of the run."""
        self._actions.note(name, value)

    def rehearse(self, signals: Floats) -> Bools:
        """(n,) the daemons whose readings the defenses would change or raise an alarm about, if the feeds told this.

        Copies of the defenses are asked, so that nothing of the run changes. Needs all kinds of knowledge.
        """
        for needed in (Knowledge.SIGNALS, Knowledge.TOPOLOGY, Knowledge.DEFENSE):
            self._need(needed, "rehearse")
        return self._actions.rehearse(signals)

    def _relink(self, network: Network) -> None:
        self._links = network
        vars(self).pop("network", None)

    @staticmethod
    def _shown(values: Floats | None, what: str) -> Floats:
        if values is None:
            raise NotVisibleError(f"`red.{what}` is there from `on_round` of round 0 on")
        return values

    def _need(self, knowledge: Knowledge, what: str) -> None:
        if knowledge not in self._terms.knowledge:
            raise NotVisibleError(f"`red.{what}` needs Knowledge.{knowledge.name}, which this attack does not have")
