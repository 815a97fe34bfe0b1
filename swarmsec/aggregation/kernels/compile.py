"""Compile kernels on their first call, cache them on disk, and keep sums in the order of the source."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from numba import njit

_P = ParamSpec("_P")
_R = TypeVar("_R")


def compiled(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Compile a function on its first call and cache it on disk; without fastmath, so that sums keep their order.

    numba invalidates the cache of a function only when the function's file changes, not when a callee in another file
    changes. So a compiled function calls only compiled functions of the same file.
    """
    result: Callable[_P, _R] = njit(cache=True, nogil=True, error_model="numpy")(function)
    return result


def inlined(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Compile and inline a function that is called for every edge."""
    result: Callable[_P, _R] = njit(cache=True, nogil=True, error_model="numpy", forceinline=True)(function)
    return result
