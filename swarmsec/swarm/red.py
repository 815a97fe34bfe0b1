"""Red's side of the engine: the attacks that are on, their hijacked daemons, and the order of their changes."""

from __future__ import annotations

import numpy as np

from swarmsec.arrays import Bools, Floats, Ints
from swarmsec.messages import Messages
from swarmsec.swarm.active_attack import ActiveAttack
from swarmsec.swarm.hooks import call
from swarmsec.swarm.setup import Setup
from swarmsec.swarm.trace import Recorder
from swarmsec.teams import Surface


class RedTeam:
    """The attacks of a run.

    Attributes:
        attacks: The attacks, in the scenario's order.
        hijacked: (n,) the daemons that were hijacked so far. It stays true: stolen credentials remain stolen.
        hijacked_count: The number of hijacked daemons.
    """

    def __init__(self, setup: Setup, recorder: Recorder, *, active: bool, defended: bool) -> None:
        self.hijacked: Bools = np.zeros(setup.network.n, dtype=bool)
        self.hijacked_count = 0
        self._limit = setup.rules.hijack_limit(setup.network.n)
        self._recorder = recorder
        defenses = tuple({"kind": spec.kind, **spec.parameters} for spec in setup.defenses) if defended else ()
        self.attacks = [
            ActiveAttack(
                spec,
                setup.network,
                setup.targets[number],
                rng=setup.streams.of(f"red/{number}"),
                defenses=defenses,
                hijack=self._hijack,
            )
            for number, spec in enumerate(setup.attacks if active else ())
        ]
        self._last_signals: Floats | None = None
        self._protocol = setup.protocol

    def begin(self) -> None:
        """Call `begin` of every attack, before round 0."""
        for attack in self.attacks:
            call(attack.spec, "begin", attack.view)

    def begin_round(self, round: int) -> None:
        """Switch attacks on and off, and hijack the targets of those that begin and compromise daemons."""
        for attack in self.attacks:
            was_on, attack.on = attack.on, (strength := attack.spec.plugin.intensity(round)) > 0
            attack.state.round, attack.state.strength = round, strength
            if attack.on != was_on:
                kind = "attack_on" if attack.on else "attack_off"
                self._recorder.event("red", kind, attack.spec.kind, attack.targets)
            if attack.on and not was_on and attack.spec.plugin.surface.compromises:
                attack.take(attack.targets)

    def apply_signal_attacks(self, signals: Floats, state: Floats | None) -> Floats:
        """SIGNAL: (n, d) the signals after the attacks. A non-finite signal becomes the previous one, or 0."""
        attacks = self._on(Surface.SIGNAL)
        for attack in attacks:
            before = self.hijacked.copy()
            attack.state.show(signals, signals if state is None else self._protocol.proposals(state))
            signals = attack.change_signals(signals)
            if not attack.spec.plugin.surface.compromises:
                assert np.array_equal(before, self.hijacked), "a SIGNAL attack leaves every daemon uncompromised"
        if attacks and not np.isfinite(signals).all():
            last = np.zeros_like(signals) if self._last_signals is None else self._last_signals
            signals = np.where(np.isfinite(signals), signals, last)
        if self.attacks:
            self._last_signals = signals
        return signals

    def apply_daemon_attacks(self, state: Floats, signals: Floats) -> Floats:
        """DAEMON: (n, D) the state with the proposals that red writes for hijacked daemons; may be non-finite."""
        for attack in self._on(Surface.DAEMON):
            proposals = self._protocol.proposals(state)
            attack.state.show(signals, proposals)
            written = attack.change_proposals(proposals)
            changed = ~((written == proposals) | (np.isnan(written) & np.isnan(proposals))).all(axis=1)
            if changed.any():
                state = state.copy()
                state[changed] = self._protocol.override_proposals(state[changed], written[changed])
        return state

    def restore_hijacked(self, written: Floats, state: Floats, before: Floats) -> Floats:
        """(n, D) the state after listening, in which hijacked daemons keep red's finite values."""
        for attack in self._on(Surface.DAEMON):
            rows = attack.hijacked
            state = state.copy()
            state[rows] = np.where(np.isfinite(written[rows]), written[rows], before[rows])
        return state

    def apply_message_attacks(self, messages: Messages, signals: Floats, state: Floats) -> Messages:
        """MESSAGE, then NETWORK and TIMING: the messages as they are sent and as links carry them."""
        for attack in self._on(Surface.MESSAGE):
            attack.state.show(signals, self._protocol.proposals(state))
            messages = attack.change_messages(messages)
        for attack in self._on(Surface.NETWORK | Surface.TIMING):
            attack.state.show(signals, self._protocol.proposals(state))
            messages = attack.change_links(messages)
        return messages

    def attacked(self) -> Bools:
        """(n,) the daemons under attack in this round: by their signal, their links, or hijacked."""
        mask: Bools = np.zeros(len(self.hijacked), dtype=bool)
        for attack in self.attacks:
            if attack.on:
                mask[attack.hijacked if attack.spec.plugin.surface.compromises else attack.targets] = True
        return mask

    @property
    def is_on(self) -> bool:
        """Whether any attack is on in this round."""
        return any(attack.on for attack in self.attacks)

    def _on(self, surface: Surface) -> list[ActiveAttack]:
        return [attack for attack in self.attacks if attack.on and attack.spec.plugin.surface & surface]

    def _hijack(self, kind: str, daemons: Ints) -> Ints:
        """Hijack daemons for the attack `kind`, as far as the rules allow; returns those that are hijacked now."""
        fresh = daemons[~self.hijacked[daemons]]
        granted = fresh[: max(self._limit - self.hijacked_count, 0)]
        if len(granted):
            self.hijacked[granted] = True
            self.hijacked_count = int(np.count_nonzero(self.hijacked))
            self._recorder.event("red", "hijacked", kind, granted)
        return daemons[self.hijacked[daemons]]
