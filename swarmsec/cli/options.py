"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from swarmsec.errors import UsageError

Plugins = Annotated[
    list[Path] | None,
    typer.Option("--plugins", help="A folder with your own plug-ins.", envvar="SWARMSEC_PLUGINS", metavar="DIR"),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.", envvar="SWARMSEC_JSON")]

FindingsFormat = Annotated[
    Literal["text", "json", "github", "sarif"],
    typer.Option("--format", help="github annotates a pull request; sarif is for code scanning."),
]

STORE = Path("runs/tournaments.sqlite")
"""The default store of tournaments."""


def seeds_of(text: str | None) -> int | list[int] | None:
    """The seeds of an option: `5` is a count, `3,4,9` are seeds, and `3,` is one seed.

    Raises:
        UsageError: The text is neither.
    """
    if text is None:
        return None
    try:
        if "," in text:
            return [int(word) for word in text.split(",") if word.strip()]
        return int(text)
    except ValueError:
        raise UsageError(
            f"{text!r} given; must be a count such as 5, or seeds such as 3,4,9", where="--seeds"
        ) from None


def settings_of(options: list[str] | None) -> dict[str, object]:
    """The options PATH=VALUE as path → value."""
    from swarmsec.scenario import parse_value

    settings = {}
    for option in options or ():
        path, equals, value = option.partition("=")
        if not equals:
            raise UsageError(f"{option!r} given; must be PATH=VALUE, such as attacks[0].bias=-3", where="--set")
        try:
            settings[path.strip()] = parse_value(value)
        except UsageError as error:
            raise UsageError(error.message, where=f"--set {path.strip()}") from None
    return settings
