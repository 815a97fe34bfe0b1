"""Find plug-ins: those that ship, those that other packages bring as entry points, and a user's own folder.

A plug-in is one file, and the file's name is its kind. The engine never imports one by name; it asks here.
A third party brings entry points of the groups `swarmsec.attacks` and `swarmsec.defenses`; a student brings a folder
of files, each with one attack or defense in it.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import inspect
import os
import pkgutil
import sys
import traceback
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.machinery import PathFinder
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal

from swarmsec.errors import PluginError, UnknownNameError, UsageError, did_you_mean
from swarmsec.parameters import describe
from swarmsec.plugin import Plugin
from swarmsec.protocols import NegotiationProtocol
from swarmsec.teams import Attack, Defense, Knowledge, Surface, Vantage
from swarmsec.worlds import World

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

Family = Literal["attacks", "defenses", "protocols", "worlds"]

BASES: dict[Family, type[Plugin]] = {
    "attacks": Attack,
    "defenses": Defense,
    "protocols": NegotiationProtocol,
    "worlds": World,
}
_ENGINE = Path(__file__).parent


class Registry:
    """All plug-ins that a command can use.

    Args:
        folders: A user's own folders of plug-ins, on top of what is installed.

    Raises:
        UsageError: A folder is not there, or two plug-ins share a kind.
        PluginError: A user's file cannot be imported.
    """

    def __init__(self, folders: Iterable[Path | str] = ()) -> None:
        self.folders = tuple(Path(folder) for folder in folders)
        self._own: dict[Family, dict[str, type[Plugin]]] = {family: {} for family in BASES}
        for family in BASES:
            for kind in sorted(_shipped(family) & _entry_points(family).keys()):
                raise UsageError(f"a package brings another one called {kind}", where=f"swarmsec.{family}")
        for folder in self.folders:
            for family, kind, plugin in _in_folder(folder):
                if kind in _shipped(family) or kind in self._own[family] or kind in _entry_points(family):
                    raise UsageError(f"there is already one of the {family} called {kind}", where=str(folder))
                self._own[family][kind] = plugin

    def kinds(self, family: Family) -> list[str]:
        """The names of all plug-ins of a family, sorted, `none` first."""
        names = {*_shipped(family), *self._own[family], *_entry_points(family)}
        return sorted(names, key=lambda name: (name != "none", name))

    def get(self, family: Family, kind: str) -> type[Any]:
        """The class of a plug-in.

        Raises:
            UnknownNameError: There is none of that kind.
        """
        if kind in self._own[family]:
            return self._own[family][kind]
        if kind in _shipped(family):
            return _shipped_plugin(family, kind)
        if kind in _entry_points(family):
            return _from_entry_point(_entry_points(family)[kind], family)
        hint = did_you_mean(kind, self.kinds(family))
        raise UnknownNameError(f"no {_SINGULAR[family]} `{kind}`; {hint}", where="kind")


def source_digest(plugin: type[Plugin]) -> str:
    """A digest of the source that a plug-in is made of: what a run is identified by, next to its parameters."""
    return hashlib.sha256(inspect.getsource(sys.modules[plugin.__module__]).encode()).hexdigest()


_SINGULAR = {"attacks": "attack", "defenses": "defense", "protocols": "protocol", "worlds": "world"}


@cache
def _package(family: Family) -> ModuleType:
    """Where a family's files are: beside the engine when installed, at the top of a checkout otherwise."""
    if (_ENGINE / family).is_dir():
        return importlib.import_module(f"swarmsec.{family}")
    package = importlib.import_module(family)
    expected = _ENGINE.parent / family
    if not package.__file__ or Path(package.__file__).parent.resolve() != expected.resolve():
        raise PluginError(f"another package called `{family}` hides the one in {expected}", where=str(package.__file__))
    return package


@cache
def _shipped(family: Family) -> frozenset[str]:
    modules = pkgutil.iter_modules(_package(family).__path__)
    return frozenset(module.name for module in modules if not module.name.startswith("_"))


@cache
def _entry_points(family: Family) -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=f"swarmsec.{family}")}


def entry_points(*, group: str) -> Sequence[EntryPoint]:
    """The entry points of a group of ours. To read what all packages say of themselves takes long."""
    if not _any_brought():
        return ()
    return tuple(_every_entry_point().select(group=group))


@cache
def _every_entry_point() -> Any:
    from importlib import metadata

    return metadata.entry_points()


@cache
def _any_brought() -> bool:
    """Whether a package may bring entry points of ours, told by their files alone, in a tenth of the time."""
    if any(hasattr(finder, "find_distributions") for finder in sys.meta_path if finder is not PathFinder):
        return True  # Somebody keeps packages where only they know.
    return any(_may_bring(folder or ".") for folder in sys.path)


def _may_bring(folder: str) -> bool:
    """Whether a package in a folder of `sys.path` may bring an entry point of ours."""
    try:
        inside = os.listdir(folder)
    except FileNotFoundError:
        return False
    except OSError:
        return True  # An archive, maybe.
    for name in inside:
        if name.endswith(".egg"):
            return True
        if name.endswith((".dist-info", ".egg-info")):
            try:
                with open(os.path.join(folder, name, "entry_points.txt"), "rb") as file:
                    if b"[swarmsec." in file.read():
                        return True
            except OSError:
                continue
    return False


@cache
def _shipped_plugin(family: Family, kind: str) -> type[Plugin]:
    return _from_module(importlib.import_module(f"{_package(family).__name__}.{kind}"), family)


def _from_entry_point(point: EntryPoint, family: Family) -> type[Plugin]:
    try:
        plugin = point.load()
    except Exception as error:
        raise PluginError(f"cannot be imported: {error}", where=f"entry point {point.name} = {point.value}") from error
    if not (isinstance(plugin, type) and issubclass(plugin, BASES[family])):
        raise PluginError(f"must name a subclass of {BASES[family].__name__}", where=f"entry point {point.value}")
    return _sound(plugin, family, f"entry point {point.value}")


def _from_module(module: ModuleType, family: Family) -> type[Plugin]:
    """The one plug-in of a file."""
    found = [plugin for plugin in _defined_in(module) if issubclass(plugin, BASES[family])]
    if len(found) != 1:
        names = ", ".join(plugin.__name__ for plugin in found) or "none"
        raise PluginError(
            f"a plug-in's file defines one {BASES[family].__name__}; found {names}", where=str(module.__file__)
        )
    return found[0]


_TRAITS: dict[Family, dict[str, type[Any]]] = {
    "attacks": {"surface": Surface, "knowledge": Knowledge},
    "defenses": {"vantage": Vantage, "sees": Surface},
    "protocols": {},
    "worlds": {"unit": str, "bills": tuple},
}


def _sound(plugin: type[Plugin], family: Family, where: str) -> type[Plugin]:
    """The plug-in, if it has the traits of its family, and parameters that say what they are.

    Raises:
        PluginError: It has not.
    """
    for trait, kind in _TRAITS[family].items():
        if not isinstance(getattr(plugin, trait, None), kind):
            raise PluginError(f"{plugin.__name__} needs the trait `{trait}`, of the type {kind.__name__}", where=where)
    if inspect.isabstract(plugin):
        missing = ", ".join(sorted(getattr(plugin, "__abstractmethods__", ())))
        raise PluginError(f"{plugin.__name__} does not say {missing}", where=where)
    try:
        describe(plugin)
    except (AssertionError, NameError, TypeError, AttributeError) as error:
        raise PluginError(f"the parameters of {plugin.__name__} cannot be read: {error}", where=where) from error
    return plugin


def _defined_in(module: ModuleType) -> list[type[Plugin]]:
    return [
        thing
        for name, thing in vars(module).items()
        if isinstance(thing, type)
        and issubclass(thing, Plugin)
        and thing.__module__ == module.__name__
        and not name.startswith("_")
    ]


def _in_folder(folder: Path) -> list[tuple[Family, str, type[Plugin]]]:
    """The attacks and defenses in a user's folder, sorted by file."""
    if not folder.is_dir():
        raise UsageError("no such folder of plug-ins", where=str(folder))
    files = sorted(path for path in folder.glob("*.py") if not path.name.startswith("_"))
    return [found for path in files for found in _in_file(path)]


def _in_file(path: Path) -> list[tuple[Family, str, type[Plugin]]]:
    module = _module_at(path.resolve())
    families: tuple[Family, ...] = ("attacks", "defenses")
    found: list[tuple[Family, str, type[Plugin]]] = [
        (family, path.stem, plugin)
        for plugin in _defined_in(module)
        for family in families
        if issubclass(plugin, BASES[family])
    ]
    if len(found) > 1:
        raise PluginError("a plug-in's file defines one attack or one defense", where=str(path))
    return [(family, kind, _sound(plugin, family, str(path))) for family, kind, plugin in found]


@cache
def _module_at(path: Path) -> ModuleType:
    """Import a file, under a name of its own, so that nobody else's module is hidden."""
    name = f"_swarmsec_{hashlib.sha256(str(path).encode()).hexdigest()[:12]}_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        line = next(
            (
                frame.lineno
                for frame in reversed(traceback.extract_tb(error.__traceback__))
                if frame.filename == str(path)
            ),
            getattr(error, "lineno", None),
        )
        where = f"{path}:{line}" if line else str(path)
        raise PluginError(f"cannot be imported: {type(error).__name__}: {error}", where=where) from error
    return module
