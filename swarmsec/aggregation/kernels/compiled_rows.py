"""The compiled loops. `rows.py` has their public functions, `reference.py` the same rules in plain Python.

Each rule has one compiled signature, because loading a signature takes time. An absent argument is an empty array, and
the cases are distinguished at run time, outside the fast loops. All kernels are in one file, because numba's cache
only notices changes in a function's own file.

W-MSR and the median sort neighborhoods side by side: up to 64 rows of about equal length are laid out as columns, and
every comparison of Batcher's odd-even merge sort is one vector minimum and maximum over all rows. There is no branch
to mispredict for any data, and one code path handles every F and every degree.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from swarmsec.aggregation.kernels.layout import Unsigned
from swarmsec.arrays import Floats, Ints
from swarmsec.compile import compiled, inlined

Counts = npt.NDArray[np.int64]

LANES_MAX = 64
CELLS_MAX = 16_384
"""Values sorted at once, unless a single row is longer: 128 kB, to stay in the second-level cache."""


@compiled
def mean_rows(
    indptr: Ints,
    senders: Unsigned,
    degree: int,
    own: Floats,
    broadcast: Floats,
    per_edge: Floats,
    weights: Floats,
    finite: bool,
    out: Floats,
    start: int,
    stop: int,
) -> None:
    """Rows start to stop of `mean`. `finite`: all own values and payloads are finite."""
    equivocated, weighed = per_edge.size > 0, weights.size > 0
    payload = per_edge if equivocated else broadcast
    plain = finite and not equivocated and not weighed
    for i in range(start, stop):
        k, end = (i * degree, (i + 1) * degree) if degree >= 0 else (indptr[i], indptr[i + 1])
        a0 = a1 = a2 = a3 = 0.0
        if plain:
            count = 1.0 + (end - k)
            for _ in range((end - k) // 8):
                a0 += broadcast[senders[k]]
                a1 += broadcast[senders[k + 1]]
                a2 += broadcast[senders[k + 2]]
                a3 += broadcast[senders[k + 3]]
                a0 += broadcast[senders[k + 4]]
                a1 += broadcast[senders[k + 5]]
                a2 += broadcast[senders[k + 6]]
                a3 += broadcast[senders[k + 7]]
                k += 8
            while k < end:
                a0 += broadcast[senders[k]]
                if k + 1 < end:
                    a1 += broadcast[senders[k + 1]]
                if k + 2 < end:
                    a2 += broadcast[senders[k + 2]]
                if k + 3 < end:
                    a3 += broadcast[senders[k + 3]]
                k += 4
            out[i] = (own[i] + ((a0 + a1) + (a2 + a3))) / count
            continue
        if not np.isfinite(own[i]):
            out[i] = own[i]
            continue
        w0 = w1 = w2 = w3 = 0.0
        if finite and weighed and not equivocated:
            # A weight of 0 makes a finite payload add 0. Without a branch, more of the scattered reads stay in flight.
            while k + 4 <= end:
                w0 += weights[k]
                w1 += weights[k + 1]
                w2 += weights[k + 2]
                w3 += weights[k + 3]
                a0 += weights[k] * broadcast[senders[k]]
                a1 += weights[k + 1] * broadcast[senders[k + 1]]
                a2 += weights[k + 2] * broadcast[senders[k + 2]]
                a3 += weights[k + 3] * broadcast[senders[k + 3]]
                k += 4
        while k < end:
            v, w = _admit(payload[k if equivocated else senders[k]], weights[k] if weighed else 1.0, 0.0)
            a0 += w * v
            w0 += w
            if k + 1 < end:
                v, w = _admit(
                    payload[k + 1 if equivocated else senders[k + 1]], weights[k + 1] if weighed else 1.0, 0.0
                )
                a1 += w * v
                w1 += w
            if k + 2 < end:
                v, w = _admit(
                    payload[k + 2 if equivocated else senders[k + 2]], weights[k + 2] if weighed else 1.0, 0.0
                )
                a2 += w * v
                w2 += w
            if k + 3 < end:
                v, w = _admit(
                    payload[k + 3 if equivocated else senders[k + 3]], weights[k + 3] if weighed else 1.0, 0.0
                )
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
    broadcast: Floats,
    per_edge: Floats,
    weights: Floats,
    finite: bool,
    out: Floats,
    start: int,
    stop: int,
) -> None:
    """Rows start to stop of `metropolis`. On a regular network, all shares are the first one."""
    equivocated, weighed = per_edge.size > 0, weights.size > 0
    payload = per_edge if equivocated else broadcast
    plain = finite and not equivocated and not weighed
    for i in range(start, stop):
        k, end = (i * degree, (i + 1) * degree) if degree >= 0 else (indptr[i], indptr[i + 1])
        a0 = a1 = a2 = a3 = 0.0
        mine = own[i]
        share = shares[i]
        if plain and degree >= 0:
            while k < end:
                a0 += share * (broadcast[senders[k]] - mine)
                if k + 1 < end:
                    a1 += share * (broadcast[senders[k + 1]] - mine)
                if k + 2 < end:
                    a2 += share * (broadcast[senders[k + 2]] - mine)
                if k + 3 < end:
                    a3 += share * (broadcast[senders[k + 3]] - mine)
                k += 4
            out[i] = mine + ((a0 + a1) + (a2 + a3))
            continue
        if not np.isfinite(mine):
            out[i] = mine
            continue
        if finite and weighed and not equivocated:
            while k + 4 <= end:
                a0 += weights[k] * (min(share, shares[senders[k]]) * (broadcast[senders[k]] - mine))
                a1 += weights[k + 1] * (min(share, shares[senders[k + 1]]) * (broadcast[senders[k + 1]] - mine))
                a2 += weights[k + 2] * (min(share, shares[senders[k + 2]]) * (broadcast[senders[k + 2]] - mine))
                a3 += weights[k + 3] * (min(share, shares[senders[k + 3]]) * (broadcast[senders[k + 3]] - mine))
                k += 4
        while k < end:
            v, w = _admit(payload[k if equivocated else senders[k]], weights[k] if weighed else 1.0, mine)
            a0 += w * (min(share, shares[senders[k]]) * (v - mine))
            if k + 1 < end:
                v, w = _admit(
                    payload[k + 1 if equivocated else senders[k + 1]], weights[k + 1] if weighed else 1.0, mine
                )
                a1 += w * (min(share, shares[senders[k + 1]]) * (v - mine))
            if k + 2 < end:
                v, w = _admit(
                    payload[k + 2 if equivocated else senders[k + 2]], weights[k + 2] if weighed else 1.0, mine
                )
                a2 += w * (min(share, shares[senders[k + 2]]) * (v - mine))
            if k + 3 < end:
                v, w = _admit(
                    payload[k + 3 if equivocated else senders[k + 3]], weights[k + 3] if weighed else 1.0, mine
                )
                a3 += w * (min(share, shares[senders[k + 3]]) * (v - mine))
            k += 4
        out[i] = mine + ((a0 + a1) + (a2 + a3))


@inlined
def _admit(v: float, w: float, neutral: float) -> tuple[float, float]:
    """A payload and its weight; a dropped message is `neutral` at weight 0, and so adds nothing."""
    # Scalars only: an array argument would be counted by reference, atomically, for every edge.
    good = (w > 0.0) & (abs(v) < np.inf)
    return v if good else neutral, w if good else 0.0


@compiled
def wmsr_rows(
    indptr: Ints,
    senders: Unsigned,
    order: Ints,
    f: int,
    own: Floats,
    broadcast: Floats,
    per_edge: Floats,
    weights: Floats,
    finite: bool,
    out: Floats,
    start: int,
    stop: int,
) -> None:
    """Rows start to stop, in `order`, of `wmsr`. `finite`: all own values and payloads are finite."""
    weighed = weights.size > 0
    cells = np.empty(_cells(indptr, order, start, stop))
    weight_cells = np.empty(cells.size if weighed else 0)
    count = np.empty(LANES_MAX, dtype=np.int64)
    drop = np.empty(LANES_MAX, dtype=np.int64)
    mine = np.empty(LANES_MAX)
    total = np.empty(LANES_MAX)
    kept = np.empty(LANES_MAX)
    first = start
    while first < stop:
        lanes, width = _block(indptr, order, first, stop)
        ranked = cells[: width * lanes].reshape(width, lanes)
        for r in range(lanes):
            mine[r] = own[order[first + r] if order.size > 0 else first + r]
            drop[r] = f
        if per_edge.size > 0:
            _lay_out_by_edge(indptr, order, first, per_edge, width, lanes, cells, count)
        elif lanes == LANES_MAX:
            # With a constant number of lanes, every offset is a constant.
            _lay_out(indptr, senders, order, first, broadcast, width, LANES_MAX, cells, count)
        else:
            _lay_out(indptr, senders, order, first, broadcast, width, lanes, cells, count)
        if not finite:
            _count_liars(indptr, order, first, weights, lanes, cells, count, drop)
        if weights.size > 0 or not finite:
            _strike_dropped(indptr, order, first, weights, width, lanes, cells, weight_cells, count)
        if weighed:
            weight = weight_cells[: width * lanes].reshape(width, lanes)
            _sort_weighed(ranked, weight, width, lanes)
            _sum_kept_weighed(ranked, weight, width, lanes, drop, count, mine, total, kept)
        else:
            _sort(ranked, width, lanes)
            _sum_kept(ranked, width, lanes, drop, count, mine, total, kept)
        for r in range(lanes):
            i = order[first + r] if order.size > 0 else first + r
            value = mine[r]
            result = value
            if abs(value) < np.inf:
                result = (value + total[r]) / (1.0 + kept[r])
                if count[r] > drop[r]:
                    # Rounding must not move the result out of the hull of the kept values. Adding 0 turns −0 into 0.
                    low = min(value, ranked[drop[r], r]) + 0.0
                    high = max(value, ranked[count[r] - 1 - drop[r], r]) + 0.0
                else:
                    low = high = value + 0.0
                if result > high:
                    result = high
                elif not result >= low:
                    result = low
            out[i] = result
        first += lanes


@compiled
def median_rows(
    indptr: Ints,
    senders: Unsigned,
    order: Ints,
    mad: Floats,
    own: Floats,
    broadcast: Floats,
    per_edge: Floats,
    weights: Floats,
    finite: bool,
    out: Floats,
    start: int,
    stop: int,
) -> None:
    """Rows start to stop, in `order`, of `median`, and of the deviation from it unless `mad` is empty."""
    cells = np.empty(_cells(indptr, order, start, stop))
    weight_cells = np.empty(0)
    count = np.empty(LANES_MAX, dtype=np.int64)
    middle = np.empty(LANES_MAX)
    first = start
    while first < stop:
        lanes, width = _block(indptr, order, first, stop)
        ranked = cells[: width * lanes].reshape(width, lanes)
        for r in range(lanes):
            middle[r] = own[order[first + r] if order.size > 0 else first + r]
        if per_edge.size > 0:
            _lay_out_by_edge(indptr, order, first, per_edge, width, lanes, cells, count)
        elif lanes == LANES_MAX:
            # With a constant number of lanes, every offset is a constant.
            _lay_out(indptr, senders, order, first, broadcast, width, LANES_MAX, cells, count)
        else:
            _lay_out(indptr, senders, order, first, broadcast, width, lanes, cells, count)
        if weights.size > 0 or not finite:
            _strike_dropped(indptr, order, first, weights, width, lanes, cells, weight_cells, count)
        _sort(ranked, width, lanes)
        _middles(ranked, count, lanes, middle)
        for r in range(lanes):
            out[order[first + r] if order.size > 0 else first + r] = middle[r]
        if mad.size > 0:
            for k in range(width):
                for r in range(lanes):
                    ranked[k, r] = abs(ranked[k, r] - middle[r]) if k < count[r] else np.inf
            for r in range(lanes):
                middle[r] = 0.0
            _sort(ranked, width, lanes)
            _middles(ranked, count, lanes, middle)
            for r in range(lanes):
                mad[order[first + r] if order.size > 0 else first + r] = middle[r]
        first += lanes


@compiled
def trimmed_rows(
    indptr: Ints,
    senders: Unsigned,
    order: Ints,
    f: int,
    own: Floats,
    broadcast: Floats,
    per_edge: Floats,
    weights: Floats,
    finite: bool,
    out: Floats,
    start: int,
    stop: int,
) -> None:
    """Rows start to stop, in `order`, of `trimmed_mean`; of the median with own value where f is negative."""
    weighed = weights.size > 0 and f >= 0
    cells = np.empty(_cells(indptr, order, start, stop) + LANES_MAX)
    weight_cells = np.empty(cells.size if weighed else 0)
    count = np.empty(LANES_MAX, dtype=np.int64)
    low = np.empty(LANES_MAX, dtype=np.int64)
    mine = np.empty(LANES_MAX)
    total = np.empty(LANES_MAX)
    kept = np.empty(LANES_MAX)
    first = start
    while first < stop:
        lanes, width = _block(indptr, order, first, stop)
        for r in range(lanes):
            mine[r] = own[order[first + r] if order.size > 0 else first + r]
            low[r] = f
        if per_edge.size > 0:
            _lay_out_by_edge(indptr, order, first, per_edge, width, lanes, cells, count)
        elif lanes == LANES_MAX:
            _lay_out(indptr, senders, order, first, broadcast, width, LANES_MAX, cells, count)
        else:
            _lay_out(indptr, senders, order, first, broadcast, width, lanes, cells, count)
        if not finite:
            _count_liars(indptr, order, first, weights, lanes, cells, count, low)
        if weights.size > 0 or not finite:
            _strike_dropped(indptr, order, first, weights, width, lanes, cells, weight_cells, count)
        # The own value is one of the values, with weight 1.
        for r in range(lanes):
            cells[width * lanes + r] = mine[r]
            count[r] += 1
            if f < 0:
                low[r] = (count[r] - 1) // 2
        ranked = cells[: (width + 1) * lanes].reshape(width + 1, lanes)
        if weighed:
            for r in range(lanes):
                weight_cells[width * lanes + r] = 1.0
            weight = weight_cells[: (width + 1) * lanes].reshape(width + 1, lanes)
            _sort_weighed(ranked, weight, width + 1, lanes)
            _sum_between_weighed(ranked, weight, width + 1, lanes, low, count, total, kept)
        else:
            _sort(ranked, width + 1, lanes)
            _sum_between(ranked, width + 1, lanes, low, count, total, kept)
        for r in range(lanes):
            result = mine[r]
            if abs(result) < np.inf and count[r] > 2 * low[r]:
                result = total[r] / kept[r]
                # Rounding must not move the result out of the hull of the kept values. Adding 0 turns −0 into 0.
                smallest, largest = ranked[low[r], r] + 0.0, ranked[count[r] - 1 - low[r], r] + 0.0
                if result > largest:
                    result = largest
                elif not result >= smallest:
                    result = smallest
            out[order[first + r] if order.size > 0 else first + r] = result
        first += lanes


@compiled
def krum_rows(
    indptr: Ints,
    senders: Unsigned,
    order: Ints,
    f: int,
    own: Floats,
    broadcast: Floats,
    per_edge: Floats,
    weights: Floats,
    out: Floats,
    start: int,
    stop: int,
) -> None:
    """Rows start to stop, in `order`, of `krum`: own, broadcast and out are (n, d), per_edge (m, d) or empty."""
    d = own.shape[1]
    room = _cells(indptr, order, start, stop) + LANES_MAX
    values, good, cells = np.empty(d * room), np.empty(room), np.empty(room)
    neighbors, best = np.empty(LANES_MAX, dtype=np.int64), np.empty(LANES_MAX, dtype=np.int64)
    unit, least, total = np.empty(LANES_MAX), np.empty(LANES_MAX), np.empty(LANES_MAX)
    first = start
    while first < stop:
        lanes, width = _block(indptr, order, first, stop)
        points = values[: d * (width + 1) * lanes].reshape(d, width + 1, lanes)
        there = good[: (width + 1) * lanes].reshape(width + 1, lanes)
        ranked = cells[: width * lanes].reshape(width, lanes)
        _lay_out_points(
            indptr, senders, order, first, f, own, broadcast, per_edge, weights, points, there, neighbors, unit
        )
        for r in range(lanes):
            least[r] = np.inf
            best[r] = 0
        for p in range(width + 1):
            for q in range(width):
                other = q if q < p else q + 1
                for r in range(lanes):
                    total[r] = 0.0
                for c in range(d):
                    for r in range(lanes):
                        apart = unit[r] * points[c, p, r] - unit[r] * points[c, other, r]
                        total[r] += apart * apart
                for r in range(lanes):
                    ranked[q, r] = total[r] if there[other, r] > 0.0 else np.inf
            _sort(ranked, width, lanes)
            for r in range(lanes):
                total[r] = 0.0
            for k in range(width):
                for r in range(lanes):
                    total[r] += ranked[k, r] if k < neighbors[r] else 0.0
            for r in range(lanes):
                better = (there[p, r] > 0.0) & (total[r] < least[r])
                least[r] = total[r] if better else least[r]
                best[r] = p if better else best[r]
        for r in range(lanes):
            i = order[first + r] if order.size > 0 else first + r
            for c in range(d):
                out[i, c] = points[c, best[r], r] + 0.0 if there[0, r] > 0.0 else own[i, c]
        first += lanes


@compiled
def _lay_out_points(
    indptr: Ints,
    senders: Unsigned,
    order: Ints,
    first: int,
    f: int,
    own: Floats,
    broadcast: Floats,
    per_edge: Floats,
    weights: Floats,
    points: Floats,
    there: Floats,
    neighbors: Counts,
    unit: Floats,
) -> None:
    """Write each row's own value and received messages into its lane, which are present, and Krum's neighbor count.

    The count is 0 where a row is too small for f; then the own value, which comes first, is selected. `unit` is the
    scale of a lane that keeps squares from overflowing.
    """
    d, places, lanes = points.shape
    for r in range(lanes):
        i = order[first + r] if order.size > 0 else first + r
        edge = indptr[i]
        degree = indptr[i + 1] - edge
        count, liars, largest = 0, 0, 0.0
        for p in range(places):
            admitted, finite = p <= degree, True
            if 0 < p <= degree and weights.size > 0:
                admitted = weights[edge + p - 1] > 0.0
            for c in range(d):
                v = 0.0
                if p == 0:
                    v = own[i, c]
                elif p <= degree:
                    v = per_edge[edge + p - 1, c] if per_edge.size > 0 else broadcast[senders[edge + p - 1], c]
                points[c, p, r] = v
                finite &= abs(v) < np.inf
            there[p, r] = 1.0 if admitted and finite else 0.0
            if admitted and finite:
                count += 1
                for c in range(d):
                    largest = max(largest, abs(points[c, p, r]))
            else:
                liars += 1 if admitted else 0
                for c in range(d):
                    points[c, p, r] = 0.0
        allowed = max(f - liars, 0)
        neighbors[r] = count - allowed - 2 if count >= 2 * allowed + 3 else 0
        unit[r] = 2.0**-600 if largest > 1e150 else 1.0


@compiled
def _count_liars(
    indptr: Ints, order: Ints, first: int, weights: Floats, lanes: int, cells: Floats, count: Counts, low: Counts
) -> None:
    """Reduce `low` by 1, to at least 0, for every admitted non-finite message: its sender is one of the liars."""
    for r in range(lanes):
        edge = indptr[order[first + r] if order.size > 0 else first + r]
        for k in range(count[r]):
            admitted = weights.size == 0 or weights[edge + k] > 0.0
            if low[r] > 0 and admitted and not abs(cells[k * lanes + r]) < np.inf:
                low[r] -= 1


@compiled
def sort_columns(rows: Floats, ranked: Floats) -> None:
    """Write the numbers of `rows` into `ranked` (n, d), each column in rising order."""
    n, d = rows.shape
    wide = _wide(n)
    cells = np.empty(n * wide)
    first = 0
    while first < d:
        lanes = min(wide, d - first)
        block = cells[: n * lanes].reshape(n, lanes)
        _sort_block(rows, first, block)
        for i in range(n):
            for r in range(lanes):
                ranked[i, first + r] = block[i, r]
        first += lanes


@compiled
def trimmed_columns(rows: Floats, f: int, means: Floats) -> None:
    """Write each column's mean without its f largest and f smallest numbers, summed in rising order, in its hull."""
    n, d = rows.shape
    wide = _wide(n)
    cells = np.empty(n * wide)
    total = np.empty(wide)
    first = 0
    while first < d:
        lanes = min(wide, d - first)
        block = cells[: n * lanes].reshape(n, lanes)
        _sort_block(rows, first, block)
        for r in range(lanes):
            total[r] = 0.0
        for i in range(f, n - f):
            for r in range(lanes):
                total[r] += block[i, r]
        for r in range(lanes):
            mean = total[r] / (n - 2 * f)
            means[first + r] = min(max(mean, block[f, r]), block[n - f - 1, r]) + 0.0
        first += lanes


@compiled
def _wide(n: int) -> int:
    """The number of columns of n numbers that are sorted side by side."""
    return max(LANES_MAX, min(4 * LANES_MAX, 2 * CELLS_MAX // max(n, 1)))


@compiled
def _sort_block(rows: Floats, first: int, block: Floats) -> None:
    n, lanes = block.shape
    for i in range(n):
        for r in range(lanes):
            block[i, r] = rows[i, first + r]
    _sort(block, n, lanes)


@compiled
def _block(indptr: Ints, order: Ints, first: int, stop: int) -> tuple[int, int]:
    """The number of rows from `first` that are sorted side by side, and the length of each lane: the largest degree."""
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
    """The number of values in the largest block."""
    if stop <= start:
        return 0
    last = order[stop - 1] if order.size > 0 else stop - 1
    width = indptr[last + 1] - indptr[last]
    return int(max(width, min(CELLS_MAX, width * LANES_MAX)))


@inlined
def _lay_out(
    indptr: Ints,
    senders: Unsigned,
    order: Ints,
    first: int,
    broadcast: Floats,
    width: int,
    lanes: int,
    cells: Floats,
    count: Counts,
) -> None:
    """Write the messages that each row receives into its lane, and pad the lane with infinities."""
    for r in range(lanes):
        i = order[first + r] if order.size > 0 else first + r
        edge, end = indptr[i], indptr[i + 1]
        count[r] = end - edge
        cell = r
        while edge + 4 <= end:
            cells[cell] = broadcast[senders[edge]]
            cells[cell + lanes] = broadcast[senders[edge + 1]]
            cells[cell + 2 * lanes] = broadcast[senders[edge + 2]]
            cells[cell + 3 * lanes] = broadcast[senders[edge + 3]]
            cell += 4 * lanes
            edge += 4
        while edge < end:
            cells[cell] = broadcast[senders[edge]]
            cell += lanes
            edge += 1
        while cell < width * lanes:
            cells[cell] = np.inf
            cell += lanes


@compiled
def _lay_out_by_edge(
    indptr: Ints, order: Ints, first: int, per_edge: Floats, width: int, lanes: int, cells: Floats, count: Counts
) -> None:
    """The same for payloads per edge."""
    for r in range(lanes):
        i = order[first + r] if order.size > 0 else first + r
        edge = indptr[i]
        count[r] = indptr[i + 1] - edge
        for k in range(width):
            cells[k * lanes + r] = per_edge[edge + k] if k < count[r] else np.inf


@compiled
def _strike_dropped(
    indptr: Ints,
    order: Ints,
    first: int,
    weights: Floats,
    width: int,
    lanes: int,
    cells: Floats,
    weight_cells: Floats,
    count: Counts,
) -> None:
    """Set every dropped message to infinity, exclude it from the count, and write the weights if the array has space.

    This is a separate pass after the payloads are written: a branch on each fetch would leave few reads in flight.
    """
    for r in range(lanes):
        i = order[first + r] if order.size > 0 else first + r
        edge = indptr[i]
        degree = count[r]
        for k in range(width):
            cell = k * lanes + r
            weight = 0.0
            if k < degree:
                cells[cell], weight = _admit(cells[cell], weights[edge + k] if weights.size > 0 else 1.0, np.inf)
                count[r] -= 0 if weight > 0.0 else 1
            if weight_cells.size > 0:
                weight_cells[cell] = weight


@compiled
def _sort(ranked: Floats, width: int, lanes: int) -> None:
    """Sort every lane in rising order: Batcher's odd-even merge sort (Knuth, volume 3, 5.2.2, algorithm M)."""
    # Runs of eight are sorted in registers, in place of the first three rounds of the sorting network.
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
    # Two comparisons of one instruction each. This may replace −0 by 0 or 0 by −0, which are equal.
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
def _sort_weighed(ranked: Floats, weight: Floats, width: int, lanes: int) -> None:
    """The same for pairs of value and weight; of two equal values, the lower weight comes first."""
    p = 1
    shift = 1
    while p < width:
        k = p
        while k >= 1:
            for j in range(k % p, width - k, 2 * k):
                for i in range(j, min(j + k, width - k)):
                    if i >> shift == (i + k) >> shift:
                        for r in range(lanes):
                            u, v = ranked[i, r], ranked[i + k, r]
                            wu, wv = weight[i, r], weight[i + k, r]
                            swap = (v < u) | ((v == u) & (wv < wu))
                            ranked[i, r] = v if swap else u
                            ranked[i + k, r] = u if swap else v
                            weight[i, r] = wv if swap else wu
                            weight[i + k, r] = wu if swap else wv
            k >>= 1
        p <<= 1
        shift += 1


@compiled
def _sum_kept(
    ranked: Floats, width: int, lanes: int, drop: Counts, count: Counts, mine: Floats, total: Floats, kept: Floats
) -> None:
    """In each lane, sum the values that W-MSR keeps, in rising order, and count them."""
    for r in range(lanes):
        total[r] = 0.0
        kept[r] = 0.0
    for k in range(width):
        for r in range(lanes):
            v = ranked[k, r]
            # Values below own are kept from place `drop` on; values above own, except the `drop` highest.
            keep = ((k >= drop[r]) | (v >= mine[r])) & ((k < count[r] - drop[r]) | (v <= mine[r]))
            total[r] += v if keep else 0.0
            kept[r] += 1.0 if keep else 0.0


@compiled
def _sum_kept_weighed(
    ranked: Floats,
    weight: Floats,
    width: int,
    lanes: int,
    drop: Counts,
    count: Counts,
    mine: Floats,
    total: Floats,
    kept: Floats,
) -> None:
    """The same with weights."""
    for r in range(lanes):
        total[r] = 0.0
        kept[r] = 0.0
    for k in range(width):
        for r in range(lanes):
            v = ranked[k, r]
            keep = ((k >= drop[r]) | (v >= mine[r])) & ((k < count[r] - drop[r]) | (v <= mine[r]))
            total[r] += weight[k, r] * v if keep else 0.0
            kept[r] += weight[k, r] if keep else 0.0


@compiled
def _sum_between(
    ranked: Floats, width: int, lanes: int, low: Counts, count: Counts, total: Floats, kept: Floats
) -> None:
    """In each lane, sum all but the `low` smallest and `low` largest values, in rising order, and count them."""
    for r in range(lanes):
        total[r] = 0.0
        kept[r] = count[r] - 2.0 * low[r]
    for k in range(width):
        for r in range(lanes):
            total[r] += ranked[k, r] if (k >= low[r]) & (k < count[r] - low[r]) else 0.0


@compiled
def _sum_between_weighed(
    ranked: Floats, weight: Floats, width: int, lanes: int, low: Counts, count: Counts, total: Floats, kept: Floats
) -> None:
    """The same with weights."""
    for r in range(lanes):
        total[r] = 0.0
        kept[r] = 0.0
    for k in range(width):
        for r in range(lanes):
            keep = (k >= low[r]) & (k < count[r] - low[r])
            total[r] += weight[k, r] * ranked[k, r] if keep else 0.0
            kept[r] += weight[k, r] if keep else 0.0


@compiled
def _middles(ranked: Floats, count: Counts, lanes: int, middle: Floats) -> None:
    """The median of the first `count` values of each sorted lane; an empty lane keeps its output."""
    for r in range(lanes):
        if count[r] > 0:
            low = ranked[(count[r] - 1) // 2, r]
            high = ranked[count[r] // 2, r]
            middle[r] = 0.0 + (low if low == high else 0.5 * low + 0.5 * high)
