"""The plug-in under test, and the report of a broken rule."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import module_from_spec
from typing import Any, Generic, TypeVar

from swarmsec.errors import ParameterError
from swarmsec.parameters import build
from swarmsec.plugin import Plugin
from swarmsec.testing._watched_hooks import with_watched_hooks

P = TypeVar("P", bound=Plugin)

_SIZES = (12, *range(1, 65))


@dataclass(frozen=True)
class PluginCase(Generic[P]):
    """A plug-in's class, and the parameters for its instances: `PluginCase(FalseSignal, {"bias": 2.0})`."""

    plugin_class: type[P]
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def make(self, **more: Any) -> P:
        """A fresh instance; `more` takes precedence over the parameters of the case."""
        return build(self.plugin_class, {**self.parameters, **more})

    def make_watched(self, hooks: Sequence[str], **more: Any) -> P:
        """A fresh instance whose hooks get writable copies, and raise an error if they write into them."""
        return build(with_watched_hooks(self.plugin_class, hooks), {**self.parameters, **more})

    def anew(self) -> PluginCase[P]:
        """The same case, of a class from its module as it is after an import; itself if no import gives the class."""
        cls = self.plugin_class
        spec = getattr(sys.modules.get(cls.__module__), "__spec__", None)
        if spec is None or spec.loader is None:
            return self
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        return PluginCase(getattr(module, cls.__qualname__, cls), self.parameters)

    @property
    def n(self) -> int:
        """A number of daemons that the plug-in accepts; 12 if possible."""
        plugin = self.make()
        size: int | None = next((n for n in _SIZES if fits(plugin, n)), None)
        if size is None:
            raise AssertionError(f"`check` refuses every swarm of 1 to {max(_SIZES)} daemons")
        return size


ConformanceRule = Callable[[PluginCase[Any]], None]


def fits(plugin: Plugin, n: int) -> bool:
    """Whether a plug-in accepts a swarm of `n` daemons."""
    try:
        plugin.check(n)
    except ParameterError:
        return False
    return True


def check_rules(case: PluginCase[Any], rules: Sequence[ConformanceRule]) -> None:
    """Check rules in their order, and stop at the first broken one.

    Raises:
        AssertionError: A rule is broken: its name, the finding, and a line of Python that repeats the check.
    """
    for rule in rules:
        try:
            rule(case)
        except Exception as error:
            raise AssertionError(_report(case, rule, error)) from error


def require(holds: bool, found: str) -> None:
    """Raise an AssertionError with the finding unless `holds`. Unlike `assert` it also works under `python -O`."""
    if not holds:
        raise AssertionError(found)


def _report(case: PluginCase[Any], rule: ConformanceRule, error: Exception) -> str:
    name, module = rule.__name__, rule.__module__
    requirement = inspect.cleandoc(rule.__doc__ or name).partition("\n")[0]
    found = str(error) if isinstance(error, AssertionError) else f"{type(error).__name__}: {error}"
    given = f", {dict(case.parameters)!r}" if case.parameters else ""
    return (
        f"{case.plugin_class.__name__} breaks the rule {name}\n"
        f"  rule    {requirement}\n"
        f"  found   {found}\n"
        f"  repeat  from {module} import PluginCase, {name}; {name}(PluginCase({case.plugin_class.__name__}{given}))"
    )
