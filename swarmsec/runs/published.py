"""Measure what was published about the systems that worlds model: each claim beside the same figure measured here."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np

from swarmsec.arrays import Floats
from swarmsec.errors import ScenarioError, UsageError, did_you_mean
from swarmsec.registry import Registry
from swarmsec.runs.cache import JobCache
from swarmsec.runs.jobs import JobResult, job, require_done
from swarmsec.scenario import load_scenario
from swarmsec.scoring import Interval
from swarmsec.scoring.intervals import of_mean, of_ratio
from swarmsec.swarm.arms import Arm
from swarmsec.worlds import CENTRAL, PublishedClaim, UnmeasuredClaim, figures_of_run

SCHEMA = "swarmsec.claims/v1"

ROUNDING = 0.05
"""Published figures are rounded: what is within this share of one counts as equal to it."""

ClaimVerdict = Literal["reproduced", "partly", "by_construction", "not_reproduced", "not_measured"]
"""The comparison of a published figure with the measured one, see `claim_verdict`."""


@dataclass(frozen=True, kw_only=True)
class MeasuredClaim:
    """A claim, and what was measured.

    Attributes:
        world: The kind of the world that declares it.
        claim: The claim.
        seeds: The seeds.
        measured: The measured amount, in the claim's unit; None if the measurement failed.
        figure: The figure itself, before it is compared with a baseline; that of the largest swarm size.
        against: The baseline's figure; None without one.
        verdict: The comparison.
        error: The reason that it could not be measured; empty if it was.
    """

    world: str
    claim: PublishedClaim
    seeds: tuple[int, ...]
    measured: Interval | None
    figure: Interval
    against: Interval | None
    verdict: ClaimVerdict
    error: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The row as plain data."""
        claim = self.claim
        return {
            "world": self.world,
            "name": claim.name,
            "claim": claim.text,
            "published": {"low": _finite(claim.low), "high": _finite(claim.high)},
            "unit": claim.unit,
            "measured": self.measured.to_dict() if self.measured else None,
            "measure": claim.measure,
            "figure": {"name": claim.figure, "arm": claim.arm, **self.figure.to_dict()},
            "baseline": {"text": claim.baseline, **self.against.to_dict()} if self.against else None,
            "scenario": claim.scenario,
            "settings": dict(claim.settings),
            "baseline_settings": dict(claim.baseline_settings),
            "sizes": list(claim.sizes),
            "seeds": list(self.seeds),
            "verdict": self.verdict,
            "input": claim.by_construction or claim.calibrated,
            "why": self.error or claim.why,
        }


class Unmeasured(NamedTuple):
    """A statement that cannot be measured, with the kind of the world that declares it."""

    world: str
    statement: UnmeasuredClaim


@dataclass(frozen=True)
class ClaimsReport:
    """All claims of some worlds.

    Attributes:
        rows: The measured claims, in the order of the worlds.
        unmeasured: What cannot be measured.
    """

    rows: tuple[MeasuredClaim, ...]
    unmeasured: tuple[Unmeasured, ...]

    def to_dict(self) -> dict[str, Any]:
        """The report as plain data."""
        return {
            "schema": SCHEMA,
            "claims": [row.to_dict() for row in self.rows],
            "unmeasured": [
                {"world": one.world, "claim": one.statement.text, "why": one.statement.why} for one in self.unmeasured
            ],
        }


def published_claims(
    registry: Registry, worlds: Sequence[str] = ()
) -> tuple[list[tuple[str, PublishedClaim]], list[Unmeasured]]:
    """The claims of some worlds, of all unless given, each with the kind of its world; and what cannot be measured.

    Raises:
        UsageError: There is no world of that name.
    """
    classes = registry.classes("worlds")
    for name in worlds:
        if name not in classes:
            raise UsageError(f"{name!r} is not a world; {did_you_mean(name, classes)}", where="--world")
    chosen = {kind: cls for kind, cls in classes.items() if not worlds or kind in worlds}
    return (
        [(kind, claim) for kind, cls in chosen.items() for claim in cls.claims],
        [Unmeasured(kind, one) for kind, cls in chosen.items() for one in cls.unmeasured],
    )


def measure_claims(
    claims: Sequence[tuple[str, PublishedClaim]],
    cache: JobCache[JobResult],
    *,
    seeds: Sequence[int],
    registry: Registry | None = None,
    each: Callable[[MeasuredClaim], None] | None = None,
) -> list[MeasuredClaim]:
    """Measure claims; runs that several claims need are made once.

    Args:
        claims: The claims, each with the kind of its world.
        cache: Runs the jobs.
        seeds: The seeds.
        registry: The plug-ins of the scenarios.
        each: Called after each claim.
    """
    rows = []
    for world, claim in claims:
        rows.append(_measured(world, claim, cache, tuple(seeds), registry))
        if each:
            each(rows[-1])
    return rows


def claim_verdict(claim: PublishedClaim, measured: Interval) -> ClaimVerdict:
    """Compare a measured interval with the published range.

    `reproduced`: the two overlap, where the range is extended by 5% for rounding; a range without an upper end is
    reproduced only if the whole interval is above its lower end. `by_construction`: the same, and the world was
    calibrated to it or it follows from a parameter. `partly`: the effect has the published sign, and its mean is at
    least half of the range's smaller end and at most twice its larger one. Otherwise `not_reproduced`.
    """
    low, high = (measured.mean if end is None else end for end in (measured.low, measured.high))
    if math.isinf(claim.high):
        fits, near = low > claim.low, False
    else:
        room = ROUNDING * max(abs(claim.low), abs(claim.high))
        fits = high >= claim.low - room and low <= claim.high + room
        ends = sorted((abs(claim.low), abs(claim.high)))
        near = measured.mean * (claim.low + claim.high) > 0 and ends[0] / 2 <= abs(measured.mean) <= 2 * ends[1]
    if fits:
        return "by_construction" if claim.by_construction or claim.calibrated else "reproduced"
    return "partly" if near else "not_reproduced"


def _measured(
    world: str, claim: PublishedClaim, cache: JobCache[JobResult], seeds: tuple[int, ...], registry: Registry | None
) -> MeasuredClaim:
    figure = _figures_over_seeds(claim, cache, seeds, registry)
    baseline = _baseline_over_seeds(claim, cache, seeds, registry) if claim.baseline else None
    undefined = _undefined(claim, figure, baseline)
    measured = None if undefined else _compared(claim, figure, baseline)
    return MeasuredClaim(
        world=world,
        claim=claim,
        seeds=seeds,
        measured=measured,
        figure=of_mean(figure[-1]),
        against=None if baseline is None else of_mean(baseline[-1]),
        verdict="not_measured" if measured is None else claim_verdict(claim, measured),
        error=undefined,
    )


def _undefined(claim: PublishedClaim, figure: Floats, baseline: Floats | None) -> str:
    """The reason that the comparison has no value; empty if it has one."""
    if claim.measure in {"change", "ratio"} and baseline is not None and float(baseline.mean()) == 0.0:
        return "The baseline is 0 in these seeds, and nothing can be divided by it."
    if claim.measure == "exponent" and float(figure.min()) <= 0.0:
        return "The figure is not above 0 for every size and seed, and has no logarithm."
    return ""


def _figures_over_seeds(
    claim: PublishedClaim, cache: JobCache[JobResult], seeds: Sequence[int], registry: Registry | None
) -> Floats:
    """(sizes, seeds) the figure; one row unless the claim names swarm sizes."""
    return np.array(
        [
            _one_run(claim, claim.figure, claim.arm, {**claim.settings, **size}, cache, seeds, registry)
            for size in [{"network.n": n} for n in claim.sizes] or [{}]
        ]
    )


def _baseline_over_seeds(
    claim: PublishedClaim, cache: JobCache[JobResult], seeds: Sequence[int], registry: Registry | None
) -> Floats:
    """(1, seeds) the figure of the baseline."""
    figure, arm = claim.baseline_figure or claim.figure, claim.baseline_arm or claim.arm
    settings = {**claim.settings, **claim.baseline_settings}
    return np.array([_one_run(claim, figure, arm, settings, cache, seeds, registry)])


def _one_run(
    claim: PublishedClaim,
    figure: str,
    arm: str,
    settings: Mapping[str, Any],
    cache: JobCache[JobResult],
    seeds: Sequence[int],
    registry: Registry | None,
) -> Floats:
    """(seeds,) a figure of an arm of the claim's scenario with some settings.

    Raises:
        ScenarioError: The arm has no such figure.
    """
    scenario = load_scenario(claim.scenario, settings=settings, registry=registry)
    run_arm = Arm.CLEAN if arm == CENTRAL else Arm(arm)
    values = []
    for one, result in cache.results([job(scenario, seed, run_arm) for seed in seeds]):
        trace = require_done(one, result)
        figures = (
            trace.central if arm == CENTRAL else figures_of_run(trace.metrics, scenario.parts.world.plugin.metrics)
        )
        if figure not in figures:
            raise ScenarioError(f"the claim {claim.name} needs `{figure}` of {arm}; it has {', '.join(figures)}")
        values.append(figures[figure])
    return np.array(values)


def _compared(claim: PublishedClaim, figure: Floats, baseline: Floats | None) -> Interval:
    """The measured amount in the claim's unit, with its interval over the seeds."""
    if claim.measure == "exponent":
        logs = np.log(figure)
        sizes = np.log(np.array(claim.sizes, dtype=np.float64))
        slopes = (sizes - sizes.mean()) @ (logs - logs.mean(axis=0)) / float(((sizes - sizes.mean()) ** 2).sum())
        found = of_mean(slopes)
    elif baseline is None:
        found = of_mean(figure[0])
    elif claim.measure == "difference":
        found = of_mean(figure[0] - baseline[0])
    else:
        found = of_ratio(figure[0], baseline[0])
    shift = 1.0 if claim.measure == "change" else 0.0
    ends = [None if end is None else claim.scale * (end - shift) for end in found]
    return Interval._make(ends if claim.scale > 0 else [ends[0], ends[2], ends[1]])


def _finite(amount: float) -> float | None:
    """The amount as JSON can write it: None for an open end."""
    return amount if math.isfinite(amount) else None
