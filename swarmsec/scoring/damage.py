"""The damage of an attack, how much of it blue prevented, and the verdict: all that follows from the bills alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

import numpy as np

from swarmsec.arrays import Floats
from swarmsec.scoring.intervals import Interval, of_mean, of_ratio

Verdict = Literal["limited", "not_limited", "no_bite"]

_NEGLIGIBLE = 1e-9
"""A damage under this share of the bills is the noise of floating-point sums, and no bite; so is such a DL none."""


class Outcome(NamedTuple):
    """What the bills of paired arms say.

    Attributes:
        damage: How much worse the bill is than in the clean arm, by arm.
        damage_limited: The share of the attack's damage that blue prevented; None where there is none to prevent.
        reason: Why `damage_limited` is None.
        autoimmune_cost: What the defense costs when nobody attacks; None if it was not played.
        bites: Whether the interval of the attacked arm's damage is above 0.
        verdict: In a word.
    """

    damage: Mapping[str, Interval]
    damage_limited: Interval | None
    reason: str
    autoimmune_cost: Interval | None
    bites: bool
    verdict: Verdict


def outcome(bills: Mapping[str, Floats]) -> Outcome:
    """What came of it.

    Args:
        bills: Arm → (k,) the scored bill in the end, one a seed, all arms in the order of the same seeds.
    """
    damage = damages(bills)
    intervals = {arm: of_mean(values) for arm, values in damage.items()}
    attacked = intervals.get("attacked")
    bites = attacked is not None and _bites(attacked, bills)
    limited, reason = _damage_limited(damage, attacked, bites, len(next(iter(bills.values()))))
    verdict: Verdict = "no_bite"
    if bites:
        verdict = "limited" if limited and limited.low is not None and limited.low > _NEGLIGIBLE else "not_limited"
    return Outcome(intervals, limited, reason, intervals.get("guarded"), bites, verdict)


def damages(bills: Mapping[str, Floats]) -> dict[str, Floats]:
    """(k,) a seed for every arm but the clean one, if that was played."""
    if "clean" not in bills:
        return {}
    return {arm: values - bills["clean"] for arm, values in bills.items() if arm != "clean"}


def _bites(damage: Interval, bills: Mapping[str, Floats]) -> bool:
    size = max(1.0, *(float(np.abs(values).max()) for values in bills.values()))
    return damage.low is not None and damage.low > _NEGLIGIBLE * size


def _damage_limited(
    damage: Mapping[str, Floats], attacked: Interval | None, bites: bool, seeds: int
) -> tuple[Interval | None, str]:
    """DL = 1 − (damage(defended) − damage(guarded)) / damage(attacked), or None and why."""
    if missing := [arm for arm in ("attacked", "defended", "guarded") if arm not in damage]:
        return None, f"not all four arms were played: {', '.join(missing)} missing"
    if seeds < 2:
        return None, "one seed has no interval: play at least two"
    if not bites:
        assert attacked is not None
        return (
            None,
            f"the attack does not bite: its damage is {attacked.mean:.6g} [{attacked.low:.6g}, {attacked.high:.6g}]",
        )
    left = of_ratio(damage["defended"] - damage["guarded"], damage["attacked"])
    assert left.low is not None and left.high is not None
    return Interval(1.0 - left.mean, 1.0 - left.high, 1.0 - left.low), ""
