"""Findings: the errors of a scenario, each with its place, a message and a hint."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from swarmsec.errors import ScenarioError, SwarmsecError, UsageError
from swarmsec.parameters import Problem, spot
from swarmsec.scenario.yaml_tree import Place, Span, Tree, UnreadableError, YamlPath
from swarmsec.visible import one_line, visible

PRINTED_MAX = 50
"""An error's message prints at most this many findings; its attribute `findings` has all."""

_SHOWN_MAX = 240
"""At most this many characters of a line are printed."""


class Finding(NamedTuple):
    """One error of a scenario.

    Attributes:
        path: The path in the document: `attacks[0].bais`.
        message: The given value, and what it must be.
        hint: The probable intention, or "".
        topic: The topic of `swarmsec explain` that describes the key, or "".
        span: The place in the file; None for a document that was not read from a file.
        rule: The class of the error, stable across versions: `unknown-key`.
    """

    path: str
    message: str
    hint: str = ""
    topic: str = ""
    span: Span | None = None
    rule: str = "wrong-value"

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        place = self.span._asdict() if self.span else {"label": None, "line": None, "column": None, "width": None}
        return {
            "path": self.path,
            "file": place["label"],
            "line": place["line"],
            "column": place["column"],
            "width": place["width"],
            "rule": self.rule,
            "message": self.message,
            "hint": self.hint,
        }

    def line(self) -> str:
        """The finding in one line."""
        head = f"{self.span}  {self.path}" if self.span else self.path
        text = f"{self.message}; {self.hint}" if self.hint else self.message
        return one_line(f"{head}  {text}" if head else text)


class InvalidScenarioError(ScenarioError):
    """A scenario with at least one error; the message lists the findings with their lines of the file.

    Attributes:
        findings: All findings.
    """

    def __init__(self, message: str, *, where: str = "", findings: Sequence[Finding] = ()) -> None:
        super().__init__(message, where=where)
        self.findings = tuple(findings)

    def __str__(self) -> str:
        message = visible(self.message)
        return f"{one_line(self.where)}: {message}" if self.where else message


def locate(problem: Problem, tree: Tree, *, topic: str = "") -> Finding:
    """A problem of the document as a finding, with its place in the file."""
    place = tree.place(problem.path)
    return Finding(
        path=spot(tree.written(problem.path)),
        message=problem.message,
        hint=problem.hint,
        topic=topic,
        span=_pointed_at(problem, place) if place else None,
        rule=_rule(problem),
    )


def unreadable(error: UnreadableError) -> InvalidScenarioError:
    """The error for a text that is not valid YAML, with all of its faults as findings."""
    findings = [Finding(spot(fault.path), fault.message, span=fault.span, rule="unreadable") for fault in error.faults]
    return refuse(findings, Tree(None, texts=error.texts))


def findings_of(error: SwarmsecError) -> tuple[Finding, ...]:
    """An error as findings."""
    if isinstance(error, InvalidScenarioError):
        return error.findings
    rule = "no-scenario" if isinstance(error, UsageError) else "wrong-value"
    return (Finding(error.where, error.message, rule=rule),)


def refuse(findings: Sequence[Finding], tree: Tree) -> InvalidScenarioError:
    """The error that lists findings, each with its line of the file."""
    text = "\n".join(paragraph(finding, tree) for finding in findings[:PRINTED_MAX])
    if len(findings) > PRINTED_MAX:
        text += f"\nand {len(findings) - PRINTED_MAX:,} more"
    return InvalidScenarioError(text, findings=findings)


def paragraph(finding: Finding, tree: Tree) -> str:
    """A finding with its line of the file, and carets under the wrong value."""
    if finding.span is None:
        return finding.line()
    lines = [one_line("  ".join(filter(None, [str(finding.span), finding.path, finding.message])))]
    text = tree.texts.get(finding.span.label, [])
    if 0 < finding.span.line <= len(text):
        source = text[finding.span.line - 1]
        first = max(0, finding.span.column - _SHOWN_MAX // 2) if len(source) > _SHOWN_MAX else 0
        shown = source[first : first + _SHOWN_MAX].replace("\t", " ")
        start = finding.span.column - 1 - first
        before, at = one_line(shown[:start]), one_line(shown[start : start + finding.span.width])
        shown, carets = one_line(shown), " " * len(before) + "^" * max(1, len(at))
        lines += [f"{finding.span.line:>5} | {shown}", f"      | {carets}"]
    more = f"  (swarmsec explain {finding.topic})" if finding.topic else ""
    if finding.hint or more:
        lines.append(one_line(f"   {finding.hint}{more}".rstrip()))
    return "\n".join(lines)


def _pointed_at(problem: Problem, place: Place) -> Span:
    """The key of an unknown name; the value of a wrong value; for a missing key, the mapping that lacks it."""
    return place.key if problem.of_key else place.value


def _rule(problem: Problem) -> str:
    if problem.of_key:
        return "unknown-key"
    if problem.message.startswith("missing"):
        return "missing-key"
    return "unknown-kind" if problem.path[-1:] == ("kind",) and problem.message.startswith("no ") else "wrong-value"


def in_mapping(path: YamlPath, problem: Problem) -> Problem:
    """A problem of a nested mapping, with the path from the document's top."""
    return problem._replace(path=(*path, *problem.path))
