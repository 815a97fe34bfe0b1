"""Where a scenario comes from: a library name, a file, standard input, or a mapping."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from swarmsec.authoring.yaml_tree import TEXT_BYTES_MAX, Tree, parse
from swarmsec.errors import ScenarioError, UsageError, did_you_mean

_ENGINE = Path(__file__).parent.parent


@dataclass(frozen=True, eq=False)
class Source:
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


def read(source: str | Path | Mapping[str, Any]) -> Source:
    """A scenario from wherever it is.

    Args:
        source: A library name, a file's path, `-` for standard input, or a mapping.

    Raises:
        UsageError: There is no such scenario or file, or it cannot be read.
        ScenarioError: It is no YAML, or too large.
    """
    if isinstance(source, Mapping):
        return Source(str(source.get("name", "scenario.yaml")), Tree(dict(source)))
    if source == "-":
        return Source("-", parse(sys.stdin.read(TEXT_BYTES_MAX + 1), "<stdin>"))
    name = str(source)
    known = library()
    if isinstance(source, str) and name in known:
        return Source(name, parse(_text_of(known[name]), f"{name}.yaml"))
    path = Path(source)
    if not path.exists():
        looks_like_a_file = path.suffix in {".yaml", ".yml"} or "/" in name
        what = f"no such file: {name}" if looks_like_a_file else f"no scenario `{name}`; {did_you_mean(name, known)}"
        raise UsageError(what)
    return Source(name, parse(_text_of(path), name))


def _text_of(path: Path) -> str:
    try:
        if path.stat().st_size > TEXT_BYTES_MAX:
            raise ScenarioError(
                f"{path.stat().st_size:,} bytes; a scenario has at most {TEXT_BYTES_MAX:,}", where=str(path)
            )
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ScenarioError("no text; a scenario is written in UTF-8", where=str(path)) from None
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=str(path)) from None
