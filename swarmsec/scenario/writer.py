"""Write plain data as YAML, always in the same order and layout."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from swarmsec.scenario.load import Scenario
from swarmsec.scenario.yaml_tree import YamlPath, parse

LINE_WIDTH = 120
_COMMENT_COLUMN = 40


def as_yaml(scenario: Scenario) -> str:
    """The resolved scenario as YAML; it loads to the same scenario."""
    return yaml_text(scenario.document)


def yaml_text(data: Mapping[str, Any]) -> str:
    """Plain data as YAML in block style; keys keep their order."""
    from ruamel.yaml import YAML

    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.allow_unicode, yaml.width = True, LINE_WIDTH
    text = io.StringIO()
    yaml.dump(dict(data), text)
    return text.getvalue()


def with_comments(text: str, comments: Mapping[YamlPath, str]) -> str:
    """Add comments behind some values of a text.

    Args:
        text: The output of `yaml_text`.
        comments: The comments, by the path of the value.
    """
    tree = parse(text, "")
    lines = text.splitlines()
    begins = sorted({place.key.line for path, place in tree.places.items() if path})
    for path, comment in comments.items():
        place = tree.places.get(path)
        if place is None:
            continue
        line = place.key.line
        if _at(tree.data, path).__class__ not in (dict, list):  # A string may span several lines.
            line = next((begin for begin in begins if begin > line), len(lines) + 1) - 1
        lines[line - 1] = f"{lines[line - 1]:<{_COMMENT_COLUMN}}  # {comment}"
    return "\n".join(lines) + "\n"


def _at(value: Any, path: YamlPath) -> Any:
    for step in path:
        value = value[step]
    return value
