"""What is recorded of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from swarmsec.arrays import Bools, Floats, Ints


@dataclass(frozen=True)
class Event:
    """Something that happened in a run.

    Attributes:
        round: When.
        team: `red`, `blue` or `world`.
        kind: `attack_on`, `attack_off`, `hijacked`, `alarm`, `isolated` or `released`.
        plugin: Whose doing it was: the plug-in's kind.
        daemons: Whom it befell; the first few, if there are many.
        count: How many it befell.
    """

    round: int
    team: str
    kind: str
    plugin: str
    daemons: tuple[int, ...] = ()
    count: int = 0

    def to_dict(self) -> dict[str, Any]:
        """The event as plain data, for one line of `events.jsonl`."""
        return {**vars(self), "daemons": list(self.daemons)}


@dataclass
class DetectionCounts:
    """Counts of daemon-rounds, from which the score of the detection is made.

    Attributes:
        attacked: Daemon-rounds under attack.
        alarmed: Daemon-rounds with an alarm.
        hits: Daemon-rounds with both.
        false_quarantine: Daemon-rounds in which somebody was isolated who was not under attack, nor had been hijacked.
        first_attack: The first round with an attack on, or None.
        first_hit: The first round with a hit, or None.
    """

    attacked: int = 0
    alarmed: int = 0
    hits: int = 0
    false_quarantine: int = 0
    first_attack: int | None = None
    first_hit: int | None = None


@dataclass(frozen=True, eq=False)
class Trace:
    """One arm of one seed, round by round.

    Attributes:
        arm: Which of the four.
        seed: Which seed.
        unit: The unit of the bill.
        bill: (rounds,) the scored bill as it stands after each round.
        metrics: name → (rounds,): all bills and the world's other figures, and how many daemons are compromised and
            quarantined, messages and bytes, alarms.
        states: (rounds + 1, n, d) the proposals before round 0 and after every round; None unless recorded.
        decisions: (rounds, n, k) what daemons decided; None unless recorded.
        events: What happened, in order.
        compromised: (n,) who was hijacked at any time: the truth, which no team sees.
        final: (n, d) the proposals in the end; empty in the traces of a scored run.
        watch: Counts for the score of the detection.
        attacked: (n,) whom an attack was on at any time, hijacked or not.
        central: What a centralized controller would have run up, by bill.
    """

    arm: str
    seed: int
    unit: str
    bill: Floats
    metrics: Mapping[str, Floats]
    states: Floats | None
    decisions: Floats | None
    events: tuple[Event, ...]
    compromised: Bools
    final: Floats
    watch: DetectionCounts
    attacked: Bools
    central: Mapping[str, float]
    quarantine_log: tuple[tuple[int, bool, Ints], ...] = field(repr=False)

    @cached_property
    def quarantined(self) -> Bools:
        """(rounds, n) who was isolated at the end of each round. Made from the log when asked for."""
        isolated = np.zeros((len(self.bill), len(self.compromised)), dtype=bool)
        for round, inside, daemons in self.quarantine_log:
            isolated[round:, daemons] = inside
        return isolated


class Recorder:
    """Takes down a run, one round at a time."""

    def __init__(self, rounds: int, *, keep_states: bool) -> None:
        self.rounds = rounds
        self.round = 0
        self.events: list[Event] = []
        self.metrics: dict[str, Floats] = {}
        self.watch = DetectionCounts()
        self._keep_states = keep_states
        self.states: list[Floats] = []
        self.decisions: list[Floats] = []

    def state(self, state: Floats) -> None:
        """Keep the proposals, if that was asked for."""
        if self._keep_states:
            self.states.append(state.copy())

    def decision(self, decisions: Floats) -> None:
        """Keep what was decided, if that was asked for."""
        if self._keep_states:
            self.decisions.append(decisions.copy())

    def figures(self, figures: Mapping[str, float]) -> None:
        """The figures of this round. The names of round 0 are the names of all rounds."""
        if not self.metrics:
            self.metrics = {name: np.zeros(self.rounds) for name in figures}
        for name, value in figures.items():
            self.metrics[name][self.round] = value

    def event(self, team: str, kind: str, plugin: str, daemons: Ints) -> None:
        """Something happened in this round."""
        shown = tuple(int(daemon) for daemon in daemons[:EVENT_DAEMONS_MAX])
        self.events.append(Event(self.round, team, kind, plugin, shown, len(daemons)))


EVENT_DAEMONS_MAX = 20
"""An event names this many daemons; it counts them all."""
