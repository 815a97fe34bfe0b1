"""The damage of an attack, the share that the defense prevented, and the verdict: what follows from the bills alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from swarmsec.arrays import Floats
from swarmsec.scoring.intervals import Interval, of_mean, of_ratio, plain_interval

Verdict = Literal["limited", "not_limited", "no_bite"]

_NEGLIGIBLE = 1e-9
"""Damage below this share of the bills, and DL below this value, are rounding errors of sums and count as 0."""


@dataclass(frozen=True, kw_only=True)
class DamageScore:
    """The score of paired arms by their bills.

    Attributes:
        damage: Arm → how much worse its bill is than the clean arm's, in the world's unit.
        damage_limited: DL, the share of the attack's damage that the defense prevented; None where it is undefined.
        reason: Why `damage_limited` is None; empty otherwise.
        autoimmune_cost: The damage of the guarded arm, in the world's unit; None if that arm was not run.
        bites: Whether the 95% interval of the attacked arm's damage is above 0.
        verdict: `limited` if the interval of DL is above 0, `not_limited` if not, `no_bite` without a bite.
    """

    damage: Mapping[str, Interval]
    damage_limited: Interval | None
    reason: str
    autoimmune_cost: Interval | None
    bites: bool
    verdict: Verdict

    def to_dict(self) -> dict[str, Any]:
        """The score as plain data."""
        return {
            "damage": {arm: value.to_dict() for arm, value in self.damage.items()},
            "damage_limited": plain_interval(self.damage_limited),
            "damage_limited_reason": self.reason,
            "autoimmune_cost": plain_interval(self.autoimmune_cost),
            "bites": self.bites,
            "verdict": self.verdict,
        }


def score_damage(bills: Mapping[str, Floats]) -> DamageScore:
    """Score paired arms by their bills.

    Args:
        bills: Arm → (k,) its final scored bill, one a seed, in the order of the same k seeds in all arms.
    """
    damage = damage_by_seed(bills)
    intervals = {arm: of_mean(values) for arm, values in damage.items()}
    attacked = intervals.get("attacked")
    bites = attacked is not None and _bites(attacked, bills)
    limited, reason = _damage_limited(damage, attacked, bites, len(next(iter(bills.values()))))
    verdict: Verdict = "no_bite"
    if bites:
        verdict = "limited" if limited and limited.low is not None and limited.low > _NEGLIGIBLE else "not_limited"
    return DamageScore(
        damage=intervals,
        damage_limited=limited,
        reason=reason,
        autoimmune_cost=intervals.get("guarded"),
        bites=bites,
        verdict=verdict,
    )


def damage_by_seed(bills: Mapping[str, Floats]) -> dict[str, Floats]:
    """Arm → (k,) its damage, one a seed, without the clean arm; empty if the clean arm was not run."""
    if "clean" not in bills:
        return {}
    return {arm: values - bills["clean"] for arm, values in bills.items() if arm != "clean"}


def _bites(damage: Interval, bills: Mapping[str, Floats]) -> bool:
    size = max(1.0, *(float(np.abs(values).max()) for values in bills.values()))
    return damage.low is not None and damage.low > _NEGLIGIBLE * size


def _damage_limited(
    damage: Mapping[str, Floats], attacked: Interval | None, bites: bool, seeds: int
) -> tuple[Interval | None, str]:
    """DL = 1 − (damage(defended) − damage(guarded)) / damage(attacked); or None, and the reason."""
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
