"""Ratings from paired comparisons: the Bradley–Terry model, on Elo's scale.

Damages of different scenarios have different units and cannot be averaged. Comparisons against the same rival and with
the same seed can be counted.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from swarmsec.arrays import Floats
from swarmsec.rng import stream
from swarmsec.scoring.intervals import BOOTSTRAP_SEEDS_MIN, CONFIDENCE, Interval

AVERAGE = 1500.0
"""The rating of the average contestant."""

POINTS_PER_NAT = 400.0 / np.log(10.0)
"""Elo's scale: 400 points more are odds of ten to one."""

_RESAMPLES = 999
_ITERATIONS_MAX = 200
_PRECISION = 1e-10
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


def bradley_terry(wins: Floats, *, prior: float = 1.0) -> Floats:
    """Log strengths of contestants, by maximum likelihood: P(i beats j) = s_i / (s_i + s_j).

    Newton's method on the log-likelihood, which is concave (Hunter 2004, Annals of Statistics 32, §3). A tie is half a
    win for each. The prior credits every contestant with ties against a contestant of average strength; with it the
    estimate always exists and is unique. Without it the estimate exists only if no group of contestants won all or
    lost all of its comparisons with the others (Ford 1957).

    Args:
        wins: (..., k, k) how often the row's contestant did better than the column's; the diagonal is 0.
        prior: The number of ties with an average contestant that each is credited with.

    Returns:
        (..., k) log strengths; their mean is 0.

    Examples:
        >>> bradley_terry(np.array([[0.0, 3.0], [1.0, 0.0]]), prior=0).round(4).tolist()
        [0.5493, -0.5493]
    """
    k = wins.shape[-1]
    met = wins + np.swapaxes(wins, -1, -2)
    logs = np.zeros(wins.shape[:-1])
    for _ in range(_ITERATIONS_MAX):
        chance = _logistic(logs[..., :, None] - logs[..., None, :])
        against_average = _logistic(logs)
        slope = (wins - met * chance).sum(axis=-1) + prior * (0.5 - against_average)
        bend = met * chance * (1 - chance)
        diagonal = bend.sum(axis=-1) + prior * against_average * (1 - against_average)
        curvature = np.eye(k) * diagonal[..., None] - bend
        # Without a prior the matrix is singular, as only differences matter: a weight on the mean keeps the mean at 0.
        step = np.linalg.solve(curvature + (0.0 if prior else 1 / k), slope[..., None])[..., 0]
        reach = np.abs(step).max(axis=-1, keepdims=True, initial=0.0)
        logs = logs + step / np.maximum(1.0, reach)  # The quadratic approximation is poor beyond a step of 1.
        if reach.max(initial=0.0) < _PRECISION:
            break
    return np.asarray(logs - logs.mean(axis=-1, keepdims=True))


def _logistic(x: Floats) -> Floats:
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * x)))


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
    chance, against_average = _logistic(rating[:, None] - rating), _logistic(rating)
    bend = (wins + wins.T) * chance * (1 - chance)
    curvature = np.diag(bend.sum(axis=1) + against_average * (1 - against_average)) - bend
    return np.asarray(np.sqrt(np.diag(np.linalg.inv(curvature))))


def _jackknifed(by_seed: Floats, rating: Floats) -> tuple[Floats, Floats]:
    from scipy.special import stdtrit

    seeds = len(by_seed)
    without = bradley_terry(by_seed.sum(axis=0) - by_seed)
    pseudo = seeds * rating - (seeds - 1) * without
    half = float(stdtrit(seeds - 1, (1 + CONFIDENCE) / 2)) * pseudo.std(axis=0, ddof=1) / seeds**0.5
    return rating - half, rating + half
