"""Ratings from paired comparisons: the Bradley–Terry model, on Elo's scale.

Damages of different scenarios have different units and cannot be averaged. Comparisons against the same rival and with
the same seed can be counted.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from swarmsec.arrays import Floats
from swarmsec.rng import stream
from swarmsec.scoring.bradley_terry import bradley_terry, curvature, solve
from swarmsec.scoring.intervals import BOOTSTRAP_SEEDS_MIN, CONFIDENCE, Interval

AVERAGE = 1500.0
"""The rating of the average contestant."""

POINTS_PER_NAT = 400.0 / np.log(10.0)
"""Elo's scale: 400 points more are odds of ten to one."""

_RESAMPLES = 999
_TIE = 1e-9


class PairwiseRating(NamedTuple):
    """A contestant's rating.

    Attributes:
        points: The rating on Elo's scale, with its 95% interval over seeds.
        wins: Comparisons that it won.
        losses: Comparisons that it lost.
        ties: Comparisons with equal outcomes.
    """

    points: Interval
    wins: int
    losses: int
    ties: int


def rate(outcomes: Floats) -> tuple[PairwiseRating, ...]:
    """Rate contestants by their outcomes in the same cases.

    From 41 seeds on, seeds are resampled (percentile bootstrap). Below, the interval is Student's t for the jackknife's
    pseudo-values (Tukey 1958). Resampling shows nothing where all seeds agree, so no interval is narrower than that by
    the curvature of the likelihood in which each seed counts as one comparison of a pair.

    Args:
        outcomes: (seeds, cases, k) the outcome of each contestant, higher is better; NaN where it was not run.

    Returns:
        k ratings, in the order of the contestants.
    """
    better = np.stack([_better(cases) for cases in outcomes])
    tied = np.stack([_tied(cases) for cases in outcomes])
    by_seed = better + tied / 2
    rating = bradley_terry(by_seed.sum(axis=0))
    ends = _ends(by_seed, rating)
    points = AVERAGE + POINTS_PER_NAT * rating
    wins, ties = better.sum(axis=0), tied.sum(axis=0)
    return tuple(
        PairwiseRating(
            Interval(float(points[k]), *(None, None) if ends is None else _ends_in_points(ends, k)),
            int(wins[k].sum()),
            int(wins[:, k].sum()),
            int(ties[k].sum()),
        )
        for k in range(outcomes.shape[2])
    )


def _ends_in_points(ends: tuple[Floats, Floats], k: int) -> tuple[float, float]:
    low, high = ends
    return AVERAGE + POINTS_PER_NAT * float(low[k]), AVERAGE + POINTS_PER_NAT * float(high[k])


def _better(cases: Floats) -> Floats:
    """(k, k) the number of cases in which the row's contestant did better than the column's; `cases` is (cases, k)."""
    return np.asarray((cases[:, :, None] - cases[:, None, :] > _tolerance(cases)).sum(axis=0), dtype=np.float64)


def _tied(cases: Floats) -> Floats:
    """(k, k) the number of cases in which both did equally well; the diagonal is 0."""
    same = (np.abs(cases[:, :, None] - cases[:, None, :]) <= _tolerance(cases)).sum(axis=0).astype(np.float64)
    np.fill_diagonal(same, 0.0)
    return np.asarray(same)


def _tolerance(cases: Floats) -> Floats:
    """(cases, 1, 1) the largest difference that counts as a tie: the rounding error of sums."""
    size = np.nan_to_num(np.abs(cases)).max(axis=1, initial=0.0)
    return np.asarray(_TIE * (1.0 + size))[:, None, None]


def _ends(by_seed: Floats, rating: Floats) -> tuple[Floats, Floats] | None:
    """The ends of the intervals of log strengths; None for a single seed."""
    from scipy.special import stdtrit

    seeds = len(by_seed)
    if seeds < 2:
        return None
    if seeds < BOOTSTRAP_SEEDS_MIN:
        low, high = _jackknifed(by_seed, rating)
    else:
        drawn = stream(0, "", 0, "ratings").multinomial(seeds, np.full(seeds, 1 / seeds), size=_RESAMPLES)
        ratings = bradley_terry(np.tensordot(drawn.astype(np.float64), by_seed, axes=1))
        low, high = np.quantile(ratings, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2], axis=0)
    wins = by_seed.sum(axis=0)
    cases = np.maximum(1.0, (wins + wins.T) / seeds)
    half = float(stdtrit(seeds - 1, (1 + CONFIDENCE) / 2)) * _errors(wins / cases, rating)
    return np.minimum(low, rating - half), np.maximum(high, rating + half)


def _errors(wins: Floats, rating: Floats) -> Floats:
    """(k,) the standard errors of log strengths, by the curvature of the likelihood with the prior of `rate`."""
    inverse = solve(curvature(wins + wins.T, rating, prior=1.0)[None], np.eye(len(rating)))
    return np.asarray(np.sqrt(np.diag(inverse)))


def _jackknifed(by_seed: Floats, rating: Floats) -> tuple[Floats, Floats]:
    from scipy.special import stdtrit

    seeds = len(by_seed)
    without = bradley_terry(by_seed.sum(axis=0) - by_seed)
    pseudo = seeds * rating - (seeds - 1) * without
    half = float(stdtrit(seeds - 1, (1 + CONFIDENCE) / 2)) * pseudo.std(axis=0, ddof=1) / seeds**0.5
    return rating - half, rating + half
