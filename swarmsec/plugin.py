"""What all plug-ins have in common: five families, parameters, traits."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, get_args

from swarmsec.short_repr import short_repr

Family = Literal["attacks", "defenses", "protocols", "worlds", "topologies"]
FAMILIES: tuple[Family, ...] = get_args(Family)


@dataclass(kw_only=True)
class Plugin:
    """The base class of attacks, defenses, protocols, worlds and topologies.

    A plug-in is a keyword-only dataclass whose fields are its parameters: typed and bounded, with a unit and one line
    of help (see `swarmsec.parameters`), and stored unchanged under their own names. Its traits are class attributes.
    State that lasts from round to round is set up in `begin`, in attributes that start with an underscore, so that one
    instance can be used for several runs in a row.

    The base class of a family sets `family`, and lists in `traits` the class attributes that its plug-ins must have.
    """

    family: ClassVar[Family]
    traits: ClassVar[Mapping[str, type[Any]]] = {}
    """The class attributes that a plug-in of this family must have, and their types."""

    trait_items: ClassVar[Mapping[str, type[Any]]] = {}
    """The types of what such tuples hold, where it is not text."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "__repr__" not in vars(cls):  # A dataclass keeps the one that it finds.
            cls.__repr__ = short_repr  # type: ignore[method-assign]

    def check(self, n: int) -> None:
        """Check that the parameters are valid for a swarm of `n` daemons.

        Raises:
            ParameterError: They are not. Its place is the parameter's name.
        """

    @classmethod
    def fixed(cls) -> tuple[str, ...]:
        """The class attributes that no instance changes: what the base class of its family declares as `ClassVar`."""
        declared = base_of(cls).__annotations__
        return tuple(name for name, kind in declared.items() if str(kind).startswith("ClassVar"))

    @classmethod
    def trait_texts(cls) -> dict[str, str]:
        """Each trait as text; empty traits are left out."""
        texts = {trait: _text(getattr(cls, trait)) for trait in cls.traits}
        return {trait: text for trait, text in texts.items() if text}

    @classmethod
    def overrides(cls, hook: str) -> bool:
        """Whether the class replaces a hook of the base class of its family, such as `respond` of `Defense`."""
        return getattr(cls, hook) is not getattr(base_of(cls), hook)

    @classmethod
    def summary(cls) -> str:
        """The first line of the docstring."""
        return (inspect.getdoc(cls) or "").partition("\n")[0]


def base_of(plugin: type[Plugin]) -> type[Plugin]:
    """The base class of a plug-in's family, such as `Defense`."""
    return plugin.__mro__[plugin.__mro__.index(Plugin) - 1]


def _text(trait: Any) -> str:
    if isinstance(trait, (tuple, frozenset)):
        return ", ".join(map(str, sorted(trait) if isinstance(trait, frozenset) else trait))
    name = getattr(trait, "name", None) or getattr(trait, "value", None) or trait
    return str(name).lower()
