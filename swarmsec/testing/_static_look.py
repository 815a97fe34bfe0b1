"""What the source of a plug-in says about the way in which it works: what Python cannot prevent is at least found.

It looks at the plug-in's modules, its helpers included, and not at packages that it imports. It finds how Python's ways
around a view are usually written, and no proof follows from that: a private name that the plug-in has for itself as
well, a mutation of an imported object by one of its methods, compiled code in an imported package, and numbers that
were measured at home and written down are not found.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
import textwrap
from collections.abc import Iterator
from typing import Any

from swarmsec.plugin import Plugin
from swarmsec.registry import own_modules
from swarmsec.testing._plugin_case import PluginCase

_HARMLESS = frozenset(
    {"__future__", "abc", "bisect", "cmath", "collections", "contextlib", "copy", "dataclasses", "decimal", "enum"}
    | {"fractions", "functools", "heapq", "itertools", "math", "numbers", "re", "statistics", "string", "textwrap"}
    | {"typing", "warnings"}
)
"""What of the standard library a plug-in may import. The rest reaches files, clocks, frames or other objects."""

_MODULES = ("numpy.random", "numpy.lib", "numpy.ctypeslib", "cffi", "mesa", "psutil")

_ENGINE = ("swarmsec.swarm", "swarmsec.scoring", "swarmsec.runs", "swarmsec.testing", "swarmsec.rng")

_BUILTINS = frozenset(
    {"__builtins__", "__import__", "__loader__", "__spec__", "breakpoint", "compile", "delattr", "dir", "eval", "exec"}
    | {"getattr", "globals", "id", "input", "locals", "memoryview", "open", "setattr", "vars"}
)

_DUNDERS = frozenset({"__doc__", "__init__", "__name__", "__post_init__"})
"""The attributes with two underscores on either side that a plug-in may use."""

_ATTRIBUTES = {
    **dict.fromkeys(("writeable", "base", "setflags"), "what a view shows is not to be written"),
    **dict.fromkeys(("stride_tricks", "as_strided", "ctypes", "ctypeslib"), "it reads memory beyond an array"),
    **dict.fromkeys(("bit_generator", "seed_seq"), "the key of a stream tells the seed"),
    **dict.fromkeys(("memmap", "fromfile", "tofile", "loadtxt", "genfromtxt", "savetxt"), "a file outlives the arm"),
}

_GENERATORS = frozenset({"default_rng", "RandomState", "Generator", "PCG64", "Philox", "seed"})

_FORMAT = re.compile(r"\{[^{}]*[.\[]_")


def its_source_keeps_to_the_view(case: PluginCase[Any]) -> None:
    """A plug-in uses its view: no garbage collector, no stack frames, no private names of others, no own generator."""
    found = next(findings(case.plugin_class), None)
    if found:
        raise AssertionError(found)


def findings(plugin_class: type[Plugin]) -> Iterator[str]:
    """Every place where a plug-in's source reaches beyond its view, as a sentence."""
    for source, first, where in _sources(plugin_class):
        if source is None:
            yield f"the source of {where} cannot be read, and so it cannot be checked"
            continue
        look = _Look(ast.parse(source))
        for node in ast.walk(look.tree):
            what = look.finding(node)
            if what:
                yield f"{where}line {first + getattr(node, 'lineno', 1) - 1}: {what}"


def _sources(plugin_class: type[Plugin]) -> Iterator[tuple[str | None, int, str]]:
    """Each source of a plug-in, its first line, and its place: all its modules, or its class beside other plug-ins."""
    for cls in plugin_class.__mro__:
        module = sys.modules.get(cls.__module__)
        if cls.__module__ in sys.stdlib_module_names or _is_engine(cls.__module__):
            continue
        if cls.__module__ == "__main__" and not hasattr(module, "__file__"):
            continue  # Written in an interactive session.
        members = [] if module is None else [thing for thing in vars(module).values() if isinstance(thing, type)]
        plugins = [thing for thing in members if issubclass(thing, Plugin) and thing.__module__ == cls.__module__]
        if module is None or plugins != [cls]:
            yield _source_of(cls)
            continue
        yield _source_of(module)
        for name in own_modules(cls):
            helper = sys.modules.get(name)
            if helper not in (None, module) and name != cls.__module__.partition(".")[0]:
                source, first, _ = _source_of(helper)
                yield source, first, f"{name.rpartition('.')[2]}.py, " if source is not None else name


def _source_of(thing: Any) -> tuple[str | None, int, str]:
    try:
        lines, first = inspect.getsourcelines(thing)
    except (OSError, TypeError):
        return None, 1, thing.__name__
    return textwrap.dedent("".join(lines)), max(first, 1), ""


def _is_engine(module: str) -> bool:
    package = module.split(".")
    return package[0] == "swarmsec" and package[1:2] not in (["attacks"], ["defenses"])


class _Look:
    """A source, the names that it imports, and the private names that are its own."""

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        nodes = list(ast.walk(tree))
        imports = [node for node in nodes if isinstance(node, (ast.Import, ast.ImportFrom))]
        self._imported = {(alias.asname or alias.name).partition(".")[0] for node in imports for alias in node.names}
        called = {id(node.func): node for node in nodes if isinstance(node, ast.Call)}
        self._called = called.keys()
        self._plain = {place for place, call in called.items() if _names_a_public_attribute(call)}
        stored = [node for node in nodes if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)]
        named = [node.name for node in nodes if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
        bound = [node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
        self._own = {*(node.attr for node in stored if _is_own(node.value)), *named, *bound}

    def finding(self, node: ast.AST) -> str:
        """What is wrong with a node, as a clause; empty if nothing is."""
        match node:
            case ast.Import():
                return next((what for alias in node.names if (what := _of_module(alias.name))), "")
            case ast.ImportFrom(level=0, module=str(module)):
                return _of_import_from(node, module)
            case ast.Attribute():
                return self._of_attribute(node)
            case ast.Subscript(ctx=ast.Store() | ast.Del(), value=ast.Attribute() as changed):
                return self._of_changed(changed)
            case ast.Name(id=name):
                if name in _BUILTINS and not (name == "getattr" and id(node) in self._plain):
                    return f"{'calls' if id(node) in self._called else 'uses'} `{name}`"
                if name in ("self", "cls", "super") and not isinstance(node.ctx, ast.Load):
                    return f"gives the name `{name}` to something else"
            case ast.Call(func=called):
                return _of_call(called)
            case ast.arguments():
                late = {one.arg for one in [*node.posonlyargs, *node.args][1:] + node.kwonlyargs} & {"self", "cls"}
                return f"gives the name `{late.pop()}` to something else" if late else ""
            case ast.MatchClass(kwd_attrs=names) if private := [name for name in names if name.startswith("_")]:
                return f"matches `{private[0]}`, a private name of another object"
            case ast.Constant(value=str(text)) if _FORMAT.search(text):
                return "uses a private name of another object in a format"
        return ""

    def _of_attribute(self, node: ast.Attribute) -> str:
        name = node.attr
        if name.startswith("__") and name.endswith("__"):
            return "" if name in _DUNDERS else f"uses `.{name}`"
        if name == "_getframe" or (name.startswith("_") and not (_is_own(node.value) and self._knows(name))):
            return f"uses `.{name}`, a private name of another object"
        if name in _ATTRIBUTES:
            return f"uses `.{name}`: {_ATTRIBUTES[name]}"
        return "" if isinstance(node.ctx, ast.Load) else self._of_changed(node)

    def _knows(self, name: str) -> bool:
        return name in self._own or name.startswith("__")

    def _of_changed(self, node: ast.Attribute) -> str:
        """What is wrong with a changed attribute, or an attribute with a changed entry."""
        if not isinstance(node.ctx, ast.Load):
            return "" if _is_own(node.value) else f"sets or deletes `.{node.attr}` of another object"
        root: ast.expr = node
        while isinstance(root, (ast.Attribute, ast.Subscript)):
            root = root.value
        if isinstance(root, ast.Name) and root.id in self._imported:
            return f"changes `{ast.unparse(node)}`, which outlives the arm"
        return ""


def _names_a_public_attribute(call: ast.Call) -> bool:
    """Whether a call such as `getattr(x, "name")` names a public attribute in plain text."""
    name = call.args[1] if len(call.args) > 1 else None
    return isinstance(name, ast.Constant) and isinstance(name.value, str) and not name.value.startswith("_")


def _of_import_from(node: ast.ImportFrom, module: str) -> str:
    private = [alias.name for alias in node.names if alias.name.startswith("_")]
    if private and module.startswith("swarmsec"):
        return f"imports `{private[0]}`, a private name of {module}"
    return _of_module(module) or next((what for a in node.names if (what := _of_module(f"{module}.{a.name}"))), "")


def _of_call(called: ast.expr) -> str:
    name = called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""
    if name in _GENERATORS:
        return f"makes a random generator with `{name}`; draw from the view's `rng`"
    drawn = isinstance(called, ast.Attribute) and ast.unparse(called.value) in ("np.random", "numpy.random")
    return f"draws from the global generator of numpy with `{name}`; draw from the view's `rng`" if drawn else ""


def _of_module(name: str) -> str:
    top = name.partition(".")[0]
    if (top in sys.stdlib_module_names and top not in _HARMLESS) or _is_below(name, _MODULES):
        return f"imports `{name}`"
    if _is_below(name, _ENGINE):
        return f"imports `{name}`, which is the engine's"
    if top == "swarmsec" and any(part.startswith("_") for part in name.split(".")):
        return f"imports `{name}`, a private module"
    return ""


def _is_below(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def _is_own(owner: ast.expr) -> bool:
    if isinstance(owner, ast.Call):
        owner = owner.func
    return isinstance(owner, ast.Name) and owner.id in ("self", "cls", "super")
