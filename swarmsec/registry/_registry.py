"""The plug-ins of all families and sources, by name."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from swarmsec.errors import PluginError, UnknownNameError, UsageError, did_you_mean
from swarmsec.plugin import FAMILIES, Family, Plugin
from swarmsec.registry import _folders, _packages, _shipped
from swarmsec.registry._validation import SINGULAR


class Registry:
    """All plug-ins that a command can use.

    Args:
        folders: Folders of plug-ins, in addition to the installed ones.
        only: The kinds to import from the folders; all unless given.

    Raises:
        UsageError: A folder does not exist, or two files, or a file and a shipped plug-in, have the same kind.
    """

    def __init__(self, folders: Iterable[Path | str] = (), *, only: Collection[str] | None = None) -> None:
        self.folders = tuple(Path(folder) for folder in folders)
        self._in_folders: dict[Family, dict[str, type[Plugin]]] = {family: {} for family in FAMILIES}
        self._broken_files: dict[str, PluginError] = {}
        for folder in self.folders:
            for kind, found in _folders.load(folder, only):
                if isinstance(found, PluginError):
                    self._broken_files[kind] = found
                    continue
                if kind in _shipped.kinds(found.family) or kind in self._in_folders[found.family]:
                    raise UsageError(f"the {SINGULAR[found.family]} `{kind}` already exists", where=str(folder))
                self._in_folders[found.family][kind] = found

    def kinds(self, family: Family) -> list[str]:
        """The full names of all plug-ins of a family, broken ones included; sorted, `none` first."""
        names = {*_shipped.kinds(family), *self._in_folders[family], *_packages.points(family)}
        return sorted(names, key=lambda name: (name != "none", name))

    def full_name(self, family: Family, kind: str) -> str:
        """The full name of a kind, which is `package/kind` if an installed package has it.

        Raises:
            UnknownNameError: There is no such kind, or several packages have it.
            PluginError: The kind is that of a broken file.
        """
        if kind in self._broken_files:
            raise self._broken_files[kind]
        if kind in self._in_folders[family] or kind in _shipped.kinds(family):
            return kind
        package, slash, name = kind.rpartition("/")
        full = f"{_packages.normalized(package)}/{name}"
        if slash and full in _packages.points(family):
            return full
        having = [known for known in _packages.points(family) if not slash and known.rpartition("/")[2] == name]
        if len(having) == 1:
            return having[0]
        if having:
            hint = f"several packages define it: {', '.join(having)}"
        else:
            hint = did_you_mean(kind, [*self.kinds(family), *self.short_names(family)])
        raise UnknownNameError(f"no {SINGULAR[family]} `{kind}`; {hint}", where="kind")

    def get(self, family: Family, kind: str) -> type[Any]:
        """The class of a plug-in.

        Raises:
            UnknownNameError: There is no such kind, or several packages have it.
            PluginError: The plug-in is broken.
        """
        name = self.full_name(family, kind)
        if name in self._in_folders[family]:
            return self._in_folders[family][name]
        if name in _shipped.kinds(family):
            return _shipped.load(family, name)
        return _packages.load(family, name)

    def classes(self, family: Family) -> dict[str, type[Any]]:
        """The class of every plug-in of a family that is not broken, by its full name."""
        broken = self.broken(family)
        return {name: self.get(family, name) for name in self.kinds(family) if name not in broken}

    def short_names(self, family: Family) -> dict[str, str]:
        """The kinds of installed packages that can be used without the package: kind → full name."""
        own = {*_shipped.kinds(family), *self._in_folders[family], *self._broken_files}
        found: dict[str, list[str]] = {}
        for name in _packages.points(family):
            found.setdefault(name.rpartition("/")[2], []).append(name)
        return {kind: names[0] for kind, names in found.items() if len(names) == 1 and kind not in own}

    def broken(self, family: Family | None = None) -> dict[str, PluginError]:
        """Why plug-ins cannot be used, by name.

        Args:
            family: A family, for the plug-ins of installed packages; None for files and packages whose family is
                unknown, since they cannot be read.
        """
        if family is None:
            return self._broken_files | _packages.unreadable()
        found: dict[str, PluginError] = {
            kind: error for kind, error in self._broken_files.items() if kind in self.kinds(family)
        }
        for name in _packages.points(family):
            try:
                _packages.load(family, name)
            except PluginError as error:
                found[name] = error
        return found

    def package_of(self, family: Family, kind: str) -> tuple[str, str] | None:
        """The name and version of the installed package that has a plug-in; None for other sources."""
        return _packages.package_of(family, self.full_name(family, kind))
