"""Red's side of the engine: when attacks are on, whom they hold, and that they touch nothing else."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from swarmsec.arrays import Bools, Floats, Ints, read_only
from swarmsec.errors import PluginError
from swarmsec.messages import Messages
from swarmsec.network import DELAY_MAX, Network
from swarmsec.swarm.hooks import call, floats
from swarmsec.swarm.setup import PluginSpec, Setup
from swarmsec.swarm.trace import Recorder
from swarmsec.teams import Attack, Channels, Knowledge, Links, RedView, Surface

_NOBODY = np.empty(0, dtype=np.int32)


class RedTeam:
    """The attacks of a run.

    Attributes:
        hijacked: (n,) who has been taken over by now. It stays true: credentials once stolen are stolen.
        hijacked_count: How many those are.
    """

    def __init__(self, setup: Setup, recorder: Recorder, *, plays: bool, defended: bool) -> None:
        self._network = setup.network
        self.hijacked: Bools = np.zeros(setup.network.n, dtype=bool)
        self.hijacked_count = 0
        self._limit = setup.rules.hijack_limit(setup.network.n)
        self._recorder = recorder
        defenses = tuple({"kind": cast.kind, **cast.parameters} for cast in setup.defenses) if defended else ()
        playing = range(len(setup.attacks)) if plays else ()
        self._hands = [
            _ActiveAttack(
                setup.attacks[number],
                setup.network,
                setup.targets[number],
                rng=setup.streams.of(f"red/{number}"),
                defenses=defenses,
                take=self._take,
            )
            for number in playing
        ]
        self._last_signals: Floats | None = None
        self._protocol = setup.protocol

    def begin(self) -> None:
        """Before round 0."""
        for hand in self._hands:
            call(hand.cast, "begin", hand.view)

    def begin_round(self, round: int) -> None:
        """Switch attacks on and off, and take over whom they were aimed at."""
        for hand in self._hands:
            was_on, hand.on = hand.on, (strength := hand.cast.plugin.intensity(round)) > 0
            hand.view.round, hand.view.strength = round, strength
            if hand.on != was_on:
                kind = "attack_on" if hand.on else "attack_off"
                self._recorder.event("red", kind, hand.cast.kind, hand.targets)
            if hand.on and not was_on and hand.cast.plugin.surface.compromises:
                hand.take(hand.targets)

    def apply_signal_attacks(self, signals: Floats, state: Floats | None) -> Floats:
        """SIGNAL: what the feeds tell after the attacks, (n, d)."""
        hands = self._on(Surface.SIGNAL)
        for hand in hands:
            before = self.hijacked.copy()
            hand.sees(signals, signals if state is None else self._protocol.proposals(state))
            signals = hand.apply_signal_attacks(signals)
            if not hand.cast.plugin.surface.compromises:
                assert np.array_equal(before, self.hijacked), "a SIGNAL attack leaves every daemon uncompromised"
        if hands and not np.isfinite(signals).all():
            # A reading that is no number is no reading: the daemon stays with its last one, and with 0 at first.
            last = np.zeros_like(signals) if self._last_signals is None else self._last_signals
            signals = np.where(np.isfinite(signals), signals, last)
        if self._hands:
            self._last_signals = signals
        return signals

    def apply_daemon_attacks(self, state: Floats, signals: Floats) -> Floats:
        """DAEMON: the state, (n, D), as it is once red has rewritten what its daemons propose; not always finite."""
        for hand in self._on(Surface.DAEMON):
            proposals = self._protocol.proposals(state)
            hand.sees(signals, proposals)
            written = hand.apply_daemon_attacks(proposals)
            changed = ~((written == proposals) | (np.isnan(written) & np.isnan(proposals))).all(axis=1)
            if changed.any():
                state = state.copy()
                state[changed] = self._protocol.override_proposals(state[changed], written[changed])
        return state

    def restore_hijacked(self, written: Floats, state: Floats, before: Floats) -> Floats:
        """The state after listening: hijacked daemons hold what red wrote, if it can be held at all."""
        held = [hand.hijacked for hand in self._on(Surface.DAEMON)]
        for rows in held:
            state = state.copy()
            state[rows] = np.where(np.isfinite(written[rows]), written[rows], before[rows])
        return state

    def speak(self, messages: Messages, signals: Floats, state: Floats) -> Messages:
        """MESSAGE, NETWORK, TIMING: the messages as they travel."""
        for hand in self._on(Surface.MESSAGE):
            hand.sees(signals, self._protocol.proposals(state))
            messages = hand.apply_message_attack(messages)
        for hand in self._on(Surface.NETWORK | Surface.TIMING):
            hand.sees(signals, self._protocol.proposals(state))
            messages = hand.apply_link_attack(messages)
        return messages

    def attacked(self) -> Bools:
        """(n,) who is under attack in this round: a tainted feed, a cut link, or a hijacked daemon at work."""
        mask: Bools = np.zeros(len(self.hijacked), dtype=bool)
        for hand in self._hands:
            if hand.on:
                mask[hand.hijacked if hand.cast.plugin.surface.compromises else hand.targets] = True
        return mask

    @property
    def is_on(self) -> bool:
        """Whether any attack is on in this round."""
        return any(hand.on for hand in self._hands)

    def _on(self, surface: Surface) -> list[_ActiveAttack]:
        return [hand for hand in self._hands if hand.on and hand.cast.plugin.surface & surface]

    def _take(self, kind: str, daemons: Ints) -> Ints:
        """Take daemons over, as far as the rules allow; returns those that an attack holds by this."""
        room = self._limit - self.hijacked_count
        fresh = daemons[~self.hijacked[daemons]]
        granted = fresh[: max(room, 0)]
        if len(granted):
            self.hijacked[granted] = True
            self.hijacked_count = int(np.count_nonzero(self.hijacked))
            self._recorder.event("red", "hijacked", kind, granted)
        return daemons[self.hijacked[daemons]]


class _ActiveAttack:
    """One attack at work: its view, and what of the swarm it may touch.

    Attributes:
        cast: The attack.
        on: Whether it is on in this round.
        targets: (k,) whom it was aimed at.
        hijacked: (k,) whom it holds. The view shows both, and does not decide them.
    """

    def __init__(
        self,
        cast: PluginSpec[Attack],
        network: Network,
        targets: Ints,
        *,
        rng: np.random.Generator,
        defenses: tuple[dict[str, object], ...],
        take: Callable[[str, Ints], Ints],
    ) -> None:
        self.cast = cast
        self.on = False
        self.targets = read_only(targets)
        self.hijacked = _NOBODY
        self._network = network
        self._take = take
        self._knows_signals = Knowledge.SIGNALS in cast.plugin.knowledge
        self.view = RedView(
            rng=rng,
            network=network,
            targets=targets,
            hijacked=_NOBODY,
            knowledge=cast.plugin.knowledge,
            defenses=defenses,
            hijack=self.take,
        )
        self._now: Floats | None = None
        self._before: Floats | None = None
        self._edges: Ints | None = None
        self._links: Ints | None = None

    def take(self, daemons: Ints) -> Ints:
        """Hijack daemons through this attack."""
        if not self.cast.plugin.surface.compromises:
            raise PluginError("has a surface that hijacks nobody", where=f"{self.cast.kind}: red.hijack")
        if not self.on:
            raise PluginError("hijacks while it is off", where=f"{self.cast.kind}: red.hijack")
        taken = self._take(self.cast.kind, daemons)
        self.hijacked = read_only(np.union1d(self.hijacked, taken).astype(np.int32))
        self.view._hijacked = self.hijacked
        self._remember()
        self._edges = None
        return taken

    def sees(self, signals: Floats, state: Floats) -> None:
        """Refresh what knowledge may look at."""
        self.view._show(read_only(signals), read_only(state))

    def apply_signal_attacks(self, signals: Floats) -> Floats:
        """Let the attack rewrite the readings of its targets."""
        rows = self.targets
        shown = self._shown(signals, rows)
        return self._accepted("on_signals", call(self.cast, "on_signals", shown, self.view), shown, signals, rows)

    def apply_daemon_attacks(self, state: Floats) -> Floats:
        """Let the attack rewrite what its hijacked daemons hold; it may hijack more while it does."""
        self._now = state
        self._remember()
        shown = self._shown(state, self.hijacked)
        written = call(self.cast, "on_daemons", shown, self.view)
        return self._accepted("on_daemons", written, shown, state, self.hijacked)

    def _remember(self) -> None:
        """Note what daemons held when they were taken."""
        if self._now is None:
            return
        if self._before is None:
            self._before = np.full_like(self._now, np.nan)
            self.view._before = read_only(self._before)
        fresh = self.hijacked[np.isnan(self._before[self.hijacked]).all(axis=1)]
        self._before[fresh] = self._now[fresh]

    def _shown(self, values: Floats, rows: Ints) -> Floats:
        """(n, d) as the attack sees it: other rows than its own only if it knows signals, and NaN if not."""
        if self._knows_signals:
            return read_only(values)
        shown = np.full_like(values, np.nan)
        shown[rows] = values[rows]
        return read_only(shown)

    def _accepted(self, hook: str, written: Floats, shown: Floats, values: Floats, rows: Ints) -> Floats:
        """The values with those rows rewritten that the attack holds; it must have left all others as it saw them."""
        written = floats(written, values.shape, f"{self.cast.kind}.{hook}")
        untouched = (written == shown) | (np.isnan(written) & np.isnan(shown))
        foreign = ~untouched.all(axis=1)
        foreign[rows] = False
        if foreign.any():
            stranger = int(np.flatnonzero(foreign)[0])
            raise PluginError(f"changes daemon {stranger}, which it does not hold", where=f"{self.cast.kind}.{hook}")
        accepted = values.copy()
        accepted[rows] = np.where(untouched[rows], values[rows], written[rows])
        return accepted

    def apply_message_attack(self, messages: Messages) -> Messages:
        """Let the attack rewrite what its hijacked daemons say on their channels."""
        if self._edges is None:
            self._edges = self._network.edges_from(self.hijacked)
        edges = self._edges
        before = self._channels(messages, edges)
        after = call(self.cast, "on_messages", before, self.view)
        where = f"{self.cast.kind}.on_messages"
        if not isinstance(after, Channels):
            raise PluginError(f"gives {type(after).__name__}; must be the channels, changed or not", where=where)
        payload = floats(after.payload, before.payload.shape, where)
        copies = floats(after.copies, before.copies.shape, where).astype(np.int32)
        if (copies < 0).any():
            raise PluginError("sends a negative number of copies", where=where)
        return messages.with_payload(edges, payload).with_copies(edges, copies)

    def apply_link_attack(self, messages: Messages) -> Messages:
        """Let the attack cut links at its targets."""
        if self._links is None:
            mask = np.zeros(self._network.n, dtype=bool)
            mask[self.targets] = True
            self._links = np.flatnonzero(mask[self._network.indices] | mask[self._network.receivers]).astype(np.int32)
        ends = self._network.indices[self._links], self._network.receivers[self._links]
        links = call(self.cast, "on_network", Links(*ends, np.ones(len(self._links), dtype=bool)), self.view)
        if not isinstance(links, Links) or links.up.shape != self._links.shape or links.up.dtype != bool:
            where = f"{self.cast.kind}.on_network"
            raise PluginError(f"must give the links, with a mask of {len(self._links):,} that are up", where=where)
        messages = self._delayed(messages, links)
        if links.up.all():
            return messages
        weights = np.ones(self._network.m)
        weights[self._links[~links.up]] = 0.0
        return messages.with_weights(weights)

    def _delayed(self, messages: Messages, links: Links) -> Messages:
        """The messages with what this attack adds to the delays of its links."""
        if links.delays is None:
            return messages
        where = f"{self.cast.kind}.on_network"
        late = floats(np.asarray(links.delays, dtype=np.float64), links.up.shape, where)
        if not ((late >= 0) & (late <= DELAY_MAX)).all():
            raise PluginError(f"delays a message by something else than 0 to {DELAY_MAX:,} exchanges", where=where)
        assert self._links is not None
        return messages.with_delays(self._links, late.astype(np.int32))

    def _channels(self, messages: Messages, edges: Ints) -> Channels:
        sender, receiver, back = (
            self._network.indices[edges],
            self._network.receivers[edges],
            self._network.reverse[edges],
        )
        return Channels(
            sender=read_only(sender),
            receiver=read_only(receiver),
            payload=read_only(messages.on(edges)),
            heard=read_only(np.where((back >= 0)[:, None], messages.on(back), np.nan)),
            copies=read_only(messages.copies_on(edges)),
        )
