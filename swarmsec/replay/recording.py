"""Re-run one arm of one seed and record every round, so that rounds can be shown in any order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from swarmsec.arrays import Floats, Ints
from swarmsec.errors import UsageError
from swarmsec.runs.ground_truth import spans
from swarmsec.runs.simulation import EachRound, build, run_model
from swarmsec.scenario import Scenario
from swarmsec.swarm.arms import Arm
from swarmsec.swarm.model import SwarmModel
from swarmsec.swarm.trace import Event, Trace

STATES_BYTES_MAX = 256 * 1024**2
"""The memory limit for the proposals of all rounds, in bytes; single daemons are shown from these."""


class Changed(NamedTuple):
    """A metric that a round changed, before and after it."""

    name: str
    before: float
    after: float


@dataclass(frozen=True, eq=False)
class Frame:
    """The state at the end of a round.

    Attributes:
        round: The round, from 0.
        bill: The scored bill.
        before: The bill a round earlier; 0 before round 0.
        changed: The metrics that this round changed.
        events: The events of this round.
        low: (d,) the minimum of the honest daemons' proposals, by component; NaN if no daemon is honest.
        median: (d,) their median.
        high: (d,) their maximum.
        honest: The number of daemons that were never hijacked so far.
        hijacked: (k,) the daemons that were hijacked so far: ground truth, hidden from both teams.
        quarantined: (k,) the daemons that are isolated at the round's end.
        attacks: The kinds of the active attacks.
    """

    round: int
    bill: float
    before: float
    changed: tuple[Changed, ...]
    events: tuple[Event, ...]
    low: Floats
    median: Floats
    high: Floats
    honest: int
    hijacked: Ints
    quarantined: Ints
    attacks: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """The frame as plain data; daemons as spans such as `0-2,4`."""
        return {
            "round": self.round,
            "bill": self.bill,
            "bill_before": self.before,
            "changed": {name: {"before": before, "after": after} for name, before, after in self.changed},
            "events": [event.to_dict() for event in self.events],
            "honest": {
                "daemons": self.honest,
                "low": self.low.tolist(),
                "median": self.median.tolist(),
                "high": self.high.tolist(),
            },
            "hijacked": _spans(self.hijacked),
            "quarantined": _spans(self.quarantined),
            "attacks_on": list(self.attacks),
        }


@dataclass(frozen=True, eq=False)
class Recording:
    """One arm of one seed, with a summary of every round's state.

    Attributes:
        trace: The trace, as in every run.
        bill: The name of the scored bill among the metrics.
        spread: (rounds, 3, d) the minimum, median and maximum of the honest daemons' proposals.
        hijacks: The hijacks: round, (k,) newly hijacked daemons.
        states: (rounds, n, d) the proposals at the end of every round; None if they exceed the memory limit.
        states_bytes: The memory that `states` needs.
    """

    trace: Trace
    bill: str
    spread: Floats
    hijacks: tuple[tuple[int, Ints], ...]
    states: Floats | None
    states_bytes: int

    @property
    def rounds(self) -> int:
        """The number of rounds."""
        return len(self.trace.bill)

    @property
    def event_rounds(self) -> tuple[int, ...]:
        """The rounds with an event, in order."""
        return tuple(sorted({event.round for event in self.trace.events}))

    def frame(self, round: int) -> Frame:
        """The state at the end of a round.

        Raises:
            UsageError: There is no such round.
        """
        self.refuse_unknown(round)
        trace, last = self.trace, max(round - 1, 0)
        at = {name: (float(v[last]) if round else 0.0, float(v[round])) for name, v in trace.metrics.items()}
        low, median, high = self.spread[round]
        hijacked = self.hijacked_by(round)
        return Frame(
            round=round,
            bill=float(trace.bill[round]),
            before=float(trace.bill[last]) if round else 0.0,
            changed=tuple(Changed(name, *pair) for name, pair in at.items() if pair[0] != pair[1]),
            events=tuple(event for event in trace.events if event.round == round),
            low=low,
            median=median,
            high=high,
            honest=len(trace.compromised) - len(hijacked),
            hijacked=hijacked,
            quarantined=self.quarantined_at(round),
            attacks=self.attacks_on(round),
        )

    def hijacked_by(self, round: int) -> Ints:
        """(k,) the daemons hijacked by the end of a round, sorted."""
        taken = [daemons for when, daemons in self.hijacks if when <= round]
        return np.sort(np.concatenate([np.empty(0, dtype=np.int32), *taken]))

    def quarantined_at(self, round: int) -> Ints:
        """(k,) the daemons isolated at the end of a round, sorted."""
        isolated = np.zeros(len(self.trace.compromised), dtype=bool)
        for when, inside, daemons in self.trace.quarantine_log:
            if when <= round:
                isolated[daemons] = inside
        return np.flatnonzero(isolated).astype(np.int32)

    def attacks_on(self, round: int) -> tuple[str, ...]:
        """The kinds of the attacks active in a round; a kind with two active attacks appears twice."""
        on: Counter[str] = Counter()
        for event in self.trace.events:
            if event.round <= round and event.kind in {"attack_on", "attack_off"}:
                on[event.plugin] += 1 if event.kind == "attack_on" else -1
        return tuple(on.elements())

    def proposals(self, round: int, daemons: Ints) -> Floats:
        """(k, d) the proposals of some daemons at the end of a round.

        Raises:
            UsageError: There is no such round or daemon, or the states exceeded the memory limit.
        """
        self.refuse_unknown(round)
        n = len(self.trace.compromised)
        if strangers := [daemon for daemon in daemons.tolist() if not 0 <= daemon < n]:
            raise UsageError(f"no daemon {strangers[0]}; there are 0 to {n - 1:,}")
        if self.states is None:
            raise UsageError(
                f"the states of this arm take {self.states_bytes / 1024**2:,.0f} MiB, more than the "
                f"{STATES_BYTES_MAX / 1024**2:,.0f} MiB that are kept; only summaries of rounds are available"
            )
        rows: Floats = self.states[round, daemons]
        return rows

    def refuse_unknown(self, round: int) -> None:
        """Raise an error for a round that does not exist.

        Raises:
            UsageError: There is no such round.
        """
        if not 0 <= round < self.rounds:
            raise UsageError(f"no round {round:,}; there are 0 to {self.rounds - 1:,}")


def record(
    scenario: Scenario,
    seed: int,
    arm: Arm,
    *,
    states_bytes_max: int = STATES_BYTES_MAX,
    each_round: EachRound | None = None,
) -> Recording:
    """Run one arm of one seed, and record the state after every round.

    Args:
        scenario: The scenario to run.
        seed: The seed.
        arm: The arm.
        states_bytes_max: The memory limit for all proposals; above it, only summaries are kept.
        each_round: Called after each round.

    Raises:
        SwarmsecError: A plug-in breaks its contract.
    """
    model = build(scenario, arm=arm, seed=seed)
    recorder = _Recorder(model, states_bytes_max)

    def after(which: int, where: Arm, done: int) -> None:
        recorder.record_round()
        if each_round:
            each_round(which, where, done)

    trace = run_model(model, after)
    return Recording(
        trace=trace,
        bill=scenario.bill,
        spread=np.stack(recorder.spread),
        hijacks=tuple(recorder.hijacks),
        states=recorder.states,
        states_bytes=recorder.states_bytes,
    )


class _Recorder:
    """Records a model after each round."""

    def __init__(self, model: SwarmModel, states_bytes_max: int) -> None:
        self.spread: list[Floats] = []
        self.hijacks: list[tuple[int, Ints]] = []
        self.states: Floats | None = None
        self.states_bytes = 0
        self._model = model
        self._most = states_bytes_max
        self._known = np.zeros(len(model.compromised), dtype=bool)

    def record_round(self) -> None:
        """Record the latest round."""
        model, round = self._model, self._model.round - 1
        proposals, hijacked = model.proposals, model.compromised
        if round == 0:
            self.states_bytes = model.setup.rounds * proposals.nbytes
            if self.states_bytes <= self._most:
                self.states = np.empty((model.setup.rounds, *proposals.shape))
        if self.states is not None:
            self.states[round] = proposals
        if (fresh := hijacked & ~self._known).any():
            self.hijacks.append((round, np.flatnonzero(fresh).astype(np.int32)))
            self._known |= fresh
        self.spread.append(_spread(proposals[~self._known] if self._known.any() else proposals))


def _spread(proposals: Floats) -> Floats:
    """(3, d) the minimum, median and maximum of (k, d) proposals; NaN if k is 0."""
    if not len(proposals):
        return np.full((3, proposals.shape[1]), np.nan)
    return np.stack([proposals.min(axis=0), np.median(proposals, axis=0), proposals.max(axis=0)])


def _spans(daemons: Ints) -> str:
    mask = np.zeros(int(daemons.max()) + 1 if len(daemons) else 0, dtype=bool)
    mask[daemons] = True
    return spans(mask)


def rounds_of(recording: Recording, first: int, last: int) -> list[Frame]:
    """The frames of some rounds, both ends included.

    Raises:
        UsageError: There are no such rounds.
    """
    recording.refuse_unknown(first)
    recording.refuse_unknown(last)
    if last < first:
        raise UsageError(f"{first} to {last} given; must not go backward")
    return [recording.frame(round) for round in range(first, last + 1)]


def to_dict(recording: Recording, frames: list[Frame] | None, events: tuple[Event, ...]) -> Mapping[str, Any]:
    """A recording as plain data: some of its rounds, and some of its events."""
    return {
        "seed": recording.trace.seed,
        "arm": recording.trace.arm,
        "unit": recording.trace.unit,
        "bill": recording.bill,
        **({} if frames is None else {"rounds": [frame.to_dict() for frame in frames]}),
        "events": [event.to_dict() for event in events],
    }
