"""The rules for one daemon in plain Python, bit for bit equal to the compiled kernels for all daemons.

The engine that steps daemon by daemon uses these functions. `rows.py` documents their arguments. A message
with weight 0 or a non-finite value (which counts as Byzantine) keeps its place in the row and adds nothing. A daemon
whose own value is not finite keeps it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from swarmsec.arrays import Floats, Ints


class MedianAndMadOne(NamedTuple):
    """A neighborhood's median, and the median absolute deviation from it (not scaled)."""

    median: float
    mad: float


def ordered_sum(values: Iterable[float]) -> float:
    """The sum in the fixed order of the linear rules: position k adds to sum k mod 4, then (s0 + s1) + (s2 + s3).

    Examples:
        >>> ordered_sum([1e16, 1.0, 1.0, 1.0, -1e16])
        3.0
    """
    sums = [0.0, 0.0, 0.0, 0.0]
    for position, value in enumerate(values):
        sums[position % 4] += value
    return (sums[0] + sums[1]) + (sums[2] + sums[3])


def mean_one(own: float, values: Sequence[float] | Floats, weights: Sequence[float] | Floats | None = None) -> float:
    """(own + Σ w v) / (1 + Σ w)."""
    if not math.isfinite(own):
        return float(own)
    values, weights = _admitted(own, values, weights)
    total = ordered_sum(w * v if w > 0.0 else 0.0 for v, w in zip(values, weights, strict=True))
    return (float(own) + total) / (1.0 + ordered_sum(weights))


def metropolis_one(
    own: float,
    degree: int,
    values: Sequence[float] | Floats,
    degrees: Sequence[int] | Ints,
    weights: Sequence[float] | Floats | None = None,
) -> float:
    """Own + Σ w (v − own) / (1 + max(degree, degree of the sender)); Xiao & Boyd 2004."""
    if not math.isfinite(own):
        return float(own)
    values, weights = _admitted(own, values, weights)
    shares = [1.0 / (1.0 + max(int(degree), int(other))) for other in degrees]
    return float(own) + ordered_sum(
        w * (share * (v - float(own))) if w > 0.0 else 0.0 for v, w, share in zip(values, weights, shares, strict=True)
    )


def wmsr_one(own: float, values: Sequence[float] | Floats, weights: Sequence[float] | Floats | None, f: int) -> float:
    """Drop the f largest above own and the f smallest below, average the rest with own; LeBlanc et al. 2013.

    A non-finite message counts as one of the f, like a missing one: its sender is faulty.

    The kept values are summed in rising order, so that the result does not depend on the order of the neighbors, not
    even in the last bit. Otherwise it could: a value equal to the own value is always kept, and a value that rounding
    puts just above it may be dropped.
    """
    if not math.isfinite(own):
        return float(own)
    every = [1.0] * len(values) if weights is None else weights
    heard = [(float(v), float(w)) for v, w in zip(values, every, strict=True) if w > 0.0]
    ranked = sorted((v, w) for v, w in heard if math.isfinite(v))
    drop = max(f - (len(heard) - len(ranked)), 0)
    total = weight = 0.0
    low = high = float(own)
    for rank, (v, w) in enumerate(ranked):
        if (rank >= drop or v >= own) and (rank < len(ranked) - drop or v <= own):
            total += w * v
            weight += w
            low, high = min(low, v), max(high, v)
    result = (float(own) + total) / (1.0 + weight)
    # Rounding must not move the result out of the hull of the kept values. Adding 0 turns −0 into 0.
    if result > high:
        return high + 0.0
    return result if result >= low else low + 0.0


def trimmed_mean_one(
    own: float, values: Sequence[float] | Floats, weights: Sequence[float] | Floats | None, f: int
) -> float:
    """The mean of messages and own value without the f largest and f smallest; the own value if none is left.

    A non-finite message counts as one of the f. The kept values are summed in rising order.
    """
    if not math.isfinite(own):
        return float(own)
    every = [1.0] * len(values) if weights is None else weights
    heard = [(float(v), float(w)) for v, w in zip(values, every, strict=True) if w > 0.0]
    ranked = sorted([(v, w) for v, w in heard if math.isfinite(v)] + [(float(own), 1.0)])
    cut = max(f - (len(heard) + 1 - len(ranked)), 0)
    return _mean_between(ranked, cut) if len(ranked) > 2 * cut else float(own)


def median_one(own: float, values: Sequence[float] | Floats, weights: Sequence[float] | Floats | None) -> float:
    """The median of messages and own value; a weight of 0 drops a message, any other weight counts as 1."""
    if not math.isfinite(own):
        return float(own)
    every = [1.0] * len(values) if weights is None else weights
    heard = [float(v) for v, w in zip(values, every, strict=True) if w > 0.0 and math.isfinite(v)]
    ranked = sorted([(v, 1.0) for v in heard] + [(float(own), 1.0)])
    return _mean_between(ranked, (len(ranked) - 1) // 2)


def _mean_between(ranked: list[tuple[float, float]], cut: int) -> float:
    """The weighted mean without the `cut` values at either end, clipped to the hull of the others."""
    kept = ranked[cut : len(ranked) - cut]
    total = weight = 0.0
    for v, w in kept:
        total += w * v
        weight += w
    low, high = kept[0][0] + 0.0, kept[-1][0] + 0.0
    result = total / weight
    if result > high:
        return high
    return result if result >= low else low


def median_and_mad_one(
    own: float, values: Sequence[float] | Floats, weights: Sequence[float] | Floats | None = None
) -> MedianAndMadOne:
    """The median of the neighbors' values, and the median of their distances from it."""
    heard = [float(v) for k, v in enumerate(values) if math.isfinite(v) and (weights is None or weights[k] > 0.0)]
    if not heard:
        return MedianAndMadOne(float(own), 0.0)
    median = _middle(heard)
    return MedianAndMadOne(median, _middle([abs(v - median) for v in heard]))


def _admitted(
    own: float, values: Sequence[float] | Floats, weights: Sequence[float] | Floats | None
) -> tuple[list[float], list[float]]:
    """Values and weights; every dropped message is replaced by the own value with weight 0."""
    every = [1.0] * len(values) if weights is None else [float(w) for w in weights]
    admitted = [w if w > 0.0 and math.isfinite(v) else 0.0 for v, w in zip(values, every, strict=True)]
    return [float(v) if w > 0.0 else float(own) for v, w in zip(values, admitted, strict=True)], admitted


def _middle(values: list[float]) -> float:
    values = sorted(values)
    low, high = values[(len(values) - 1) // 2], values[len(values) // 2]
    return 0.0 + (low if low == high else 0.5 * low + 0.5 * high)
