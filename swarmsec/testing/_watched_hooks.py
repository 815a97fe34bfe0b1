"""Detect hooks that write in place: into the arrays that they are given, or into arrays that they returned before."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

import numpy as np

from swarmsec.arrays import read_only
from swarmsec.messages import Addressed
from swarmsec.network import Network
from swarmsec.plugin import Plugin
from swarmsec.teams import BlueView, RedView

P = TypeVar("P", bound=Plugin)


class WrittenInPlaceError(AssertionError):
    """A hook wrote into an array that it was given, or that it returned before."""


_OPAQUE = (Network, RedView, BlueView)
"""Arguments that are not copied, because they already refuse writes."""

HandedOut = deque[tuple[str, Any, Any]]
"""The last arrays that hooks returned: the hook's name, the array, and a copy of its first contents."""

_REMEMBERED = 12


def with_watched_hooks(plugin_class: type[P], hooks: Sequence[str]) -> type[P]:
    """A subclass with the same behavior whose `hooks` are watched.

    The engine's arrays are read-only, but a hook can undo that. So a watched hook gets writable copies, and raises
    WrittenInPlaceError if they differ afterwards.
    """
    handed_out: HandedOut = deque(maxlen=_REMEMBERED)
    watched = {name: _watched(name, getattr(plugin_class, name), handed_out) for name in hooks}
    return type(plugin_class.__name__, (plugin_class,), {**watched, "__module__": plugin_class.__module__})


def _watched(name: str, hook: Callable[..., Any], handed_out: HandedOut) -> Callable[..., Any]:
    def call(self: Plugin, *given: Any, **named: Any) -> Any:
        _require_unchanged_results(handed_out)
        copies, named_copies = [_copy(value) for value in given], {key: _copy(value) for key, value in named.items()}
        result = hook(self, *copies, **named_copies)
        for before, after in zip((*given, *named.values()), (*copies, *named_copies.values()), strict=True):
            for what, old, new in _pairs(before, after):
                if not _same(old, new):
                    place = tuple(int(i) for i in np.argwhere(~_equal(old, new))[0])
                    raise WrittenInPlaceError(
                        f"`{name}` writes into the {what or 'array'} that it is given: {old[place]} at "
                        f"{place} became {new[place]}; copy it first"
                    )
        _require_unchanged_results(handed_out)
        # A hook must not write later into an array that it has returned.
        handed_out.append((name, result, _copy(result)))
        return result

    return call


def _require_unchanged_results(handed_out: HandedOut) -> None:
    for name, result, copy in handed_out:
        for _, now, then in _pairs(result, copy):
            if not _same(now, then):
                raise WrittenInPlaceError(f"an array that `{name}` returned is written to later; return a copy of it")


def _copy(value: Any) -> Any:
    """A copy of a value, in which all arrays are writable."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, Addressed):
        return Addressed(value.payload.copy(), value.sent.copy())
    if is_dataclass(value) and not isinstance(value, (type, Plugin, *_OPAQUE)):
        arrays = {one.name: getattr(value, one.name) for one in fields(value)}
        return replace(value, **{name: one.copy() for name, one in arrays.items() if isinstance(one, np.ndarray)})
    return value


def _pairs(one: Any, other: Any) -> Iterator[tuple[str, Any, Any]]:
    """Each array of a value and its counterpart in the copy: (name, array, array)."""
    if isinstance(one, np.ndarray):
        yield "", read_only(one), read_only(other)
    elif isinstance(one, Addressed):
        for name, mine, yours in zip(one._fields, one, other, strict=True):
            yield name, read_only(mine), read_only(yours)
    elif is_dataclass(one) and not isinstance(one, (type, Plugin, *_OPAQUE)):
        for each in fields(one):
            if isinstance(getattr(one, each.name), np.ndarray):
                yield each.name, read_only(getattr(one, each.name)), read_only(getattr(other, each.name))


def _same(one: Any, other: Any) -> bool:
    return one.shape == other.shape and bool(_equal(one, other).all())


def _equal(one: Any, other: Any) -> Any:
    return (one == other) | ((one != one) & (other != other))


def recording(plugin_class: type[P], hook: str) -> tuple[type[P], list[Any]]:
    """A subclass with the same behavior, and a list to which each call of its `hook` appends the result."""
    answers: list[Any] = []
    answer = getattr(plugin_class, hook)

    def call(self: Plugin, *given: Any, **named: Any) -> Any:
        result = answer(self, *given, **named)
        answers.append(_copy(result))
        return result

    return type(plugin_class.__name__, (plugin_class,), {hook: call, "__module__": plugin_class.__module__}), answers


def equal_arrays(one: Any, other: Any) -> bool:
    """Whether two results of a hook have equal arrays; NaN equals NaN."""
    return all(_same(left, right) for _, left, right in _pairs(one, other))
