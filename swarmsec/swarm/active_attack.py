"""One attack of a run: its view, and the changes that its hooks ask for, blended by its strength."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

import numpy as np

from swarmsec.arrays import Bools, Daemons, Floats, Ints, frozen, read_only
from swarmsec.errors import PluginError
from swarmsec.messages import Claims, Messages
from swarmsec.network import DELAY_MAX, Joined, Network
from swarmsec.swarm.blend import blend, blend_counts
from swarmsec.swarm.hooks import call, floats, mask
from swarmsec.swarm.setup import PluginSpec
from swarmsec.teams import Attack, Channels, Links, RedState, RedView, Surface, Terms
from swarmsec.teams.selectors import checked_daemons


class AttackServices(Protocol):
    """What an attack needs of its team."""

    def hijack(self, kind: str, daemons: Ints) -> Ints:
        """Hijack daemons, as far as the rules allow; returns those that are hijacked now."""

    def owned(self) -> Ints:
        """The daemons that any attack has hijacked."""

    def released(self, kind: str, daemons: Ints) -> None:
        """Record that an attack released daemons."""

    def reach(self, hijacked: Ints) -> int:
        """The blast radius of hijacked daemons."""

    def note(self, kind: str, name: str, value: float | str) -> None:
        """Record a note."""

    def rehearse(self, kind: str, signals: Floats) -> Bools:
        """The daemons about which the defenses would do something; see `RedTeam.rehearse`."""


class Rewrite(NamedTuple):
    """What an attack writes in some rows of an array.

    Attributes:
        rows: (k,) the daemons.
        values: (k, d) what it writes, at full strength.
        honest: (k, d) where that is the truth.
        strength: How far the truth is moved towards it.
    """

    rows: Ints
    values: Floats
    honest: Bools
    strength: float

    def over(self, truth: Floats) -> Floats:
        """(k, d) the truth about the same daemons, at this moment or a later one, moved towards the lie."""
        return blend(truth, np.where(self.honest, truth, self.values), self.strength)


class ChannelChange(NamedTuple):
    """What an attack sends on the channels of its hijacked daemons: edges, payload (k, d) and copies (k,)."""

    edges: Ints
    payload: Floats
    copies: Ints


class LinkChange(NamedTuple):
    """What an attack does to the links of its targets: edges, which are down (k,), and exchanges of delay (k,).

    `joins` has the daemons that each identity is to be linked to that is asked to join.
    """

    edges: Ints
    down: Bools
    delays: Ints
    joins: tuple[Ints, ...]


class ActiveAttack:
    """One attack of a run. It keeps to `terms`, whatever the plug-in does with its own attributes.

    Attributes:
        spec: The attack.
        terms: Its schedule and traits as the rules were checked against.
        on: Whether it is on in this round.
        targets: (k,) the daemons that it targets.
        hijacked: (k,) the daemons that it has hijacked and the identities that it joined, ascending. The view shows
            copies of both.
        state: The data that the view shows.
        view: The attack's view.
    """

    def __init__(
        self,
        spec: PluginSpec[Attack],
        terms: Terms,
        network: Network,
        targets: Ints,
        *,
        reserve: int,
        named: Mapping[str, Ints],
        rng: np.random.Generator,
        link_rng: np.random.Generator,
        defenses: tuple[dict[str, object], ...],
        rounds: int,
        board: dict[str, Any],
        team: AttackServices,
        signal_columns: tuple[str, ...],
    ) -> None:
        self.spec, self.terms = spec, terms
        self.on = False
        self.targets = targets
        self.hijacked: Ints = np.empty(0, dtype=np.int32)
        self.state = RedState.initial()
        self.view = RedView(
            rng=rng,
            network=network,
            targets=targets,
            state=self.state,
            terms=terms,
            actions=self,
            rounds=rounds,
            board=board,
            named=named,
            reserve=reserve,
            defenses=defenses,
            signal_columns=signal_columns,
        )
        self._hooks = frozenset(hook for hook in HOOKS if type(spec.plugin).overrides(hook))
        self._network = network
        self._reserve = reserve
        self._team = team
        self._link_rng = link_rng
        self._edges: Ints | None = None
        self._links: Ints | None = None
        self._luck: Floats | None = None
        self._join_luck: Floats | None = None

    def has(self, hook: str) -> bool:
        """Whether the engine calls a hook of this attack."""
        return hook in self._hooks

    @property
    def strength(self) -> float:
        """The strength in this round, by the terms."""
        return self.terms.intensity(self.state.round)

    def begin_round(self, round: int) -> bool:
        """Begin a round; returns whether the attack is on in it."""
        self.state.round = round
        self.state.strength = self.strength
        return self.state.strength > 0

    def show(self, signals: Floats, proposals: Floats) -> None:
        """Show the signals and proposals of another step, and note those of newly hijacked daemons."""
        self.state.show(signals, proposals)
        if len(self.hijacked):
            self.state.note_before(proposals)

    def look(self) -> None:
        """Call `on_round`."""
        call(self.spec, "on_round", self.view)

    def take(self, daemons: Ints) -> Ints:
        """Hijack daemons through this attack, as far as the rules allow.

        Returns:
            (k,) those of `daemons` that are hijacked now.
        """
        taken = self._team.hijack(self.spec.kind, daemons)
        self.hijacked = np.union1d(self.hijacked, taken).astype(np.int32)
        self.state.add_hijacked(taken)
        self._edges = None
        return taken

    def own(self, identity: int) -> None:
        """Own an identity whose links open with the next round."""
        self.state.identities = np.append(self.state.identities, np.int32(identity))

    def on_join(self, relink: Callable[[Network], None]) -> None:
        """Call `relink` with the network whenever identities have joined."""
        self._relink_view = relink

    def relink(self, joined: Joined, identities: Ints) -> None:
        """Go on with a network that identities have joined, perhaps its own."""
        self._network, self._edges = joined.network, None
        self._links = None if self._links is None else joined.places[self._links]
        fresh = np.intersect1d(self.state.identities, identities).astype(np.int32)
        self.hijacked = np.union1d(self.hijacked, fresh).astype(np.int32)
        self.state.add_hijacked(fresh)
        self._relink_view(joined.network)

    def acts_on(self, surface: Surface) -> bool:
        """Whether it acts on a surface: one that it names, or as an identity, if it compromises no daemon."""
        as_identity = surface.compromises and not self.terms.surface.compromises and len(self.hijacked) > 0
        return as_identity or bool(self.terms.surface & surface)

    def lose(self, daemons: Ints) -> None:
        """End the hijack of daemons."""
        self.state.remove_hijacked(daemons)
        self.hijacked = np.setdiff1d(self.hijacked, daemons).astype(np.int32)
        self._edges = None

    def change_claims(self, messages: Messages) -> Messages:
        """The claims of blue's channel after the attack changed those of its hijacked daemons."""
        if not self.has("on_claims"):
            return messages
        edges = self._network.edges_from(self.hijacked)
        ends = read_only(self._network.indices[edges]), read_only(self._network.receivers[edges])
        before = Claims(*ends, frozen(messages.on(edges)), messages.copies_on(edges) > 0)
        after = call(self.spec, "on_claims", before, self.view)
        where = f"{self.spec.kind}.on_claims"
        if not isinstance(after, Claims):
            raise PluginError(f"gives {type(after).__name__}; must be the claims, changed or not", where=where)
        made = mask(after.sent, edges.shape, where, "that are sent")
        truth, sent = messages.on(edges), messages.copies_on(edges)
        lie = blend(truth, floats(after.values, truth.shape, where), self.strength)
        copies = blend_counts(sent, made.astype(np.float64), self.strength)
        return messages.with_payload(edges, lie).with_copies(edges, copies)

    def hijack(self, daemons: Ints) -> Ints:
        """Hijack daemons because the attack asks for it.

        Raises:
            PluginError: The attack is off, compromises no daemon, or, about daemons that no attack of the team has
                hijacked, does not spread or holds no credential.
        """
        where = f"{self.spec.kind}: red.hijack"
        if not self.terms.surface.compromises:
            raise PluginError("has a surface that compromises no daemon", where=where)
        if not self.on:
            raise PluginError("hijacks while it is off", where=where)
        strange = np.setdiff1d(daemons, self.held())
        listeners = self._network.receivers[self._network.edges_from(self.hijacked)]
        if len(shut := np.setdiff1d(strange, listeners)):
            raise PluginError(f"holds no credential for daemon {shut[0]}; see `red.trusted_by`", where=where)
        if not self.terms.spreads and len(strange):
            raise PluginError(f"hijacks daemon {strange[0]}, and its trait `spreads` is false", where=where)
        return self.take(daemons)

    def held(self) -> Ints:
        """See `RedView.held`."""
        return self._team.owned()

    def release(self, daemons: Ints) -> None:
        """End the hijack of daemons because the attack asks for it.

        Raises:
            PluginError: The attack has not hijacked them.
        """
        if len(strange := np.setdiff1d(daemons, self.hijacked)):
            raise PluginError(f"has not hijacked daemon {strange[0]}", where=f"{self.spec.kind}: red.release")
        self.lose(daemons)
        self._team.released(self.spec.kind, daemons)

    def reach(self) -> int:
        """See `RedView.reach`."""
        return self._team.reach(self.hijacked)

    def note(self, name: str, value: float | str) -> None:
        """See `RedView.note`."""
        if not isinstance(value, str):
            number = float(floats(value, (), f"{self.spec.kind}: red.note"))
            value = number if math.isfinite(number) else str(number)
        self._team.note(self.spec.kind, str(name), value)

    def rehearse(self, signals: Floats) -> Bools:
        """See `RedView.rehearse`."""
        shown = self.state.signals
        assert shown is not None, "the view refuses before"
        return self._team.rehearse(
            self.spec.kind, floats(signals, shown.shape, f"{self.spec.kind}: red.rehearse").copy()
        )

    def lie(self, hook: str, rows: Ints, truth: Floats) -> Rewrite:
        """The rows (k, d) of some daemons as a hook rewrites them."""
        told = floats(call(self.spec, hook, truth.copy(), self.view), truth.shape, f"{self.spec.kind}.{hook}").copy()
        honest = (told == truth) | (np.isnan(told) & np.isnan(truth))
        return Rewrite(rows, told, honest, self.strength)

    def change_channels(self, messages: Messages, columns: tuple[str, ...]) -> ChannelChange:
        """The messages of its hijacked daemons as `on_messages` rewrites them.

        One that is withheld is NaN: its listener knows that a message is missing.
        """
        if self._edges is None:
            self._edges = self._network.edges_from(self.hijacked)
        edges = self._edges
        before = self._channels(messages, edges, columns)
        after = call(self.spec, "on_messages", before, self.view)
        where = f"{self.spec.kind}.on_messages"
        if not isinstance(after, Channels):
            raise PluginError(f"gives {type(after).__name__}; must be the channels, changed or not", where=where)
        truth, sent = messages.on(edges), messages.copies_on(edges)
        payload = floats(after.payload, truth.shape, where)
        copies = floats(after.copies, sent.shape, where).copy()
        if not (copies >= 0).all():
            raise PluginError("sends a negative number of copies", where=where)
        told = blend(truth, payload, self.strength)
        said = blend_counts(sent, np.floor(copies), self.strength)
        return ChannelChange(edges, np.where(((sent > 0) & (said == 0))[:, None], np.nan, told), said)

    def change_links(self) -> LinkChange:
        """The links of its targets as `on_network` cuts and delays them.

        Below full strength a link is cut if its own draw, one for a run, is below the strength; delays are rounded. And
        no more identities join than have such a draw.
        """
        if self._links is None:
            self._links = self._links_of_targets()
        edges, strength = self._links, self.strength
        ends = self._network.indices[edges], self._network.receivers[edges]
        links = call(self.spec, "on_network", Links(*ends, np.ones(len(edges), dtype=bool)), self.view)
        where = f"{self.spec.kind}.on_network"
        if not isinstance(links, Links):
            raise PluginError(f"gives {type(links).__name__}; must be the links, changed or not", where=where)
        down = ~mask(links.up, edges.shape, where, "that are up")
        delays = np.zeros(len(edges), dtype=np.int32)
        if links.delays is not None:
            late = floats(links.delays, edges.shape, where).copy()
            if not ((late >= 0) & (late <= DELAY_MAX)).all():
                raise PluginError(f"gives a delay outside of 0 to {DELAY_MAX:,} exchanges", where=where)
            delays = np.minimum(blend_counts(delays, late, strength), DELAY_MAX)
        if strength < 1.0 and down.any():
            if self._luck is None:
                self._luck = self._link_rng.random(len(edges))
            down &= self._luck < strength
        return LinkChange(edges, down, delays, self._joins(links.joins))

    def _links_of_targets(self) -> Ints:
        """The edges to and from its targets, without those of identities."""
        network, aimed = self._network, np.zeros(self._network.n, dtype=bool)
        aimed[self.targets] = True
        daemons = network.n - self._reserve
        between = (network.indices < daemons) & (network.receivers < daemons)
        return np.flatnonzero((aimed[network.indices] | aimed[network.receivers]) & between).astype(np.int32)

    def _joins(self, wanted: tuple[Daemons, ...]) -> tuple[Ints, ...]:
        """The peers of each identity that is asked to join, checked; at partial strength perhaps not all."""
        act, joins = f"{self.spec.kind}: links.join", []
        if wanted and Surface.NETWORK not in self.terms.surface:
            raise PluginError("has a surface without NETWORK", where=act)
        for peers in wanted:
            joins.append(checked_daemons(peers, self._network.n - self._reserve, act=act))
            if not len(joins[-1]):
                raise PluginError("joins an identity without peers", where=act)
            if len(strange := np.setdiff1d(joins[-1], self.targets)):
                raise PluginError(f"links an identity to daemon {strange[0]}, which is no target", where=act)
        if joins and self.strength < 1.0:
            if self._join_luck is None:
                self._join_luck = self._link_rng.random(self._reserve)
            lucky = int(np.count_nonzero(self._join_luck < self.strength))
            joins = joins[: max(0, lucky - len(self.state.identities))]
        return tuple(joins)

    def _channels(self, messages: Messages, edges: Ints, columns: tuple[str, ...]) -> Channels:
        """The channels on `edges`, with the messages of this exchange in both directions."""
        back = self._network.reverse[edges]
        return Channels(
            sender=self._network.indices[edges],
            receiver=self._network.receivers[edges],
            payload=messages.on(edges),
            heard=np.where((back >= 0)[:, None], messages.on(back), np.nan),
            copies=messages.copies_on(edges),
            columns=columns,
        )


HOOKS = ("on_round", "on_signals", "on_daemons", "on_messages", "on_claims", "on_network", "on_decisions")
"""The hooks of an attack that the engine calls."""
