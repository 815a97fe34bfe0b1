"""The plug-ins of installed packages: entry points, addressed as `package/kind`."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from swarmsec.entry_points import any_package_defines_plugins
from swarmsec.errors import PluginError
from swarmsec.plugin import Family, Plugin
from swarmsec.registry._validation import family_of, validated

if TYPE_CHECKING:
    from collections.abc import Iterable
    from importlib.metadata import Distribution, EntryPoint


class _Packages(NamedTuple):
    """The entry points of all packages: group → `package/kind` → entry point; and the errors of unreadable ones."""

    points: dict[str, dict[str, EntryPoint]]
    unreadable: dict[str, PluginError]


def normalized(package: str) -> str:
    """The normalized name of a distribution, as package indexes use it."""
    return re.sub(r"[-_.]+", "-", package).lower()


def points(family: Family) -> dict[str, EntryPoint]:
    """The entry points of a family, by `package/kind`."""
    return _installed().points.get(f"swarmsec.{family}", {})


def unreadable() -> dict[str, PluginError]:
    """The errors of packages whose entry points cannot be read, by package."""
    return _installed().unreadable


def package_of(family: Family, name: str) -> tuple[str, str] | None:
    """The distribution of an entry point, and its version; None if there is no such entry point."""
    point = points(family).get(name)
    if point is None or point.dist is None:
        return None
    return name.partition("/")[0], point.dist.version


@cache
def load(family: Family, name: str) -> type[Plugin]:
    """The class that an entry point names.

    Raises:
        PluginError: It cannot be imported, or is no plug-in of the family.
    """
    point = points(family)[name]
    where = f"entry point {name} = {point.value}"
    try:
        plugin = point.load()
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise PluginError(f"cannot be imported: {type(error).__name__}: {error}", where=where) from error
    if not (isinstance(plugin, type) and issubclass(plugin, Plugin) and family_of(plugin) == family):
        raise PluginError(f"is not the class of a plug-in of the family {family}", where=where)
    return validated(plugin, where)


@cache
def _installed() -> _Packages:
    found = _Packages({}, {})
    for package, dist in _distributions():
        try:
            entries = dist.entry_points
        except Exception as error:
            found.unreadable[package] = PluginError(
                f"its entry points cannot be read: {type(error).__name__}: {error}", where=f"package {package}"
            )
            continue
        for point in entries:
            if point.group.startswith("swarmsec."):
                found.points.setdefault(point.group, {}).setdefault(f"{package}/{point.name}", point)
    return found


def _distributions() -> Iterable[tuple[str, Distribution]]:
    """The packages that define entry points of swarmsec, by normalized name; the first of equal names."""
    if not any_package_defines_plugins():
        return ()
    from importlib import metadata

    found: dict[str, Distribution] = {}
    for dist in metadata.distributions():
        if "[swarmsec." in (dist.read_text("entry_points.txt") or ""):
            found.setdefault(normalized(dist.metadata["Name"] or "unnamed"), dist)
    return sorted(found.items())
