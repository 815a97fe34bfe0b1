"""A rule of `swarmsec lint`, and the decorator that registers one."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any, Literal, NamedTuple

from swarmsec.authoring.lint_rules._case import LintCase
from swarmsec.scenario.yaml_tree import YamlPath

Severity = Literal["warning", "note"]
"""A warning makes `swarmsec lint` exit with 1. A note reports what the author may have intended."""


class Fix(NamedTuple):
    """A value that corrects the scenario.

    Attributes:
        path: The path of the value, which is replaced or added.
        value: A number, a string, true or false.
    """

    path: YamlPath
    value: Any


class Remark(NamedTuple):
    """One finding of a rule, not yet located in the file.

    Attributes:
        path: The path in the document.
        message: What is suspicious.
        hint: How to correct it.
        fix: The correct value, if it is certain.
        severity: The rule's own unless given.
        of_key: Whether to point at the key instead of the value.
    """

    path: YamlPath
    message: str
    hint: str = ""
    fix: Fix | None = None
    severity: Severity | None = None
    of_key: bool = False


Check = Callable[[LintCase], Iterator[Remark]]


class LintRule(NamedTuple):
    """A rule.

    Attributes:
        code: Its code, such as `SW001`, which never changes its meaning.
        severity: The severity of its remarks.
        summary: One line.
        explanation: The reason, the remedy, and the source.
        check: Checks a scenario; None for a rule of `--deep`, which has to run the scenario.
    """

    code: str
    severity: Severity
    summary: str
    explanation: str
    check: Check | None

    @property
    def deep(self) -> bool:
        """Whether the rule has to run the scenario."""
        return self.check is None

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "code": self.code,
            "severity": self.severity,
            "summary": self.summary,
            "explanation": self.explanation,
            "deep": self.deep,
        }


RULES: dict[str, LintRule] = {}
"""Every rule by its code."""


def rule(code: str, *, severity: Severity = "warning") -> Callable[[Check], Check]:
    """Register a function as a rule. The first line of its docstring is the summary, the rest the explanation."""

    def register(check: Check) -> Check:
        add_rule(code, severity, inspect.getdoc(check) or "", check)
        return check

    return register


def add_rule(code: str, severity: Severity, text: str, check: Check | None) -> None:
    """Register a rule with the text of its docstring."""
    assert code not in RULES, f"{code} is registered twice"
    summary, _, explanation = text.strip().partition("\n")
    RULES[code] = LintRule(code, severity, summary.strip(), explanation.strip(), check)
