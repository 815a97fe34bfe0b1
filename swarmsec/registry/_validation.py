"""Check that a class is a valid plug-in: its parameters can be described, and no trait or method is missing."""

from __future__ import annotations

import inspect
from abc import ABCMeta
from types import ModuleType

from swarmsec.errors import PluginError, UnknownNameError
from swarmsec.parameters import describe
from swarmsec.plugin import FAMILIES, Family, Plugin, base_of
from swarmsec.threats import name_of_threat

SINGULAR: dict[Family, str] = {
    "attacks": "attack",
    "defenses": "defense",
    "protocols": "protocol",
    "worlds": "world",
    "topologies": "topology",
}

_OF_THE_ENGINE = ("__getattribute__", "__getattr__", "fixed", "overrides", "raises_alarms")
"""Members of the base classes through which the engine reads a plug-in: one that redefines them could change them."""


def plugins_in(module: ModuleType) -> list[type[Plugin]]:
    """The plug-ins that a module defines: not those that it imports, and none whose name starts with an underscore."""
    return [
        item
        for name, item in vars(module).items()
        if isinstance(item, type)
        and issubclass(item, Plugin)
        and item.__module__ == module.__name__
        and not name.startswith("_")
        and family_of(item)
    ]


def family_of(plugin: type[Plugin]) -> Family | None:
    """The family of a class of plug-ins, or None if its base classes set none."""
    family = getattr(plugin, "family", None)
    return family if family in FAMILIES else None


def validated(plugin: type[Plugin], where: str) -> type[Plugin]:
    """The plug-in itself, if it is valid.

    Raises:
        PluginError: A trait or a method is missing, or the parameters cannot be described.
    """
    if type(plugin) not in (type, ABCMeta):
        raise PluginError(f"{plugin.__name__} has the metaclass {type(plugin).__name__}; use none", where=where)
    base = base_of(plugin)
    for name in _OF_THE_ENGINE:
        if inspect.getattr_static(plugin, name, None) is not inspect.getattr_static(base, name, None):
            raise PluginError(f"{plugin.__name__} defines `{name}`, on which the engine relies", where=where)
    for trait, kind in plugin.traits.items():
        if not isinstance(getattr(plugin, trait, None), kind):
            raise PluginError(f"{plugin.__name__} needs the trait `{trait}`, of the type {kind.__name__}", where=where)
    for trait, kind in plugin.trait_items.items():
        if not all(isinstance(item, kind) for item in getattr(plugin, trait)):
            raise PluginError(f"{plugin.__name__} needs the trait `{trait}` as a tuple of {kind.__name__}", where=where)
    try:
        for threat in getattr(plugin, "threats", ()):
            name_of_threat(threat)
    except UnknownNameError as error:
        raise PluginError(f"{plugin.__name__}: {error.message}", where=where) from None
    if inspect.isabstract(plugin):
        missing = ", ".join(sorted(getattr(plugin, "__abstractmethods__", ())))
        raise PluginError(f"{plugin.__name__} does not define {missing}", where=where)
    try:
        describe(plugin)
    except (AssertionError, NameError, TypeError, AttributeError) as error:
        raise PluginError(f"the parameters of {plugin.__name__} cannot be read: {error}", where=where) from error
    return plugin
