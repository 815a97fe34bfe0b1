"""The record of a run: its trace, its events, and the counts of detection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from swarmsec.arrays import Bools, Floats, Ints


@dataclass(frozen=True)
class Event:
    """An event of a run.

    Attributes:
        round: The round of the event.
        team: `red`, `blue` or `world`.
        kind: `attack_on`, `attack_off`, `hijacked`, `joined`, `note`, `isolated`, `released`, `suspended`, `resumed` or
            `restored`.
        plugin: The kind of the plug-in that caused it.
        daemons: The daemons concerned; the first few, if there are many.
        count: The number of daemons concerned.
        note: The name and the value that an attack wrote down; None for other events.
    """

    round: int
    team: str
    kind: str
    plugin: str
    daemons: tuple[int, ...] = ()
    count: int = 0
    note: tuple[str, float | str] | None = None

    def to_dict(self) -> dict[str, Any]:
        """The event as plain data, for one line of `events.jsonl`; only a note has `note`."""
        plain = {**vars(self), "daemons": list(self.daemons)}
        note = plain.pop("note")
        return plain if note is None else {**plain, "note": list(note)}


@dataclass
class DetectionCounts:
    """Counts of daemon-rounds for the score of the detection.

    Attributes:
        attacked: Daemon-rounds under attack.
        alarmed: Daemon-rounds with an alarm, or with an act of a defense against the daemon that lasts.
        hits: Daemon-rounds with both; some of them in peace as well, see `swarmsec.scoring.detection`.
        false_quarantine: Daemon-rounds of isolated daemons that were neither under attack nor ever hijacked.
        first_attack: The first round in which red changed something, or None.
    """

    attacked: int = 0
    alarmed: int = 0
    hits: int = 0
    false_quarantine: int = 0
    first_attack: int | None = None


Toggles = tuple[tuple[int, Ints], ...]
"""A mask over daemons, round by round: in the rounds in which it changes, the daemons for which it does."""


class ToggleLog:
    """Records a mask over daemons by its changes."""

    def __init__(self, n: int) -> None:
        self._last: Bools = np.zeros(n, dtype=bool)
        self._changes: list[tuple[int, Ints]] = []
        self._size = 0

    def note(self, round: int, mask: Bools) -> None:
        """Record the mask of a round."""
        if self._size > TOGGLES_MAX:
            return
        different = mask != self._last
        if np.count_nonzero(different):
            changed = np.flatnonzero(different).astype(np.int32)
            self._changes.append((round, changed))
            self._size += len(changed)
            self._last = mask.copy()

    @property
    def toggles(self) -> Toggles | None:
        """The record; None if it became too large."""
        return None if self._size > TOGGLES_MAX else tuple(self._changes)


Scores = tuple[tuple[int, Ints, npt.NDArray[np.float32]], ...]
"""The alarms with a score: in each round that has any, the daemons, ascending, and their highest scores."""


class ScoreLog:
    """Records the scores that defenses give with their alarms; it is empty if they give none."""

    def __init__(self) -> None:
        self._log: list[tuple[int, Ints, npt.NDArray[np.float32]]] = []
        self._size = 0

    def note(self, round: int, daemons: Ints, scores: Floats) -> None:
        """Record alarms of a round about daemons (k,), with their scores (k,)."""
        if self._size > TOGGLES_MAX or not len(daemons):
            return
        with np.errstate(over="ignore"):
            rounded = scores.astype(np.float32)
        if self._log and self._log[-1][0] == round:
            _, before, higher = self._log.pop()
            self._size -= len(before)
            daemons, rounded = np.concatenate([before, daemons]), np.concatenate([higher, rounded])
        order = np.lexsort((-rounded, daemons))
        who, first = np.unique(daemons[order], return_index=True)
        self._log.append((round, who.astype(np.int32), rounded[order][first]))
        self._size += len(who)

    @property
    def scores(self) -> Scores | None:
        """The record; None if it became too large."""
        return None if self._size > TOGGLES_MAX else tuple(self._log)


class HonestMessages(NamedTuple):
    """Messages between daemons that were not hijacked before.

    Attributes:
        sent: Those that they sent, before red changed anything.
        processed: Those that their receivers processed, with a weight that counts.
    """

    sent: int = 0
    processed: int = 0


NONE_SENT = HonestMessages()


@dataclass(frozen=True, eq=False, repr=False)
class Trace:
    """One arm of one seed, round by round.

    Attributes:
        arm: The name of the arm.
        seed: The seed.
        unit: The unit of the bill.
        bill: (rounds,) the scored bill after each round.
        metrics: name → (rounds,): all bills and the world's other figures, the numbers of compromised and of
            quarantined daemons, of messages, bytes and alarms.
        states: (rounds + 1, n, d) the proposals before round 0 and after every round; None unless recorded.
        decisions: (rounds, n, k) the decisions; None unless recorded.
        events: The events, in order.
        compromised: (n,) the daemons that were hijacked at any time; ground truth, hidden from both teams.
        final: (n, d) the proposals after the last round; empty in the traces of a scored run.
        watch: Counts for the score of the detection.
        alarms: The daemons and identities with an alarm or in isolation, round by round; None if that is too much to
            record.
        changed: The daemons and identities that red changed, round by round; None if there are too many to record.
        quarantine_log: Every change of `quarantined`: round, whether it begins or ends, daemons.
        attacked: (n,) the daemons that were under attack at any time, hijacked or not.
        central: The bills of a centralized controller, by name.
        spent: Team, `red` or `blue` → what it spent, by the name of the budget.
        scores: The scores of alarms, round by round; empty if no defense gave any, None if too many to record.
        honest_messages: The messages between honest daemons.
        range_violation: The largest distance of an honest proposal from the range of the honest first ones, by
            component; None if no defense of the run promises to keep it.
        range_size: The largest absolute value of that range.
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
    spent: Mapping[str, Mapping[str, float]]
    alarms: Toggles | None = field(repr=False)
    changed: Toggles | None = field(repr=False)
    quarantine_log: tuple[tuple[int, bool, Ints], ...] = field(repr=False)
    scores: Scores | None = field(default=(), repr=False)
    honest_messages: HonestMessages = NONE_SENT
    range_violation: float | None = None
    range_size: float = 0.0

    def __repr__(self) -> str:
        kept = ", states" if self.states is not None else ""
        return (
            f"<Trace of the {self.arm} arm, seed {self.seed}: {len(self.bill):,} rounds, {len(self.compromised):,} "
            f"daemons, bill {float(self.bill[-1]):.6g} {self.unit}, {len(self.metrics)} metrics{kept}>"
        )

    @cached_property
    def quarantined(self) -> Bools:
        """(rounds, n) the daemons that were isolated at the end of each round, from the log."""
        isolated = np.zeros((len(self.bill), len(self.compromised)), dtype=bool)
        for round, inside, daemons in self.quarantine_log:
            isolated[round:, daemons] = inside
        return isolated


class Recorder:
    """Records a run, round by round."""

    def __init__(self, rounds: int, n: int, *, keep_states: bool) -> None:
        self.rounds = rounds
        self.round = 0
        self.events: list[Event] = []
        self.metrics: dict[str, Floats] = {}
        self.watch = DetectionCounts()
        self.alarms, self.changed, self.scores = ToggleLog(n), ToggleLog(n), ScoreLog()
        self._keep_states = keep_states
        self.states: list[Floats] = []
        self.decisions: list[Floats] = []

    def proposals(self, proposals: Floats) -> None:
        """Record the proposals, if states are recorded."""
        if self._keep_states:
            self.states.append(proposals.copy())

    def decision(self, decisions: Floats) -> None:
        """Record the decisions, if states are recorded."""
        if self._keep_states:
            self.decisions.append(decisions.copy())

    def figures(self, figures: Mapping[str, float]) -> None:
        """Record the figures of this round. All rounds have the names of round 0."""
        if not self.metrics:
            self.metrics = {name: np.zeros(self.rounds) for name in figures}
        for name, value in figures.items():
            self.metrics[name][self.round] = value

    def event(self, team: str, kind: str, plugin: str, daemons: Ints) -> None:
        """Record an event of this round."""
        shown = tuple(int(daemon) for daemon in daemons[:EVENT_DAEMONS_MAX])
        self.events.append(Event(self.round, team, kind, plugin, shown, len(daemons)))

    def note(self, plugin: str, name: str, value: float | str) -> None:
        """Record a named value that an attack notes in this round."""
        self.events.append(Event(self.round, "red", "note", plugin, note=(name, value)))


EVENT_DAEMONS_MAX = 20
"""The most daemons that an event lists; `count` is the number of all."""

TOGGLES_MAX = 5_000_000
"""The most changes of a mask, and the most scores, that are recorded: 20 MB of daemons."""
