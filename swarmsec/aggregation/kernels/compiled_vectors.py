"""The compiled loops of the rules that combine whole vectors, for all neighborhoods at once.

`vectors.py` has their public functions, `reference_vectors.py` the same rules in plain Python, to the same bits.
This file stands alone, because numba's cache only notices changes in a function's own file.

Every row first gathers its points: the own value, then each admitted message that is finite in all components.
`weights` of size 0 are all 1, `per_edge` of size 0 is a broadcast of `broadcast`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from swarmsec.aggregation.kernels.layout import Unsigned
from swarmsec.arrays import Floats, Ints
from swarmsec.compile import compiled

STEPS_MAX = 300
"""The largest number of Weiszfeld's steps for a geometric median."""


Counts = npt.NDArray[np.int64]


@compiled
def geometric_median_rows(
    indptr: Ints,
    senders: Unsigned,
    tolerance: float,
    own: Floats,
    broadcast: Floats,
    per_edge: Floats,
    weights: Floats,
    out: Floats,
    start: int,
    stop: int,
) -> None:
    """Rows start to stop of `geometric_median`."""
    widest, d = _widest(indptr, start, stop) + 1, own.shape[1]
    points, weight = np.empty((widest, d)), np.empty(widest)
    ranked, place = np.empty(widest), np.empty(widest, dtype=np.int64)
    point, slope, distances = np.empty(d), np.empty(d), np.empty(widest)
    for i in range(start, stop):
        count, _ = _gather(indptr, senders, own, broadcast, per_edge, weights, i, points, weight)
        if count == 0:
            out[i] = own[i]
            continue
        for c in range(d):
            point[c] = _weighed_middle(points, weight, count, c, ranked, place)
        if d > 1:
            _descend(points, weight, count, tolerance, point, slope, distances)
        for c in range(d):
            out[i, c] = point[c] + 0.0


@compiled
def clipping_rows(
    indptr: Ints,
    senders: Unsigned,
    tau: float,
    iterations: int,
    own: Floats,
    broadcast: Floats,
    per_edge: Floats,
    weights: Floats,
    out: Floats,
    start: int,
    stop: int,
) -> None:
    """Rows start to stop of `centered_clipping`, from the own value; a negative `tau` means the median distance."""
    widest, d = _widest(indptr, start, stop) + 1, own.shape[1]
    points, weight = np.empty((widest, d)), np.empty(widest)
    point, step, distances, ranked = np.empty(d), np.empty(d), np.empty(widest), np.empty(widest)
    for i in range(start, stop):
        count, _ = _gather(indptr, senders, own, broadcast, per_edge, weights, i, points, weight)
        if count == 0:
            out[i] = own[i]
            continue
        for c in range(d):
            point[c] = own[i, c]
        for _ in range(iterations):
            total = 0.0
            for p in range(count):
                distances[p] = _distance(points, p, point)
                ranked[p] = distances[p]
                total += weight[p]
            cut = tau
            if tau < 0.0:
                _insertion_sort(ranked, count)
                cut = 0.5 * ranked[(count - 1) // 2] + 0.5 * ranked[count // 2]
            for c in range(d):
                step[c] = 0.0
            for p in range(count):
                share = weight[p] * (cut / distances[p] if distances[p] > cut else 1.0)
                for c in range(d):
                    step[c] += share * (points[p, c] - point[c])
            for c in range(d):
                point[c] += step[c] / total
        for c in range(d):
            out[i, c] = point[c] + 0.0


@compiled
def inverted_tolerance_rows(
    indptr: Ints,
    senders: Unsigned,
    rate: float,
    reach: float,
    medians: Floats,
    mads: Floats,
    own: Floats,
    broadcast: Floats,
    per_edge: Floats,
    weights: Floats,
    out: Floats,
    start: int,
    stop: int,
) -> None:
    """Rows start to stop of `inverted_tolerance`, for one component: all arrays are (n,) or (m,)."""
    for i in range(start, stop):
        mine, middle = own[i], medians[i]
        out[i] = mine
        heard, total, kept = 0, 0.0, 0.0
        tolerated = min(abs(mine - middle), reach * mads[i])
        for k in range(indptr[i], indptr[i + 1]):
            v = per_edge[k] if per_edge.size > 0 else broadcast[senders[k]]
            w = weights[k] if weights.size > 0 else 1.0
            if w > 0.0 and abs(v) < np.inf:
                heard += 1
                if abs(v - middle) <= tolerated:
                    total += w * (v - mine)
                    kept += w
        if heard >= 3 and kept > 0.0 and abs(mine) < np.inf:
            result = mine + rate * (total / kept)
            out[i] = result if abs(result) < np.inf else mine


@compiled
def _widest(indptr: Ints, start: int, stop: int) -> int:
    """The largest degree among the rows."""
    widest = 0
    for i in range(start, stop):
        widest = max(widest, indptr[i + 1] - indptr[i])
    return widest


@compiled
def _gather(
    indptr: Ints,
    senders: Unsigned,
    own: Floats,
    broadcast: Floats,
    per_edge: Floats,
    weights: Floats,
    i: int,
    points: Floats,
    weight: Floats,
) -> tuple[int, int]:
    """Write a row's points and weights; return the number of points and of admitted non-finite messages.

    There are no points if the own value is not finite.
    """
    d = own.shape[1]
    for c in range(d):
        if not abs(own[i, c]) < np.inf:
            return 0, 0
        points[0, c] = own[i, c]
    weight[0] = 1.0
    count, liars = 1, 0
    for k in range(indptr[i], indptr[i + 1]):
        w = weights[k] if weights.size > 0 else 1.0
        if not w > 0.0:
            continue
        finite = True
        for c in range(d):
            v = per_edge[k, c] if per_edge.size > 0 else broadcast[senders[k], c]
            points[count, c] = v
            finite &= abs(v) < np.inf
        if finite:
            weight[count] = w
            count += 1
        else:
            liars += 1
    return count, liars


@compiled
def _insertion_sort(values: Floats, count: int) -> None:
    for k in range(1, count):
        v = values[k]
        j = k - 1
        while j >= 0 and values[j] > v:
            values[j + 1] = values[j]
            j -= 1
        values[j + 1] = v


@compiled
def _weighed_middle(points: Floats, weight: Floats, count: int, c: int, ranked: Floats, place: Counts) -> float:
    """The weighted median of one component; the midpoint of two values if each side has half of the weight."""
    half = 0.0
    for p in range(count):
        v = points[p, c]
        half += weight[p]
        j = p - 1
        while j >= 0 and ranked[j] > v:
            ranked[j + 1], place[j + 1] = ranked[j], place[j]
            j -= 1
        ranked[j + 1], place[j + 1] = v, p
    half *= 0.5
    under = 0.0
    for k in range(count):
        under += weight[place[k]]
        if under > half:
            return float(ranked[k])
        if under == half and k + 1 < count:
            low, high = ranked[k], ranked[k + 1]
            return float(min(max((0.0 + low + high) / 2.0, low), high))
    return float(ranked[count - 1])


@compiled
def _distance(points: Floats, p: int, point: Floats) -> float:
    """The distance between two points, correct even where squares would overflow or underflow."""
    square = 0.0
    for c in range(point.size):
        apart = points[p, c] - point[c]
        square += apart * apart
    if 1e-280 < square < 1e280:
        return float(np.sqrt(square))
    largest = 0.0
    for c in range(point.size):
        largest = max(largest, abs(points[p, c] - point[c]))
    if largest == 0.0 or largest == np.inf:
        return largest
    square = 0.0
    for c in range(point.size):
        apart = (points[p, c] - point[c]) / largest
        square += apart * apart
    return float(largest * np.sqrt(square))


@compiled
def _descend(
    points: Floats, weight: Floats, count: int, tolerance: float, point: Floats, slope: Floats, distances: Floats
) -> None:
    """Move `point` to the weighted geometric median by Weiszfeld's steps, at a point in Vardi and Zhang's form."""
    d = point.size
    # Over-relaxed, which converges up to 2 (Ostresh 1978). This is Newton's step for evenly spread points.
    relaxed = d / (d - 1.0)
    every = 0.0
    for p in range(count):
        every += weight[p]
    asked = -1
    for _ in range(STEPS_MAX):
        nearest, total = 0, 0.0
        for p in range(count):
            distances[p] = _distance(points, p, point)
            total += distances[p]
            if distances[p] < distances[nearest]:
                nearest = p
        # If a step lands near a point that is the median, further steps would converge slowly.
        if nearest != asked and distances[nearest] <= 0.05 * (total / count):
            asked = nearest
            for c in range(d):
                slope[c] = points[nearest, c]
            if _leave(points, weight, count, slope):
                for c in range(d):
                    point[c] = points[nearest, c]
                return
            if distances[nearest] == 0.0:
                for c in range(d):
                    point[c] = slope[c]
                continue
        for c in range(d):
            slope[c] = 0.0
        strength = 0.0
        for p in range(count):
            pull = weight[p] / distances[p] if distances[p] > 0.0 else np.inf
            if pull < np.inf:  # A point so near that its pull is infinite is taken for the same point.
                strength += pull
                for c in range(d):
                    slope[c] += pull * (points[p, c] - point[c])
        length = 0.0
        for c in range(d):
            length += slope[c] * slope[c]
        if np.sqrt(length) <= tolerance * every or strength == 0.0:
            return
        for c in range(d):
            point[c] += relaxed * (slope[c] / strength)


@compiled
def _leave(points: Floats, weight: Floats, count: int, target: Floats) -> bool:
    """Whether the point in `target` is the median; if not, write the next point into `target`."""
    d = target.size
    pull = np.zeros(d)
    strength = same = 0.0
    for p in range(count):
        away = _distance(points, p, target)
        if not (away > 0.0 and weight[p] / away < np.inf):
            same += weight[p]
            continue
        strength += weight[p] / away
        for c in range(d):
            pull[c] += weight[p] / away * (points[p, c] - target[c])
    length = 0.0
    for c in range(d):
        length += pull[c] * pull[c]
    length = np.sqrt(length)
    if length <= same:
        return True
    for c in range(d):
        target[c] += (1.0 - same / length) * pull[c] / strength
    return False
