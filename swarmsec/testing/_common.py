"""What holds of every plug-in: what its class says about itself, and that a run depends on its seed alone."""

from __future__ import annotations

import dataclasses
import random  # noqa: TID251 (to see that nobody draws from it)
from collections.abc import Callable
from typing import Any, ClassVar, get_origin, get_type_hints

import numpy as np

from swarmsec.parameters import describe, json_schema, problems
from swarmsec.swarm.trace import Trace
from swarmsec.testing._case import Case, Rule, require
from swarmsec.testing._swarms import first_difference
from swarmsec.testing._witness import WrittenInPlaceError

Played = Callable[[Any, int], Trace]
"""Plays an instance of the plug-in in one of its swarms, with a seed."""

_RARE_SEED = 907_315_221

_TRAITS = frozenset({"surface", "knowledge", "vantage", "sees", "unit", "bills"})


def it_is_a_keyword_only_dataclass(case: Case[Any]) -> None:
    """A plug-in is decorated with @dataclass(kw_only=True), and all of its fields are keyword-only."""
    cls = case.plugin_class
    own = vars(cls).get("__dataclass_fields__")
    require(own is not None, f"{cls.__name__} itself is not decorated with @dataclass(kw_only=True)")
    positional = [field.name for field in dataclasses.fields(cls) if not field.kw_only]
    require(not positional, f"these fields can be given by position: {', '.join(positional)}")
    private = [field.name for field in dataclasses.fields(cls) if field.name.startswith("_") or not field.init]
    require(not private, f"a field is a parameter; set up in `begin` what is remembered: {', '.join(private)}")


def its_parameters_are_typed(case: Case[Any]) -> None:
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


def every_parameter_has_a_line_of_help(case: Case[Any]) -> None:
    """Every parameter says what it does, in one line: Annotated[float, Help("...")]."""
    silent = [info.name for info in describe(case.plugin_class) if not info.help.strip() or "\n" in info.help]
    require(not silent, f"no line of help for {', '.join(silent)}")
    json_schema(case.plugin_class)


def its_defaults_are_within_their_bounds(case: Case[Any]) -> None:
    """A default passes the check that a given value must pass."""
    for info in describe(case.plugin_class):
        if not info.required:
            for problem in problems(case.plugin_class, {**case.parameters, info.name: info.default}):
                require(problem.path[:1] != (info.name,), f"the default of `{info.name}`: {problem.message}")


def its_parameters_are_stored_unchanged(case: Case[Any]) -> None:
    """A parameter keeps its value under its own name; what is made of it has another name."""
    _require_unchanged(case, case.make())


def its_docstring_says_how_it_works(case: Case[Any]) -> None:
    """The docstring's first line says what it does; more lines say by which mechanism, from which source."""
    said = vars(case.plugin_class).get("__doc__") or ""
    require(bool(said) and not said.startswith(f"{case.plugin_class.__name__}("), "it has no docstring of its own")
    lines = [line.strip() for line in said.strip().splitlines()]
    require(bool(lines and lines[0]), "the docstring's first line is empty")
    require(_is_null(case.plugin_class) or len(lines) > 1, "the docstring is one line; tell the mechanism below it")


HOW_IT_LOOKS: tuple[Rule, ...] = (
    it_is_a_keyword_only_dataclass,
    its_parameters_are_typed,
    every_parameter_has_a_line_of_help,
    its_defaults_are_within_their_bounds,
    its_parameters_are_stored_unchanged,
    its_docstring_says_how_it_works,
)


def require_nothing_written(play: Callable[[], object]) -> None:
    """A run with a witnessed plug-in must end, or fail for another reason: that is for another rule to tell."""
    try:
        play()
    except WrittenInPlaceError:
        raise
    except Exception as error:
        if isinstance(error.__cause__, WrittenInPlaceError):
            raise error.__cause__ from None  # The engine says it of every hook that raises.
        return  # The next rule plays without a witness, and tells it better.


def require_same_runs(case: Case[Any], make: Callable[[], Any], played: Played) -> None:
    """Two fresh instances, and one instance used twice, must run alike; another seed in between must not matter."""
    first, again = make(), make()
    one = played(first, 0)
    two = played(again, 0)
    found = first_difference(one, two)
    require(not found, f"two runs of seed 0 are not equal: {found}")
    played(first, 1)
    found = first_difference(one, played(first, 0))
    require(not found, f"an instance that was used before runs otherwise, so `begin` leaves something: {found}")


def require_parameters_kept(case: Case[Any], plugin: Any, played: Played) -> None:
    """A run may leave nothing behind but attributes that start with an underscore."""
    before = {field.name: getattr(plugin, field.name) for field in dataclasses.fields(plugin)}
    played(plugin, 0)
    for name, value in before.items():
        require(
            _alike(getattr(plugin, name), value),
            f"the run changed the parameter `{name}`: {value!r} became {getattr(plugin, name)!r}",
        )
    left = sorted(name for name in vars(plugin) if name not in before and not name.startswith("_"))
    require(not left, f"the run left `{'`, `'.join(left)}`; what is remembered starts with an underscore")


def require_own_stream(plugin: Any, played: Played) -> None:
    """The global generators must stand after a run where they stood before it."""
    kept = random.getstate(), np.random.get_state()  # noqa: NPY002 (to see that nobody draws from it)
    try:
        # From a state that no plug-in would seed them with by chance, and that an earlier rule has not left.
        random.seed("conformance")
        np.random.seed(_RARE_SEED)  # noqa: NPY002
        before = random.getstate(), repr(np.random.get_state())  # noqa: NPY002
        played(plugin, 0)
        after = random.getstate(), repr(np.random.get_state())  # noqa: NPY002
    finally:
        random.setstate(kept[0])
        np.random.set_state(kept[1])  # noqa: NPY002
    for before_it, after_it, name in zip(before, after, ("random", "np.random"), strict=True):
        require(before_it == after_it, f"the run moved the global generator of `{name}`; draw from the view's `rng`")


def _require_unchanged(case: Case[Any], plugin: Any) -> None:
    defaults = {info.name: info.default for info in describe(case.plugin_class) if not info.required}
    for name, value in {**defaults, **case.parameters}.items():
        stored = getattr(plugin, name)
        require(_alike(stored, value), f"`{name}` was given {value!r} and holds {stored!r}")


def _alike(stored: Any, given: Any) -> bool:
    """Equal, a list being as good as the tuple that a field's type asks for."""
    if isinstance(stored, (list, tuple)) and isinstance(given, (list, tuple)):
        return len(stored) == len(given) and all(map(_alike, stored, given))
    return bool(stored == given)


def _is_null(cls: type[Any]) -> bool:
    """Whether it is a null, which touches or sees nothing and so has no mechanism."""
    surface = getattr(cls, "surface", getattr(cls, "sees", None))
    return surface is not None and not surface


def _static(cls: type[Any], name: str) -> Any:
    return next((vars(base)[name] for base in cls.__mro__ if name in vars(base)), None)
