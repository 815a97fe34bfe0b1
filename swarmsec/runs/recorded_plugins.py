"""The plug-ins of a recorded run. A run's folder and a store are data: what they name is not imported on sight.

A plug-in that is not installed comes from a folder that the user named, or from the folder that the run names if the
user trusts it. Its source is compared with that of the run before anything of it is imported, and no other file of the
folder is imported at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from swarmsec.errors import UsageError
from swarmsec.plugin import FAMILIES, Family
from swarmsec.registry import Registry, digest_in_folder, shipped_kinds


def _announce_nothing(folder: Path, names: Sequence[str]) -> None:
    pass


class AllowedFolders(NamedTuple):
    """The folders from which plug-ins of a recorded run may be imported.

    Attributes:
        named: Folders that the user named.
        trust: Whether the folders that the run names may be used if the user named none; None if the command has no
            such option.
        announce: Called with a folder that the run names and with its plug-ins (`family/kind`) before their import.
    """

    named: Sequence[Path] = ()
    trust: bool | None = None
    announce: Callable[[Path, Sequence[str]], None] = _announce_nothing


NO_FOLDERS = AllowedFolders()
"""Only installed plug-ins."""


def registry_of_run(
    names: Iterable[tuple[Family, str]],
    recorded: Sequence[str],
    allowed: AllowedFolders,
    check: Callable[[Mapping[str, str]], None],
    *,
    where: str,
) -> Registry:
    """The plug-ins of a recorded run: the installed ones, and the needed files of folders.

    Args:
        names: The family and the kind of every plug-in of the run.
        recorded: The folders that the run names.
        allowed: The folders that may be used.
        check: Called before any import with `family/kind` → digest of the plug-ins from folders; raises if they are not
            those of the run.
        where: The run, for errors.

    Raises:
        UsageError: A folder of plug-ins must be named, or lacks a plug-in.
    """
    outside = {f"{family}/{kind}": kind for family, kind in names if not is_installed(family, kind)}
    if not outside:
        return Registry()
    folders = list(allowed.named)
    if not folders:
        if not (allowed.trust and recorded):
            raise UsageError(_request(list(outside), recorded, allowed), where=where)
        folders = _existing(recorded)
    found = {name: _found(kind, folders, where) for name, kind in outside.items()}
    check({name: digest for name, (_, digest) in found.items()})
    if not allowed.named:
        for folder in dict.fromkeys(folder for folder, _ in found.values()):
            allowed.announce(folder, [name for name, (place, _) in found.items() if place == folder])
    return Registry(dict.fromkeys(folder for folder, _ in found.values()), only=set(outside.values()))


def is_installed(family: str, kind: str) -> bool:
    """Whether a plug-in ships with swarmsec or is that of an installed package; nothing is imported from folders."""
    if family not in FAMILIES:
        raise UsageError(f"{family!r} is not a family of plug-ins; known: {', '.join(FAMILIES)}")
    return "/" in kind or kind in shipped_kinds(family)


def _request(outside: Sequence[str], recorded: Sequence[str], allowed: AllowedFolders) -> str:
    several = len(outside) > 1
    text = (
        f"needs {', '.join(outside)}, which {'are' if several else 'is'} not installed; name the folder of "
        f"{'these plug-ins' if several else 'this plug-in'} with --plugins DIR"
    )
    if allowed.trust is None or not recorded:
        return text
    return f"{text}, or load what the run names, {', '.join(recorded)}, with --trust"


def _existing(recorded: Sequence[str]) -> list[Path]:
    folders = [Path(one) for one in recorded]
    for folder in folders:
        if not folder.is_dir():
            raise UsageError("the plug-ins of this run were here; name their folder with --plugins", where=str(folder))
    return folders


def _found(kind: str, folders: Sequence[Path], where: str) -> tuple[Path, str]:
    """The first folder with a file of that kind, and the digest of the plug-in."""
    for folder in folders:
        if (digest := digest_in_folder(folder, kind)) is not None:
            return folder, digest
    places = ", ".join(map(str, folders))
    raise UsageError(f"needs {kind}.py, which is not in {places}; name its folder with --plugins DIR", where=where)
