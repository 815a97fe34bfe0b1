"""How far each message is from the median of those that arrived at the same receiver."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from swarmsec.aggregation import neighborhood_spread
from swarmsec.arrays import Bools, Floats
from swarmsec.immunity.features import LARGEST_PAYLOAD
from swarmsec.messages import Messages


class Deviations(NamedTuple):
    """The messages of an exchange against each other.

    Attributes:
        distance: (m, d) each message minus the median of what arrived at its receiver; NaN if it did not arrive, or is
            not finite.
        spread: (n, d) the robust deviation of what arrived at each receiver; above 0.
        non_finite: (m,) the messages that arrived and are not finite.
    """

    distance: Floats
    spread: Floats
    non_finite: Bools


def message_deviations(messages: Messages) -> Deviations:
    """Compare what arrived at each receiver. Nothing depends on messages to another one."""
    network, broadcast = messages.network, messages.per_edge is None
    values = np.clip(messages.rows, -LARGEST_PAYLOAD, LARGEST_PAYLOAD)
    usable, non_finite = _usable(messages)
    around = neighborhood_spread(
        network,
        np.zeros((network.n, values.shape[1])),
        None if usable is None else usable.astype(np.float64),
        told=values if broadcast else None,
        per_edge=None if broadcast else values,
    )
    distance = messages.by_edge(values) - np.repeat(around.median, network.degrees, axis=0)
    if usable is not None:
        distance[~usable] = np.nan
    floor = np.sqrt(np.finfo(np.float64).eps) * (1.0 + np.abs(around.median))
    return Deviations(distance, around.mad + floor, non_finite)


def _usable(messages: Messages) -> tuple[Bools | None, Bools]:
    """(m,) the messages that arrived and are finite, None for all; and those that arrived and are not finite."""
    if messages.all_finite and messages.weights is None and messages.copies is None:
        return None, np.zeros(messages.network.m, dtype=bool)
    finite = messages.by_edge(np.asarray(np.isfinite(messages.rows).all(axis=1)))
    return finite & messages.received, messages.received & ~finite
