"""The damage of an attack, the share that the defense prevented, and the verdict: what follows from the bills alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np

from swarmsec.arrays import Floats
from swarmsec.scoring.intervals import Interval, of_mean, of_ratio, plain_interval
from swarmsec.scoring.significance import is_positive, seeds_needed

Verdict = Literal["limited", "partly", "not_limited", "harmful", "inconclusive", "no_bite", "undefended"]

ENOUGH = 0.5
"""A defense limits an attack if it prevents at least this share of the damage."""

_NEGLIGIBLE = 1e-9
"""Damage below this share of the bills, and DL below this value, are rounding errors of sums and count as 0."""

_DOMINANT_SEEDS_MIN = 3


class ScoringTerms(NamedTuple):
    """What the verdict on a defense depends on besides the bills.

    Attributes:
        autoimmune: The budget of the autoimmune cost, as a share of the attack's damage.
        defended: Whether any defense stands.
        still: Those of its defenses that are nulls which stand still; with one of them no defense is `limited`.
        nulls: Null → (k,) its bills in the defended arm.
        rivals: Those of the nulls that the defense must do better than.
    """

    autoimmune: float = 0.05
    defended: bool = True
    still: tuple[str, ...] = ()
    nulls: Mapping[str, Floats] = {}
    rivals: Sequence[str] = ()


_USUAL = ScoringTerms()


@dataclass(frozen=True, kw_only=True)
class DamageScore:
    """The score of paired arms by their bills.

    Attributes:
        damage: Arm → how much worse its bill is than the clean arm's, in the world's unit.
        damage_limited: DL, the share of the attack's damage that the defense prevented, net of what the defense itself
            broke; None where it is undefined.
        reason: Why `damage_limited` is None; empty otherwise.
        prevented: DL with the autoimmune cost taken out of the damage; None where DL is.
        autoimmune_cost: The damage of the guarded arm, in the world's unit; None if that arm was not run.
        autoimmune_share: The same as a share of the attack's damage, which the budget is compared with.
        bites: Whether the attacked arm's damage is significantly above 0.
        verdict: `limited`: DL is at least 0.5, the autoimmune cost is within its budget, and no null that stands still
            does as well; `partly`: DL is above 0; `not_limited`: it is not, and below 0.5; `harmful`: it is below 0;
            `inconclusive`: the interval says none of this; `no_bite`; `undefended`: no defense stands.
        verdict_reason: What keeps the verdict from a better one; empty if nothing does.
        seeds_needed: About how many seeds would decide; None if the verdict is decided, or no number would.
        margins: Null → its share of damage that the defense prevents more: DL minus the null's.
        deterministic: Whether all seeds have equal bills but for rounding, so that an interval says nothing.
        dominant: The place of the seed with more than half of the attack's damage over all seeds, or None.
    """

    damage: Mapping[str, Interval]
    damage_limited: Interval | None
    reason: str
    prevented: Interval | None
    autoimmune_cost: Interval | None
    autoimmune_share: Interval | None
    bites: bool
    verdict: Verdict
    verdict_reason: str
    seeds_needed: int | None
    margins: Mapping[str, Interval]
    deterministic: bool
    dominant: int | None

    def to_dict(self) -> dict[str, Any]:
        """The score as plain data."""
        return {
            "damage": {arm: value.to_dict() for arm, value in self.damage.items()},
            "damage_limited": plain_interval(self.damage_limited),
            "damage_limited_reason": self.reason,
            "prevented": plain_interval(self.prevented),
            "autoimmune_cost": plain_interval(self.autoimmune_cost),
            "autoimmune_share": plain_interval(self.autoimmune_share),
            "bites": self.bites,
            "verdict": self.verdict,
            "verdict_reason": self.verdict_reason,
            "seeds_needed": self.seeds_needed,
            "deterministic": self.deterministic,
        }


class _Decision(NamedTuple):
    verdict: Verdict
    reason: str = ""
    seeds: int | None = None


def score_damage(bills: Mapping[str, Floats], terms: ScoringTerms = _USUAL) -> DamageScore:
    """Score paired arms by their bills.

    Args:
        bills: Arm → (k,) its final scored bill, one a seed, in the order of the same k seeds in all arms.
        terms: What the verdict depends on besides.
    """
    damage, seeds = damage_by_seed(bills), len(next(iter(bills.values())))
    attacked = damage.get("attacked")
    bites = attacked is not None and _bites(attacked, bills)
    missing = [arm for arm in ("attacked", "defended", "guarded") if arm not in damage]
    limited = prevented = share = None
    margins: dict[str, Interval] = {}
    if attacked is None or missing:
        decision = _Decision("inconclusive", f"not all four arms were run: {', '.join(missing)} missing")
    elif seeds < 2:
        decision = _Decision("inconclusive", "one seed has no interval: run at least two")
    elif not bites:
        decision = _no_bite(attacked)
    else:
        limited = _one_minus(of_ratio(damage["defended"], attacked))
        prevented = _one_minus(of_ratio(damage["defended"] - damage["guarded"], attacked))
        share = of_ratio(damage["guarded"], attacked)
        margins = {kind: of_ratio(null - bills["defended"], attacked) for kind, null in terms.nulls.items()}
        decision = _decide(limited, share, margins, terms, _spread(damage["defended"], attacked))
    return DamageScore(
        damage={arm: of_mean(values) for arm, values in damage.items()},
        damage_limited=limited,
        reason="" if limited else decision.reason,
        prevented=prevented,
        autoimmune_cost=of_mean(damage["guarded"]) if "guarded" in damage else None,
        autoimmune_share=share,
        bites=bites,
        verdict=decision.verdict,
        verdict_reason=decision.reason,
        seeds_needed=decision.seeds,
        margins=margins,
        deterministic=seeds > 1 and not any(np.ptp(values) > _NEGLIGIBLE * _size(bills) for values in bills.values()),
        dominant=None if attacked is None else _dominant(attacked),
    )


def damage_by_seed(bills: Mapping[str, Floats]) -> dict[str, Floats]:
    """Arm → (k,) its damage, one a seed, without the clean arm; empty if the clean arm was not run."""
    if "clean" not in bills:
        return {}
    return {arm: values - bills["clean"] for arm, values in bills.items() if arm != "clean"}


def _decide(
    limited: Interval, share: Interval, margins: Mapping[str, Interval], terms: ScoringTerms, spread: float
) -> _Decision:
    """The verdict on a defense against an attack that bites."""
    low, high = limited.low, limited.high
    assert low is not None and high is not None and share.high is not None
    if not terms.defended:
        return _Decision("undefended", "no defense stands")
    if high < -_NEGLIGIBLE:
        return _Decision("harmful", "the defense does more damage than it prevents")
    if low <= _NEGLIGIBLE:
        if high < ENOUGH:
            return _Decision("not_limited")
        seeds = seeds_needed(spread, max(limited.mean, ENOUGH - limited.mean))
        return _Decision("inconclusive", f"{_about(seeds)} would decide", seeds)
    if low < ENOUGH - _NEGLIGIBLE:
        return _Decision("partly", f"it is not certain that at least {ENOUGH:.0%} is prevented")
    if share.high > terms.autoimmune + _NEGLIGIBLE:
        return _Decision("partly", f"its cost in peace may exceed {terms.autoimmune:.3g} of the attack's damage")
    lows = {kind: margins[kind].low for kind in terms.rivals}
    no_better = (kind for kind, margin in lows.items() if margin is None or margin <= _NEGLIGIBLE)
    as_good = dict.fromkeys([*terms.still, *no_better])
    if as_good:
        return _Decision("partly", f"standing still does as well: {', '.join(as_good)}")
    return _Decision("limited")


def _no_bite(attacked: Floats) -> _Decision:
    mean, low, high = of_mean(attacked)
    reason = f"the attack does not bite: its damage is {mean:.6g} [{low:.6g}, {high:.6g}]"
    seeds = seeds_needed(float(attacked.std(ddof=1)), mean) if mean > 0 and np.ptp(attacked) > 0 else None
    return _Decision("no_bite", reason + (f"; {_about(seeds)} would decide" if seeds else ""), seeds)


def _about(seeds: int | None) -> str:
    return f"about {seeds:,} seeds" if seeds else "more than 100,000 seeds"


def _bites(damage: Floats, bills: Mapping[str, Floats]) -> bool:
    return float(damage.mean()) > _NEGLIGIBLE * _size(bills) and is_positive(damage)


def _size(bills: Mapping[str, Floats]) -> float:
    return max(1.0, *(float(np.abs(values).max()) for values in bills.values()))


def _one_minus(left: Interval) -> Interval:
    assert left.low is not None and left.high is not None
    return Interval(1.0 - left.mean, 1.0 - left.high, 1.0 - left.low)


def _spread(numerator: Floats, denominator: Floats) -> float:
    """The standard deviation over seeds of the linearized ratio of two means."""
    scale = float(denominator.mean())
    return float((numerator - numerator.mean() / scale * denominator).std(ddof=1)) / scale


def _dominant(attacked: Floats) -> int | None:
    """The place of the seed with more than half of the damage of all seeds, of at least three."""
    total, place = float(attacked.sum()), int(attacked.argmax())
    return place if len(attacked) >= _DOMINANT_SEEDS_MIN and attacked[place] > 0.5 * total > 0 else None
