"""How well the alarms find what red changed, against the alarms that the same defense raises in peace."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from swarmsec.arrays import Floats
from swarmsec.scoring.exposure import Exposure, ExposureCount
from swarmsec.scoring.intervals import Interval, of_mean, of_ratio, plain_interval
from swarmsec.scoring.ranking import Ranking
from swarmsec.scoring.turns import Logs, turns
from swarmsec.swarm.trace import Trace


class CostProfile(NamedTuple):
    """What a missed daemon-round and a false alarm about one cost."""

    miss: float
    false_alarm: float


COST_PROFILES = {
    "balanced": CostProfile(1.0, 0.11),
    "false_alarms_dear": CostProfile(1.0, 0.22),
    "misses_dear": CostProfile(2.0, 0.11),
}
"""The weights of the application profiles of the Numenta Anomaly Benchmark (Lavin and Ahmad 2015): `standard`,
`reward_low_FP_rate` and `reward_low_FN_rate`."""


class Detection(NamedTuple):
    """The score of the alarms in the defended arm, with 95% intervals over seeds.

    If alarms or attacks of a seed are too many to be recorded, all scores are None that depend on these records.

    An alarm is a hit if red changed its daemon in that round. Hits count net of the alarms of the guarded arm about the
    same daemons in the same rounds: what rings in peace as well tells nothing, and a detector that guesses has 0.

    Attributes:
        precision: Hits as a share of all daemon-rounds with an alarm; None without alarms.
        recall: Hits as a share of the daemon-rounds that red changed; None without an attack.
        delay_rounds: Rounds from the onset of the attack to the first alarm that is raised after it, about a daemon
            that red changed, and not in peace as well; the mean over seeds. A seed without such an alarm counts with
            the rounds to the end of the run, and so does one with no more hits than a detector that guesses; None if
            all seeds are without.
        false_quarantine_daemon_rounds: Daemon-rounds in which harmless daemons were isolated, the mean over seeds.
        missed_seeds: Seeds with an attack and without such an alarm.
        by_design: Whether the defenses can raise alarms at all.
        pr_auc: The average precision of the alarms by their scores, see `swarmsec.scoring.ranking`, the mean over seeds
            with an attack; None if no alarm had a score.
        exposure_rounds: The median over attacked daemons of the rounds in which red changed them before the first
            alarm raised about them, or in all if there is none; the mean over seeds. None if none is found in any seed.
        found_share: The share of the attacked daemons about which such an alarm is raised.
        cost_balanced: The cost of misses and false alarms by `COST_PROFILES`, as a multiple of the cost of raising no
            alarm at all; None without an attack.
        cost_false_alarms_dear: The same, with false alarms twice as dear.
        cost_misses_dear: The same, with misses twice as dear.
        honest_messages_processed: The share of the messages between honest daemons that are processed, divided by the
            same share in the clean arm; None if either was not run.
    """

    precision: Interval | None
    recall: Interval | None
    delay_rounds: Interval | None
    false_quarantine_daemon_rounds: Interval
    missed_seeds: int
    by_design: bool
    pr_auc: Interval | None = None
    exposure_rounds: Interval | None = None
    found_share: Interval | None = None
    cost_balanced: Interval | None = None
    cost_false_alarms_dear: Interval | None = None
    cost_misses_dear: Interval | None = None
    honest_messages_processed: Interval | None = None

    def to_dict(self) -> dict[str, float | None]:
        """The means of precision, recall, delay and false quarantine as plain data."""
        return {name: None if found is None else found.mean for name, found in self._scores(_FIRST)}

    def intervals(self) -> dict[str, dict[str, float | None] | None]:
        """The ends of their intervals as plain data."""
        return {
            name: None if found is None else {"low": found.low, "high": found.high}
            for name, found in self._scores(_FIRST)
        }

    def measures(self) -> dict[str, dict[str, float | None] | None]:
        """The other scores as plain data, each with its interval."""
        return {name: plain_interval(found) for name, found in self._scores(_OTHERS)}

    def _scores(self, names: Sequence[str]) -> list[tuple[str, Interval | None]]:
        return [(name, getattr(self, name)) for name in names]


_FIRST, _OTHERS = Detection._fields[:4], Detection._fields[6:]


class _Counts(NamedTuple):
    """Daemon-rounds of one seed, and its delay.

    Attributes:
        changed: Those that red changed.
        alarmed: Those with an alarm.
        hits: Those with both, net of alarms in peace.
        left: Rounds from the onset of the attack to the end of the run; None without an attack.
        delay: Rounds from the onset to the first new alarm that is a hit; None without one.
        exposure: The attacked daemons.
        pr_auc: The average precision of the alarms by their scores; None without an attack, or if scores were too many.
    """

    changed: int
    alarmed: int
    hits: int
    left: int | None
    delay: int | None
    exposure: Exposure
    pr_auc: float | None


def detection(seeds: Sequence[Mapping[str, Trace]], *, by_design: bool = True) -> Detection:
    """The score of the alarms; every daemon-round has the same weight, without point adjustment.

    Args:
        seeds: Arm → trace of each seed; nothing is scored without a defended arm.
        by_design: Whether the defenses can raise alarms at all.
    """
    defended = [traces for traces in seeds if "defended" in traces]
    found = [_counts(traces["defended"], traces.get("guarded")) for traces in defended]
    complete = [one for one in found if one is not None]
    counts = complete if len(complete) == len(found) else []
    attacked = [one for one in counts if one.left is not None]
    delays = [float(one.left or 0) if one.delay is None else float(one.delay) for one in attacked]
    missed = sum(one.delay is None for one in attacked)
    false_quarantine = [float(traces["defended"].watch.false_quarantine) for traces in defended]
    scored = any(trace.scores for traces in defended for trace in traces.values())
    areas = [one.pr_auc for one in attacked if one.pr_auc is not None] if scored else []
    exposures = [one.exposure for one in attacked]
    medians = [one.median for one in exposures if one.median is not None]
    return Detection(
        precision=_share(counts, lambda one: one.alarmed),
        recall=_share(counts, lambda one: one.changed),
        delay_rounds=of_mean(np.array(delays)) if missed < len(attacked) else None,
        false_quarantine_daemon_rounds=of_mean(np.array(false_quarantine or [0.0])),
        missed_seeds=missed,
        by_design=by_design,
        pr_auc=of_mean(np.array(areas)) if areas and len(areas) == len(attacked) else None,
        exposure_rounds=of_mean(np.array(medians)) if any(one.found for one in exposures) else None,
        found_share=_ratio([one.found for one in exposures], [one.daemons for one in exposures]),
        honest_messages_processed=_honest_messages(defended),
        **{f"cost_{name}": _cost(attacked, profile) for name, profile in COST_PROFILES.items()},
    )


def _share(counts: Sequence[_Counts], whole: Callable[[_Counts], int]) -> Interval | None:
    """Hits as a share of other daemon-rounds, with its interval, both within 0 to 1."""
    return _ratio([one.hits for one in counts], [whole(one) for one in counts])


def _ratio(part: Sequence[float], whole: Sequence[float], *, most: float = 1.0) -> Interval | None:
    """The ratio of two means over seeds with its interval, within 0 to `most`; None if the second is 0."""
    if not sum(whole):
        return None
    ends = of_ratio(np.array(part, dtype=float), np.array(whole, dtype=float))
    return Interval._make(None if end is None else min(most, max(0.0, end)) for end in ends)


def _cost(attacked: Sequence[_Counts], profile: CostProfile) -> Interval | None:
    """The cost of misses and false alarms, relative to that of missing every daemon-round."""
    costs = [
        profile.miss * (one.changed - one.hits) + profile.false_alarm * (one.alarmed - one.hits) for one in attacked
    ]
    return _ratio(costs, [profile.miss * one.changed for one in attacked], most=float("inf"))


def _honest_messages(seeds: Sequence[Mapping[str, Trace]]) -> Interval | None:
    """The share of honest messages that are processed, relative to the clean arm."""
    pairs = [
        (traces["defended"].honest_messages, traces["clean"].honest_messages) for traces in seeds if "clean" in traces
    ]
    if not pairs or not all(defended.sent and clean.processed for defended, clean in pairs):
        return None
    shares = [defended.processed / defended.sent for defended, _ in pairs]
    return _ratio(shares, [clean.processed / clean.sent for _, clean in pairs], most=float("inf"))


def _counts(defended: Trace, guarded: Trace | None) -> _Counts | None:
    """The counts of one seed, by going through the records of both arms; None if one is incomplete."""
    peace = guarded.alarms if guarded else ()
    if defended.changed is None or defended.alarms is None or peace is None:
        return None
    logs = Logs(defended.changed, defended.alarms, peace, len(defended.bill))
    ranking = _ranking(logs, defended, guarded)
    exposures = ExposureCount(len(logs.daemons))
    changed = alarmed = hits = in_peace = 0
    onset = delay = None
    for turn in turns(logs, also=ranking.rounds if ranking else ()):
        changed += turn.width * int(turn.changed.sum())
        alarmed += turn.width * int(turn.alarmed.sum())
        hits += turn.width * int((turn.alarmed & turn.changed).sum())
        in_peace += turn.width * int((turn.peace & turn.changed).sum())
        if onset is None and turn.changed.any():
            onset = turn.start
        if delay is None and (turn.raised & turn.changed & ~turn.peace).any():
            assert onset is not None
            delay = turn.start - onset
        exposures.add(turn)
        if ranking:
            ranking.add(turn)
    hits -= in_peace
    guesses = hits <= 2 * (2 * in_peace) ** 0.5  # Two deviations of the difference between two guesses.
    return _Counts(
        changed,
        alarmed,
        hits,
        left=None if onset is None else len(defended.bill) - onset,
        delay=None if guesses else delay,
        exposure=exposures.exposure(guesses=guesses),
        pr_auc=ranking.average_precision() if ranking and changed else None,
    )


def _ranking(logs: Logs, defended: Trace, guarded: Trace | None) -> Ranking | None:
    in_peace = guarded.scores if guarded else ()
    if defended.scores is None or in_peace is None:
        return None
    return Ranking(logs.daemons, defended.scores, in_peace)


def rounds_to_recover(damage: Floats, stop: int) -> int | None:
    """Rounds from the end of an attack until the damage stays within a twentieth of its range around its last value.

    None if the attack lasts to the end of the run, or the damage still changes then.

    Args:
        damage: (rounds,) the bill minus the clean arm's.
        stop: The first round after the attack.
    """
    if stop >= len(damage):
        return None
    near = 0.05 * float(np.ptp(damage))
    moving = np.flatnonzero(np.abs(damage - damage[-1]) > near) if near > 0 else np.empty(0)
    constant_from = int(moving[-1]) + 1 if len(moving) else 0
    return max(0, constant_from - stop) if constant_from < len(damage) - 1 else None
