"""From the truth to the lie: how the engine applies the strength of an attack."""

from __future__ import annotations

import numpy as np

from swarmsec.arrays import Bools, Floats, Ints

_COPIES_MAX = 2**31 - 1


def blend(truth: Floats, lie: Floats, strength: float) -> Floats:
    """(1 − strength) · truth + strength · lie, and exactly the truth wherever the lie is equal to it.

    A number that is not finite has no middle: such a lie, or a lie about such a truth, counts from strength 1 on.
    """
    if strength == 1.0:
        return lie.copy()
    told = (1.0 - strength) * truth + strength * lie
    whole = lie if strength > 1.0 else truth
    told = np.where(np.isfinite(truth) & np.isfinite(lie), told, whole)
    return np.where(lie == truth, truth, told)


def blend_counts(truth: Ints, lie: Floats, strength: float) -> Ints:
    """The same for counts, rounded; none is below 0."""
    counts = np.rint((1.0 - strength) * truth + strength * lie)
    return np.clip(counts, 0, _COPIES_MAX).astype(np.int32)


def differs(one: Floats, other: Floats) -> Bools:
    """(k,) the rows of two (k, d) arrays that are not equal; NaN equals NaN."""
    differing: Bools = ~((one == other) | (np.isnan(one) & np.isnan(other))).all(axis=1)
    return differing
