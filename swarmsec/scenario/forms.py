"""Hints for plug-ins and lists that are written in the wrong form, such as `world: beliefs`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from swarmsec.parameters import Problem
from swarmsec.scenario.yaml_tree import YamlPath

_SINGLE_PLUGINS = frozenset({"world", "network", "protocol"})
_PLUGIN_LISTS = frozenset({"attacks", "defenses"})


def with_form_hint(problem: Problem, data: Mapping[str, Any]) -> Problem:
    """The problem with a hint, if it is about a plug-in or a list in a form that can be corrected.

    Args:
        problem: A problem of the document, found by the types of its keys.
        data: The document as plain data.

    Examples:
        >>> with_form_hint(Problem(("world",), "must be a mapping"), {"world": "beliefs"}).hint
        'write `world: {kind: beliefs}`'
        >>> with_form_hint(Problem(("attacks",), "must be a list"), {"attacks": {"kind": "stubborn"}}).hint
        'put `- ` before it'
    """
    if problem.of_key or problem.hint or not problem.path or problem.path[0] not in data:
        return problem
    return problem._replace(hint=_hint(problem.path, _value_at(data, problem.path)))


def _hint(path: YamlPath, value: Any) -> str:
    key = path[0]
    if len(path) == 1 and key in _SINGLE_PLUGINS:
        if isinstance(value, str):
            return f"write `{key}: {{kind: {value}}}`"
        return "remove `- `, or `[` and `]`" if isinstance(value, list) and len(value) == 1 else ""
    if len(path) == 1 and key in _PLUGIN_LISTS | {"schedule"} and isinstance(value, Mapping):
        return "put `- ` before it"
    if len(path) == 1 and key in _PLUGIN_LISTS and isinstance(value, str):
        return f"write `{key}: [{{kind: {value}}}]`"
    if len(path) == 2 and key in _PLUGIN_LISTS and isinstance(value, str):
        return f"write `{{kind: {value}}}`"
    return ""


def _value_at(data: Any, path: YamlPath) -> Any:
    """The value at a path; None where the path does not lead to one."""
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data
