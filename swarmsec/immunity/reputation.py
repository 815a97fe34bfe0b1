"""Reputations from experience: the beta distribution of good and bad observations, with forgetting."""

from __future__ import annotations

import numpy as np

from swarmsec.arrays import Bools, Floats


def expected_reputation(good: Floats, bad: Floats) -> Floats:
    """E = (r + 1) / (r + s + 2), the mean of Beta(r + 1, s + 1) (Jøsang & Ismail, Bled 2002).

    Examples:
        >>> expected_reputation(np.array([0.0, 8.0]), np.array([0.0, 1.0])).round(3).tolist()
        [0.5, 0.818]
    """
    return (good + 1.0) / (good + bad + 2.0)


def remember(counts: Floats, bad: Bools, seen: Bools, forgetting: float) -> Floats:
    """(m, 2) the counts r and s after one more observation: r ← λ r + 1, or s ← λ s + 1 (Jøsang & Ismail).

    What was not seen in this round keeps its counts.
    """
    after = forgetting * counts + np.stack([~bad, bad]).T
    return after if seen.all() else np.where(seen[:, None], after, counts)
