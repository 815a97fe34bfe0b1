"""The range that values span, component by component."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from swarmsec.arrays import Floats


class Hull(NamedTuple):
    """The smallest box that holds some values.

    Attributes:
        low: (d,) the least value of each component.
        high: (d,) the greatest.
    """

    low: Floats
    high: Floats

    @property
    def width(self) -> float:
        """How far apart its ends are in the component where they are farthest: 0 is agreement."""
        return float((self.high - self.low).max())

    def beyond(self, other: Hull) -> float:
        """How far this one reaches out of another, in the component where it does most; 0 if it is inside."""
        return float(np.maximum(self.high - other.high, other.low - self.low).clip(min=0.0).max())


def hull_of(values: Floats) -> Hull:
    """The hull of (n, d) values, n at least 1.

    Examples:
        >>> import numpy as np
        >>> hull_of(np.array([[0.0], [3.0], [1.0]])).width
        3.0
    """
    return Hull(values.min(axis=0), values.max(axis=0))
