"""Which messages are suspicious at their receivers: the first step of the responses by edge."""

from __future__ import annotations

import numpy as np

from swarmsec.arrays import Bools, Floats
from swarmsec.immunity.features import LARGEST_PAYLOAD, Features
from swarmsec.immunity.message_features import surroundings
from swarmsec.messages import Messages


def deviations(features: Features) -> Floats:
    """(m,) how far each message is from the median of its receiver's neighborhood, in units of the spread there."""
    found = np.abs(features.column("deviation"))
    return np.where(features.non_finite, LARGEST_PAYLOAD, found)


def arrived(features: Features) -> Bools:
    """(m,) whether a message arrived on each edge."""
    return np.asarray(features.column("copies") > 0)


def listeners_doubt(messages: Messages, threshold: float) -> tuple[Bools, Floats]:
    """(n,) each: whether most listeners of a daemon find its message suspicious, and how far it deviates on average.

    A message is suspicious if it is not finite, or farther than `threshold` spreads from the median of what its
    receiver heard. No number depends on daemons that do not hear each other.
    """
    network = messages.network
    payload, finite, median, spread = surroundings(messages)
    apart = np.abs(payload - median[network.receivers]) / spread[network.receivers]
    deviation = np.where(finite, np.minimum(apart.max(axis=1), LARGEST_PAYLOAD), LARGEST_PAYLOAD)
    heard = messages.received
    count, doubt = (
        np.bincount(network.indices[some], minlength=network.n) for some in (heard, heard & (deviation > threshold))
    )
    total = np.bincount(network.indices[heard], deviation[heard], minlength=network.n)
    return np.asarray(2 * doubt > count), total / np.maximum(count, 1)
