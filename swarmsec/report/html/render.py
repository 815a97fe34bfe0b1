"""Rendering of a page as HTML: one file that opens offline and loads nothing."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from swarmsec.visible import visible

_TEMPLATES = files(__package__) / "templates"


def render_page(template: str, content: Mapping[str, Any]) -> str:
    """The HTML of a page.

    The content security policy names its style sheet and its script by their digests and allows nothing else, so
    that text of a scenario or plug-in cannot run code even if it is not escaped.

    Args:
        template: `run.html` or `tournament.html`.
        content: The variables of the template; a missing variable is an error.
    """
    style, script = _asset("page.css"), _asset("page.js")
    policy = f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; base-uri 'none'"
    page: str = _environment().get_template(template).render(**content, style=style, script=script, policy=policy)
    return page


def render_fragment(template: str, content: Mapping[str, Any]) -> str:
    """The HTML of a part of a notebook: one element with its own style, without a script.

    Args:
        template: `notebook_result.html` or `notebook_figure.html`.
        content: The variables of the template; a missing variable is an error.
    """
    part: str = _environment().get_template(template).render(**content, style=_asset("notebook.css"))
    return part


@cache
def _environment() -> Any:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(
        loader=FunctionLoader(_asset),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_visible,
    )
    environment.filters["percent"] = lambda part: f"{100 * part:.2f}%".replace(".00%", "%")
    environment.filters["as_json"] = lambda plain: json.dumps(plain, indent=2, sort_keys=True, ensure_ascii=False)
    environment.filters["breakable"] = _breakable
    return environment


def _visible(value: Any) -> Any:
    """Text without control characters and bidi marks; other values, and safe HTML, as they are."""
    return type(value)(visible(value)) if isinstance(value, str) else value


def _breakable(label: str) -> Any:
    """A contestant's label, with line breaks allowed after a comma, a colon or a plus."""
    from markupsafe import Markup, escape

    return Markup("<wbr>").join(escape(part) for part in re.findall(r"[^,:+]*[,:+]?\s?", label) if part)


@cache
def _asset(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
