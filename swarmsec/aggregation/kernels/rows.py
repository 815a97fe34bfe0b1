"""Rules that every daemon applies to its own neighborhood at once, compiled.

This module imports numba, so only code that is about to compute imports it. All rules here are for one component (those
over whole vectors are in `vectors.py`) and share their arguments:

    rows      the network, prepared once: `rows_of(network)`; it has n daemons and m edges
    own       (n,) each daemon's own value
    broadcast (n,) the payload that each daemon sends to all listeners; `own` unless given
    per_edge  (m,) the payload on each edge, in place of `broadcast`, if a daemon equivocates
    weights   (m,) in [0, inf), the weight of each message, 1 unless given; 0 drops it. Own values have weight 1
    out       (n,) the result; must not share memory with an argument; by default a new array
    finite    True promises that own values and payloads are finite. Unless given, they are checked
    threads   2 splits a swarm of 100,000 or more into two halves. The result is bit for bit the same

A payload that is not finite counts as Byzantine and is dropped, as if its weight were 0. A daemon whose own value is
not finite keeps it, except in a median, which does not use it. A daemon that receives no message keeps its own value.

Sums have the same order in all variants: the message at position k of its row adds to sum k mod 4, then
(s0 + s1) + (s2 + s3); a dropped message keeps its position and adds nothing. Only W-MSR sums by rising value. No
products and sums are fused.
`reference.py` has every rule in plain Python, with bit for bit the same results.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from typing import NamedTuple

import numpy as np

from swarmsec.aggregation.kernels.compiled_rows import mean_rows, median_rows, metropolis_rows, trimmed_rows, wmsr_rows
from swarmsec.aggregation.kernels.layout import Rows, rows_of
from swarmsec.arrays import Floats, read_only

__all__ = [
    "MedianAndMad",
    "Rows",
    "mean",
    "median",
    "median_and_mad",
    "metropolis",
    "middle",
    "rows_of",
    "trimmed_mean",
    "wmsr",
]

PARALLEL_ROWS_MIN = 100_000
"""Below this many daemons a second thread costs more time than it saves."""


class MedianAndMad(NamedTuple):
    """The median and the spread of every neighborhood.

    Attributes:
        median: (n,) the median of the neighbors' values.
        mad: (n,) the median of their distances from it, not scaled; 0 where no message is received.
    """

    median: Floats
    mad: Floats


def mean(
    rows: Rows,
    own: Floats,
    *,
    broadcast: Floats | None = None,
    per_edge: Floats | None = None,
    weights: Floats | None = None,
    out: Floats | None = None,
    finite: bool | None = None,
    threads: int = 1,
) -> Floats:
    """The weighted mean of each neighborhood and the own value: (x_i + Σ w v) / (1 + Σ w). One liar moves it anywhere.

    Returns:
        (n,) `out`.
    """
    arguments = _rule_arguments(rows, own, broadcast, per_edge, weights, out, finite)

    def work(start: int, stop: int) -> None:
        mean_rows(rows.indptr, rows.senders, rows.degree, *arguments, start, stop)

    _in_threads(work, rows.n, threads)
    return arguments.out


def metropolis(
    rows: Rows,
    own: Floats,
    *,
    broadcast: Floats | None = None,
    per_edge: Floats | None = None,
    weights: Floats | None = None,
    out: Floats | None = None,
    finite: bool | None = None,
    threads: int = 1,
) -> Floats:
    """One step of average consensus: x_i + Σ w (v − x_i) / (1 + max(d_i, d_j)).

    d_i and d_j are the in-degrees of receiver and sender. On a symmetric network without lies the average is preserved
    (Xiao & Boyd 2004). The weight of a dropped message goes to the own value.

    Returns:
        (n,) `out`.
    """
    arguments = _rule_arguments(rows, own, broadcast, per_edge, weights, out, finite)

    def work(start: int, stop: int) -> None:
        metropolis_rows(rows.indptr, rows.senders, rows.degree, rows.shares, *arguments, start, stop)

    _in_threads(work, rows.n, threads)
    return arguments.out


def wmsr(
    rows: Rows,
    own: Floats,
    f: int,
    *,
    broadcast: Floats | None = None,
    per_edge: Floats | None = None,
    weights: Floats | None = None,
    out: Floats | None = None,
    finite: bool | None = None,
    threads: int = 1,
) -> Floats:
    """W-MSR, the weighted mean-subsequence-reduced rule (LeBlanc et al. 2013).

    Drop the `f` largest of the messages strictly above the own value (all if fewer), and the `f` smallest of those
    below; average the others and the own value. A message that is not finite is one of the f: its sender is faulty, so
    one less is dropped at either end. With at most f liars in a neighborhood the result never leaves the
    hull of its honest values, not even by rounding: no dropped value enters a sum, and the result is clipped between
    the smallest and the largest kept value. Kept values are summed from
    the smallest to the largest, equal messages by rising weight, so the order of a row does not matter.

    Args:
        rows: The neighborhoods.
        own: (n,) each daemon's own value.
        f: The number of liars to withstand, at least 0.
        broadcast: See the module, as for the arguments below.
        per_edge: See above.
        weights: See above.
        out: See above.
        finite: See above.
        threads: See above.

    Returns:
        (n,) `out`.
    """
    assert f >= 0
    arguments = _rule_arguments(rows, own, broadcast, per_edge, weights, out, finite)

    def work(start: int, stop: int) -> None:
        wmsr_rows(rows.indptr, rows.senders, rows.order, f, *arguments, start, stop)

    _in_threads(work, rows.n, threads)
    return arguments.out


def trimmed_mean(
    rows: Rows,
    own: Floats,
    f: int,
    *,
    broadcast: Floats | None = None,
    per_edge: Floats | None = None,
    weights: Floats | None = None,
    out: Floats | None = None,
    finite: bool | None = None,
    threads: int = 1,
) -> Floats:
    """The mean of neighborhood and own value without the `f` largest and the `f` smallest values (Yin et al. 2018).

    Unlike W-MSR it may drop the own value. A non-finite message counts as one of the f. In a neighborhood that is too
    small for f, with n ≤ 2f values, the daemon keeps its own. Values are summed in rising order, as in `wmsr`, and
    the result stays in the hull of the kept values.

    Returns:
        (n,) `out`.
    """
    assert f >= 0
    return _trimmed(rows, f, _rule_arguments(rows, own, broadcast, per_edge, weights, out, finite), threads)


def middle(
    rows: Rows,
    own: Floats,
    *,
    broadcast: Floats | None = None,
    per_edge: Floats | None = None,
    weights: Floats | None = None,
    out: Floats | None = None,
    finite: bool | None = None,
    threads: int = 1,
) -> Floats:
    """The median of each neighborhood and the own value. A weight of 0 drops a message; any other weight counts as 1.

    Returns:
        (n,) `out`.
    """
    return _trimmed(rows, -1, _rule_arguments(rows, own, broadcast, per_edge, weights, out, finite), threads)


def _trimmed(rows: Rows, f: int, arguments: _RuleArguments, threads: int) -> Floats:
    def work(start: int, stop: int) -> None:
        trimmed_rows(rows.indptr, rows.senders, rows.order, f, *arguments, start, stop)

    _in_threads(work, rows.n, threads)
    return arguments.out


def median(
    rows: Rows,
    own: Floats,
    *,
    broadcast: Floats | None = None,
    per_edge: Floats | None = None,
    weights: Floats | None = None,
    out: Floats | None = None,
    finite: bool | None = None,
    threads: int = 1,
) -> Floats:
    """The median of each daemon's neighbors, without its own value; for an even number, the midpoint of the middle two.

    A weight of 0 drops a message; any other weight counts as 1.

    Returns:
        (n,) `out`.
    """
    arguments = _rule_arguments(rows, own, broadcast, per_edge, weights, out, finite)
    none = np.empty(0)

    def work(start: int, stop: int) -> None:
        median_rows(rows.indptr, rows.senders, rows.order, none, *arguments, start, stop)

    _in_threads(work, rows.n, threads)
    return arguments.out


def median_and_mad(
    rows: Rows,
    own: Floats,
    *,
    broadcast: Floats | None = None,
    per_edge: Floats | None = None,
    weights: Floats | None = None,
    finite: bool | None = None,
    threads: int = 1,
) -> MedianAndMad:
    """The median of the values of each daemon's neighbors, and the median of their distances from it."""
    arguments = _rule_arguments(rows, own, broadcast, per_edge, weights, None, finite)
    mad = np.empty(rows.n)

    def work(start: int, stop: int) -> None:
        median_rows(rows.indptr, rows.senders, rows.order, mad, *arguments, start, stop)

    _in_threads(work, rows.n, threads)
    return MedianAndMad(arguments.out, mad)


class _RuleArguments(NamedTuple):
    """The arguments that all compiled rules share, in their order. An absent array is an empty one."""

    own: Floats
    broadcast: Floats
    per_edge: Floats
    weights: Floats
    finite: bool
    out: Floats


def _rule_arguments(
    rows: Rows,
    own: Floats,
    broadcast: Floats | None,
    per_edge: Floats | None,
    weights: Floats | None,
    out: Floats | None,
    finite: bool | None,
) -> _RuleArguments:
    own = _column(own, rows.n)
    broadcast = own if broadcast is None else _column(broadcast, rows.n)
    if finite is None:
        # There are many payloads per edge, so compiled code checks them in a separate pass.
        finite = per_edge is None and _all_finite(own) and (broadcast is own or _all_finite(broadcast))
    out = np.empty(rows.n) if out is None else out
    assert out.shape == (rows.n,) and out.flags.c_contiguous and out.dtype == np.float64
    return _RuleArguments(
        own,
        broadcast,
        _ABSENT if per_edge is None else _column(per_edge, rows.m),
        _ABSENT if weights is None else _column(weights, rows.m),
        finite,
        out,
    )


def _column(values: Floats, size: int) -> Floats:
    """One contiguous component, always read-only, because numba would compile a second variant for writable arrays."""
    values = np.ascontiguousarray(values, dtype=np.float64)
    assert values.shape == (size,)
    return read_only(values)


def _all_finite(values: Floats) -> bool:
    """Whether all are finite, in one pass without a mask; also False if only their sum overflows, which is harmless."""
    with np.errstate(all="ignore"):
        return bool(np.isfinite(np.add.reduce(values)))


def _in_threads(work: Callable[[int, int], None], n: int, threads: int) -> None:
    """Call `work` on all rows, or on each half in a thread if that is faster. Compiled code releases the GIL."""
    if threads < 2 or n < PARALLEL_ROWS_MIN:
        work(0, n)
        return
    other = Thread(target=work, args=(n // 2, n))
    other.start()
    work(0, n // 2)
    other.join()


_ABSENT: Floats = read_only(np.empty(0))
