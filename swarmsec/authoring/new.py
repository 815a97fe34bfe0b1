"""`new`: write a new scenario from a template. Templates are valid scenarios with comments, in `templates/`."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from swarmsec.errors import UsageError, did_you_mean

DEFAULTS = {"beliefs": "liar", "trading": "false_signal"}
"""The default template of a world."""

_TEMPLATES = Path(__file__).parent / "templates"


def templates() -> dict[str, Path]:
    """The templates, by name."""
    return {path.stem: path for path in sorted(_TEMPLATES.glob("*.yaml"))}


def new_text(template: str, *, name: str | None = None, modeline: str = "") -> str:
    """The text of a new scenario.

    Args:
        template: The name of a template.
        name: The name of the scenario; the template's own unless given.
        modeline: The path of the schema relative to the scenario, for editors; "" for none.

    Raises:
        UsageError: The template does not exist.
    """
    known = templates()
    if template not in known:
        raise UsageError(f"no template `{template}`; {did_you_mean(template, known)}", where="--template")
    text = known[template].read_text(encoding="utf-8")
    if name:
        text = re.sub(r"^name: .*$", lambda _: f"name: {name_of(name)}", text, count=1, flags=re.MULTILINE)
    return (f"# yaml-language-server: $schema={modeline}\n" if modeline else "") + text


def name_of(words: str) -> str:
    """A scenario's name made from the name of a file.

    Examples:
        >>> name_of("My first one")
        'my_first_one'
    """
    name = "_".join(re.findall(r"\w+", words.lower()))
    return name if name[:1].isalpha() else f"scenario_{name}".rstrip("_")


def relative(schema: Path, scenario: Path) -> str:
    """The path of a schema relative to a scenario, for its modeline."""
    return Path(os.path.relpath(schema, scenario.parent)).as_posix()


def schema_text() -> str:
    """The schema of the installed plug-ins, in the draft with the best support by editors."""
    from swarmsec.authoring.schema import Draft, scenario_schema
    from swarmsec.registry import Registry

    schema = scenario_schema(Registry(), draft=Draft.SEVEN)
    return json.dumps(schema, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
