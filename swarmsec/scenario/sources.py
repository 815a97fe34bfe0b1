"""Read a scenario from the library, a file, standard input, or a mapping."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from swarmsec.errors import UsageError, did_you_mean
from swarmsec.files import open_regular
from swarmsec.scenario.findings import unreadable
from swarmsec.scenario.yaml_tree import TEXT_BYTES_MAX, Tree, UnreadableError, parse, undecodable

_ENGINE = Path(__file__).parent.parent
_TOURNAMENTS = "tournaments"
_OTHER_FOLDERS = {_TOURNAMENTS, "tables"}
"""Folders of the library whose files are no scenarios."""


@dataclass(frozen=True, eq=False)
class ScenarioSource:
    """A scenario as it was written.

    Attributes:
        command: Its name or path on a command line.
        tree: Its data, with the place of each value.
    """

    command: str
    tree: Tree


def library_folder() -> Path:
    """The folder of the shipped scenarios."""
    installed = _ENGINE / "scenarios"
    return installed if installed.is_dir() else _ENGINE.parent / "scenarios"


def library() -> dict[str, Path]:
    """The files of the shipped scenarios, by name."""
    found = sorted(library_folder().rglob("*.yaml"))
    return {path.stem: path for path in found if path.parent.name not in _OTHER_FOLDERS}


def tournament_library() -> dict[str, Path]:
    """The files of the shipped tournaments, by name."""
    return {path.stem: path for path in sorted((library_folder() / _TOURNAMENTS).glob("*.yaml"))}


def read(source: str | Path | Mapping[str, Any]) -> ScenarioSource:
    """Read a scenario.

    Args:
        source: A library name, a file's path, `-` for standard input, or a mapping.

    Raises:
        UsageError: The scenario or file does not exist, or cannot be read.
        InvalidScenarioError: It is not valid YAML, or too large.
    """
    if isinstance(source, Mapping):
        return ScenarioSource(f"{source.get('name', 'scenario')}.yaml", Tree(dict(source)))
    if source == "-":
        return ScenarioSource("-", tree_of(sys.stdin.buffer.read(TEXT_BYTES_MAX + 1), "<stdin>"))
    name = str(source)
    known = library()
    if isinstance(source, str) and name in known:
        return ScenarioSource(name, tree_of(_bytes_of(known[name]), f"{name}.yaml"))
    path = Path(source)
    if not path.exists():
        looks_like_a_file = path.suffix in {".yaml", ".yml"} or "/" in name
        what = f"no such file: {name}" if looks_like_a_file else f"no scenario `{name}`; {did_you_mean(name, known)}"
        raise UsageError(what)
    if path.is_dir():
        raise UsageError(f"{name} is a folder; give one of its files")
    return ScenarioSource(name, tree_of(_bytes_of(path), name))


def tree_of(raw: bytes, label: str) -> Tree:
    """Parse the bytes of a file.

    Raises:
        InvalidScenarioError: They are not valid YAML, or too many.
    """
    try:
        return parse(raw.decode(), label)
    except UnicodeDecodeError as error:
        raise unreadable(undecodable(raw, error, label)) from None
    except UnreadableError as error:
        raise unreadable(error) from None


def _bytes_of(path: Path) -> bytes:
    """The bytes of a file, at most one more than the limit; a pipe of a shell is `/dev/fd/N`."""
    try:
        with path.open("rb") if path.parts[:2] == ("/", "dev") else open_regular(path) as file:
            return file.read(TEXT_BYTES_MAX + 1)
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=str(path)) from None
