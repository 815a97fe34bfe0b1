"""The plug-ins that ship with swarmsec."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from pathlib import Path
from types import ModuleType

from swarmsec.errors import PluginError
from swarmsec.plugin import Family, Plugin
from swarmsec.registry._validation import plugins_in

_ENGINE = Path(__file__).parent.parent
_ENGINE_PACKAGES: dict[Family, str] = {
    "protocols": "swarmsec.protocols",
    "worlds": "swarmsec.worlds",
    "topologies": "swarmsec.network.topologies",
}


@cache
def package(family: Family) -> ModuleType:
    """The package of a family's files.

    Attacks and defenses are in `swarmsec` when it is installed, and at the top of a checkout otherwise.

    Raises:
        PluginError: Another package on the path has the name of the one in the checkout.
    """
    if family in _ENGINE_PACKAGES:
        return importlib.import_module(_ENGINE_PACKAGES[family])
    if (_ENGINE / family).is_dir():
        return importlib.import_module(f"swarmsec.{family}")
    found = importlib.import_module(family)
    expected = _ENGINE.parent / family
    if not found.__file__ or Path(found.__file__).parent.resolve() != expected.resolve():
        raise PluginError(f"another package called `{family}` hides the one in {expected}", where=str(found.__file__))
    return found


@cache
def kinds(family: Family) -> frozenset[str]:
    """The kinds of a family."""
    modules = pkgutil.iter_modules(package(family).__path__)
    return frozenset(module.name for module in modules if not module.name.startswith("_"))


@cache
def load(family: Family, kind: str) -> type[Plugin]:
    """The class of a plug-in, of which there is one in its file."""
    module = importlib.import_module(f"{package(family).__name__}.{kind}")
    (plugin,) = plugins_in(module)
    return plugin
