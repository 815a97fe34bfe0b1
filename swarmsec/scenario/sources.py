"""Where a scenario comes from: a library name, a file, standard input, or a mapping."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from swarmsec.errors import UsageError, did_you_mean
from swarmsec.scenario.findings import unreadable
from swarmsec.scenario.yaml_tree import TEXT_BYTES_MAX, Tree, UnreadableError, parse, undecodable

_ENGINE = Path(__file__).parent.parent


@dataclass(frozen=True, eq=False)
class ScenarioSource:
    """A scenario as it was written.

    Attributes:
        command: How a command line names it.
        tree: What it says, and where it says it.
    """

    command: str
    tree: Tree


def library_folder() -> Path:
    """The scenarios that ship."""
    installed = _ENGINE / "scenarios"
    return installed if installed.is_dir() else _ENGINE.parent / "scenarios"


def library() -> dict[str, Path]:
    """The scenarios that ship, by name."""
    return {path.stem: path for path in sorted(library_folder().rglob("*.yaml"))}


def read(source: str | Path | Mapping[str, Any]) -> ScenarioSource:
    """A scenario from wherever it is.

    Args:
        source: A library name, a file's path, `-` for standard input, or a mapping.

    Raises:
        UsageError: There is no such scenario or file, or it cannot be read.
        InvalidScenarioError: It is no YAML, or too large.
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
        raise UsageError(f"a folder, and no scenario; name one of its files: {name}")
    return ScenarioSource(name, tree_of(_bytes_of(path), name))


def tree_of(raw: bytes, label: str) -> Tree:
    """The document that a file's bytes say.

    Raises:
        InvalidScenarioError: They are no YAML, or too many.
    """
    try:
        return parse(raw.decode(), label)
    except UnicodeDecodeError as error:
        raise unreadable(undecodable(raw, error, label)) from None
    except UnreadableError as error:
        raise unreadable(error) from None


def _bytes_of(path: Path) -> bytes:
    """No more of a file than it takes to see that it is too large."""
    try:
        with path.open("rb") as file:
            return file.read(TEXT_BYTES_MAX + 1)
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=str(path)) from None
