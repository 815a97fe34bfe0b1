"""The compiled loops. `_kernels.py` is their face, and `_ordered.py` says the same in plain Python.

One compiled signature a rule: an absent array is an empty one, and what differs is asked at run time, outside the
fast loops; every signature that a run calls costs it time to load. All of it is one file, because numba's cache
notices a change in a function's own file and in no other.

W-MSR and the median sort neighborhoods side by side: up to 64 rows of about equal length are laid out as columns, and
every comparison of Batcher's odd-even merge sort is one vector minimum and maximum over them all. There is no branch
to mispredict, whatever the data, and one path serves every F and every degree.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

import numpy as np
import numpy.typing as npt
from numba import njit

from swarmsec.aggregation._rows import Unsigned
from swarmsec.arrays import Floats, Ints

Counts = npt.NDArray[np.int64]

LANES_MAX = 64
CELLS_MAX = 16_384
"""Values sorted at once, unless a single row is longer: 128 kB, to stay in the second-level cache."""

_P = ParamSpec("_P")
_R = TypeVar("_R")


def compiled(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Compile on the first call, and keep the result on disk. No fastmath: sums keep their order to the bit."""
    result: Callable[_P, _R] = njit(cache=True, nogil=True, error_model="numpy")(function)
    return result


@compiled
def mean_rows(
    indptr: Ints,
    senders: Unsigned,
    degree: int,
    own: Floats,
    said: Floats,
    told: Floats,
    weights: Floats,
    plain: bool,
    out: Floats,
    start: int,
    stop: int,
) -> None:
    """Rows start to stop of `mean`. `plain` promises a broadcast of finite numbers without weights."""
    for i in range(start, stop):
        k, end = (i * degree, (i + 1) * degree) if degree >= 0 else (indptr[i], indptr[i + 1])
        a0 = a1 = a2 = a3 = 0.0
        if plain:
            count = 1.0 + (end - k)
            for _ in range((end - k) // 8):
                a0 += said[senders[k]]
                a1 += said[senders[k + 1]]
                a2 += said[senders[k + 2]]
                a3 += said[senders[k + 3]]
                a0 += said[senders[k + 4]]
                a1 += said[senders[k + 5]]
                a2 += said[senders[k + 6]]
                a3 += said[senders[k + 7]]
                k += 8
            while k < end:
                a0 += said[senders[k]]
                if k + 1 < end:
                    a1 += said[senders[k + 1]]
                if k + 2 < end:
                    a2 += said[senders[k + 2]]
                if k + 3 < end:
                    a3 += said[senders[k + 3]]
                k += 4
            out[i] = (own[i] + ((a0 + a1) + (a2 + a3))) / count
            continue
        if not np.isfinite(own[i]):
            out[i] = own[i]
            continue
        w0 = w1 = w2 = w3 = 0.0
        while k < end:
            v, w = admitted(senders, 0.0, said, told, weights, k)
            a0 += w * v
            w0 += w
            if k + 1 < end:
                v, w = admitted(senders, 0.0, said, told, weights, k + 1)
                a1 += w * v
                w1 += w
            if k + 2 < end:
                v, w = admitted(senders, 0.0, said, told, weights, k + 2)
                a2 += w * v
                w2 += w
            if k + 3 < end:
                v, w = admitted(senders, 0.0, said, told, weights, k + 3)
                a3 += w * v
                w3 += w
            k += 4
        out[i] = (own[i] + ((a0 + a1) + (a2 + a3))) / (1.0 + ((w0 + w1) + (w2 + w3)))


@compiled
def metropolis_rows(
    indptr: Ints,
    senders: Unsigned,
    degree: int,
    shares: Floats,
    own: Floats,
    said: Floats,
    told: Floats,
    weights: Floats,
    plain: bool,
    out: Floats,
    start: int,
    stop: int,
) -> None:
    """Rows start to stop of `metropolis`. On a regular network, all shares are the first one."""
    for i in range(start, stop):
        k, end = (i * degree, (i + 1) * degree) if degree >= 0 else (indptr[i], indptr[i + 1])
        a0 = a1 = a2 = a3 = 0.0
        mine = own[i]
        share = shares[i]
        if plain and degree >= 0:
            while k < end:
                a0 += share * (said[senders[k]] - mine)
                if k + 1 < end:
                    a1 += share * (said[senders[k + 1]] - mine)
                if k + 2 < end:
                    a2 += share * (said[senders[k + 2]] - mine)
                if k + 3 < end:
                    a3 += share * (said[senders[k + 3]] - mine)
                k += 4
            out[i] = mine + ((a0 + a1) + (a2 + a3))
            continue
        if not np.isfinite(mine):
            out[i] = mine
            continue
        while k < end:
            v, w = admitted(senders, mine, said, told, weights, k)
            a0 += w * (min(share, shares[senders[k]]) * (v - mine))
            if k + 1 < end:
                v, w = admitted(senders, mine, said, told, weights, k + 1)
                a1 += w * (min(share, shares[senders[k + 1]]) * (v - mine))
            if k + 2 < end:
                v, w = admitted(senders, mine, said, told, weights, k + 2)
                a2 += w * (min(share, shares[senders[k + 2]]) * (v - mine))
            if k + 3 < end:
                v, w = admitted(senders, mine, said, told, weights, k + 3)
                a3 += w * (min(share, shares[senders[k + 3]]) * (v - mine))
            k += 4
        out[i] = mine + ((a0 + a1) + (a2 + a3))


@compiled
def admitted(
    senders: Unsigned, neutral: float, said: Floats, told: Floats, weights: Floats, edge: int
) -> tuple[float, float]:
    """What an edge carries and what it weighs; a dropped message is `neutral` at weight 0, and so adds nothing."""
    v = told[edge] if told.size > 0 else said[senders[edge]]
    w = weights[edge] if weights.size > 0 else 1.0
    if w > 0.0 and abs(v) < np.inf:
        return v, w
    return neutral, 0.0


@compiled
def wmsr_rows(
    indptr: Ints,
    senders: Unsigned,
    order: Ints,
    f: int,
    own: Floats,
    said: Floats,
    told: Floats,
    weights: Floats,
    plain: bool,
    out: Floats,
    start: int,
    stop: int,
) -> None:
    """Rows start to stop, in `order`, of `wmsr`. `plain` promises a broadcast of finite numbers without weights."""
    cells = _cells(indptr, order, start, stop)
    heard = np.empty(cells + 3 * LANES_MAX)  # Room to round a width up to four.
    ranked = np.empty(cells + 3 * LANES_MAX)
    weight = np.empty(1 if plain else cells + 3 * LANES_MAX)
    mine = np.empty(LANES_MAX)
    low = np.empty(LANES_MAX)
    high = np.empty(LANES_MAX)
    kept = np.empty(LANES_MAX)
    tied_low = np.empty(LANES_MAX, dtype=np.int64)
    tied_high = np.empty(LANES_MAX, dtype=np.int64)
    total = np.empty(4 * LANES_MAX)
    first = start
    while first < stop:
        lanes, width = _block(indptr, order, first, stop)
        full = (width + 3) // 4 * 4
        for r in range(lanes):
            i = order[first + r] if order.size > 0 else first + r
            k, end = indptr[i], indptr[i + 1]
            mine[r] = own[i]
            kept[r] = 1.0 + (end - k)
            cell = r
            if plain:
                while k < end:
                    v = said[senders[k]]
                    heard[cell] = v
                    ranked[cell] = v
                    cell += lanes
                    k += 1
            else:
                while k < end:
                    v, w = admitted(senders, mine[r], said, told, weights, k)
                    heard[cell] = v
                    ranked[cell] = v
                    weight[cell] = w
                    cell += lanes
                    k += 1
            while cell < full * lanes:
                # One's own value is never dropped, and adds a difference of 0.
                heard[cell] = mine[r]
                ranked[cell] = mine[r]
                if not plain:
                    weight[cell] = 0.0
                cell += lanes
        _sort(ranked, width, lanes)
        _bounds(ranked, width, lanes, f, mine, low, high, kept, tied_low, tied_high)
        if plain:
            _sum_kept(heard, full, lanes, mine, low, high, total)
        else:
            _sum_weighed(heard, weight, full, lanes, mine, low, high, total, kept)
        for r in range(lanes):
            i = order[first + r] if order.size > 0 else first + r
            own_value = mine[r]
            if not np.isfinite(own_value):
                out[i] = own_value
                continue
            s = (total[r] + total[lanes + r]) + (total[2 * lanes + r] + total[3 * lanes + r])
            each = kept[r]
            if tied_high[r] > 0:
                spare = _spare(heard, weight, plain, full, lanes, r, high[r], tied_high[r])
                s -= spare * (high[r] - own_value)
                each -= 0.0 if plain else spare
            if tied_low[r] > 0:
                spare = _spare(heard, weight, plain, full, lanes, r, low[r], tied_low[r])
                s -= spare * (low[r] - own_value)
                each -= 0.0 if plain else spare
            result = own_value + s / each
            if result > high[r]:
                result = high[r]
            elif not result >= low[r]:
                result = low[r]
            out[i] = result
        first += lanes


@compiled
def median_rows(
    indptr: Ints,
    senders: Unsigned,
    order: Ints,
    mad: Floats,
    own: Floats,
    said: Floats,
    told: Floats,
    weights: Floats,
    plain: bool,
    out: Floats,
    start: int,
    stop: int,
) -> None:
    """Rows start to stop, in `order`, of `median`, and of the deviation from it unless `mad` is empty."""
    ranked = np.empty(_cells(indptr, order, start, stop))
    count = np.empty(LANES_MAX, dtype=np.int64)
    middle = np.empty(LANES_MAX)
    first = start
    while first < stop:
        lanes, width = _block(indptr, order, first, stop)
        for r in range(lanes):
            i = order[first + r] if order.size > 0 else first + r
            k, end = indptr[i], indptr[i + 1]
            count[r] = end - k
            middle[r] = own[i]
            cell = r
            while k < end:
                v = np.inf
                if plain:
                    v = said[senders[k]]
                else:
                    v, w = admitted(senders, np.inf, said, told, weights, k)
                    count[r] -= 0 if w > 0.0 else 1
                ranked[cell] = v
                cell += lanes
                k += 1
            while cell < width * lanes:
                ranked[cell] = np.inf
                cell += lanes
        _sort(ranked, width, lanes)
        _middles(ranked, count, lanes, middle)
        for r in range(lanes):
            i = order[first + r] if order.size > 0 else first + r
            out[i] = middle[r]
        if mad.size > 0:
            for r in range(lanes):
                cell = r
                for _ in range(count[r]):
                    ranked[cell] = abs(ranked[cell] - middle[r])
                    cell += lanes
                middle[r] = 0.0
            _sort(ranked, width, lanes)
            _middles(ranked, count, lanes, middle)
            for r in range(lanes):
                i = order[first + r] if order.size > 0 else first + r
                mad[i] = middle[r]
        first += lanes


@compiled
def _block(indptr: Ints, order: Ints, first: int, stop: int) -> tuple[int, int]:
    """How many rows from `first` are sorted side by side, and how many places each gets: the longest one's degree."""
    lanes = min(LANES_MAX, stop - first)
    while True:
        last = first + lanes - 1
        i = order[last] if order.size > 0 else last
        width = indptr[i + 1] - indptr[i]
        if lanes == 1 or width * lanes <= CELLS_MAX:
            return lanes, width
        lanes //= 2


@compiled
def _cells(indptr: Ints, order: Ints, start: int, stop: int) -> int:
    """How many values the largest block can hold."""
    if stop <= start:
        return 0
    last = order[stop - 1] if order.size > 0 else stop - 1
    width = indptr[last + 1] - indptr[last]
    return max(width, min(CELLS_MAX, width * LANES_MAX))


@compiled
def _sort(ranked: Floats, width: int, lanes: int) -> None:
    """Sort every lane upwards: Batcher's odd-even merge sort (Knuth, volume 3, 5.2.2, algorithm M)."""
    p = 1
    while p < width:
        k = p
        while k >= 1:
            for j in range(k % p, width - k, 2 * k):
                for i in range(j, min(j + k, width - k)):
                    if i // (2 * p) == (i + k) // (2 * p):
                        a = i * lanes
                        b = (i + k) * lanes
                        for r in range(lanes):
                            u = ranked[a + r]
                            v = ranked[b + r]
                            ranked[a + r] = u if u < v else v
                            ranked[b + r] = v if u < v else u
            k //= 2
        p *= 2


@compiled
def _bounds(
    ranked: Floats,
    width: int,
    lanes: int,
    f: int,
    mine: Floats,
    low: Floats,
    high: Floats,
    kept: Floats,
    tied_low: Counts,
    tied_high: Counts,
) -> None:
    """The lowest and the highest value that W-MSR keeps in each lane, and how many of the dropped equal them."""
    for r in range(lanes):
        low[r] = mine[r]
        high[r] = mine[r]
        tied_low[r] = 0
        tied_high[r] = 0
    if f < width:
        a = f * lanes
        b = (width - 1 - f) * lanes
        for r in range(lanes):
            u = ranked[a + r]
            v = ranked[b + r]
            low[r] = u if u < mine[r] else mine[r]
            high[r] = v if v > mine[r] else mine[r]
    for j in range(min(f, width)):
        a = j * lanes
        b = (width - 1 - j) * lanes
        for r in range(lanes):
            u = ranked[a + r]
            v = ranked[b + r]
            kept[r] -= (1.0 if u < mine[r] else 0.0) + (1.0 if v > mine[r] else 0.0)
            tied_low[r] += u < mine[r] and u == low[r]
            tied_high[r] += v > mine[r] and v == high[r]
    for r in range(lanes):
        low[r] += 0.0  # Turns −0 into 0: which of the two a sort puts first is chance.
        high[r] += 0.0


@compiled
def _sum_kept(
    heard: Floats, full: int, lanes: int, mine: Floats, low: Floats, high: Floats, total: Floats
) -> None:
    """Sum the kept values' differences from one's own: four sums a lane, by the place in the row modulo 4."""
    for cell in range(4 * lanes):
        total[cell] = 0.0
    for k in range(full):
        a = k * lanes
        b = (k % 4) * lanes
        for r in range(lanes):
            v = heard[a + r]
            total[b + r] += v - mine[r] if (v >= low[r]) & (v <= high[r]) else 0.0


@compiled
def _sum_weighed(
    heard: Floats,
    weight: Floats,
    full: int,
    lanes: int,
    mine: Floats,
    low: Floats,
    high: Floats,
    total: Floats,
    kept: Floats,
) -> None:
    """The same with weights, and what the kept messages and one's own value weigh together."""
    for cell in range(4 * lanes):
        total[cell] = 0.0
    mass = np.zeros(4 * lanes)
    for k in range(full):
        a = k * lanes
        b = (k % 4) * lanes
        for r in range(lanes):
            v = heard[a + r]
            w = weight[a + r] if (v >= low[r]) & (v <= high[r]) else 0.0
            total[b + r] += w * (v - mine[r]) if w > 0.0 else 0.0
            mass[b + r] += w
    for r in range(lanes):
        kept[r] = 1.0 + ((mass[r] + mass[lanes + r]) + (mass[2 * lanes + r] + mass[3 * lanes + r]))


@compiled
def _spare(
    heard: Floats, weight: Floats, plain: bool, full: int, lanes: int, lane: int, edge: float, tied: int
) -> float:
    """What the first `tied` messages of a lane that carry `edge` weigh: they are dropped, though not beyond it."""
    if plain:
        return float(tied)
    spare = 0.0
    for k in range(full):
        w = weight[k * lanes + lane]
        if tied > 0 and w > 0.0 and heard[k * lanes + lane] == edge:
            spare += w
            tied -= 1
    return spare


@compiled
def _middles(ranked: Floats, count: Counts, lanes: int, middle: Floats) -> None:
    """The median of the first `count` values of each sorted lane; a lane without any keeps what is there."""
    for r in range(lanes):
        if count[r] > 0:
            low = ranked[(count[r] - 1) // 2 * lanes + r]
            high = ranked[count[r] // 2 * lanes + r]
            middle[r] = 0.0 + (low if low == high else 0.5 * low + 0.5 * high)
