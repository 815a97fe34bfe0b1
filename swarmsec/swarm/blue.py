"""Blue's side of the engine: the defenses in their order, their acts within the rules, and their costs."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from swarmsec.aggregation import Rule
from swarmsec.arrays import Bools, Floats, Ints, frozen
from swarmsec.messages import BYTES_A_COMPONENT, Messages
from swarmsec.network import Joined
from swarmsec.swarm.active_defense import ActiveDefense
from swarmsec.swarm.channel import Forge
from swarmsec.swarm.guarded_rule import guarded_rule
from swarmsec.swarm.hooks import call, finite_floats
from swarmsec.swarm.listening import Listening
from swarmsec.swarm.restraint import Restraint
from swarmsec.swarm.setup import Setup
from swarmsec.swarm.trace import Recorder
from swarmsec.teams import BlueState, Observed


class BlueTeam:
    """The defenses of a run.

    Attributes:
        recorder: Records the events of the defenses.
        defenses: The defenses, in the scenario's order.
        rule: The aggregation rule that daemons listen with, or None for the protocol's own.
        quarantined: (n,) the daemons that are isolated, or that most of their listeners ignore, at the end of a round.
        quarantined_count: Their number.
        alarmed: (n,) the daemons about which an alarm was raised in this round.
        scores: (n,) the highest score of the alarms about each daemon in this round; −inf without an alarm.
        log: Every change of `quarantined`: round, whether it begins or ends, daemons.
        state: The data behind the defenses' views.
        links: The messages of the last exchange as red's links carry them; None before the first.
    """

    def __init__(
        self,
        setup: Setup,
        recorder: Recorder,
        *,
        active: bool,
        truth: Callable[[], Bools],
        held: Callable[[], Bools] | None = None,
        lose: Callable[[Ints], None] = lambda daemons: None,
        forge: Forge = lambda claims: claims,
    ) -> None:
        network, n, rules = setup.network_with_rows, setup.network_with_rows.n, setup.rules
        self._daemons = setup.network.n
        specs = setup.defenses if active else ()
        self._network, self.recorder, self._world = network, recorder, setup.world
        self._held = held or (lambda: np.zeros(n, dtype=bool))
        self._lose = lose
        self._isolated = Restraint(n, rules.quarantine_limit(self._daemons), len(specs))
        self._suspended = Restraint(n, rules.suspend_limit(self._daemons), len(specs))
        self._restored = Restraint(n, rules.restore_limit(self._daemons), 1)
        self._back_in: dict[int, list[Ints]] = {}
        self._downtime, self._restored_in_total, self._ignored_most = rules.blue.downtime, 0, 0
        self.quarantined: Bools = np.zeros(n, dtype=bool)
        self.quarantined_count = self._most_quarantined = 0
        self.alarmed: Bools = np.zeros(n, dtype=bool)
        self.scores: Floats = np.full(n if specs else 0, -np.inf)
        self.log: list[tuple[int, bool, Ints]] = []
        self.links: Messages | None = None
        self._notices = 0
        self._governed: Floats | None = None
        self._having: dict[str, list[ActiveDefense]] = {}
        self.state = BlueState(n)
        self.state.isolated, self.state.suspended = self._isolated.on, self._suspended.on
        self.state.down = self._restored.on
        self.defenses = [
            ActiveDefense(self, setup, number, spec, truth=truth, forge=forge) for number, spec in enumerate(specs)
        ]
        self._listening = Listening(network, self.alarm, self.within_quarantine)
        self.rule: Rule | None = guarded_rule(self.defenses)

    def restores_nothing(self) -> None:
        """From here on `restore` ends no hijack: this team is a copy, and red is that of the run."""
        self._lose = lambda daemons: None

    def begin(self) -> None:
        """Call `begin` of every defense, before round 0."""
        for defense in self.defenses:
            call(defense.spec, "begin", defense.view)

    def begin_round(self, round: int) -> None:
        """Begin a round without alarms, and bring back daemons whose downtime is over."""
        if self.defenses:
            self.alarmed[:] = False
            self.scores[:] = -np.inf
        self.state.round = round
        for daemons in self._back_in.pop(round, []):
            self._restored.lift(0, daemons)
            self.update_listening()

    def relink(self, joined: Joined) -> None:
        """Go on with a network that identities have joined."""
        self._network = joined.network
        self._listening.relink(joined.network)
        self.links = None if self.links is None else self.links.relinked(joined)
        for defense in self.defenses:
            defense.relink(joined)
        self.state.relink(joined)
        self.update_listening()

    def filter(self, signals: Floats) -> Floats:
        """(n, d) the signals after the defenses' filters."""
        for defense in self._with("filter_signals"):
            before = frozen(signals)
            after = call(defense.spec, "filter_signals", before, defense.view)
            if after is not before:
                filtered = finite_floats(after, signals.shape, f"{defense.spec.kind}.filter_signals").copy()
                self._alarm_changed(filtered, signals)
                signals = filtered
        return signals

    def admit(self, carried: Messages, sent: Messages) -> Messages:
        """The messages that receivers admit, of those that links carried: not from isolated or ignored daemons.

        Args:
            carried: The messages that arrive.
            sent: The messages of this exchange as red left them.
        """
        self.links = sent if self.defenses else None
        return self._listening.admit(carried, self._with("weigh"))

    def govern(self, decisions: Floats) -> Floats:
        """(n, k) the decisions after the defenses' caps and vetoes.

        Hijacked daemons do what red decides, except for what a gateway changes; but each defense sees what the one
        before let through. Suspended daemons, and those that are down, decide what the world calls neutral.
        """
        shown = acted = decisions
        for defense in self._with("govern"):
            before = frozen(shown)
            after = call(defense.spec, "govern", before, defense.view)
            if after is before:
                continue
            governed = finite_floats(after, decisions.shape, f"{defense.spec.kind}.govern").copy()
            changed = self._alarm_changed(governed, shown)
            binds = changed if defense.gateway or not changed.any() else changed & ~self._held()
            acted = np.where(binds[:, None], governed, acted)
            shown = governed
        self._governed = shown
        if self._suspended.count or self._restored.count:
            stopped = (self._suspended.on | self._restored.on)[:, None]
            neutral = self.neutral(acted)
            acted = acted if neutral is None else np.where(stopped, neutral, acted)
        return acted

    def neutral(self, decisions: Floats) -> Floats | None:
        """(n, k) the decisions of daemons that do not act, while identities keep theirs; None if the world has none."""
        if not self._world.overrides("neutral"):
            return None
        neutral = decisions.copy()
        neutral[: self._daemons] = self._world.neutral(frozen(decisions[: self._daemons]))
        return neutral

    def respond(self, sent: Messages, carried: Messages, proposals: Floats, observed: Observed | None = None) -> None:
        """Call `respond` of every defense, and count the daemons that are in quarantine.

        Args:
            sent: The messages of the last exchange as they were sent.
            carried: Those that arrived in it.
            proposals: (n, d) the proposals after it.
            observed: What the world shows of the round.
        """
        if not self.defenses:
            return
        assert self._governed is not None, "a round governs decisions before it responds"
        self.state.show(sent, carried, observed, proposals=proposals, decisions=self._governed)
        for defense in self._with("respond"):
            call(defense.spec, "respond", defense.view)
        self._count_quarantined()

    @property
    def accused(self) -> Bools:
        """(n,) the daemons with an alarm in this round, and those that a defense acts against: a lasting alarm."""
        ignored = self._listening.ignored_senders
        if not (self.quarantined_count or self._suspended.count or len(ignored)):
            return self.alarmed
        accused: Bools = self.alarmed | self.quarantined | self._suspended.on
        accused[ignored] = True
        return accused

    @property
    def alarms(self) -> int:
        """The number of daemons about which an alarm was raised in this round."""
        return int(np.count_nonzero(self.alarmed)) if self.defenses else 0

    @property
    def messages(self) -> int:
        """The number of messages of the defenses so far: what they told, and notices of quarantine."""
        return sum(defense.channel.sent for defense in self.defenses) + self._notices

    @property
    def bytes(self) -> int:
        """The bytes of these messages."""
        return sum(defense.channel.sent_bytes for defense in self.defenses) + self._notices * BYTES_A_COMPONENT

    @property
    def spent(self) -> Mapping[str, float]:
        """What blue used of its budgets so far, by name, and how much of what it asked for was denied."""
        return {
            "quarantine": self._most_quarantined,
            "denied_quarantine": self._isolated.denied,
            "suspend": self._suspended.most,
            "denied_suspend": self._suspended.denied,
            "restore": self._restored_in_total,
            "denied_restore": self._restored.denied,
            "ignored": self._ignored_most,
            "messages": self.messages,
        }

    @property
    def listening(self) -> Floats | None:
        """(m,) 0 on the edges from isolated, ignored and restored daemons; None if there are none."""
        return self._listening.weights

    def isolate(self, number: int, daemons: Ints) -> Ints:
        """Isolate daemons for a defense, as far as the rules allow; returns those that this call isolated."""
        granted = self._isolated.apply(number, daemons, reserved=int(np.count_nonzero(self._silenced())))
        self._note("isolated", number, granted, silences=True)
        self.alarm(granted)
        return granted

    def release(self, number: int, daemons: Ints) -> None:
        """Release daemons for a defense, except those that another defense keeps isolated."""
        self._note("released", number, self._isolated.lift(number, daemons), silences=True)

    def suspend(self, number: int, daemons: Ints) -> Ints:
        """Suspend daemons for a defense, as far as the rules allow; returns those that this call suspended."""
        granted = self._suspended.apply(number, daemons)
        self._note("suspended", number, granted)
        self.alarm(granted)
        return granted

    def resume(self, number: int, daemons: Ints) -> None:
        """End the suspension of daemons for a defense, except those that another defense suspends."""
        self._note("resumed", number, self._suspended.lift(number, daemons))

    def restore(self, number: int, daemons: Ints) -> Ints:
        """Take daemons down, and end their hijack, as far as the rules allow; returns those that this call takes."""
        granted = self._restored.apply(0, daemons)
        if len(granted):
            self._restored_in_total += len(granted)
            self._back_in.setdefault(self.recorder.round + 1 + self._downtime, []).append(granted)
            self._lose(granted)
        self._note("restored", number, granted, silences=True)
        self.alarm(granted)
        return granted

    def alarm(self, daemons: Ints, scores: Floats | None = None) -> None:
        """Raise an alarm about daemons, with a score of 1 unless given."""
        self.alarmed[daemons] = True
        self.scores[daemons] = np.maximum(self.scores[daemons], 1.0 if scores is None else scores)
        if scores is not None:
            self.recorder.scores.note(self.recorder.round, daemons, scores)

    def update_listening(self) -> None:
        """Compute the edges that nobody listens on."""
        ignored = [defense.ignored for defense in self.defenses if defense.ignored is not None]
        if ignored:
            self._ignored_most = max(self._ignored_most, int(np.count_nonzero(np.any(ignored, axis=0))))
        self._listening.update(self._isolated.on | self._restored.on, ignored)

    def within_quarantine(self, dropped: Bools) -> Bools:
        """(m,) the edges of `dropped` on which a monitor may drop messages: it silences no more than it may isolate.

        Of the daemons that most of their listeners would no longer hear, those with the lowest numbers are silenced.
        """
        aimed = np.zeros(self._network.n, dtype=bool)
        aimed[self._network.indices[dropped]] = True
        silenced = self._silenced(dropped)
        left = self._isolated.limit - self._isolated.count - int(np.count_nonzero(silenced & ~aimed))
        beyond = np.flatnonzero(silenced & aimed)[max(left, 0) :]
        self._isolated.denied += len(beyond)
        return dropped & ~np.isin(self._network.indices, beyond) if len(beyond) else dropped

    def _silenced(self, dropped: Bools | None = None) -> Bools:
        """(n,) the daemons that monitors silence without isolating them, with those on other edges (m,)."""
        masks = [one.ignored for one in self.defenses if one.acts_on_swarm and one.ignored is not None]
        masks += [] if dropped is None else [dropped]
        if not masks:
            return np.zeros(self._network.n, dtype=bool)
        off: Bools = np.logical_or.reduce(masks)
        return self._listening.mostly(off) & ~self._isolated.on & ~self._restored.on

    def _with(self, hook: str) -> list[ActiveDefense]:
        if hook not in self._having:
            self._having[hook] = [defense for defense in self.defenses if defense.overrides(hook)]
        return self._having[hook]

    def _alarm_changed(self, after: Floats, before: Floats) -> Bools:
        """Raise an alarm about the rows that a defense changed; returns them as a mask."""
        changed: Bools = (after != before).any(axis=1)
        self.alarm(np.flatnonzero(changed).astype(np.int32))
        return changed

    def _note(self, kind: str, number: int, daemons: Ints, *, silences: bool = False) -> None:
        """Record an act; one that silences daemons costs a notice to each of their listeners."""
        if not len(daemons):
            return
        self.recorder.event("blue", kind, self.defenses[number].spec.kind, daemons)
        self._notices += len(self._network.edges_from(daemons))
        if silences:
            self.update_listening()

    def _count_quarantined(self) -> None:
        """Log the daemons that are isolated or mostly ignored since this round, and those that no longer are."""
        now = self._isolated.on | self._listening.mostly_ignored
        for begins, daemons in ((True, now & ~self.quarantined), (False, self.quarantined & ~now)):
            if daemons.any():
                self.log.append((self.recorder.round, begins, np.flatnonzero(daemons).astype(np.int32)))
        self.quarantined = now
        self.quarantined_count = int(np.count_nonzero(now))
        self._most_quarantined = max(self._most_quarantined, self.quarantined_count, self._isolated.most)
