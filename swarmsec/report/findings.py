"""Findings in scenarios, for the programs that show them: GitHub's annotations, and SARIF for code scanning."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from swarmsec._version import __version__
from swarmsec.authoring import Finding

RULES = {
    "unreadable": "The file is no YAML, or larger than a scenario may be.",
    "unknown-key": "A key that a scenario, a plug-in or a rule does not have.",
    "unknown-kind": "A plug-in or topology that does not exist.",
    "missing-key": "A key that must be given.",
    "wrong-value": "A value of the wrong type, out of its bounds, or at odds with another one.",
    "no-scenario": "No scenario or file of that name, or one that cannot be read.",
}
"""What each rule of a finding is about."""


class Checked(NamedTuple):
    """A scenario that was checked.

    Attributes:
        name: What a caller named: a file, a library name, or `-`.
        findings: What is wrong with it.
    """

    name: str
    findings: Sequence[Finding]


def github(checked: Sequence[Checked]) -> str:
    """One workflow command a finding: GitHub shows each at its line in a pull request."""
    return "\n".join(_annotation(one.name, finding) for one in checked for finding in one.findings)


def sarif(checked: Sequence[Checked]) -> str:
    """A SARIF 2.1.0 log of all findings; files are relative to the working folder where they are in it."""
    rules = [{"id": rule, "shortDescription": {"text": said}} for rule, said in RULES.items()]
    run = {
        "tool": {"driver": {"name": "swarmsec", "version": __version__, "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(one.name, finding) for one in checked for finding in one.findings],
    }
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=False)


def _annotation(name: str, finding: Finding) -> str:
    span = finding.span
    place = {"file": _relative(span.label if span else name)}
    if span:
        place |= {"line": str(span.line), "col": str(span.column), "endColumn": str(span.column + span.width)}
    place["title"] = finding.path or finding.rule
    properties = ",".join(
        f"{key}={_escaped(value).replace(':', '%3A').replace(',', '%2C')}" for key, value in place.items()
    )
    return f"::error {properties}::{_escaped(_said(finding))}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _result(name: str, finding: Finding) -> dict[str, Any]:
    span = finding.span
    there: dict[str, Any] = {"artifactLocation": {"uri": _uri(span.label if span else name)}}
    if span:
        there["region"] = {
            "startLine": span.line,
            "startColumn": span.column,
            "endLine": span.line,
            "endColumn": span.column + span.width,
        }
    location: dict[str, Any] = {"physicalLocation": there}
    if finding.path:
        location["logicalLocations"] = [{"fullyQualifiedName": finding.path}]
    return {
        "ruleId": finding.rule,
        "ruleIndex": list(RULES).index(finding.rule),
        "level": "error",
        "message": {"text": _said(finding)},
        "locations": [location],
    }


def _said(finding: Finding) -> str:
    return f"{finding.message}; {finding.hint}" if finding.hint else finding.message


def _relative(label: str) -> str:
    path = Path(label)
    here = Path.cwd()
    return path.relative_to(here).as_posix() if path.is_absolute() and path.is_relative_to(here) else path.as_posix()


def _uri(label: str) -> str:
    name = _relative(label)
    return Path(name).as_uri() if Path(name).is_absolute() else quote(name)
