"""The form of a SARIF 2.1.0 log, for code scanning."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from swarmsec._version import __version__
from swarmsec.scenario.yaml_tree import Span

Json = dict[str, Any]


def sarif_log(rules: Sequence[Json], results: Sequence[Json], taxonomies: Sequence[Json] = ()) -> str:
    """A log of one run of the program.

    Args:
        rules: The reporting descriptors that the results name by `ruleId` and `ruleIndex`.
        results: The results.
        taxonomies: The published lists whose entries the results name by `taxa`.
    """
    driver: Json = {"name": "swarmsec", "version": __version__, "rules": rules}
    run: Json = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    if taxonomies:
        driver["supportedTaxonomies"] = [
            {"name": one["name"], "index": number} for number, one in enumerate(taxonomies)
        ]
        run["taxonomies"] = taxonomies
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=False)


def location(name: str, span: Span | None, path: str) -> Json:
    """A place in a scenario; files in the working folder have relative paths.

    Args:
        name: The scenario's file or library name, for a place without a span.
        span: The place in the file; None if the file does not have it.
        path: The path in the document, such as `attacks[0].start`, or "".
    """
    there: Json = {"artifactLocation": {"uri": _uri(span.label if span else name)}}
    if span:
        there["region"] = {
            "startLine": span.line,
            "startColumn": span.column,
            "endLine": span.line,
            "endColumn": span.column + span.width,
        }
    place: Json = {"physicalLocation": there}
    if path:
        place["logicalLocations"] = [{"fullyQualifiedName": path}]
    return place


def relative(label: str) -> str:
    """The path of a file, relative if it is in the working folder."""
    path = Path(label)
    here = Path.cwd()
    return path.relative_to(here).as_posix() if path.is_absolute() and path.is_relative_to(here) else path.as_posix()


def _uri(label: str) -> str:
    name = relative(label)
    return Path(name).as_uri() if Path(name).is_absolute() else quote(name)
