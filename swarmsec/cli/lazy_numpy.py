"""NumPy executed at its first use, and not at its import.

Importing NumPy takes longer than checking a scenario, and checking reads parameters of plug-ins without using NumPy.
Modules and plug-ins contain `import numpy as np` as usual. After `numpy_on_demand()` they get NumPy's own module before
it is executed, and likewise `numpy.typing`. The first access to an attribute executes it in place, and removes this
hook. `importlib.util.LazyLoader` would execute the module at its second import already.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

_PACKAGE, _TYPING = "numpy", "numpy.typing"


def numpy_on_demand() -> None:
    """Defer the execution of NumPy until its first use. For single-threaded commands only."""
    if _PACKAGE not in sys.modules and not any(isinstance(finder, _LazyFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _LazyFinder())


class _Deferred(ModuleType):
    """A module that is executed at the first access to an attribute."""

    def __getattr__(self, name: str) -> Any:
        _execute()
        return getattr(self, name)


class _LazyFinder(MetaPathFinder, Loader):
    """Finds NumPy before other finders do, and keeps the specs that these find."""

    def __init__(self) -> None:
        self.found: dict[str, ModuleSpec] = {}

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name in {_PACKAGE, _TYPING}:
            others = (finder.find_spec(name, path) for finder in sys.meta_path if finder is not self)
            found = next(filter(None, others), None)
            if found is None or found.loader is None or found.origin is None:
                return None
            self.found[name] = found
            return ModuleSpec(name, self, origin=found.origin)
        if name.startswith(f"{_PACKAGE}."):
            _execute()
            if name in sys.modules:
                return ModuleSpec(name, _Executed(sys.modules[name]))
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        found = self.found[spec.name]
        module = _Deferred(spec.name)
        # The import system reads these attributes, which must not execute the module.
        module.__path__ = found.submodule_search_locations or []
        module.__file__, module.__cached__ = found.origin, found.cached  # type: ignore[attr-defined]
        module.__package__, module.__loader__ = spec.name, self
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing: execution is deferred to the first use."""


class _Executed(Loader):
    """Loads a module that was executed while its spec was searched."""

    def __init__(self, module: ModuleType) -> None:
        self._module, self._spec = module, module.__spec__

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return self._module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._spec


def _execute() -> None:
    """Execute the deferred modules in place."""
    finder = next((finder for finder in sys.meta_path if isinstance(finder, _LazyFinder)), None)
    if finder is None:
        return  # NumPy is being executed, and imports a part of itself.
    # A new list, since the import system may be iterating over this one.
    sys.meta_path = [other for other in sys.meta_path if other is not finder]
    deferred = {name: sys.modules[name] for name in finder.found if name in sys.modules}
    for name, module in deferred.items():
        module.__class__ = ModuleType
        module.__spec__, module.__loader__ = finder.found[name], finder.found[name].loader
    try:
        for name, module in deferred.items():
            loader = finder.found[name].loader
            assert loader
            loader.exec_module(module)
    except BaseException:
        for name in deferred:
            sys.modules.pop(name, None)
        raise
