"""The range of some values, component by component."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from swarmsec.arrays import Floats


class Hull(NamedTuple):
    """The smallest box that contains some values.

    Attributes:
        low: (d,) the smallest value of each component.
        high: (d,) the largest value.
    """

    low: Floats
    high: Floats

    @property
    def width(self) -> float:
        """The largest extent in any component; 0 if all values are equal."""
        return float((self.high - self.low).max())

    def beyond(self, other: Hull) -> float:
        """The largest distance in any component by which this hull exceeds another; 0 if it is inside."""
        return float(np.maximum(self.high - other.high, other.low - self.low).clip(min=0.0).max())


def hull_of(values: Floats) -> Hull:
    """The hull of (n, d) values, n at least 1.

    Examples:
        >>> import numpy as np
        >>> hull_of(np.array([[0.0], [3.0], [1.0]])).width
        3.0
    """
    return Hull(values.min(axis=0), values.max(axis=0))
