"""Plain data as YAML, in the order and the layout that all of ours has."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from swarmsec.scenario.load import Scenario
from swarmsec.scenario.yaml_tree import YamlPath, parse

LINE_WIDTH = 120
_COMMENT_COLUMN = 40


def as_yaml(scenario: Scenario) -> str:
    """The resolved scenario as YAML that loads to the same one."""
    return yaml_text(scenario.document)


def yaml_text(data: Mapping[str, Any]) -> str:
    """Plain data as YAML in block style, with the keys in their own order."""
    from ruamel.yaml import YAML

    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.allow_unicode, yaml.width = True, LINE_WIDTH
    text = io.StringIO()
    yaml.dump(dict(data), text)
    return text.getvalue()


def with_comments(text: str, comments: Mapping[YamlPath, str]) -> str:
    """A text of `yaml_text` with a comment behind some of its values.

    Args:
        text: What `yaml_text` gave.
        comments: What to say, by the path of the value.
    """
    tree = parse(text, "")
    lines = text.splitlines()
    begins = sorted({place.key.line for path, place in tree.places.items() if path})
    for path, comment in comments.items():
        place = tree.places.get(path)
        if place is None:
            continue
        line = place.key.line
        if _at(tree.data, path).__class__ not in (dict, list):  # A text may go on for some lines.
            line = next((begin for begin in begins if begin > line), len(lines) + 1) - 1
        lines[line - 1] = f"{lines[line - 1]:<{_COMMENT_COLUMN}}  # {comment}"
    return "\n".join(lines) + "\n"


def _at(value: Any, path: YamlPath) -> Any:
    for step in path:
        value = value[step]
    return value
