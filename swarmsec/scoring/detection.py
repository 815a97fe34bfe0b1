"""Precision, recall and delay of the alarms, against the alarms that the same defense raises in peace."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

import numpy as np

from swarmsec.arrays import Floats
from swarmsec.scoring.intervals import Interval, of_mean, of_ratio
from swarmsec.swarm.trace import Trace


class Detection(NamedTuple):
    """The score of the alarms in the defended arm, with 95% intervals over seeds.

    If alarms or attacks of a seed are too many to be recorded, precision, recall and delay are None.

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
    """

    precision: Interval | None
    recall: Interval | None
    delay_rounds: Interval | None
    false_quarantine_daemon_rounds: Interval
    missed_seeds: int
    by_design: bool

    def to_dict(self) -> dict[str, float | None]:
        """The means of the four scores as plain data."""
        return {name: None if found is None else found.mean for name, found in self._scores()}

    def intervals(self) -> dict[str, dict[str, float | None] | None]:
        """The ends of their intervals as plain data."""
        return {
            name: None if found is None else {"low": found.low, "high": found.high} for name, found in self._scores()
        }

    def _scores(self) -> list[tuple[str, Interval | None]]:
        return [(name, getattr(self, name)) for name in self._fields[:4]]


class _Counts(NamedTuple):
    """Daemon-rounds of one seed, and its delay.

    Attributes:
        changed: Those that red changed.
        alarmed: Those with an alarm.
        hits: Those with both, net of alarms in peace.
        left: Rounds from the onset of the attack to the end of the run; None without an attack.
        delay: Rounds from the onset to the first new alarm that is a hit; None without one.
        false_quarantine: Those of harmless daemons in isolation.
        recorded: Whether the record of the seed is complete.
    """

    changed: int
    alarmed: int
    hits: int
    left: int | None
    delay: int | None
    false_quarantine: int
    recorded: bool = True


def detection(seeds: Sequence[Mapping[str, Trace]], *, by_design: bool = True) -> Detection:
    """The score of the alarms; every daemon-round has the same weight, without point adjustment.

    Args:
        seeds: Arm → trace of each seed; nothing is scored without a defended arm.
        by_design: Whether the defenses can raise alarms at all.
    """
    found = [_counts(traces["defended"], traces.get("guarded")) for traces in seeds if "defended" in traces]
    counts = found if all(one.recorded for one in found) else []
    attacked = [one for one in counts if one.left is not None]
    delays = [float(one.left or 0) if one.delay is None else float(one.delay) for one in attacked]
    missed = sum(one.delay is None for one in attacked)
    return Detection(
        precision=_share(counts, lambda one: one.alarmed),
        recall=_share(counts, lambda one: one.changed),
        delay_rounds=of_mean(np.array(delays)) if missed < len(attacked) else None,
        false_quarantine_daemon_rounds=of_mean(np.array([float(one.false_quarantine) for one in found] or [0.0])),
        missed_seeds=missed,
        by_design=by_design,
    )


def _share(counts: Sequence[_Counts], whole: Callable[[_Counts], int]) -> Interval | None:
    """Hits as a share of other daemon-rounds, with its interval, both within 0 to 1."""
    hits = np.array([float(one.hits) for one in counts])
    of = np.array([float(whole(one)) for one in counts])
    if not of.sum():
        return None
    mean, low, high = of_ratio(hits, of)
    return Interval(_within(mean), None if low is None else _within(low), None if high is None else _within(high))


def _within(share: float) -> float:
    return min(1.0, max(0.0, share))


def _counts(defended: Trace, guarded: Trace | None) -> _Counts:
    """The counts of one seed, by going through the records of both arms."""
    rounds, harmless = len(defended.bill), defended.watch.false_quarantine
    logs = (defended.changed, defended.alarms, guarded.alarms if guarded else ())
    if any(log is None for log in logs):
        return _Counts(0, 0, 0, None, None, harmless, recorded=False)
    who = np.unique(np.concatenate([np.empty(0, np.int32), *(daemons for log in logs for _, daemons in log or ())]))
    changed, alarmed, peace = (np.zeros(len(who), dtype=bool) for _ in logs)
    count = {"changed": 0, "alarmed": 0, "hits": 0}
    in_peace = 0
    onset = delay = None
    steps = sorted((round, place) for place, log in enumerate(logs) for round, _ in log or ())
    rows = [dict(log or ()) for log in logs]
    turns = [round for round, _ in groupby(round for round, _ in steps)]
    for start, stop in pairwise([*turns, rounds]):
        before = alarmed.copy()
        for mask, log in zip((changed, alarmed, peace), rows, strict=True):
            if start in log:
                mask[np.searchsorted(who, log[start])] ^= True
        count["changed"] += (stop - start) * int(changed.sum())
        count["alarmed"] += (stop - start) * int(alarmed.sum())
        count["hits"] += (stop - start) * int((alarmed & changed).sum())
        in_peace += (stop - start) * int((peace & changed).sum())
        if onset is None and changed.any():
            onset = start
        if onset is not None and delay is None and (alarmed & ~before & changed & ~peace).any():
            delay = start - onset
    count["hits"] -= in_peace
    if count["hits"] <= 2 * (2 * in_peace) ** 0.5:  # Two deviations of the difference between two guesses.
        delay = None
    return _Counts(
        count["changed"],
        count["alarmed"],
        count["hits"],
        left=None if onset is None else rounds - onset,
        delay=delay,
        false_quarantine=harmless,
    )


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
