"""How kernels are compiled: on the first call, cached on disk, with sums in the order of the source."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from numba import njit

_P = ParamSpec("_P")
_R = TypeVar("_R")


def compiled(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Compile a function on its first call and cache it on disk. Without fastmath, so that sums keep their order.

    numba invalidates the cache of a function when its own file changes, and not when a function that it calls changes
    in another file: a compiled function calls only compiled functions of its own file.
    """
    result: Callable[_P, _R] = njit(cache=True, nogil=True, error_model="numpy")(function)
    return result


def inlined(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """The same for a function that is called for every edge."""
    result: Callable[_P, _R] = njit(cache=True, nogil=True, error_model="numpy", forceinline=True)(function)
    return result
