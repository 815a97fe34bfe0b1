"""Findings in scenarios as GitHub annotations, and as SARIF for code scanning.

Findings of validation are errors; findings of `lint` have the severity of their rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from swarmsec.authoring.lint import RULES as LINT_RULES
from swarmsec.authoring.lint import Lint
from swarmsec.report.sarif import location, relative, sarif_log
from swarmsec.scenario import Finding

RULES = {
    "unreadable": "The file is not YAML, or is larger than a scenario may be.",
    "unknown-key": "A key that a scenario, a plug-in or a rule does not have.",
    "unknown-kind": "A plug-in or topology that does not exist.",
    "missing-key": "A key that must be given.",
    "wrong-value": "A value of the wrong type, out of its bounds, or in conflict with another one.",
    "no-scenario": "No scenario or file has that name, or it cannot be read.",
}
"""The rules of validation; the other rules are those of `lint`."""

_RULE_IDS = [*RULES, *sorted(LINT_RULES)]
_GITHUB = {"error": "error", "warning": "warning", "note": "notice"}


class Checked(NamedTuple):
    """A scenario that was checked.

    Attributes:
        name: A file, a library name, or `-`.
        findings: The errors.
        lints: The findings of `lint`.
    """

    name: str
    findings: Sequence[Finding] = ()
    lints: Sequence[Lint] = ()

    @property
    def by_severity(self) -> list[tuple[str, Finding]]:
        """All findings, each with its level: `error`, `warning` or `note`."""
        return [("error", one) for one in self.findings] + [(one.severity, one.finding) for one in self.lints]


def github(checked: Sequence[Checked]) -> str:
    """One workflow command per finding; GitHub shows each at its line in a pull request."""
    return "\n".join(_annotation(one.name, *found) for one in checked for found in one.by_severity)


def sarif(checked: Sequence[Checked]) -> str:
    """A SARIF 2.1.0 log of all findings; files in the working folder have relative paths."""
    results = [_result(one.name, *found) for one in checked for found in one.by_severity]
    return sarif_log([_rule(code) for code in _RULE_IDS], results)


def _rule(code: str) -> dict[str, Any]:
    """A rule as a SARIF reporting descriptor."""
    if code in RULES:
        return {"id": code, "shortDescription": {"text": RULES[code]}, "defaultConfiguration": {"level": "error"}}
    rule = LINT_RULES[code]
    return {
        "id": code,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.explanation},
        "help": {"text": f"swarmsec explain {code}"},
        "defaultConfiguration": {"level": rule.severity},
    }


def _annotation(name: str, level: str, finding: Finding) -> str:
    span = finding.span
    place = {"file": relative(span.label if span else name)}
    if span:
        place |= {"line": str(span.line), "col": str(span.column), "endColumn": str(span.column + span.width)}
    place["title"] = (
        " ".join(filter(None, [finding.rule if finding.rule in LINT_RULES else "", finding.path])) or finding.rule
    )
    properties = ",".join(
        f"{key}={_escaped(value).replace(':', '%3A').replace(',', '%2C')}" for key, value in place.items()
    )
    return f"::{_GITHUB[level]} {properties}::{_escaped(_message(finding))}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _result(name: str, level: str, finding: Finding) -> dict[str, Any]:
    return {
        "ruleId": finding.rule,
        "ruleIndex": _RULE_IDS.index(finding.rule),
        "level": level,
        "message": {"text": _message(finding)},
        "locations": [location(name, finding.span, finding.path)],
    }


def _message(finding: Finding) -> str:
    return f"{finding.message}; {finding.hint}" if finding.hint else finding.message
