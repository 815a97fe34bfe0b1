"""One-line fields of a document: names, titles and tags must not move or hide other text where they are printed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from swarmsec.parameters import Problem
from swarmsec.scenario.yaml_tree import YamlPath
from swarmsec.visible import hidden_characters

_FIELDS = ("name", "title", "extends")
_LISTS = ("tags", "scenarios", "plugins")
_SPECS = ("world", "network", "protocol", "schedule", "attacks", "defenses")
_SPEC_FIELDS = ("kind", "name", "phase", "campaign")


def hidden_text(data: Any) -> list[Problem]:
    """A problem for every one-line field with a control character, a bidi mark or a line break.

    Args:
        data: A scenario or a tournament as plain data; wrong types are left to other checks.
    """
    found = []
    for path, text in _one_line_fields(data) if isinstance(data, Mapping) else ():
        if isinstance(text, str) and (hidden := hidden_characters(text)):
            found.append(Problem(path, f"has {hidden}; must be one line without control characters and bidi marks"))
    return found


def _one_line_fields(data: Mapping[str, Any]) -> Iterator[tuple[YamlPath, Any]]:
    for key in _FIELDS:
        yield (key,), data.get(key)
    for key in _LISTS:
        for position, text in enumerate(_list(data.get(key))):
            yield (key, position), text
    for key in _SPECS:
        if isinstance(data.get(key), Mapping):
            yield from _of_spec((key,), data[key])
        for position, spec in enumerate(_list(data.get(key))):
            yield from _of_spec((key, position), spec)
    if isinstance(campaigns := data.get("campaigns"), Mapping):
        for name, steps in campaigns.items():
            yield ("campaigns", name), name
            for position, step in enumerate(_list(steps)):
                yield from _of_spec(("campaigns", name, position), step)
    if isinstance(score := data.get("score"), Mapping):
        yield ("score", "bill"), score.get("bill")


def _of_spec(path: YamlPath, spec: Any) -> Iterator[tuple[YamlPath, Any]]:
    for key in _SPEC_FIELDS if isinstance(spec, Mapping) else ():
        yield (*path, key), spec.get(key)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
