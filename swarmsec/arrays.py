"""The array types of swarmsec, read-only views, and immutable copies."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, TypeVar

if TYPE_CHECKING:
    from typing import Any

    import numpy as np
    import numpy.typing as npt

# In quotes, so that a check of a scenario, which makes no array, does not load NumPy.
Floats: TypeAlias = "npt.NDArray[np.float64]"
Ints: TypeAlias = "npt.NDArray[np.int32]"
Daemons: TypeAlias = "npt.NDArray[np.integer[Any]]"
"""Indices of daemons, in any integer type."""

Bools: TypeAlias = "npt.NDArray[np.bool_]"

_Scalar = TypeVar("_Scalar", bound="np.generic")


def read_only(array: npt.NDArray[_Scalar]) -> npt.NDArray[_Scalar]:
    """A read-only view of the same memory."""
    view = array.view()
    view.flags.writeable = False
    return view


def frozen(array: npt.NDArray[_Scalar]) -> npt.NDArray[_Scalar]:
    """An immutable copy: neither the copy nor its `base` can be made writable again.

    A view as `read_only` gives one is for the engine's own modules; a plug-in could write through its `base`. Of an
    array that is such a copy already the new one shares the memory.
    """
    import numpy as np

    whole = isinstance(array.base, bytes) and array.flags.c_contiguous and array.nbytes == len(array.base)
    return np.ndarray(array.shape, array.dtype, buffer=array.base if whole else array.tobytes())
