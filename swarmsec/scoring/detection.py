"""Precision, recall and delay of the alarms."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean, median
from typing import NamedTuple

import numpy as np

from swarmsec.arrays import Floats
from swarmsec.swarm.trace import DetectionCounts


class Detection(NamedTuple):
    """The score of the alarms in the defended arm, over all seeds.

    Attributes:
        precision: The share of daemon-rounds with an alarm that were under attack; None without alarms.
        recall: The share of daemon-rounds under attack that had an alarm; None without an attack.
        delay_rounds: Rounds from the first attack to the first true alarm, the median over seeds. A seed without a
            true alarm counts as an infinite delay; None if the median is infinite.
        false_quarantine_daemon_rounds: Daemon-rounds in which harmless daemons were isolated, the mean over seeds.
    """

    precision: float | None
    recall: float | None
    delay_rounds: float | None
    false_quarantine_daemon_rounds: float


def detection(watches: Sequence[DetectionCounts]) -> Detection:
    """The score of the alarms; every daemon-round has the same weight, without point adjustment."""
    hits = sum(watch.hits for watch in watches)
    alarmed = sum(watch.alarmed for watch in watches)
    attacked = sum(watch.attacked for watch in watches)
    return Detection(
        precision=hits / alarmed if alarmed else None,
        recall=hits / attacked if attacked else None,
        delay_rounds=_delay(watches),
        false_quarantine_daemon_rounds=mean(watch.false_quarantine for watch in watches) if watches else 0.0,
    )


def _delay(watches: Sequence[DetectionCounts]) -> float | None:
    delays = [
        float("inf") if watch.first_hit is None else float(watch.first_hit - watch.first_attack)
        for watch in watches
        if watch.first_attack is not None
    ]
    middle = median(delays) if delays else float("inf")
    return middle if np.isfinite(middle) else None


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
