"""Migration of scenarios from older versions of the format to the current one.

An incompatible change of the format needs a new `apiVersion` and a dated step in `MIGRATIONS`. A step is a function on
the entries of a text (`swarmsec.authoring.yaml_layout`), so every comment stays with its entry. The result is laid out
as `swarmsec fmt` does it. A released step never changes. `swarmsec/v1` is the first version: there is no step yet.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

from swarmsec.authoring.fmt import document_text, formatted
from swarmsec.authoring.yaml_layout import Collection, Scalar, comments, layout_of, unquoted
from swarmsec.errors import ScenarioError
from swarmsec.scenario.versions import CURRENT
from swarmsec.scenario.yaml_tree import parse


class Migration(NamedTuple):
    """One step.

    Attributes:
        old: The `apiVersion` before the step.
        new: The `apiVersion` after it.
        since: The date of the new version.
        apply: Changes the document in place, except its `apiVersion`. It raises a ScenarioError if it cannot.
    """

    old: str
    new: str
    since: date
    apply: Callable[[Collection], None]


MIGRATIONS: tuple[Migration, ...] = ()
"""Every step, oldest first."""


def migrated(text: str, label: str = "<text>") -> str:
    """The text in the current version of the format; unchanged if it has that version already.

    Args:
        text: A scenario.
        label: The name of the text in errors.

    Raises:
        ScenarioError: The text is not valid YAML, or its `apiVersion` is unknown.
    """
    version = _version(parse(text, label).data, label)
    if version == CURRENT:
        return text
    layout = layout_of(text)
    assert layout is not None, "_version refuses a text whose top is not a mapping"
    steps = {step.old: step for step in MIGRATIONS}
    while version != CURRENT:
        step = steps.get(version)
        if step is None:
            known = ", ".join([*steps, CURRENT])
            raise ScenarioError(f"unknown apiVersion {version!r}; known: {known}", where=label)
        try:
            step.apply(layout.top)
        except ScenarioError as error:
            raise ScenarioError(error.message, where=f"{label}  {error.where}") from None
        version = step.new
        _set_version(layout.top, version)
    new = formatted(document_text(layout), label)
    assert sorted(comments(new)) == sorted(comments(text)), f"a comment of {label} would be lost"
    return new


def _version(data: Any, label: str) -> str:
    if not isinstance(data, dict):
        raise ScenarioError("a scenario must be a mapping with keys such as name, world and network", where=label)
    return str(data.get("apiVersion", CURRENT))


def _set_version(top: Collection, version: str) -> None:
    entry = next(entry for entry in top.entries if unquoted(entry.key) == "apiVersion")
    entry.value = Scalar(version)
