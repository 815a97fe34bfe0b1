"""Plug-ins from modules that are executed anew, so that what one arm leaves in a module does not reach the next.

A plug-in can keep a value in its module, in a class, in a default argument or in a cache. Whether the next arm finds it
would depend on which process runs which arm. So every arm gets the modules of folders and of installed packages of
plug-ins as they are after an import. It costs their execution, about a millisecond a module: folders keep the compiled
code. Shipped plug-ins are part of the engine, and are not executed again. What a plug-in leaves in modules of others,
such as `sys`, or in extension modules, is out of reach.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable
from types import ModuleType
from typing import Any

from swarmsec.plugin import FAMILIES, Plugin
from swarmsec.registry import _folders, _shipped
from swarmsec.registry._identity import own_modules


def fresh_classes(classes: Iterable[type[Plugin]]) -> dict[type[Plugin], type[Any]]:
    """The same classes from modules that are executed anew, once for all of them; shipped ones are left out."""
    ours = {__name__.partition(".")[0], *(_shipped.package(family).__name__.partition(".")[0] for family in FAMILIES)}
    outside = [one for one in classes if one.__module__.partition(".")[0] not in ours and _is_in_its_module(one)]
    for name in {name for one in outside for name in _modules(one)}:
        if _folders.is_folder(name) and "." not in name:
            folder = ModuleType(name)
            folder.__path__ = sys.modules[name].__path__
            sys.modules[name] = folder
        elif name in sys.modules and str(sys.modules[name].__file__).endswith(".py"):
            del sys.modules[name]
    return {one: getattr(importlib.import_module(one.__module__), one.__name__) for one in outside}


def _is_in_its_module(plugin: type[Plugin]) -> bool:
    """Whether an import gives the class: it was not made in a function or typed into an interpreter."""
    module = sys.modules.get(plugin.__module__)
    return hasattr(module, plugin.__qualname__) and plugin.__module__ != "__main__"


def _modules(plugin: type[Plugin]) -> list[str]:
    """The names of the modules of a plug-in's package that it consists of; of a folder, all that are imported."""
    top = plugin.__module__.partition(".")[0]
    if _folders.is_folder(top):
        return [name for name in sys.modules if name == top or name.startswith(f"{top}.")]
    return own_modules(plugin)
