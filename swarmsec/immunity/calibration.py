"""Thresholds of tests over time by simulation, for residuals that a short warm-up has whitened only approximately."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from swarmsec.arrays import Floats
from swarmsec.immunity.sequential import sequential_test
from swarmsec.immunity.whitening import Whitener

HORIZON = 100
"""The observations within which the rate of false alarms is counted."""

_STREAMS, _GROUP = 4_000, 8
_PHI = 0.5
_LONGEST = 200


@lru_cache(maxsize=64)
def simulated_threshold(kind: str, *, shift: float, rate: float, warm_up: int) -> float:
    """The threshold that a stream without a change exceeds within 100 observations with probability `rate`.

    4,000 normal streams with a lag-1 autocorrelation of ½ are compared with the median of their group of 8, as messages
    are with those of the other neighbors, and whitened by a warm-up of the given length. So the threshold includes the
    errors of the whitener's estimates, which tables of run lengths do not: at a rate of 1% a CUSUM for shifts of 1
    deviation needs 29 after a warm-up of 25, and 11 after one of 200.

    Args:
        kind: `cusum`, `ewma` or `page_hinkley`.
        shift: The shift that the test is to find, in deviations.
        rate: The probability of a false alarm of one stream.
        warm_up: The number of observations that the whitener learns from; longer ones count as 200.
    """
    rng = np.random.Generator(np.random.PCG64(0))
    scores = largest_scores(kind, shift=shift, warm_up=min(warm_up, _LONGEST), phi=_PHI, rng=rng)
    return float(np.quantile(scores, 1.0 - rate))


def largest_scores(kind: str, *, shift: float, warm_up: int, phi: float, rng: np.random.Generator) -> Floats:
    """(n,) the largest score within 100 observations of each simulated stream."""
    groups = np.repeat(np.arange(_STREAMS // _GROUP, dtype=np.int32), _GROUP)
    whitener, test = Whitener(_STREAMS, groups=groups), sequential_test(kind, _STREAMS, shift=shift, warm_up=warm_up)
    x, largest = rng.standard_normal(_STREAMS), np.zeros(_STREAMS)
    for now in range(warm_up + HORIZON):
        if now == warm_up:
            whitener.learn()
        x = phi * x + np.sqrt(1 - phi**2) * rng.standard_normal(_STREAMS)
        by_group = x.reshape(-1, _GROUP)
        apart = (by_group - np.median(by_group, axis=1, keepdims=True)).ravel()
        if now < warm_up:
            whitener.collect(apart)
        else:
            largest = np.maximum(largest, test.observe(whitener.whiten(apart)))
    return largest
