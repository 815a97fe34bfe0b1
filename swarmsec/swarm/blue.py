"""Blue's side of the engine: the defenses in their order, the quarantine within the rules, and their costs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from swarmsec.aggregation import Neighborhoods, Rule
from swarmsec.arrays import Bools, Floats, Ints, read_only
from swarmsec.errors import PluginError
from swarmsec.messages import BYTES_A_COMPONENT, Messages
from swarmsec.swarm.hooks import call, finite_floats, floats
from swarmsec.swarm.setup import PluginSpec, Setup
from swarmsec.swarm.trace import Recorder
from swarmsec.teams import BlueState, BlueView, Defense, rule_of


class BlueTeam:
    """The defenses of a run.

    Attributes:
        rule: The aggregation rule that daemons listen with, or None for the protocol's own.
        quarantined: (n,) the daemons that are isolated now.
        quarantined_count: The number of isolated daemons.
        alarmed: (n,) the daemons about which an alarm was raised in this round.
        log: Every change of the quarantine: round, whether isolated or released, daemons.
    """

    def __init__(self, setup: Setup, recorder: Recorder, *, active: bool, truth: Callable[[], Bools]) -> None:
        n = setup.network.n
        self._network = setup.network
        self.recorder = recorder
        self._neighborhoods = Neighborhoods(setup.network)
        self._limit = setup.rules.quarantine_limit(n)
        self.quarantined: Bools = np.zeros(n, dtype=bool)
        self.quarantined_count = 0
        self.alarmed: Bools = np.zeros(n, dtype=bool)
        self.log: list[tuple[int, bool, Ints]] = []
        self._notices = 0
        self._listening: Floats | None = None
        self._state = BlueState(n)
        self._defenses = [
            _ActiveDefense(self, setup, number, spec, self._neighborhoods, self._limit, self._state, truth)
            for number, spec in enumerate(setup.defenses if active else ())
        ]
        self.rule: Rule | None = rule_of([defense.spec.plugin for defense in self._defenses])

    def begin(self) -> None:
        """Call `begin` of every defense, before round 0."""
        for defense in self._defenses:
            call(defense.spec, "begin", defense.view)

    def begin_round(self, round: int) -> None:
        """Begin a round without alarms."""
        if self._defenses:
            self.alarmed[:] = False
        self._state.round = round

    def filter(self, signals: Floats) -> Floats:
        """(n, d) the signals after the defenses' filters."""
        for defense in self._defenses:
            before = read_only(signals)
            after = call(defense.spec, "filter_signals", before, defense.view)
            if after is before:
                continue
            filtered = finite_floats(after, signals.shape, f"{defense.spec.kind}.filter_signals")
            defense.accuse(np.flatnonzero((filtered != signals).any(axis=1)).astype(np.int32))
            signals = filtered
        return signals

    def admit(self, messages: Messages) -> Messages:
        """The messages with the weights of the defenses, and weight 0 for isolated senders."""
        if self._listening is not None:
            messages = messages.with_weights(self._listening)
        for defense in self._defenses:
            given = call(defense.spec, "weigh", messages, defense.view)
            if given is None:
                continue
            where = f"{defense.spec.kind}.weigh"
            weights = floats(given, (self._network.m,), where)
            if not ((weights >= 0) & (weights <= 1)).all():
                raise PluginError("gives a weight outside of 0 to 1", where=where)
            messages = messages.with_weights(weights)
        return messages

    def govern(self, decisions: Floats) -> Floats:
        """(n, k) the decisions after the defenses' caps and vetoes."""
        for defense in self._defenses:
            before = read_only(decisions)
            after = call(defense.spec, "govern", before, defense.view)
            if after is not before:
                decisions = finite_floats(after, decisions.shape, f"{defense.spec.kind}.govern")
        return decisions

    def respond(self, sent: Messages) -> None:
        """Call `respond` of every defense, with the messages of the last exchange as they were sent."""
        self._state.show(sent, self.quarantined)
        for defense in self._defenses:
            call(defense.spec, "respond", defense.view)

    @property
    def alarms(self) -> int:
        """The number of daemons about which an alarm was raised in this round."""
        return int(np.count_nonzero(self.alarmed)) if self._defenses else 0

    @property
    def messages(self) -> int:
        """The number of messages of the defenses so far: queries to neighbors, and notices of quarantine."""
        return self._neighborhoods.asked + self._notices

    @property
    def bytes(self) -> int:
        """The bytes of these messages."""
        return self._neighborhoods.asked_bytes + self._notices * BYTES_A_COMPONENT

    def isolate(self, kind: str, daemons: Ints) -> Ints:
        """Isolate daemons for the defense `kind`, as far as the rules allow.

        Returns:
            (k,) the daemons that this call isolated.
        """
        fresh = daemons[~self.quarantined[daemons]]
        granted = fresh[: max(self._limit - self.quarantined_count, 0)]
        self._change(kind, granted, isolated=True)
        return granted

    def release(self, kind: str, daemons: Ints) -> None:
        """Release daemons for the defense `kind`, except those that another defense keeps isolated."""
        held = np.any([defense.held[daemons] for defense in self._defenses], axis=0)
        self._change(kind, daemons[self.quarantined[daemons] & ~held], isolated=False)

    def _change(self, kind: str, daemons: Ints, *, isolated: bool) -> None:
        if not len(daemons):
            return
        self.quarantined[daemons] = isolated
        self.quarantined_count = int(np.count_nonzero(self.quarantined))
        self.log.append((self.recorder.round, isolated, daemons.copy()))
        self.recorder.event("blue", "isolated" if isolated else "released", kind, daemons)
        self._notices += len(self._network.edges_from(daemons))
        silent = self.quarantined[self._network.indices]
        self._listening = np.where(silent, 0.0, 1.0) if silent.any() else None
        self._neighborhoods.listening = self._listening


class _ActiveDefense:
    """One defense of a run, with its view; it implements the view's `Responder`.

    Attributes:
        spec: The defense.
        held: (n,) the daemons that this defense keeps isolated.
        view: The defense's view.
    """

    def __init__(
        self,
        team: BlueTeam,
        setup: Setup,
        number: int,
        spec: PluginSpec[Defense],
        neighborhoods: Neighborhoods,
        limit: int,
        state: BlueState,
        truth: Callable[[], Bools],
    ) -> None:
        self.spec = spec
        self.held: Bools = np.zeros(setup.network.n, dtype=bool)
        self._team = team
        self.view = BlueView(
            rng=setup.streams.of(f"blue/{number}"),
            network=setup.network,
            rounds=setup.rounds,
            neighborhoods=neighborhoods,
            vantage=spec.plugin.vantage,
            quarantine_limit=limit,
            responder=self,
            state=state,
            truth=truth,
        )

    def isolate(self, daemons: Ints) -> Ints:
        """See `BlueView.isolate`."""
        granted = self._team.isolate(self.spec.kind, daemons)
        self.held[daemons[self._team.quarantined[daemons]]] = True
        self._team.alarmed[granted] = True
        return granted

    def release(self, daemons: Ints) -> None:
        """See `BlueView.release`."""
        self.held[daemons] = False
        self._team.release(self.spec.kind, daemons)

    def accuse(self, daemons: Ints) -> None:
        """See `BlueView.accuse`."""
        if len(daemons):
            self._team.alarmed[daemons] = True
