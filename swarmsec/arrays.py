"""The array types that swarmsec speaks of, and how a view of one is made read-only."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, TypeVar

if TYPE_CHECKING:
    from typing import Any

    import numpy as np
    import numpy.typing as npt

# In quotes, since to name an array takes no NumPy, and whoever checks a scenario makes none.
Floats: TypeAlias = "npt.NDArray[np.float64]"
Ints: TypeAlias = "npt.NDArray[np.int32]"
Daemons: TypeAlias = "npt.NDArray[np.integer[Any]]"
"""Daemons by number, in whatever integers NumPy made them."""

Bools: TypeAlias = "npt.NDArray[np.bool_]"

_Scalar = TypeVar("_Scalar", bound="np.generic")


def read_only(array: npt.NDArray[_Scalar]) -> npt.NDArray[_Scalar]:
    """A view of the same memory that refuses to be written through, unless its holder means to."""
    view = array.view()
    view.flags.writeable = False
    return view
