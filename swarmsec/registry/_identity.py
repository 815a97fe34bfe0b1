"""The identity of a plug-in: a digest of the source of every module that it consists of."""

from __future__ import annotations

import ast
import hashlib
import os
import sys
from collections.abc import Iterator
from functools import lru_cache
from importlib.machinery import EXTENSION_SUFFIXES, SOURCE_SUFFIXES
from importlib.util import decode_source
from pathlib import Path
from typing import NamedTuple

from swarmsec.errors import UsageError
from swarmsec.plugin import FAMILIES, Plugin
from swarmsec.registry import _folders, _shipped


def source_digest(plugin: type[Plugin]) -> str:
    """SHA-256 of the source of every module that a plug-in consists of.

    These are its own module, and all modules that it imports, directly or through others, from its own package or
    folder and from the packages of shipped plug-ins, with the `__init__` of every package on the way. Imports are read
    from the source: imports by a computed name are not included.
    """
    return _digest_of(plugin.__module__)


def digest_in_folder(folder: Path, kind: str) -> str | None:
    """What `source_digest` gives for the plug-in of a kind in a folder, without importing it; None if it has no file.

    Raises:
        UsageError: There is no such folder, or a file of it cannot be read as Python.
    """
    package = _folders.package_of(folder)
    if kind not in _folders.files(folder):
        return None
    try:
        return _digest_of(f"{package}.{kind}")
    except (SyntaxError, ValueError, RecursionError, OSError) as error:
        raise UsageError(f"cannot be read as Python: {error}", where=str(folder / f"{kind}.py")) from None


@lru_cache(maxsize=1024)
def _digest_of(module: str) -> str:
    digest = hashlib.sha256()
    for label, content in sorted((found.label, found.digest) for found in _modules(module, _roots(module))):
        digest.update(f"{label} {content}\n".encode())
    return digest.hexdigest()


class _Module(NamedTuple):
    """The content of a file, as a digest needs it.

    Attributes:
        digest: The digest of its content, with Unix line ends.
        imports: Modules that it may import: level, module, and names from it.
    """

    digest: str
    imports: tuple[tuple[int, str, tuple[str, ...]], ...]


def _roots(module: str) -> dict[str, str]:
    """The packages from which the imports of a module are followed, and the label of each in a digest."""
    shipped: dict[str, str] = {_shipped.package(family).__name__: family for family in FAMILIES}
    top = module.partition(".")[0]
    return shipped if top == __name__.partition(".")[0] or top in shipped else {**shipped, top: ""}


class _Found(NamedTuple):
    """A module that a plug-in consists of: its name, its label in a digest, and the digest of its content."""

    name: str
    label: str
    digest: str


def own_modules(plugin: type[Plugin]) -> list[str]:
    """The modules of its own package or folder that a plug-in consists of, without those that ship."""
    top = plugin.__module__.partition(".")[0]
    found = _modules(plugin.__module__, _roots(plugin.__module__))
    return [module.name for module in found if module.name.partition(".")[0] == top]


def _modules(start: str, roots: dict[str, str]) -> Iterator[_Found]:
    """Each module that `start` consists of."""
    known: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        root = next((root for root in roots if name == root or name.startswith(f"{root}.")), None)
        if name in known or root is None:
            continue
        known.add(name)
        if name != root:
            waiting.append(name.rpartition(".")[0])
        path = _file(name, root)
        if path is None:
            continue
        module = _read(path, path.stat().st_mtime_ns, path.stat().st_size)
        yield _Found(name, roots[root] + name.removeprefix(root), module.digest)
        package = name if path.stem == "__init__" else name.rpartition(".")[0]
        for level, imported, names in module.imports:
            waiting += _candidates(level, imported, names, package, root)


def _candidates(level: int, module: str, names: tuple[str, ...], package: str, root: str) -> list[str]:
    """The absolute names of the modules that an import statement may import."""
    if level:
        parents = package.split(".")
        base = ".".join(parents[: len(parents) - level + 1])
        module = f"{base}.{module}" if module else base
    elif _folders.is_folder(root) and _folders.is_helper(module, root):
        module = f"{root}.{module}"
    return [module, *(f"{module}.{name}" for name in names)]


def _file(name: str, root: str) -> Path | None:
    """The file of a module, found without importing it; None if it has no file."""
    there = sys.modules[root]
    if not hasattr(there, "__path__"):
        return Path(str(there.__file__)) if name == root else None
    steps = name.removeprefix(root).split(".")[1:]
    for folder in there.__path__:
        within = os.path.join(folder, *steps)
        places = [(within, "__init__"), *([os.path.split(within)] if steps else [])]
        for parent, stem in places:
            names = _names_in(parent)
            for suffix in (*SOURCE_SUFFIXES, *EXTENSION_SUFFIXES):
                if stem + suffix in names:
                    return Path(parent, stem + suffix)
    return None


def _names_in(folder: str) -> frozenset[str]:
    """The names of the files and folders in a folder, if it is one."""
    try:
        return _listed(folder, os.stat(folder).st_mtime_ns)
    except OSError:
        return frozenset()


@lru_cache(maxsize=1024)
def _listed(folder: str, modified: int) -> frozenset[str]:
    """The names in a folder as it was at a time of modification."""
    return frozenset(os.listdir(folder))


@lru_cache(maxsize=4096)
def _read(path: Path, modified: int, size: int) -> _Module:
    """The digest and the imports of a file as it was at a time of modification."""
    content = path.read_bytes()
    if path.suffix not in SOURCE_SUFFIXES:
        return _Module(hashlib.sha256(content).hexdigest(), ())
    text = decode_source(content)
    imports: list[tuple[int, str, tuple[str, ...]]] = []
    for node in _statements(ast.parse(text).body):
        if isinstance(node, ast.Import):
            imports += [(0, alias.name, ()) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            imports.append((node.level, node.module or "", tuple(alias.name for alias in node.names)))
    return _Module(hashlib.sha256(text.encode()).hexdigest(), tuple(imports))


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """All statements, nested ones included. Expressions are skipped, which is far quicker than `ast.walk`."""
    for statement in body:
        yield statement
        for block in ("body", "orelse", "finalbody"):
            yield from _statements(getattr(statement, block, []))
        for clause in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
            yield from _statements(clause.body)
