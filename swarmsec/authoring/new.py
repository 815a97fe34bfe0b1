"""A scenario to begin with: valid, worth a run, and with comments that say where to turn.

Templates are files beside this one, in `templates/`.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from swarmsec.errors import UsageError, did_you_mean

DEFAULTS = {"beliefs": "liar", "trading": "false_signal"}
"""The template of each world that has one."""

_TEMPLATES = Path(__file__).parent / "templates"


def templates() -> dict[str, Path]:
    """The templates, by name."""
    return {path.stem: path for path in sorted(_TEMPLATES.glob("*.yaml"))}


def new_text(template: str, *, name: str | None = None, modeline: str = "") -> str:
    """A new scenario's text.

    Args:
        template: Which template.
        name: What the scenario is called; the template's own name unless given.
        modeline: Where an editor finds the schema, relative to the scenario; no line for it where empty.

    Raises:
        UsageError: There is no such template.
    """
    known = templates()
    if template not in known:
        raise UsageError(f"no template `{template}`; {did_you_mean(template, known)}", where="--template")
    text = known[template].read_text(encoding="utf-8")
    if name:
        text = re.sub(r"^name: .*$", lambda _: f"name: {name_of(name)}", text, count=1, flags=re.MULTILINE)
    return (f"# yaml-language-server: $schema={modeline}\n" if modeline else "") + text


def name_of(words: str) -> str:
    """A scenario's name from a file's.

    Examples:
        >>> name_of("My first one")
        'my_first_one'
    """
    name = "_".join(re.findall(r"\w+", words.lower()))
    return name if name[:1].isalpha() else f"scenario_{name}".rstrip("_")


def relative(schema: Path, scenario: Path) -> str:
    """A schema's path as a scenario's modeline says it."""
    return Path(os.path.relpath(schema, scenario.parent)).as_posix()


def schema_text() -> str:
    """The schema of the plug-ins that are installed, in the draft that editors know best."""
    from swarmsec.authoring.schema import Draft, scenario_schema
    from swarmsec.registry import Registry

    schema = scenario_schema(Registry(), draft=Draft.SEVEN)
    return json.dumps(schema, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
