"""Compile kernels on their first call, cache them on disk, and keep sums in the order of the source.

What is damaged, unreadable or cannot be written there is compiled anew, in memory where it must be.
"""

from __future__ import annotations

import hashlib
import os
import pickle
from collections.abc import Callable
from contextlib import suppress
from typing import Any, ParamSpec, TypeVar

from numba import njit
from numba.core.caching import CompileResultCacheImpl, FunctionCache, IndexDataCacheFile, InTreeCacheLocator

_P = ParamSpec("_P")
_R = TypeVar("_R")
_SEAL_BYTES = 32


def compiled(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Compile a function on its first call and cache it on disk; without fastmath, so that sums keep their order.

    numba invalidates the cache of a function only when the function's file changes, not when a callee in another file
    changes. So a compiled function calls only compiled functions of the same file.
    """
    return _cached(function, njit(nogil=True, error_model="numpy"))


def inlined(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Compile and inline a function that is called for every edge."""
    return _cached(function, njit(nogil=True, error_model="numpy", forceinline=True))


def _cached(function: Callable[_P, _R], jit: Any) -> Callable[_P, _R]:
    dispatcher = jit(function)
    # Without its source file, a function is compiled in memory.
    with suppress(OSError, RuntimeError):
        dispatcher._cache = _Cache(function)  # noqa: SLF001  # There is no public way.
    result: Callable[_P, _R] = dispatcher
    return result


class _WhereItIs(InTreeCacheLocator):
    """The folder beside the source, even if it cannot be written: what is cached there can be read."""

    def ensure_cache_path(self) -> None:
        """Require nothing."""


class _Places(CompileResultCacheImpl):
    _locator_classes = [*CompileResultCacheImpl._locator_classes, _WhereItIs]  # noqa: RUF012, SLF001


class _Cache(FunctionCache):
    """numba's cache of one function, in sealed files, of which none is required."""

    _impl_class = _Places

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        locator = self._impl.locator
        self._cache_file = _SealedFiles(self._cache_path, self._impl.filename_base, locator.get_source_stamp())

    def save_overload(self, sig: Any, data: Any) -> None:
        """Save a compiled function if there is a place for it."""
        with suppress(OSError):
            super().save_overload(sig, data)


class _SealedFiles(IndexDataCacheFile):
    """Files that begin with a digest of the rest, so that damaged object code is never run.

    The digest's key is the version of numba: files of another version count as damaged.
    """

    def _load_index(self) -> dict[Any, str]:
        try:
            stamp, overloads = self._unsealed(self._index_path)
        except OSError:
            return {}
        return overloads if stamp == self._source_stamp else {}

    def _save_index(self, overloads: dict[Any, str]) -> None:
        self._seal(self._index_path, (self._source_stamp, overloads))

    def _load_data(self, name: str) -> Any:
        return self._unsealed(self._data_path(name))

    def _save_data(self, name: str, data: Any) -> None:
        self._seal(self._data_path(name), data)

    def _seal(self, path: str, content: Any) -> None:
        pickled = self._dump(content)
        with self._open_for_write(path) as file:
            file.write(self._digest(pickled) + pickled)

    def _unsealed(self, path: str) -> Any:
        if not os.path.isfile(path):  # Opening a named pipe would wait for its other end.
            raise FileNotFoundError(path)
        with open(path, "rb") as file:
            seal, pickled = file.read(_SEAL_BYTES), file.read()
        if seal != self._digest(pickled):
            raise OSError(f"{path} is damaged")
        return pickle.loads(pickled)

    def _digest(self, pickled: bytes) -> bytes:
        return hashlib.blake2b(pickled, digest_size=_SEAL_BYTES, key=str(self._version).encode()[:64]).digest()
