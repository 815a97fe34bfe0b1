"""Where a scenario comes from: a library name, a file, standard input, a mapping; and where in it a value stands."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from swarmsec.errors import ScenarioError, UsageError, did_you_mean

FILE_BYTES_MAX = 1 << 20
NODES_MAX = 100_000
"""A scenario that expands to more values than this is refused: aliases can make a small file a large one."""

_ENGINE = Path(__file__).parent.parent
_STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)")


@dataclass(frozen=True, eq=False)
class Source:
    """A scenario as it was written.

    Attributes:
        label: What messages call it: the file's name, or nothing for a mapping.
        command: How a command line names it.
        data: What it says, as plain mappings, lists and scalars.
        nodes: The parsed YAML, which knows lines and columns; None for a mapping.
    """

    label: str
    command: str
    data: dict[str, Any]
    nodes: Any = None

    def place(self, path: str) -> str:
        """`file:line:column  path` for the value at `path`, or for the closest one around it that is there."""
        if self.nodes is None:
            return path
        line, column = _position(self.nodes, steps(path))
        return f"{self.label}:{line}:{column}  {path}".rstrip()


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
        ScenarioError: It is no YAML, no mapping, or too large.
    """
    if isinstance(source, Mapping):
        return Source("", str(source.get("name", "scenario.yaml")), _plain_mapping(source, ""))
    if source == "-":
        return _parse(sys.stdin.read(), "<stdin>", "-")
    name = str(source)
    known = library()
    if isinstance(source, str) and name in known:
        return _parse(_text_of(known[name]), f"{name}.yaml", name)
    path = Path(source)
    if not path.exists():
        looks_like_a_file = path.suffix in {".yaml", ".yml"} or "/" in name
        what = f"no such file: {name}" if looks_like_a_file else f"no scenario `{name}`; {did_you_mean(name, known)}"
        raise UsageError(what)
    return _parse(_text_of(path), name, name)


def steps(path: str) -> list[str | int]:
    """The steps of a path such as `attacks[0].bias` or `attacks.0.bias`.

    Examples:
        >>> steps("attacks[0].bias")
        ['attacks', 0, 'bias']
    """
    found: list[str | int] = []
    for index, key in _STEP.findall(path):
        found.append(int(index or key) if index or key.isdigit() else key)
    return found


def parse_value(text: str) -> Any:
    """A value as YAML reads it: `2` is a number, `[3, 9]` a list, `off` a word.

    Raises:
        UsageError: It is no YAML.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        return YAML(typ="safe", pure=True).load(text)
    except YAMLError as error:
        raise UsageError(f"{text!r} is no YAML value: {_what_is_wrong(error)}") from None


def _text_of(path: Path) -> str:
    try:
        if path.stat().st_size > FILE_BYTES_MAX:
            raise ScenarioError(
                f"{path.stat().st_size:,} bytes; a scenario has at most {FILE_BYTES_MAX:,}", where=str(path)
            )
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageError(f"cannot be read: {reason}", where=str(path)) from None


def _parse(text: str, label: str, command: str) -> Source:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        nodes = YAML(typ="rt", pure=True).load(text)
    except YAMLError as error:
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        where = f"{label}:{mark.line + 1}:{mark.column + 1}" if mark else label
        raise ScenarioError(f"no valid YAML: {_what_is_wrong(error)}", where=where) from None
    except (ValueError, RecursionError) as error:
        raise ScenarioError(f"no valid YAML: {error}", where=label) from None
    if not isinstance(nodes, Mapping):
        raise ScenarioError("a scenario is a mapping of keys such as name, world and network", where=f"{label}:1:1")
    return Source(label, command, _plain_mapping(nodes, label), nodes)


def _what_is_wrong(error: Exception) -> str:
    problem = getattr(error, "problem", None) or str(error)
    return str(problem).partition("\n")[0].strip()


def _plain_mapping(nodes: Mapping[Any, Any], label: str) -> dict[str, Any]:
    budget = [NODES_MAX]

    def plain(node: Any) -> Any:
        budget[0] -= 1
        if budget[0] < 0:
            raise ScenarioError(f"it expands to more than {NODES_MAX:,} values", where=label)
        if isinstance(node, Mapping):
            return {str(key): plain(value) for key, value in node.items()}
        if isinstance(node, (list, tuple)):
            return [plain(value) for value in node]
        if node is None or isinstance(node, bool):
            return node
        for kind in (bool, int, float, str):
            if isinstance(node, kind) or (kind is bool and type(node).__name__ == "ScalarBoolean"):
                return kind(node)
        item = getattr(node, "item", None)  # NumPy scalars, of a mapping that was made in Python.
        return plain(item()) if callable(item) else str(node)

    try:
        return plain(nodes)  # type: ignore[no-any-return]
    except RecursionError:
        raise ScenarioError("it is nested too deeply, or contains itself", where=label) from None


def _position(nodes: Any, path: list[str | int]) -> tuple[int, int]:
    """Line and column, from 1, of the value at `path`, or of the innermost one on the way that has a place."""
    line, column = 0, 0
    for step in path:
        marks = getattr(nodes, "lc", None)
        try:
            if isinstance(nodes, Mapping):
                line, column = marks.key(step) if marks else (line, column)
            elif isinstance(step, int):
                line, column = marks.item(step) if marks else (line, column)
            nodes = nodes[step]
        except (KeyError, IndexError, TypeError, AttributeError):
            break
    return line + 1, column + 1
