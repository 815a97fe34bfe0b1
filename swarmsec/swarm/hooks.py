"""Calls into plug-ins: an error in a hook is reported with the plug-in's kind, hook and line."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np

from swarmsec.arrays import Bools, Floats
from swarmsec.errors import PluginError, SwarmsecError
from swarmsec.swarm.setup import PluginSpec


def call(spec: PluginSpec[Any], hook: str, *arguments: Any) -> Any:
    """Call a plug-in's hook.

    Raises:
        PluginError: The hook raised; the place is `kind.hook` and the line of the plug-in's file.
    """
    return call_function(spec, hook, getattr(spec.plugin, hook), *arguments)


def call_function(spec: PluginSpec[Any], hook: str, function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function that a plug-in gave in place of a hook, such as its rule.

    Raises:
        PluginError: See `call`. An error of another kind that the plug-in raises is its own error all the same.
    """
    try:
        return function(*arguments)
    except PluginError as error:
        raise error if error.where.startswith(spec.kind) else error.at(f"{spec.kind}.{hook}") from error
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        place = f"{spec.kind}.{hook}{_line(spec, hook, error)}"
        said = error.message if isinstance(error, SwarmsecError) else f"{type(error).__name__}: {error}"
        raise PluginError(said, where=place) from error


def floats(value: Any, shape: tuple[int, ...], where: str) -> Floats:
    """Convert the return value of a hook to an array, and check its shape.

    Raises:
        PluginError: It is not numeric, or has another shape.
    """
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise PluginError(f"gives {type(value).__name__}; must be numbers of shape {shape}", where=where) from None
    if array.shape != shape or np.asarray(value).dtype.kind not in "fiub":
        raise PluginError(
            f"gives {np.asarray(value).dtype} of shape {array.shape}; must be numbers of shape {shape}", where=where
        )
    return array


def finite_floats(value: Any, shape: tuple[int, ...], where: str) -> Floats:
    """Convert as `floats`, and check that all numbers are finite.

    Raises:
        PluginError: It is not numeric, not finite, or has another shape.
    """
    array = floats(value, shape, where)
    if not np.isfinite(array).all():
        raise PluginError("gives non-finite numbers", where=where)
    return array


def mask(value: Any, shape: tuple[int, ...], where: str, of: str) -> Bools:
    """A plain copy of a mask that a hook gives; a subclass of an array could count as one thing and act as another.

    Raises:
        PluginError: It is no mask, or has another shape.
    """
    array = np.array(value)
    if array.shape != shape or array.dtype != bool:
        given = f"{array.dtype} of shape {array.shape}"
        raise PluginError(f"gives {given}; must be a mask of {shape[0]:,} {of}", where=where)
    return array


def _line(spec: PluginSpec[Any], hook: str, error: BaseException) -> str:
    # The module of a plug-in that is executed anew for an arm is not in `sys.modules`, so `inspect` cannot find it.
    hook_function = getattr(type(spec.plugin), hook, None)
    file = hook_function.__code__.co_filename if isinstance(hook_function, FunctionType) else ""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    return f" ({file}:{lines[-1]})" if lines else ""
