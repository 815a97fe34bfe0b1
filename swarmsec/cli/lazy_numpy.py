"""NumPy when it is first used, and not where it is imported.

To import NumPy takes longer than to check a scenario, and a command that only reads parameters never needs it. Every
module and every plug-in says `import numpy as np` as usual; what it gets here is NumPy's own module, not yet executed,
and so with `numpy.typing`. The first attribute that anybody asks for executes it in place, and from then on nothing
is left of this. `importlib.util.LazyLoader` does the same, but executes a module at its second import already.
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
    """From here on, importing NumPy is put off until it is used. For commands of a single thread."""
    if _PACKAGE not in sys.modules and not any(isinstance(finder, _LazyFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _LazyFinder())


class _Deferred(ModuleType):
    """A module that is executed when it is asked for anything."""

    def __getattr__(self, name: str) -> Any:
        _execute()
        return getattr(self, name)


class _LazyFinder(MetaPathFinder, Loader):
    """Finds NumPy before anybody else does, and remembers what those after it find."""

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
        # What the import system looks for is there, so that to look executes nothing.
        module.__path__ = found.submodule_search_locations or []
        module.__file__, module.__cached__ = found.origin, found.cached  # type: ignore[attr-defined]
        module.__package__, module.__loader__ = spec.name, self
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Not yet."""


class _Executed(Loader):
    """Gives a module that was executed while it was looked for."""

    def __init__(self, module: ModuleType) -> None:
        self._module, self._spec = module, module.__spec__

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return self._module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._spec


def _execute() -> None:
    """Make deferred modules what they are, in place."""
    finder = next((finder for finder in sys.meta_path if isinstance(finder, _LazyFinder)), None)
    if finder is None:
        return  # It is being done: the package asks for a part of itself.
    # Another list, not this one shortened: somebody may be walking along it.
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
