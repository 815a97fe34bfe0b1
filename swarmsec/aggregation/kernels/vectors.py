"""Rules over whole vectors that every daemon applies to its own neighborhood at once, compiled.

This module imports numba, so only code that is about to compute imports it. The rules combine a daemon's own
value, with weight 1, and each admitted message that is finite in all components; others count as Byzantine. A
daemon whose own value is not finite keeps it.
"""

from __future__ import annotations

import numpy as np

from swarmsec.aggregation.kernels import rows as kernels
from swarmsec.aggregation.kernels.compiled_rows import krum_rows
from swarmsec.aggregation.kernels.compiled_vectors import clipping_rows, geometric_median_rows, inverted_tolerance_rows
from swarmsec.aggregation.kernels.layout import Rows, rows_of
from swarmsec.aggregation.rules import by_component
from swarmsec.arrays import Floats, read_only
from swarmsec.messages import Messages


def krum(own: Floats, messages: Messages, f: int) -> Floats:
    """(n, d) Krum over each neighborhood and the own value. The own value is kept if n < 2f + 3, and on ties."""
    rows, arguments, out = _prepared(own, messages)
    krum_rows(rows.indptr, rows.senders, rows.order, f, *arguments, out, 0, rows.n)
    return out


def geometric_median(own: Floats, messages: Messages, tolerance: float) -> Floats:
    """(n, d) the weighted geometric median of neighborhood and own value; for one component, the weighted median."""
    if own.shape[1] == 1 and messages.weights is None:
        return by_component(kernels.middle, own, messages, None)
    rows, arguments, out = _prepared(own, messages)
    geometric_median_rows(rows.indptr, rows.senders, tolerance, *arguments, out, 0, rows.n)
    return out


def centered_clipping(own: Floats, messages: Messages, tau: float, iterations: int) -> Floats:
    """(n, d) centered clipping from the own value; with a negative `tau`, at the median distance."""
    rows, arguments, out = _prepared(own, messages)
    clipping_rows(rows.indptr, rows.senders, tau, iterations, *arguments, out, 0, rows.n)
    return out


def inverted_tolerance(
    rows: Rows,
    own: Floats,
    rate: float,
    reach: float,
    *,
    broadcast: Floats | None = None,
    per_edge: Floats | None = None,
    weights: Floats | None = None,
    out: Floats,
) -> Floats:
    """(n,) the move towards the neighbors that are no farther from the median than the daemon; for one component.

    x ← x + rate · Σ w (v − x) / Σ w over the neighbors with |v − median| ≤ min(|x − median|, reach · MAD).
    """
    middles, mads = kernels.median_and_mad(rows, own, broadcast=broadcast, per_edge=per_edge, weights=weights)
    inverted_tolerance_rows(
        rows.indptr,
        rows.senders,
        rate,
        reach,
        middles,
        mads,
        _readonly_contiguous(own),
        _readonly_contiguous(own if broadcast is None else broadcast),
        _readonly_contiguous(_NONE if per_edge is None else per_edge),
        _readonly_contiguous(_NONE if weights is None else weights),
        out,
        0,
        rows.n,
    )
    return out


def _prepared(own: Floats, messages: Messages) -> tuple[Rows, tuple[Floats, Floats, Floats, Floats], Floats]:
    per_edge = _NONE_WIDE if messages.per_edge is None else messages.per_edge
    weights = _NONE if messages.weights is None else messages.weights
    return (
        rows_of(messages.network),
        (
            _readonly_contiguous(own),
            _readonly_contiguous(messages.broadcast),
            _readonly_contiguous(per_edge),
            _readonly_contiguous(weights),
        ),
        np.empty(own.shape),
    )


def _readonly_contiguous(values: Floats) -> Floats:
    """Always contiguous and read-only, because numba would compile further variants for other arrays."""
    return read_only(np.ascontiguousarray(values, dtype=np.float64))


_NONE = np.empty(0)
_NONE_WIDE = np.empty((0, 0))
