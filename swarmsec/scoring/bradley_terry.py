"""The Bradley–Terry model of paired comparisons: log strengths of contestants from how often each beat each other."""

from __future__ import annotations

import numpy as np

from swarmsec.arrays import Floats

_ITERATIONS_MAX = 200
_PRECISION = 1e-10
_EXACT = 1e-14


def bradley_terry(wins: Floats, *, prior: float = 1.0) -> Floats:
    """Log strengths of contestants, by maximum likelihood: P(i beats j) = s_i / (s_i + s_j).

    Newton's method on the log-likelihood, which is concave (Hunter 2004, Annals of Statistics 32, §3). A tie is half a
    win for each. The prior credits every contestant with ties against a contestant of average strength; with it the
    estimate always exists and is unique. Without it the estimate exists only if no group of contestants won all or
    lost all of its comparisons with the others (Ford 1957).

    Permuted contestants have bit-equal strengths, and contestants with equal results have equal ones: no sum over
    contestants depends on their order.

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
        chance, against_average = _logistic(logs[..., :, None] - logs[..., None, :]), _logistic(logs)
        slope = _sum(wins - met * chance) + prior * (0.5 - against_average)
        # Without a prior the matrix is singular, as only differences matter: a weight on the mean keeps the mean at 0.
        step = solve(curvature(met, logs, prior) + (0.0 if prior else 1 / k), slope)
        reach = np.abs(step).max(axis=-1, keepdims=True, initial=0.0)
        logs = logs + step / np.maximum(1.0, reach)  # The quadratic approximation is poor beyond a step of 1.
        if reach.max(initial=0.0) < _PRECISION:
            break
    return np.asarray(logs - _sum(logs)[..., None] / k)


def curvature(met: Floats, logs: Floats, prior: float) -> Floats:
    """(..., k, k) minus the second derivatives of the log-likelihood; `met` is how often two contestants met."""
    chance, against_average = _logistic(logs[..., :, None] - logs[..., None, :]), _logistic(logs)
    bend = met * chance * (1 - chance)
    diagonal = _sum(bend) + prior * against_average * (1 - against_average)
    return np.asarray(np.eye(logs.shape[-1]) * diagonal[..., None] - bend)


def solve(matrix: Floats, right: Floats) -> Floats:
    """(..., k) the solutions for symmetric positive definite matrices, by conjugate gradients (Hestenes, Stiefel 1952).

    Elimination would depend on the order of the rows.
    """
    found, left = np.zeros_like(right), right
    direction, size = left, _sum(left**2)
    enough = size * _EXACT**2
    for _ in range(2 * right.shape[-1]):
        if (size <= enough).all():
            break
        image = _sum(matrix * direction[..., None, :])
        length = _ratio(size, _sum(direction * image))[..., None]
        found, left = found + length * direction, left - length * image
        before, size = size, _sum(left**2)
        direction = left + _ratio(size, before)[..., None] * direction
    return found


def _ratio(a: Floats, b: Floats) -> Floats:
    return np.divide(a, b, out=np.zeros_like(a), where=b > 0)


def _sum(terms: Floats) -> Floats:
    """The sums over the last axis, whatever its order.

    The terms are rounded to a grid on which their sums are exact (Demmel and Nguyen 2013, ARITH 21).
    """
    most = np.abs(terms).max(axis=-1, keepdims=True, initial=0.0) * terms.shape[-1]
    grid = np.ldexp(1.5, np.frexp(most)[1])
    return np.asarray(((terms + grid) - grid).sum(axis=-1))


def _logistic(x: Floats) -> Floats:
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * x)))
