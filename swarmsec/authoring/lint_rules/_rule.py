"""What a rule of `swarmsec lint` is, and how one joins the others."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any, Literal, NamedTuple

from swarmsec.authoring.lint_rules._case import LintCase
from swarmsec.scenario.yaml_tree import YamlPath

Severity = Literal["warning", "note"]
"""A warning fails the gate. A note tells what an author may well have meant."""


class Fix(NamedTuple):
    """A value that would be right.

    Attributes:
        path: Where it goes; what stands there is replaced, and what does not is put in.
        value: A number, a word, true or false.
    """

    path: YamlPath
    value: Any


class Remark(NamedTuple):
    """What a rule has to say of one place.

    Attributes:
        path: Where in the document.
        message: What is odd.
        hint: What would be right.
        fix: The value that would be, if there is no doubt about it.
        severity: The rule's own unless given.
        of_key: Whether the key is pointed at, and not the value.
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
        code: `SW001`. It never changes its meaning.
        severity: How much its remarks weigh.
        summary: In one line.
        explanation: Why, what to do, and where it is from.
        check: What looks at a scenario; None for a rule of `--deep`, which has to play it.
    """

    code: str
    severity: Severity
    summary: str
    explanation: str
    check: Check | None

    @property
    def deep(self) -> bool:
        """Whether it plays the scenario."""
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
    """Make a function a rule. The first line of its docstring is the summary, the rest the explanation."""

    def register(check: Check) -> Check:
        add_rule(code, severity, inspect.getdoc(check) or "", check)
        return check

    return register


def add_rule(code: str, severity: Severity, text: str, check: Check | None) -> None:
    """Put a rule among the others."""
    assert code not in RULES, f"{code} stands twice"
    summary, _, explanation = text.strip().partition("\n")
    RULES[code] = LintRule(code, severity, summary.strip(), explanation.strip(), check)
