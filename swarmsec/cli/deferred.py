"""NumPy when it is first used, and not where it is imported.

To import NumPy takes longer than to check a scenario, and a command that only reads parameters never needs it. Every
module and every plug-in says `import numpy as np` as usual; what it gets here is NumPy's own module, not yet executed.
The first attribute that anybody asks for executes it in place, and from then on nothing is left of this.
`importlib.util.LazyLoader` does the same, but executes a module at its second import already.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

_NAME = "numpy"


def numpy_on_demand() -> None:
    """From here on, importing NumPy is put off until it is used. For commands of a single thread."""
    if _NAME not in sys.modules and not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


class _Deferred(ModuleType):
    """A module that is executed when it is asked for anything."""

    def __getattr__(self, name: str) -> Any:
        _execute(self)
        return getattr(self, name)


class _Finder(MetaPathFinder, Loader):
    """Finds NumPy before anybody else does, and lets those after it find what it really is."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name == _NAME:
            self.found = _found_by_others(self, name)
            if self.found is None or self.found.origin is None:
                return None
            spec = ModuleSpec(name, self, origin=self.found.origin)
            spec.submodule_search_locations = self.found.submodule_search_locations
            spec.has_location = True
            return spec
        if name.startswith(f"{_NAME}.") and isinstance(package := sys.modules.get(_NAME), _Deferred):
            _execute(package)
            if name in sys.modules:
                return ModuleSpec(name, _Executed(sys.modules[name]))
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = _Deferred(spec.name)
        # What the import system looks for is there, so that to look executes nothing.
        module.__file__, module.__path__ = spec.origin, spec.submodule_search_locations or []
        module.__cached__, module.__package__, module.__loader__ = spec.cached, spec.name, self  # type: ignore[attr-defined]
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Not yet."""


class _Executed(Loader):
    """Gives a module that was executed on the way."""

    def __init__(self, module: ModuleType) -> None:
        self._module, self._spec = module, module.__spec__

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return self._module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._spec


def _found_by_others(finder: _Finder, name: str) -> ModuleSpec | None:
    found = (other.find_spec(name, None) for other in sys.meta_path if other is not finder)
    return next(filter(None, found), None)


def _execute(module: ModuleType) -> None:
    """Make a deferred module what it is, in place."""
    finder = next(finder for finder in sys.meta_path if isinstance(finder, _Finder))
    assert finder.found and finder.found.loader
    # Another list, not this one shortened: somebody may be walking along it.
    sys.meta_path = [other for other in sys.meta_path if other is not finder]
    module.__class__ = ModuleType
    module.__spec__, module.__loader__ = finder.found, finder.found.loader
    try:
        finder.found.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(module.__name__, None)
        raise
