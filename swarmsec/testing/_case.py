"""The plug-in under test, and how a broken rule is told."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from swarmsec.errors import ParameterError
from swarmsec.parameters import build
from swarmsec.plugin import Plugin
from swarmsec.testing._witness import witnessed

P = TypeVar("P", bound=Plugin)

_SIZES = (12, *range(1, 65))


@dataclass(frozen=True)
class Case(Generic[P]):
    """A plug-in's class, and the parameters that it is built with: `Case(FalseSignal, {"bias": 2.0})`."""

    plugin_class: type[P]
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def make(self, **more: Any) -> P:
        """A fresh instance; `more` goes before the parameters that the author gave."""
        return build(self.plugin_class, {**self.parameters, **more})

    def make_witnessed(self, hooks: Sequence[str], **more: Any) -> P:
        """A fresh instance whose hooks get writable copies, and are caught when they write into them."""
        return build(witnessed(self.plugin_class, hooks), {**self.parameters, **more})

    @property
    def n(self) -> int:
        """A size of swarm that the plug-in accepts: 12 if it can be."""
        plugin = self.make()
        size: int | None = next((n for n in _SIZES if fits(plugin, n)), None)
        if size is None:
            raise AssertionError(f"`check` refuses every swarm of 1 to {max(_SIZES)} daemons")
        return size


Rule = Callable[[Case[Any]], None]


def fits(plugin: Plugin, n: int) -> bool:
    """Whether a plug-in accepts a swarm of `n` daemons."""
    try:
        plugin.check(n)
    except ParameterError:
        return False
    return True


def hold(case: Case[Any], rules: Sequence[Rule]) -> None:
    """Try one rule after the other.

    Raises:
        AssertionError: The first that is broken: the rule, what was found, and the line that shows it again.
    """
    for rule in rules:
        try:
            rule(case)
        except Exception as error:
            raise AssertionError(_told(case, rule, error)) from error


def require(holds: bool, found: str) -> None:
    """Refuse what does not hold. Unlike `assert` it also does so under `python -O`."""
    if not holds:
        raise AssertionError(found)


def _told(case: Case[Any], rule: Rule, error: Exception) -> str:
    name, module = rule.__name__, rule.__module__
    stated = inspect.cleandoc(rule.__doc__ or name).partition("\n")[0]
    found = str(error) if isinstance(error, AssertionError) else f"{type(error).__name__}: {error}"
    given = f", {dict(case.parameters)!r}" if case.parameters else ""
    return (
        f"{case.plugin_class.__name__} breaks the rule {name}\n"
        f"  rule    {stated}\n"
        f"  found   {found}\n"
        f"  repeat  from {module} import Case, {name}; {name}(Case({case.plugin_class.__name__}{given}))"
    )
