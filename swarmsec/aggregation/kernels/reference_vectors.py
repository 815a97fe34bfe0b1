"""The rules over whole vectors for one daemon, in plain Python; bit for bit equal to the compiled kernels.

A point is a list of d numbers. The first one is the daemon's own value, with weight 1; `gathered` returns the list.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from swarmsec.arrays import Floats

STEPS_MAX = 300

Point = list[float]


class Gathered(NamedTuple):
    """The points that one daemon combines.

    Attributes:
        points: Its own value, then each admitted message that is finite in all components. Empty if its own value is
            not finite.
        weights: The weight of each point.
        liars: The number of admitted messages that were not finite.
    """

    points: list[Point]
    weights: list[float]
    liars: int


def gathered(own: Floats, values: Floats, weights: Sequence[float] | Floats) -> Gathered:
    """The points to combine, from own value (d,), messages (k, d) and weights (k,)."""
    mine = [float(v) for v in own]
    if not all(map(math.isfinite, mine)):
        return Gathered([], [], 0)
    heard = [([float(v) for v in row], float(w)) for row, w in zip(values, weights, strict=True) if w > 0.0]
    good = [(row, w) for row, w in heard if all(map(math.isfinite, row))]
    return Gathered([mine, *(row for row, _ in good)], [1.0, *(w for _, w in good)], len(heard) - len(good))


def krum_one(heard: Gathered, f: int) -> Point:
    """The point with the smallest sum of squared distances to its n − f − 2 nearest; own value if n is too small."""
    points, allowed = heard.points, max(f - heard.liars, 0)
    best = 0
    if len(points) >= 2 * allowed + 3:
        unit = 2.0**-600 if max((abs(v) for point in points for v in point), default=0.0) > 1e150 else 1.0
        least = math.inf
        for p, point in enumerate(points):
            squares = sorted(_square(point, other, unit) for q, other in enumerate(points) if q != p)
            score = _sum(squares[: len(points) - allowed - 2])
            if score < least:
                least, best = score, p
    return [v + 0.0 for v in points[best]]


def geometric_median_one(heard: Gathered, tolerance: float) -> Point:
    """The weighted geometric median, by Weiszfeld's steps, at a point in Vardi and Zhang's form."""
    points, weights = heard.points, heard.weights
    point = [_weighed_middle([row[c] for row in points], weights) for c in range(len(points[0]))]
    return [v + 0.0 for v in (_descend(points, weights, tolerance, point) if len(point) > 1 else point)]


def centered_clipping_one(heard: Gathered, tau: float, iterations: int) -> Point:
    """Move from the own value `iterations` times by the mean of the differences, each clipped to length `tau`."""
    points, weights = heard.points, heard.weights
    point = points[0]
    total = _sum(weights)
    for _ in range(iterations):
        distances = [_distance(row, point) for row in points]
        cut = tau
        if tau < 0.0:
            ranked = sorted(distances)
            cut = 0.5 * ranked[(len(ranked) - 1) // 2] + 0.5 * ranked[len(ranked) // 2]
        shares = [w * (cut / far if far > cut else 1.0) for w, far in zip(weights, distances, strict=True)]
        steps = [_sum(share * (row[c] - x) for share, row in zip(shares, points, strict=True)) for c, x in _each(point)]
        point = [x + step / total for x, step in zip(point, steps, strict=True)]
    return [v + 0.0 for v in point]


def inverted_tolerance_one(
    own: float, values: Sequence[float] | Floats, weights: Sequence[float] | Floats, rate: float, reach: float
) -> float:
    """Move towards the neighbors no farther from the median than the daemon; see `kernels.inverted_tolerance`."""
    from swarmsec.aggregation.kernels.reference import median_and_mad_one

    own = float(own)
    middle, mad = median_and_mad_one(own, values, weights)
    heard = [(float(v), float(w)) for v, w in zip(values, weights, strict=True) if w > 0.0 and math.isfinite(v)]
    tolerated = min(abs(own - middle), reach * mad)
    near = [(v, w) for v, w in heard if abs(v - middle) <= tolerated]
    if len(heard) < 3 or not near or not math.isfinite(own):
        return own
    result = own + rate * (_sum(w * (v - own) for v, w in near) / _sum(w for _, w in near))
    return result if math.isfinite(result) else own


def _each(point: Point) -> list[tuple[int, float]]:
    return list(enumerate(point))


def _sum(values: Iterable[float]) -> float:
    """A plain sum from left to right; since Python 3.12 the built-in `sum` compensates rounding errors."""
    total = 0.0
    for value in values:
        total += value
    return total


def _square(a: Point, b: Point, unit: float) -> float:
    return _sum((unit * u - unit * v) * (unit * u - unit * v) for u, v in zip(a, b, strict=True))


def _distance(a: Point, b: Point) -> float:
    square = _sum((u - v) * (u - v) for u, v in zip(a, b, strict=True))
    if 1e-280 < square < 1e280:
        return math.sqrt(square)
    largest = max((abs(u - v) for u, v in zip(a, b, strict=True)), default=0.0)
    if largest in (0.0, math.inf):
        return largest
    return largest * math.sqrt(_sum(((u - v) / largest) * ((u - v) / largest) for u, v in zip(a, b, strict=True)))


def _weighed_middle(values: list[float], weights: list[float]) -> float:
    order = sorted(range(len(values)), key=values.__getitem__)
    half = 0.5 * _sum(weights)
    under = 0.0
    for k, place in enumerate(order):
        under += weights[place]
        if under > half:
            return values[place]
        if under == half and k + 1 < len(order):
            low, high = values[place], values[order[k + 1]]
            return min(max((0.0 + low + high) / 2.0, low), high)
    return values[order[-1]]


def _descend(points: list[Point], weights: list[float], tolerance: float, point: Point) -> Point:
    every = _sum(weights)
    relaxed = len(point) / (len(point) - 1.0)
    asked = -1
    for _ in range(STEPS_MAX):
        distances = [_distance(row, point) for row in points]
        nearest = min(range(len(points)), key=distances.__getitem__)
        if nearest != asked and distances[nearest] <= 0.05 * (_sum(distances) / len(points)):
            asked = nearest
            away = _leave(points, weights, points[nearest])
            if away is None:
                return points[nearest]
            if distances[nearest] == 0.0:
                point = away
                continue
        # A point so near that its pull is infinite is taken for the same point, here and in `_leave`.
        apart = [(row, w / far) for row, w, far in zip(points, weights, distances, strict=True) if _is_apart(w, far)]
        strength = _sum(pull for _, pull in apart)
        slope = [_sum(pull * (row[c] - x) for row, pull in apart) for c, x in _each(point)]
        if math.sqrt(_sum(v * v for v in slope)) <= tolerance * every or strength == 0.0:
            return point
        point = [x + relaxed * (v / strength) for x, v in zip(point, slope, strict=True)]
    return point


def _is_apart(weight: float, far: float) -> bool:
    return far > 0.0 and weight / far < math.inf


def _leave(points: list[Point], weights: list[float], target: Point) -> Point | None:
    """The next point of the iteration, or None if this point is the median."""
    distances = [_distance(row, target) for row in points]
    apart = [(row, w / far) for row, w, far in zip(points, weights, distances, strict=True) if _is_apart(w, far)]
    same = _sum(w for w, far in zip(weights, distances, strict=True) if not _is_apart(w, far))
    strength = _sum(pull for _, pull in apart)
    pull = [_sum(share * (row[c] - x) for row, share in apart) for c, x in _each(target)]
    length = math.sqrt(_sum(v * v for v in pull))
    if length <= same:
        return None
    return [x + (1.0 - same / length) * v / strength for x, v in zip(target, pull, strict=True)]
