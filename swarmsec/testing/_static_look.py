"""What the source of a plug-in says about the way in which it works: what Python cannot prevent is at least found."""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from swarmsec.plugin import Plugin
from swarmsec.registry import own_modules
from swarmsec.testing._plugin_case import PluginCase

_MODULES = frozenset(
    {"gc", "inspect", "sys", "ctypes", "importlib", "traceback", "weakref", "builtins", "atexit"}
    | {"random", "secrets", "uuid", "time", "datetime", "threading", "asyncio", "concurrent", "multiprocessing"}
    | {"os", "io", "pathlib", "shutil", "tempfile", "socket", "subprocess", "signal", "mmap", "sqlite3", "shelve"}
)
"""Modules with which a plug-in reaches what its view does not show, remembers other runs, or depends on the machine."""

_ENGINE = ("swarmsec.swarm", "swarmsec.scoring", "swarmsec.runs", "swarmsec.testing", "swarmsec.rng")

_CALLS = frozenset(
    {"eval", "exec", "compile", "globals", "locals", "vars", "__import__", "setattr", "delattr", "open"}
    | {"attrgetter", "methodcaller"}
)

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
    for source, first, file in _sources(plugin_class):
        for node in ast.walk(ast.parse(source)):
            what = _finding(node)
            if what:
                yield f"{file}line {first + getattr(node, 'lineno', 1) - 1}: {what}"


class _Source(NamedTuple):
    """A part of a plug-in's source: the text, the line on which it begins, and the file, if it is a helper's."""

    text: str
    first: int
    file: str = ""


def _sources(plugin_class: type[Plugin]) -> Iterator[_Source]:
    """The source of the plug-in: its module if that has one plug-in, else the class; and its helper modules."""
    for cls in plugin_class.__mro__:
        if cls.__module__ in {"builtins", "abc", "typing"} or _is_engine(cls.__module__):
            continue
        module = sys.modules.get(cls.__module__)
        try:
            if module is not None and _plugins_of(module) == [cls]:
                yield _Source(inspect.getsource(module), 1)
            else:
                lines, first = inspect.getsourcelines(cls)
                yield _Source(textwrap.dedent("".join(lines)), first)
        except (OSError, TypeError):
            continue  # Written in an interactive session: there is no source to look at.
        for helper in _helpers(cls):
            yield _Source(inspect.getsource(helper), 1, f"{Path(str(helper.__file__)).name}, ")


def _helpers(cls: type[Plugin]) -> Iterator[ModuleType]:
    """The modules of its own package or folder that a plug-in imports, without those that define plug-ins."""
    for name in own_modules(cls):
        helper = sys.modules.get(name)
        if helper is not None and name != cls.__module__ and not _plugins_of(helper):
            yield helper


def _plugins_of(module: ModuleType) -> list[type[Plugin]]:
    members = [member for member in vars(module).values() if isinstance(member, type)]
    return [member for member in members if issubclass(member, Plugin) and member.__module__ == module.__name__]


def _is_engine(module: str) -> bool:
    package = module.split(".")
    return package[0] == "swarmsec" and package[1:2] not in (["attacks"], ["defenses"])


def _finding(node: ast.AST) -> str:
    if isinstance(node, ast.Import):
        return next((_of_module(alias.name) for alias in node.names if _of_module(alias.name)), "")
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        private = [alias.name for alias in node.names if alias.name.startswith("_")]
        if node.module == "numpy" and any(alias.name == "random" for alias in node.names):
            return "imports `numpy.random`"
        if private and node.module.startswith("swarmsec"):
            return f"imports `{private[0]}`, a private name of {node.module}"
        return _of_module(node.module)
    if isinstance(node, ast.Attribute):
        return _of_attribute(node)
    if isinstance(node, ast.MatchClass):
        private = [name for name in node.kwd_attrs if name.startswith("_")]
        return f"matches `{private[0]}`, a private name of another object" if private else ""
    return _of_call(node) if isinstance(node, ast.Call) else ""


def _of_call(call: ast.Call) -> str:
    called = call.func
    name = called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""
    bare = isinstance(called, ast.Name) or name in {"attrgetter", "methodcaller"}
    if bare and (name in _CALLS or (name == "getattr" and not _is_public(call.args[1:2]))):
        return f"calls `{name}`"
    if name in _GENERATORS:
        return f"makes a random generator with `{name}`; draw from the view's `rng`"
    drawn = isinstance(called, ast.Attribute) and ast.unparse(called.value) in {"np.random", "numpy.random"}
    return f"draws from the global generator of numpy with `{name}`; draw from the view's `rng`" if drawn else ""


def _is_public(name: list[ast.expr]) -> bool:
    """Whether the name that `getattr` is asked for is written out, and public."""
    given = name[0].value if name and isinstance(name[0], ast.Constant) else None
    return isinstance(given, str) and not given.startswith("_")


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
    if not isinstance(node.ctx, ast.Load) and not _is_own(owner):
        return f"sets or deletes `.{name}` of another object"
    return ""


def _is_own(owner: ast.expr) -> bool:
    if isinstance(owner, ast.Call):
        owner = owner.func
    return isinstance(owner, ast.Name) and owner.id in _OWN
