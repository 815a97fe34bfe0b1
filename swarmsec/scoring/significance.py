"""Whether a mean over seeds is above 0: an exact sign-flip test, Student's t, Holm's correction, and seeds to come."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from swarmsec.arrays import Bools, Floats
from swarmsec.rng import stream

LEVEL = 0.05
"""The largest share of false findings."""

SIGN_FLIP_SEEDS_MIN = 5
"""Below, even equal signs in all seeds are likelier than `LEVEL` by chance: 2⁻⁴ is 0.06."""

_EXACT_SEEDS_MAX = 20
_FLIPS = 19_999
_NEGLIGIBLE = 1e-12

SEEDS_NEEDED_MAX = 100_000


def is_positive(values: Floats) -> bool:
    """Whether the mean of (k,) values, one a seed, is significantly above 0.

    From 5 seeds on, an exact one-sided sign-flip test at 0.05 (Fisher 1935, §21): it needs no distribution beyond
    symmetry around the mean. Below, whether the 95% interval by Student's t is above 0. Never for one seed.
    """
    if len(values) < 2 or values.mean() <= 0:
        return False
    if len(values) >= SIGN_FLIP_SEEDS_MIN:
        return sign_flip(values) <= LEVEL
    return student(values) <= LEVEL / 2


def sign_flip(values: Floats) -> float:
    """The one-sided p-value of (k,) values under random signs.

    All 2^k signs are counted up to 20 values; above, 19,999 are drawn from a fixed stream.

    Examples:
        >>> sign_flip(np.ones(5))
        0.03125
    """
    total, slack = float(values.sum()), _NEGLIGIBLE * float(np.abs(values).sum())
    if len(values) <= _EXACT_SEEDS_MAX:
        sums = np.zeros(1)
        for value in values:
            sums = np.concatenate([sums + value, sums - value])
        return float(np.mean(sums >= total - slack))
    signs = stream(0, "", 0, "sign_flip").choice(np.array([-1.0, 1.0]), size=(_FLIPS, len(values)))
    return float((1 + np.count_nonzero(signs @ values >= total - slack)) / (1 + _FLIPS))


def student(values: Floats) -> float:
    """The one-sided p-value by Student's t of (k,) values, at least two."""
    from scipy.special import stdtr

    spread, mean, count = float(values.std(ddof=1)), float(values.mean()), len(values)
    if spread <= _NEGLIGIBLE * abs(mean):
        return 0.0 if mean > 0 else 1.0
    return float(stdtr(count - 1, -mean / spread * count**0.5))


def holm(p_values: Sequence[float], *, level: float = LEVEL) -> Bools:
    """Which of several hypotheses are rejected, with a chance of at most `level` of any false rejection (Holm 1979).

    Examples:
        >>> holm([0.04, 0.01, 0.03]).tolist()
        [False, True, False]
    """
    rejected: Bools = np.zeros(len(p_values), dtype=bool)
    for rank, place in enumerate(np.argsort(p_values, kind="stable")):
        if p_values[place] > level / (len(p_values) - rank):
            break
        rejected[place] = True
    return rejected


def seeds_needed(spread: float, distance: float) -> int | None:
    """How many seeds make the 95% interval by Student's t reach less than `distance` to either side.

    Args:
        spread: The standard deviation over seeds.
        distance: From the mean to the value that the interval must not contain.

    Returns:
        The number; None if it is above 100,000.

    Examples:
        >>> seeds_needed(1.0, 0.5)
        18
    """
    from scipy.special import stdtrit

    if distance <= 0 or 4 * (spread / distance) ** 2 > SEEDS_NEEDED_MAX:
        return None
    count = max(2, int((1.96 * spread / distance) ** 2))
    while stdtrit(count - 1, 1 - LEVEL / 2) * spread / count**0.5 >= distance:
        count += 1
    return count
