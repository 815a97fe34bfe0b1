"""Blue's side of the engine: defenses in their order, quarantine within the rules, and what it all costs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from swarmsec.aggregation import Neighborhoods, Rule
from swarmsec.arrays import Bools, Floats, Ints, read_only
from swarmsec.errors import PluginError
from swarmsec.messages import BYTES_A_COMPONENT, Messages
from swarmsec.swarm.hooks import call, floats
from swarmsec.swarm.setup import PluginSpec, Setup
from swarmsec.swarm.trace import Recorder
from swarmsec.teams import BlueView, Defense, rule_of


class BlueTeam:
    """The defenses of a run.

    Attributes:
        rule: The aggregation rule that daemons listen with, or None for the protocol's own.
        quarantined: (n,) whom nobody listens to now.
        quarantined_count: How many those are.
        alarmed: (n,) about whom an alarm was raised in this round.
        messages: How many messages the defenses have taken so far.
        log: Every change of the quarantine: round, in or out, who.
    """

    def __init__(self, setup: Setup, recorder: Recorder, *, plays: bool, truth: Callable[[], Bools]) -> None:
        n = setup.network.n
        self._network = setup.network
        self._recorder = recorder
        self._neighborhoods = Neighborhoods(setup.network)
        self._limit = setup.rules.quarantine_limit(n)
        self.quarantined: Bools = np.zeros(n, dtype=bool)
        self.quarantined_count = 0
        self.alarmed: Bools = np.zeros(n, dtype=bool)
        self.log: list[tuple[int, bool, Ints]] = []
        self._notices = 0
        self._listening: Floats | None = None
        self._desks = [
            _ActiveDefense(self, setup, number, cast, self._neighborhoods, self._limit, truth)
            for number, cast in enumerate(setup.defenses if plays else ())
        ]
        self.rule: Rule | None = rule_of([desk.cast.plugin for desk in self._desks])

    def begin(self) -> None:
        """Before round 0."""
        for desk in self._desks:
            call(desk.cast, "begin", desk.view)

    def begin_round(self, round: int) -> None:
        """A new round: no alarms yet."""
        if self._desks:
            self.alarmed[:] = False
        for desk in self._desks:
            desk.view.round = round

    def filter(self, signals: Floats) -> Floats:
        """What daemons make of their readings, (n, d)."""
        for desk in self._desks:
            handed = read_only(signals)
            given = call(desk.cast, "filter_signals", handed, desk.view)
            if given is handed:
                continue
            where = f"{desk.cast.kind}.filter_signals"
            filtered = _finite(floats(given, signals.shape, where), where)
            desk.raise_alarm(np.flatnonzero((filtered != signals).any(axis=1)).astype(np.int32))
            signals = filtered
        return signals

    def admit(self, messages: Messages) -> Messages:
        """The messages as receivers admit them: what defenses weigh, and nothing of whom is isolated."""
        if self._listening is not None:
            messages = messages.with_weights(self._listening)
        for desk in self._desks:
            given = call(desk.cast, "weigh", messages, desk.view)
            if given is None:
                continue
            where = f"{desk.cast.kind}.weigh"
            weights = floats(given, (self._network.m,), where)
            if not ((weights >= 0) & (weights <= 1)).all():
                raise PluginError("gives a weight outside of 0 to 1", where=where)
            messages = messages.with_weights(weights)
        return messages

    def govern(self, decisions: Floats) -> Floats:
        """What of the decisions is done, (n, k)."""
        for desk in self._desks:
            where = f"{desk.cast.kind}.govern"
            handed = read_only(decisions)
            given = call(desk.cast, "govern", handed, desk.view)
            if given is handed:
                continue
            governed = _finite(floats(given, decisions.shape, where), where)
            decisions = governed
        return decisions

    def respond(self, inbox: Messages) -> None:
        """Observe what was said in this round, and act on it."""
        for desk in self._desks:
            desk.view._show(inbox, self.quarantined)
        for desk in self._desks:
            call(desk.cast, "respond", desk.view)

    @property
    def alarms(self) -> int:
        """About how many daemons an alarm was raised in this round."""
        return int(np.count_nonzero(self.alarmed)) if self._desks else 0

    @property
    def messages(self) -> int:
        """How many messages the defenses have taken so far: questions to neighbors, and notices of quarantine."""
        return self._neighborhoods.asked + self._notices

    @property
    def bytes(self) -> int:
        """How many bytes that was."""
        return self._neighborhoods.asked_bytes + self._notices * BYTES_A_COMPONENT

    def isolate(self, kind: str, daemons: Ints) -> Ints:
        """Isolate daemons in a defense's name, as far as the rules allow; returns those that were."""
        fresh = daemons[~self.quarantined[daemons]]
        granted = fresh[: max(self._limit - self.quarantined_count, 0)]
        self._change(kind, granted, inside=True)
        return granted

    def release(self, kind: str, daemons: Ints) -> None:
        """Release daemons in a defense's name, unless another defense holds them."""
        held = np.any([desk.held[daemons] for desk in self._desks], axis=0)
        self._change(kind, daemons[self.quarantined[daemons] & ~held], inside=False)

    def _change(self, kind: str, daemons: Ints, *, inside: bool) -> None:
        if not len(daemons):
            return
        self.quarantined[daemons] = inside
        self.quarantined_count = int(np.count_nonzero(self.quarantined))
        self.log.append((self._recorder.round, inside, daemons.copy()))
        self._recorder.event("blue", "isolated" if inside else "released", kind, daemons)
        self._notices += len(self._network.edges_from(daemons))
        silent = self.quarantined[self._network.indices]
        self._listening = np.where(silent, 0.0, 1.0) if silent.any() else None
        self._neighborhoods.listening = self._listening


def _finite(values: Floats, where: str) -> Floats:
    if not np.isfinite(values).all():
        raise PluginError("gives numbers that are not finite", where=where)
    return values


class _ActiveDefense:
    """One defense at work: its view, and the acts that are put down under its name."""

    def __init__(
        self,
        team: BlueTeam,
        setup: Setup,
        number: int,
        cast: PluginSpec[Defense],
        neighborhoods: Neighborhoods,
        limit: int,
        truth: Callable[[], Bools],
    ) -> None:
        self.cast = cast
        self.held: Bools = np.zeros(setup.network.n, dtype=bool)
        self._team = team
        self.view = BlueView(
            rng=setup.streams.of(f"blue/{number}"),
            network=setup.network,
            rounds=setup.rounds,
            neighborhoods=neighborhoods,
            vantage=cast.plugin.vantage,
            quarantine_limit=limit,
            responder=self,
            truth=truth,
        )

    def isolate(self, daemons: Ints) -> Ints:
        """See `BlueView.isolate`."""
        granted = self._team.isolate(self.cast.kind, daemons)
        self.held[daemons[self._team.quarantined[daemons]]] = True
        self._team.alarmed[granted] = True
        return granted

    def release(self, daemons: Ints) -> None:
        """See `BlueView.release`."""
        self.held[daemons] = False
        self._team.release(self.cast.kind, daemons)

    def accuse(self, daemons: Ints) -> None:
        """See `BlueView.accuse`."""
        self.raise_alarm(daemons)

    def raise_alarm(self, daemons: Ints) -> None:
        """Mark daemons as alarmed about in this round."""
        if len(daemons):
            self._team.alarmed[daemons] = True
