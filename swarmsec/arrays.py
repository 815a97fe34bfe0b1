"""The array types that swarmsec speaks of, and how a view of one is made read-only."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Daemons = npt.NDArray[np.integer[Any]]
"""Daemons by number, in whatever integers NumPy made them."""

Bools = npt.NDArray[np.bool_]

_Scalar = TypeVar("_Scalar", bound=np.generic)


def read_only(array: npt.NDArray[_Scalar]) -> npt.NDArray[_Scalar]:
    """A view of the same memory that refuses to be written through, unless its holder means to."""
    view = array.view()
    view.flags.writeable = False
    return view
