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


def inlined(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """The same for a function that is called for every edge."""
    result: Callable[_P, _R] = njit(cache=True, nogil=True, error_model="numpy", forceinline=True)(function)
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
    equivocated, weighed = told.size > 0, weights.size > 0
    payload = told if equivocated else said
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
            v, w = _admit(payload[k if equivocated else senders[k]], weights[k] if weighed else 1.0, 0.0)
            a0 += w * v
            w0 += w
            if k + 1 < end:
                v, w = _admit(payload[k + 1 if equivocated else senders[k + 1]], weights[k + 1] if weighed else 1.0, 0.0)
                a1 += w * v
                w1 += w
            if k + 2 < end:
                v, w = _admit(payload[k + 2 if equivocated else senders[k + 2]], weights[k + 2] if weighed else 1.0, 0.0)
                a2 += w * v
                w2 += w
            if k + 3 < end:
                v, w = _admit(payload[k + 3 if equivocated else senders[k + 3]], weights[k + 3] if weighed else 1.0, 0.0)
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
    equivocated, weighed = told.size > 0, weights.size > 0
    payload = told if equivocated else said
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
            v, w = _admit(payload[k if equivocated else senders[k]], weights[k] if weighed else 1.0, mine)
            a0 += w * (min(share, shares[senders[k]]) * (v - mine))
            if k + 1 < end:
                v, w = _admit(payload[k + 1 if equivocated else senders[k + 1]], weights[k + 1] if weighed else 1.0, mine)
                a1 += w * (min(share, shares[senders[k + 1]]) * (v - mine))
            if k + 2 < end:
                v, w = _admit(payload[k + 2 if equivocated else senders[k + 2]], weights[k + 2] if weighed else 1.0, mine)
                a2 += w * (min(share, shares[senders[k + 2]]) * (v - mine))
            if k + 3 < end:
                v, w = _admit(payload[k + 3 if equivocated else senders[k + 3]], weights[k + 3] if weighed else 1.0, mine)
                a3 += w * (min(share, shares[senders[k + 3]]) * (v - mine))
            k += 4
        out[i] = mine + ((a0 + a1) + (a2 + a3))


@inlined
def _admit(v: float, w: float, neutral: float) -> tuple[float, float]:
    """A payload and its weight; a dropped message is `neutral` at weight 0, and so adds nothing."""
    # Scalars only: an array argument would be counted by reference, atomically, for every edge.
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
    cells = _cells(indptr, order, start, stop) + 3 * LANES_MAX  # Room to round a width up to four.
    heard_cells = np.empty(cells)
    ranked_cells = np.empty(cells)
    weight_cells = np.empty(0 if plain else cells)
    mine, low, high, kept, total = (
        np.empty(LANES_MAX),
        np.empty(LANES_MAX),
        np.empty(LANES_MAX),
        np.empty(LANES_MAX),
        np.empty(LANES_MAX),
    )
    first = start
    while first < stop:
        lanes, width = _block(indptr, order, first, stop)
        full = (width + 3) // 4 * 4
        heard = heard_cells[: full * lanes].reshape(full, lanes)
        ranked = ranked_cells[: full * lanes].reshape(full, lanes)
        weight = weight_cells[: 0 if plain else full * lanes].reshape(0 if plain else full, lanes)
        for r in range(lanes):
            i = order[first + r] if order.size > 0 else first + r
            mine[r] = own[i]
            kept[r] = 1.0 + (indptr[i + 1] - indptr[i])
        if plain:
            _lay_out(indptr, senders, order, first, said, mine, full, lanes, heard_cells, ranked_cells)
        else:
            _lay_out_admitted(
                indptr, senders, order, first, said, told, weights, mine, full, lanes, heard_cells, ranked_cells, weight_cells
            )
        _sort(ranked, width, lanes)
        _bound(ranked, width, lanes, f, mine, low, high, kept)
        if plain:
            _sum_kept(heard, lanes, mine, low, high, total)
        else:
            _sum_weighed(heard, weight, lanes, mine, low, high, total, kept)
        for r in range(lanes):
            i = order[first + r] if order.size > 0 else first + r
            value = mine[r]
            if not abs(value) < np.inf:
                out[i] = value
                continue
            s, mass = total[r], kept[r]
            if 0 < f < width:
                # Some of the f dropped may equal the outermost kept value: they are in the sum still.
                if ranked[width - f, r] == high[r] and high[r] > value:
                    spare = _spare(heard, ranked, weight, r, high[r], width - f, width)
                    s -= spare * (high[r] - value)
                    mass -= 0.0 if plain else spare
                if ranked[f - 1, r] == low[r] and low[r] < value:
                    spare = _spare(heard, ranked, weight, r, low[r], 0, f)
                    s -= spare * (low[r] - value)
                    mass -= 0.0 if plain else spare
            result = value + s / mass
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
    equivocated, weighed = told.size > 0, weights.size > 0
    payload = told if equivocated else said
    cells = np.empty(_cells(indptr, order, start, stop))
    count = np.empty(LANES_MAX, dtype=np.int64)
    middle = np.empty(LANES_MAX)
    first = start
    while first < stop:
        lanes, width = _block(indptr, order, first, stop)
        ranked = cells[: width * lanes].reshape(width, lanes)
        for r in range(lanes):
            i = order[first + r] if order.size > 0 else first + r
            edge, end = indptr[i], indptr[i + 1]
            count[r] = end - edge
            middle[r] = own[i]
            for k in range(end - edge):
                if plain:
                    ranked[k, r] = said[senders[edge + k]]
                else:
                    e = edge + k
                    v = payload[e if equivocated else senders[e]]
                    ranked[k, r], w = _admit(v, weights[e] if weighed else 1.0, np.inf)
                    count[r] -= 0 if w > 0.0 else 1
            for k in range(end - edge, width):
                ranked[k, r] = np.inf
        _sort(ranked, width, lanes)
        _middles(ranked, count, lanes, middle)
        for r in range(lanes):
            i = order[first + r] if order.size > 0 else first + r
            out[i] = middle[r]
        if mad.size > 0:
            for r in range(lanes):
                for k in range(count[r]):
                    ranked[k, r] = abs(ranked[k, r] - middle[r])
                middle[r] = 0.0
            _sort(ranked, width, lanes)
            _middles(ranked, count, lanes, middle)
            for r in range(lanes):
                i = order[first + r] if order.size > 0 else first + r
                mad[i] = middle[r]
        first += lanes


@compiled
def _lay_out(
    indptr: Ints,
    senders: Unsigned,
    order: Ints,
    first: int,
    said: Floats,
    mine: Floats,
    full: int,
    lanes: int,
    heard: Floats,
    ranked: Floats,
) -> None:
    """Write what each row hears into its lane, twice, and fill the lane up with the row's own value."""
    for r in range(lanes):
        i = order[first + r] if order.size > 0 else first + r
        edge, end = indptr[i], indptr[i + 1]
        cell = r
        while edge < end:
            v = said[senders[edge]]
            heard[cell] = v
            ranked[cell] = v
            cell += lanes
            edge += 1
        while cell < full * lanes:
            # One's own value is never dropped, and differs from itself by 0.
            heard[cell] = mine[r]
            ranked[cell] = mine[r]
            cell += lanes


@compiled
def _lay_out_admitted(
    indptr: Ints,
    senders: Unsigned,
    order: Ints,
    first: int,
    said: Floats,
    told: Floats,
    weights: Floats,
    mine: Floats,
    full: int,
    lanes: int,
    heard: Floats,
    ranked: Floats,
    weight: Floats,
) -> None:
    """The same with weights; a dropped message is the row's own value at weight 0."""
    equivocated, weighed = told.size > 0, weights.size > 0
    payload = told if equivocated else said
    for r in range(lanes):
        i = order[first + r] if order.size > 0 else first + r
        edge, end = indptr[i], indptr[i + 1]
        cell = r
        while edge < end:
            v = payload[edge if equivocated else senders[edge]]
            v, w = _admit(v, weights[edge] if weighed else 1.0, mine[r])
            heard[cell] = v
            ranked[cell] = v
            weight[cell] = w
            cell += lanes
            edge += 1
        while cell < full * lanes:
            heard[cell] = mine[r]
            ranked[cell] = mine[r]
            weight[cell] = 0.0
            cell += lanes


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
    # Runs of eight are sorted in registers, as the first three rounds of the same network would.
    runs = width // 8 * 8
    for c in range(0, runs, 8):
        _sort_eight(ranked[c : c + 8], lanes)
    p = 1
    shift = 1
    while p < width:
        k = p
        while k >= 1:
            for j in range(k % p, width - k, 2 * k):
                for i in range(j, min(j + k, width - k)):
                    if i >> shift == (i + k) >> shift and (p >= 8 or i >= runs):
                        for r in range(lanes):
                            ranked[i, r], ranked[i + k, r] = _pair(ranked[i, r], ranked[i + k, r])
            k >>= 1
        p <<= 1
        shift += 1


@inlined
def _pair(u: float, v: float) -> tuple[float, float]:
    """The smaller and the larger one."""
    # Two comparisons, each of which is one instruction. Of −0 and 0 it may make two of a kind; they are equal.
    return u if u < v else v, u if u > v else v


@inlined
def _sort_eight(ranked: Floats, lanes: int) -> None:
    for r in range(lanes):
        a, b, c, d = ranked[0, r], ranked[1, r], ranked[2, r], ranked[3, r]
        e, f, g, h = ranked[4, r], ranked[5, r], ranked[6, r], ranked[7, r]
        a, b = _pair(a, b)
        c, d = _pair(c, d)
        e, f = _pair(e, f)
        g, h = _pair(g, h)
        a, c = _pair(a, c)
        b, d = _pair(b, d)
        e, g = _pair(e, g)
        f, h = _pair(f, h)
        b, c = _pair(b, c)
        f, g = _pair(f, g)
        a, e = _pair(a, e)
        b, f = _pair(b, f)
        c, g = _pair(c, g)
        d, h = _pair(d, h)
        c, e = _pair(c, e)
        d, f = _pair(d, f)
        b, c = _pair(b, c)
        d, e = _pair(d, e)
        f, g = _pair(f, g)
        ranked[0, r], ranked[1, r], ranked[2, r], ranked[3, r] = a, b, c, d
        ranked[4, r], ranked[5, r], ranked[6, r], ranked[7, r] = e, f, g, h


@compiled
def _bound(
    ranked: Floats, width: int, lanes: int, f: int, mine: Floats, low: Floats, high: Floats, kept: Floats
) -> None:
    """The lowest and the highest value that W-MSR keeps in each lane; the dropped leave the count `kept`."""
    for r in range(lanes):
        # Adding 0 turns −0 into 0: which of the two a sort puts first is chance.
        low[r] = mine[r] + 0.0
        high[r] = mine[r] + 0.0
    if f < width:
        u = ranked[f]
        v = ranked[width - 1 - f]
        for r in range(lanes):
            low[r] = (u[r] if u[r] < mine[r] else mine[r]) + 0.0
            high[r] = (v[r] if v[r] > mine[r] else mine[r]) + 0.0
    for j in range(min(f, width)):
        u = ranked[j]
        v = ranked[width - 1 - j]
        for r in range(lanes):
            kept[r] -= (1.0 if u[r] < mine[r] else 0.0) + (1.0 if v[r] > mine[r] else 0.0)


@compiled
def _sum_kept(heard: Floats, lanes: int, mine: Floats, low: Floats, high: Floats, total: Floats) -> None:
    """Sum the kept values' differences from one's own, in the order that all sums keep."""
    sums = np.zeros((4, LANES_MAX))
    for k in range(0, heard.shape[0], 4):
        for r in range(lanes):
            for q in range(4):
                v = heard[k + q, r]
                sums[q, r] += v - mine[r] if (v >= low[r]) & (v <= high[r]) else 0.0
    for r in range(lanes):
        total[r] = (sums[0, r] + sums[1, r]) + (sums[2, r] + sums[3, r])


@compiled
def _sum_weighed(
    heard: Floats,
    weight: Floats,
    lanes: int,
    mine: Floats,
    low: Floats,
    high: Floats,
    total: Floats,
    kept: Floats,
) -> None:
    """The same with weights, and what the kept messages and one's own value weigh together."""
    sums = np.zeros((4, LANES_MAX))
    mass = np.zeros((4, LANES_MAX))
    for k in range(heard.shape[0]):
        for r in range(lanes):
            v = heard[k, r]
            w = weight[k, r] if (v >= low[r]) & (v <= high[r]) else 0.0
            sums[k % 4, r] += w * (v - mine[r]) if w > 0.0 else 0.0
            mass[k % 4, r] += w
    for r in range(lanes):
        total[r] = (sums[0, r] + sums[1, r]) + (sums[2, r] + sums[3, r])
        kept[r] = 1.0 + ((mass[0, r] + mass[1, r]) + (mass[2, r] + mass[3, r]))


@compiled
def _spare(
    heard: Floats, ranked: Floats, weight: Floats, lane: int, outermost: float, first: int, last: int
) -> float:
    """What those among the dropped, ranks `first` to `last`, weigh that equal the outermost kept value.

    Of all that say so, they are the first ones in the row.
    """
    tied = 0
    for k in range(first, last):
        tied += ranked[k, lane] == outermost
    if weight.size == 0:
        return float(tied)
    spare = 0.0
    for k in range(heard.shape[0]):
        if tied > 0 and weight[k, lane] > 0.0 and heard[k, lane] == outermost:
            spare += weight[k, lane]
            tied -= 1
    return spare


@compiled
def _middles(ranked: Floats, count: Counts, lanes: int, middle: Floats) -> None:
    """The median of the first `count` values of each sorted lane; a lane without any keeps what is there."""
    for r in range(lanes):
        if count[r] > 0:
            low = ranked[(count[r] - 1) // 2, r]
            high = ranked[count[r] // 2, r]
            middle[r] = 0.0 + (low if low == high else 0.5 * low + 0.5 * high)
