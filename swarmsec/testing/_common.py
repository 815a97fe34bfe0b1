"""The rules for plug-ins of every family: the form of the class, and runs that depend on the seed alone."""

from __future__ import annotations

import dataclasses
import random  # noqa: TID251 (to see that the plug-in does not draw from it)
from collections.abc import Callable
from typing import Any, ClassVar, get_origin, get_type_hints

import numpy as np

from swarmsec.parameters import describe, json_schema, problems
from swarmsec.swarm.arms import Arm
from swarmsec.swarm.trace import Trace
from swarmsec.testing._plugin_case import ConformanceRule, PluginCase, require
from swarmsec.testing._swarms import first_difference
from swarmsec.testing._watched_hooks import WrittenInPlaceError

RunPlugin = Callable[[Any, int], Trace]
"""A function that runs an instance of the plug-in in a small swarm, with a seed."""

_RARE_SEED = 907_315_221

_TRAITS = frozenset(
    {"surface", "knowledge", "vantage", "sees", "unit", "bills", "senses", "decides", "decides_for"}
    | {"uses_rule", "rule_decides", "keeps_agreement", "averaging", "begins_with_signals"}
    | {"reads_signals_after_start", "memory_exchanges", "signal_deviation", "acts_beyond"}
)


def it_is_a_keyword_only_dataclass(case: PluginCase[Any]) -> None:
    """A plug-in is decorated with @dataclass(kw_only=True), and all of its fields are keyword-only."""
    cls = case.plugin_class
    own = vars(cls).get("__dataclass_fields__")
    require(own is not None, f"{cls.__name__} itself is not decorated with @dataclass(kw_only=True)")
    positional = [field.name for field in dataclasses.fields(cls) if not field.kw_only]
    require(not positional, f"these fields can be given by position: {', '.join(positional)}")
    private = [field.name for field in dataclasses.fields(cls) if field.name.startswith("_") or not field.init]
    require(not private, f"a field is a parameter; set up memory in `begin` instead: {', '.join(private)}")


def its_parameters_are_typed(case: PluginCase[Any]) -> None:
    """A public class attribute is a parameter with a type, a ClassVar, or one of the traits."""
    cls = case.plugin_class
    known = {field.name for field in dataclasses.fields(cls)} | _TRAITS
    hints = get_type_hints(cls, include_extras=True)
    known |= {name for name, hint in hints.items() if hint is ClassVar or get_origin(hint) is ClassVar}
    known |= {name for name in dir(cls) if callable(getattr(cls, name)) or isinstance(_static(cls, name), property)}
    loose = sorted(name for name in vars(cls) if not name.startswith("_") and name not in known)
    require(
        not loose, f"`{'`, `'.join(loose)}` has no type, so no scenario can set it; write `{loose or ''}: float = ...`"
    )


def every_parameter_has_a_line_of_help(case: PluginCase[Any]) -> None:
    """Every parameter has one line of help: Annotated[float, Help("...")]."""
    silent = [info.name for info in describe(case.plugin_class) if not info.help.strip() or "\n" in info.help]
    require(not silent, f"no line of help for {', '.join(silent)}")
    json_schema(case.plugin_class)


def its_defaults_are_within_their_bounds(case: PluginCase[Any]) -> None:
    """A default passes the check that a given value must pass."""
    for info in describe(case.plugin_class):
        if not info.required:
            for problem in problems(case.plugin_class, {**case.parameters, info.name: info.default}):
                require(problem.path[:1] != (info.name,), f"the default of `{info.name}`: {problem.message}")


def its_parameters_are_stored_unchanged(case: PluginCase[Any]) -> None:
    """A parameter is stored unchanged under its own name; values derived from it have other names."""
    _require_unchanged(case, case.make())


def its_docstring_explains_the_mechanism(case: PluginCase[Any]) -> None:
    """The docstring's first line says what it does; further lines give the mechanism and its source."""
    text = vars(case.plugin_class).get("__doc__") or ""
    require(bool(text) and not text.startswith(f"{case.plugin_class.__name__}("), "it has no docstring")
    lines = [line.strip() for line in text.strip().splitlines()]
    require(bool(lines and lines[0]), "the docstring's first line is empty")
    require(_is_null(case.plugin_class) or len(lines) > 1, "the docstring has one line; explain the mechanism below it")


COMMON_RULES: tuple[ConformanceRule, ...] = (
    it_is_a_keyword_only_dataclass,
    its_parameters_are_typed,
    every_parameter_has_a_line_of_help,
    its_defaults_are_within_their_bounds,
    its_parameters_are_stored_unchanged,
    its_docstring_explains_the_mechanism,
)


def require_no_write(run: Callable[[], object]) -> None:
    """Require that no watched hook writes in place. Other errors are ignored: the next rule reports them."""
    try:
        run()
    except WrittenInPlaceError:
        raise
    except Exception as error:
        if isinstance(error.__cause__, WrittenInPlaceError):
            raise error.__cause__ from None  # The engine wraps every error of a hook.
        return


def require_same_runs(case: PluginCase[Any], make: Callable[[], Any], run: RunPlugin) -> None:
    """Require equal runs from two fresh instances, and from one that has run before with another seed."""
    first, again = make(), make()
    one = run(first, 0)
    two = run(again, 0)
    found = first_difference(one, two)
    require(not found, f"two runs of seed 0 are not equal: {found}")
    run(first, 1)
    found = first_difference(one, run(first, 0))
    require(
        not found,
        f"an instance that has run before gives a different run, so `begin` does not reset everything: {found}",
    )


def require_no_memory(run: Callable[[Arm], Trace], one: Arm, other: Arm) -> None:
    """Require that runs of an arm are equal, whichever arms were run before. The first run must find fresh modules."""
    order = (one, other, one, other, other)
    traces = [run(arm) for arm in order]
    for first, second in ((0, 2), (1, 3), (1, 4)):
        found = first_difference(traces[first], traces[second])
        require(not found, f"the arm `{order[first].value}` differs once other arms were run before it: {found}")


def require_same_parameters(case: PluginCase[Any], plugin: Any, run: RunPlugin) -> None:
    """Require that a run changes no parameter, and adds only attributes that start with an underscore."""
    before = {field.name: getattr(plugin, field.name) for field in dataclasses.fields(plugin)}
    run(plugin, 0)
    for name, value in before.items():
        require(
            _equal_values(getattr(plugin, name), value),
            f"the run changed the parameter `{name}`: {value!r} became {getattr(plugin, name)!r}",
        )
    left = sorted(name for name in vars(plugin) if name not in before and not name.startswith("_"))
    require(not left, f"the run left `{'`, `'.join(left)}`; attributes for memory start with an underscore")


def require_own_stream(plugin: Any, run: RunPlugin) -> None:
    """Require that a run leaves the state of the global generators unchanged."""
    kept = random.getstate(), np.random.get_state()  # noqa: NPY002 (to see that the plug-in does not draw from it)
    try:
        # No plug-in uses this seed by chance, and no earlier rule has left this state.
        random.seed("conformance")
        np.random.seed(_RARE_SEED)  # noqa: NPY002
        before = random.getstate(), repr(np.random.get_state())  # noqa: NPY002
        run(plugin, 0)
        after = random.getstate(), repr(np.random.get_state())  # noqa: NPY002
    finally:
        random.setstate(kept[0])
        np.random.set_state(kept[1])  # noqa: NPY002
    for before_it, after_it, name in zip(before, after, ("random", "np.random"), strict=True):
        require(before_it == after_it, f"the run moved the global generator of `{name}`; draw from the view's `rng`")


def _require_unchanged(case: PluginCase[Any], plugin: Any) -> None:
    defaults = {info.name: info.default for info in describe(case.plugin_class) if not info.required}
    for name, value in {**defaults, **case.parameters}.items():
        stored = getattr(plugin, name)
        require(_equal_values(stored, value), f"`{name}` was given {value!r} and holds {stored!r}")


def _equal_values(stored: Any, given: Any) -> bool:
    """Whether two values are equal; a list equals a tuple with the same entries."""
    if isinstance(stored, (list, tuple)) and isinstance(given, (list, tuple)):
        return len(stored) == len(given) and all(map(_equal_values, stored, given))
    return bool(stored == given)


def _is_null(cls: type[Any]) -> bool:
    """Whether it is a null plug-in, which has no surface and therefore no mechanism to explain."""
    surface = getattr(cls, "surface", getattr(cls, "sees", None))
    return surface is not None and not surface


def _static(cls: type[Any], name: str) -> Any:
    return next((vars(base)[name] for base in cls.__mro__ if name in vars(base)), None)
