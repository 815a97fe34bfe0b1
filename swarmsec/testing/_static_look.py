"""What the source of a plug-in says about the way in which it works: what Python cannot prevent is at least found."""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Iterator
from typing import Any

from swarmsec.plugin import Plugin
from swarmsec.testing._plugin_case import PluginCase

_MODULES = frozenset({"gc", "inspect", "sys", "ctypes", "importlib", "traceback", "weakref", "random", "threading"})
"""Modules with which a plug-in reaches what its view does not show, or draws random numbers of its own."""

_ENGINE = ("swarmsec.swarm", "swarmsec.scoring", "swarmsec.runs", "swarmsec.testing", "swarmsec.rng")

_CALLS = frozenset({"eval", "exec", "globals", "locals", "vars", "__import__", "setattr", "delattr"})

_OWN = frozenset({"self", "cls", "super"})

_DUNDERS = frozenset(
    {"__dict__", "__globals__", "__closure__", "__code__", "__builtins__", "__subclasses__", "__self__", "__func__"}
    | {"__wrapped__", "__class__", "__mro__", "__bases__", "__getattribute__"}
)

_GENERATORS = frozenset({"default_rng", "RandomState", "Generator", "PCG64", "Philox", "seed"})


def its_source_keeps_to_the_view(case: PluginCase[Any]) -> None:
    """A plug-in uses its view: no garbage collector, no stack frames, no private names of others, no own generator."""
    found = next(findings(case.plugin_class), None)
    if found:
        raise AssertionError(found)


def findings(plugin_class: type[Plugin]) -> Iterator[str]:
    """Every place where a plug-in's source reaches beyond its view, as a sentence."""
    for source, first in _sources(plugin_class):
        for node in ast.walk(ast.parse(source)):
            what = _finding(node)
            if what:
                yield f"line {first + getattr(node, 'lineno', 1) - 1}: {what}"


def _sources(plugin_class: type[Plugin]) -> Iterator[tuple[str, int]]:
    """The source of the plug-in and the line on which it begins: its module if that has one plug-in, else the class."""
    for cls in plugin_class.__mro__:
        if cls.__module__ in {"builtins", "abc", "typing"} or _is_engine(cls.__module__):
            continue
        module = sys.modules.get(cls.__module__)
        members = [] if module is None else [thing for thing in vars(module).values() if isinstance(thing, type)]
        plugins = [thing for thing in members if issubclass(thing, Plugin) and thing.__module__ == cls.__module__]
        try:
            if module is not None and plugins == [cls]:
                yield inspect.getsource(module), 1
            else:
                lines, first = inspect.getsourcelines(cls)
                yield textwrap.dedent("".join(lines)), first
        except (OSError, TypeError):
            continue  # Written in an interactive session: there is no source to look at.


def _is_engine(module: str) -> bool:
    package = module.split(".")
    return package[0] == "swarmsec" and package[1:2] not in (["attacks"], ["defenses"])


def _finding(node: ast.AST) -> str:
    if isinstance(node, ast.Import):
        return next((_of_module(alias.name) for alias in node.names if _of_module(alias.name)), "")
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        private = [alias.name for alias in node.names if alias.name.startswith("_")]
        if private and node.module.startswith("swarmsec"):
            return f"imports `{private[0]}`, a private name of {node.module}"
        return _of_module(node.module)
    if isinstance(node, ast.Attribute):
        return _of_attribute(node)
    return _of_call(node.func) if isinstance(node, ast.Call) else ""


def _of_call(called: ast.expr) -> str:
    if isinstance(called, ast.Name) and called.id in _CALLS:
        return f"calls `{called.id}`"
    name = called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""
    return f"makes a random generator with `{name}`; draw from the view's `rng`" if name in _GENERATORS else ""


def _of_module(name: str) -> str:
    if name.partition(".")[0] in _MODULES or name.startswith("numpy.random"):
        return f"imports `{name}`"
    if any(name == engine or name.startswith(f"{engine}.") for engine in _ENGINE):
        return f"imports `{name}`, which is the engine's"
    if name.startswith("swarmsec") and any(part.startswith("_") for part in name.split(".")):
        return f"imports `{name}`, a private module"
    return ""


def _of_attribute(node: ast.Attribute) -> str:
    name, owner = node.attr, node.value
    if name in _DUNDERS:
        return f"uses `.{name}`"
    if name == "_getframe" or (name.startswith("_") and not name.startswith("__") and not _is_own(owner)):
        return f"uses `.{name}`, a private name of another object"
    if name in {"writeable", "base", "setflags"}:
        return f"uses `.{name}`: what a view shows is not to be written"
    return ""


def _is_own(owner: ast.expr) -> bool:
    if isinstance(owner, ast.Call):
        owner = owner.func
    return isinstance(owner, ast.Name) and owner.id in _OWN
