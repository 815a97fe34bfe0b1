"""Red's side of the engine: the attacks that are on, their hijacked daemons, and the order of their changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from swarmsec.arrays import Bools, Floats, Ints
from swarmsec.errors import PluginError
from swarmsec.messages import Messages
from swarmsec.network import Join, Joined
from swarmsec.swarm.active_attack import ActiveAttack, Rewrite
from swarmsec.swarm.blend import differs
from swarmsec.swarm.budgets import RedBudgets
from swarmsec.swarm.hooks import call
from swarmsec.swarm.setup import Setup
from swarmsec.swarm.trace import Recorder
from swarmsec.teams import Surface

_LINKS = Surface.NETWORK | Surface.TIMING


class RedTeam:
    """The attacks of a run.

    Attributes:
        attacks: The attacks, in the scenario's order.
        hijacked: (n,) the daemons that were hijacked so far. It stays true: stolen credentials remain stolen. Its last
            rows are the identities that may join; those that red joined are true.
        hijacked_count: The number of hijacked daemons, without identities.
        changed: (n,) the daemons whose signals, state, messages, links or decisions were really changed in this round.
    """

    def __init__(
        self,
        setup: Setup,
        recorder: Recorder,
        *,
        active: bool,
        defended: bool,
        rehearse: Callable[[Floats], Bools],
    ) -> None:
        network, n = setup.network_with_rows, setup.network_with_rows.n
        self.hijacked: Bools = np.zeros(n, dtype=bool)
        self.hijacked_count = 0
        self.changed: Bools = np.zeros(n, dtype=bool)
        self._rehearse, self._rehearsing = rehearse, False
        self._network = network
        self._next_identity = setup.network.n
        self._joining: list[Join] = []
        self._recorder = recorder
        self._protocol = setup.protocol
        self._budgets = RedBudgets(setup.rules, setup.network)
        board: dict[str, Any] = {}
        defenses = tuple({"kind": spec.kind, **spec.parameters} for spec in setup.defenses) if defended else ()
        columns = tuple(column.name for column in setup.world.signal_columns)
        self.attacks = [
            ActiveAttack(
                spec,
                setup.terms[number],
                network,
                setup.targets[number],
                reserve=setup.network.reserve,
                named=setup.named[number],
                rng=setup.streams.of(f"red/{number}"),
                link_rng=setup.streams.of(f"red/{number}/links"),
                defenses=defenses,
                rounds=setup.rounds,
                board=board,
                team=self,
                signal_columns=columns,
            )
            for number, spec in enumerate(setup.attacks if active else ())
        ]
        self._last_signals: Floats | None = None
        self._lies: list[Rewrite] = []
        self._shadow: tuple[Ints, Floats] | None = None
        self._having: dict[str | None, list[ActiveAttack]] = {}

    def begin(self) -> None:
        """Call `begin` of every attack, before round 0."""
        for attack in self.attacks:
            call(attack.spec, "begin", attack.view)

    def begin_round(self, round: int) -> None:
        """Switch attacks on and off, and hijack the targets of those that begin and compromise daemons."""
        if self.attacks:
            self.changed[:] = False
        for attack in self.attacks:
            was_on, attack.on = attack.on, attack.begin_round(round)
            if attack.on != was_on:
                kind = "attack_on" if attack.on else "attack_off"
                self._recorder.event("red", kind, attack.spec.kind, attack.targets)
            if attack.on and not was_on and attack.terms.surface.compromises:
                attack.take(attack.targets)

    def take_joining(self) -> list[Join]:
        """The identities that join with this round, each once."""
        joining, self._joining = self._joining, []
        return joining

    def relink(self, joined: Joined, identities: Ints) -> None:
        """Go on with a network that identities have joined."""
        self._network = joined.network
        self._budgets.relink(joined)
        self.hijacked[identities] = True
        for attack in self.attacks:
            attack.relink(joined, identities)

    def apply_signal_attacks(self, signals: Floats, state: Floats | None) -> Floats:
        """(n, d) the signals after `on_round` and SIGNAL. A non-finite one is replaced by the last, or 0 at first."""
        proposals = signals if state is None or not self.attacks else self._protocol.proposals(state)
        if self.attacks:
            for attack in self.attacks:
                (attack.state if state is None else attack).show(signals, proposals)
                if attack.terms.strength > 0 and attack.has("on_round"):
                    attack.look()
        attacks = self._on(Surface.SIGNAL)
        for attack in attacks:
            before = self.hijacked_count
            attack.state.show(signals, proposals)
            lie = attack.lie("on_signals", attack.targets, signals[attack.targets])
            signals = self._with_rows(signals, lie.rows, lie.over(signals[lie.rows]))
            if not attack.terms.surface.compromises:
                assert self.hijacked_count == before, "a SIGNAL attack leaves every daemon uncompromised"
        if attacks and not np.isfinite(signals).all():
            last = np.zeros_like(signals) if self._last_signals is None else self._last_signals
            signals = np.where(np.isfinite(signals), signals, last)
        if self.attacks:
            self._budgets.feeds |= self.changed
            self._last_signals = signals
        return signals

    def restore_honest(self, state: Floats) -> Floats:
        """(n, D) the state with what hijacked daemons would hold if they had been honest since they were hijacked."""
        holding = [attack.hijacked for attack in self._on(Surface.DAEMON, "on_daemons")]
        if self._shadow is None or not holding:
            self._shadow = None
            return state
        rows, honest = self._shadow
        held = np.zeros(self._network.n, dtype=bool)
        held[np.concatenate(holding)] = True
        still = held[rows]
        state = state.copy()
        state[rows[still]] = honest[still]
        return state

    def apply_daemon_attacks(self, honest: Floats, signals: Floats, state: Floats) -> Floats:
        """DAEMON: (n, D) the honest state with the proposals that red writes; may be non-finite.

        Args:
            honest: (n, D) see `restore_honest`.
            signals: (n, d) the signals of this round.
            state: (n, D) the state as daemons hold it, which attacks see.
        """
        self._lies = []
        written = honest
        for attack in self._on(Surface.DAEMON, "on_daemons"):
            attack.show(signals, self._protocol.proposals(state))
            truth = self._protocol.proposals(written)[attack.hijacked]
            lie = attack.lie("on_daemons", attack.hijacked, truth)
            self._lies.append(lie)
            written = self._override(written, lie.rows, truth, lie.over(truth))
        return written

    def hold_lies(self, state: Floats, before: Floats) -> Floats:
        """(n, D) the state after listening: hijacked daemons hold the lie of this exchange, where it is finite.

        Args:
            state: (n, D) what all daemons hold after they have listened as honest ones.
            before: (n, D) what they held before.
        """
        if not self._lies:
            return state
        held = np.unique(np.concatenate([lie.rows for lie in self._lies]))
        self._shadow = held, state[held].copy()
        lying = state
        for lie in self._lies:
            truth = self._protocol.proposals(lying)[lie.rows]
            lying = self._override(lying, lie.rows, truth, lie.over(truth))
        if lying is not state and not np.isfinite(lying[held]).all():
            lying[held] = np.where(np.isfinite(lying[held]), lying[held], before[held])
        return lying

    def apply_message_attacks(self, messages: Messages, signals: Floats, state: Floats) -> Messages:
        """MESSAGE, then NETWORK and TIMING: the messages as they are sent and as links carry them."""
        for attack in self._on(Surface.MESSAGE, "on_messages"):
            attack.show(signals, self._protocol.proposals(state))
            messages = self._speak(messages, attack)
        for attack in self._on(_LINKS):
            attack.show(signals, self._protocol.proposals(state))
            messages = self._relink(messages, attack)
        return messages

    def forge_claims(self, messages: Messages) -> Messages:
        """MESSAGE: what daemons tell each other for a defense, after red changed what its hijacked daemons tell."""
        for attack in self._on(Surface.MESSAGE, "on_claims"):
            messages = attack.change_claims(messages)
        return messages

    def held(self) -> Bools:
        """(n,) the daemons that red runs in this round."""
        mask: Bools = np.zeros(len(self.hijacked), dtype=bool)
        for attack in self.attacks:
            if attack.on:
                mask[attack.hijacked] = True
        return mask

    def owned(self) -> Ints:
        """(k,) the daemons that any attack has hijacked and still holds, on or off, ascending."""
        return np.unique(np.concatenate([attack.hijacked for attack in self.attacks])).astype(np.int32)

    def released(self, kind: str, daemons: Ints) -> None:
        """Record that the attack `kind` released daemons."""
        if len(daemons):
            self._recorder.event("red", "released", kind, daemons)

    def lose(self, daemons: Ints) -> None:
        """Take hijacked daemons from red, which may hijack them again."""
        for attack in self.attacks:
            attack.lose(daemons)

    def apply_decision_attacks(self, decisions: Floats) -> Floats:
        """DAEMON: (n, c) the decisions with those of hijacked daemons as red has them act, where these are finite."""
        for attack in self._on(Surface.DAEMON, "on_decisions"):
            rows = attack.hijacked
            truth = decisions[rows]
            told = attack.lie("on_decisions", rows, truth).over(truth)
            decisions = self._with_rows(decisions, rows, np.where(np.isfinite(told), told, truth))
        return decisions

    def attacked(self) -> Bools:
        """(n,) the daemons under attack in this round, by signal or links, the hijacked ones, and red's identities.

        An attack without a surface only listens, and its targets are not under attack.
        """
        mask: Bools = np.zeros(len(self.hijacked), dtype=bool)
        for attack in self.attacks:
            if attack.on:
                mask[attack.hijacked] = True
                if attack.terms.surface and not attack.terms.surface.compromises:
                    mask[attack.targets] = True
        return mask

    @property
    def is_on(self) -> bool:
        """Whether any attack is on in this round."""
        return any(attack.on for attack in self.attacks)

    @property
    def spent(self) -> Mapping[str, float]:
        """What was spent of each budget so far, and what the rules denied, by name."""
        return {"daemons": float(self.hijacked_count), **self._budgets.spent}

    def hijack(self, kind: str, daemons: Ints) -> Ints:
        """Hijack daemons for the attack `kind`, as far as the rules allow; returns those that are hijacked now."""
        fresh = daemons[~self.hijacked[daemons]]
        granted = self._budgets.grant_daemons(fresh, self.hijacked_count)
        if len(granted):
            self.hijacked[granted] = True
            self.hijacked_count += len(granted)
            self._recorder.event("red", "hijacked", kind, granted)
        return daemons[self.hijacked[daemons]]

    def reach(self, hijacked: Ints) -> int:
        """The number of daemons that the credentials of hijacked daemons open, one after the other."""
        reached = np.zeros(self._network.n, dtype=bool)
        frontier = hijacked
        while len(frontier):
            reached[frontier] = True
            listeners = np.unique(self._network.receivers[self._network.edges_from(frontier)])
            frontier = listeners[~reached[listeners]]
        return int(np.count_nonzero(reached))

    def rehearse(self, kind: str, signals: Floats) -> Bools:
        """The daemons about which the defenses would do something, if the feeds told this.

        Raises:
            PluginError: The attack `kind` asks while a rehearsal goes on, in which claims are forged as in the run.
        """
        if self._rehearsing:
            why = "asks within a rehearsal; ask in another hook than `on_claims`"
            raise PluginError(why, where=f"{kind}: red.rehearse")
        self._rehearsing = True
        try:
            return self._rehearse(signals)
        finally:
            self._rehearsing = False

    def note(self, kind: str, name: str, value: float | str) -> None:
        """Record a named value that the attack `kind` notes."""
        self._recorder.note(kind, name, value)

    def _on(self, surface: Surface, hook: str | None = None) -> list[ActiveAttack]:
        """The attacks on a surface that are on in this round, and have a hook."""
        if hook not in self._having:
            self._having[hook] = [attack for attack in self.attacks if hook is None or attack.has(hook)]
        return [attack for attack in self._having[hook] if attack.on and attack.acts_on(surface)]

    def _with_rows(self, values: Floats, rows: Ints, told: Floats) -> Floats:
        """The values with other rows; they are copied only if a row differs."""
        different = differs(told, values[rows])
        if not different.any():
            return values
        self.changed[rows[different]] = True
        values = values.copy()
        values[rows] = told
        return values

    def _override(self, state: Floats, rows: Ints, truth: Floats, told: Floats) -> Floats:
        """(n, D) the state with other proposals in some rows; it is copied only if a row differs."""
        different = differs(told, truth)
        if not different.any():
            return state
        rows = rows[different]
        self.changed[rows] = True
        state = state.copy()
        state[rows] = self._protocol.override_proposals(state[rows], told[different])
        return state

    def _speak(self, messages: Messages, attack: ActiveAttack) -> Messages:
        change = attack.change_channels(messages, self._protocol.columns)
        edges = change.edges
        truth, sent = messages.on(edges), messages.copies_on(edges)
        false = self._budgets.grant_messages(differs(change.payload, truth))
        copies = self._budgets.grant_copies(change.copies, sent)
        self.changed[self._network.indices[edges[false | (copies != sent)]]] = True
        if false.any():
            messages = messages.with_payload(edges, np.where(false[:, None], change.payload, truth))
        return messages.with_copies(edges, copies)

    def _relink(self, messages: Messages, attack: ActiveAttack) -> Messages:
        change = attack.change_links()
        touched = self._budgets.grant_links(change.edges, change.down | (change.delays > 0))
        for peers in change.joins:
            if self._budgets.grant_identity():
                attack.own(self._next_identity)
                self._joining.append((self._next_identity, peers))
                self._recorder.event("red", "joined", attack.spec.kind, np.array([self._next_identity], dtype=np.int32))
                self._next_identity += 1
        down, delays = change.down & touched, np.where(touched, change.delays, 0)
        ends = change.edges[touched]
        struck = np.concatenate([self._network.indices[ends], self._network.receivers[ends]])
        self.changed[np.intersect1d(struck, attack.targets)] = True
        if delays.any():
            messages = messages.with_delays(change.edges, delays)
        if down.any():
            weights = np.ones(self._network.m)
            weights[change.edges[down]] = 0.0
            messages = messages.with_weights(weights)
        return messages
