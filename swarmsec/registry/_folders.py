"""The plug-ins in a folder. The folder becomes a package under a private name, so that its files can share helpers."""

from __future__ import annotations

import ast
import hashlib
import importlib
import os
import sys
import traceback
from collections.abc import Collection, Iterator, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import EXTENSION_SUFFIXES, SOURCE_SUFFIXES, ExtensionFileLoader, FileFinder, ModuleSpec
from importlib.machinery import SourceFileLoader as _SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from swarmsec.errors import PluginError, UsageError
from swarmsec.plugin import Plugin
from swarmsec.registry._validation import plugins_in, validated

_PREFIX = "_swarmsec_folder_"

_CODE: dict[str, CodeType | None] = {}
"""The compiled code of each file of a folder."""


def load(folder: Path, only: Collection[str] | None = None) -> Iterator[tuple[str, type[Plugin] | PluginError]]:
    """Each plug-in in a folder by its kind, sorted by file; or the error, if the file cannot be used.

    Args:
        folder: The folder.
        only: The kinds to import; all unless given.

    Raises:
        UsageError: There is no such folder.
    """
    package = package_of(folder)
    for kind, path in files(folder).items():
        if only is not None and kind not in only:
            continue
        try:
            plugin = _plugin(package, path)
        except PluginError as error:
            yield kind, error
        else:
            if plugin:
                yield kind, plugin


def files(folder: Path) -> dict[str, Path]:
    """Kind → file, for every file in a folder that may define a plug-in; nothing is imported."""
    return {path.stem: path for path in sorted(folder.resolve().glob("*.py")) if not path.name.startswith("_")}


def is_folder(package: str) -> bool:
    """Whether a top-level package is a folder of plug-ins."""
    return package.startswith(_PREFIX)


def package_of(folder: Path) -> str:
    """The name of the package that a folder becomes; nothing in it is imported.

    Raises:
        UsageError: There is no such folder.
    """
    if not folder.is_dir():
        raise UsageError("no such folder of plug-ins", where=str(folder))
    folder = folder.resolve()
    name = _PREFIX + hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    if name not in sys.modules:
        package = ModuleType(name)
        package.__path__ = [str(folder)]
        sys.modules[name] = package
        if not any(isinstance(finder, _FolderFinder) for finder in sys.meta_path):
            sys.meta_path.insert(0, _FolderFinder())
    return name


def _plugin(package: str, path: Path) -> type[Plugin] | None:
    """The plug-in that a file defines, if any.

    Raises:
        PluginError: It cannot be imported, defines several plug-ins, or its plug-in is invalid.
    """
    if "." in path.stem:
        raise PluginError("the name of a plug-in's file must not contain dots", where=str(path))
    try:
        module = importlib.import_module(f"{package}.{path.stem}")
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise PluginError(f"cannot be imported: {type(error).__name__}: {error}", where=_place(error, path)) from error
    found = plugins_in(module)
    if len(found) > 1:
        names = ", ".join(plugin.__name__ for plugin in found)
        raise PluginError(f"a plug-in's file must define one plug-in; found {names}", where=str(path))
    return validated(found[0], str(path)) if found else None


def _place(error: BaseException, path: Path) -> str:
    """The file and line in the folder that raised an error, as far as it is known."""
    if isinstance(error, SyntaxError) and error.filename and Path(error.filename).parent == path.parent:
        return f"{error.filename}:{error.lineno}"
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if Path(frame.filename).parent == path.parent:
            return f"{frame.filename}:{frame.lineno}"
    return str(path)


class _FolderFinder(MetaPathFinder):
    """Finds the modules of folders."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if not (is_folder(name) and path):
            return None
        finder = FileFinder(path[0], (ExtensionFileLoader, EXTENSION_SUFFIXES), (_Loader, SOURCE_SUFFIXES))
        return finder.find_spec(name)


class _Loader(_SourceFileLoader):
    """Loads a module of a folder, with `_helper` in its imports read as `._helper`."""

    def get_code(self, fullname: str) -> CodeType | None:
        """The code of the file as it was when this process read it first: a run does not change under its feet."""
        if self.path not in _CODE:
            _CODE[self.path] = super().get_code(fullname)
        return _CODE[self.path]

    def path_stats(self, path: Any) -> Any:
        """Raise, so that no byte code is cached: a plain import of the same file must not use it."""
        raise OSError

    def source_to_code(self, data: Any, path: Any, *, _optimize: int = -1) -> Any:  # type: ignore[override]
        package = self.name.partition(".")[0]
        tree = _HelperImports(package).visit(ast.parse(data, path))
        return compile(ast.fix_missing_locations(tree), path, "exec", dont_inherit=True, optimize=_optimize)


class _HelperImports(ast.NodeTransformer):
    """Replaces absolute imports of a folder's helpers by imports from its package."""

    def __init__(self, package: str) -> None:
        self._package = package

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST:
        if node.level == 0 and node.module and is_helper(node.module, self._package):
            node.module = f"{self._package}.{node.module}"
        return node

    def visit_Import(self, node: ast.Import) -> list[ast.AST]:
        ours = [alias for alias in node.names if is_helper(alias.name, self._package) and "." not in alias.name]
        others = [alias for alias in node.names if alias not in ours]
        made: list[ast.AST] = [ast.copy_location(ast.Import(names=others), node)] if others else []
        if ours:
            made.append(ast.copy_location(ast.ImportFrom(module=self._package, names=ours, level=0), node))
        return made


def is_helper(module: str, package: str) -> bool:
    """Whether an absolute import of `module` in a folder means a helper of the folder."""
    name = module.partition(".")[0]
    (folder,) = sys.modules[package].__path__
    return name.startswith("_") and (Path(folder, f"{name}.py").is_file() or Path(folder, name).is_dir())
