"""How far each message is from the median of those that arrived at the same receiver."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from swarmsec.arrays import Bools, Floats
from swarmsec.immunity.message_features import surroundings
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
    payload, finite, median, spread = surroundings(messages)
    distance = payload - np.repeat(median, messages.network.degrees, axis=0)
    distance[~finite] = np.nan
    return Deviations(distance, spread, messages.received & ~finite)
