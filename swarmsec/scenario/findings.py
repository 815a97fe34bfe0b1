"""What is wrong with a scenario: where, what, and what would be right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from swarmsec.errors import ScenarioError, SwarmsecError, UsageError
from swarmsec.parameters import Problem, spot
from swarmsec.scenario.yaml_tree import Place, Span, Tree, UnreadableError, YamlPath

TOLD_MAX = 50
"""So many findings are written out in an error's message; `findings` has them all."""

_SHOWN_MAX = 240
"""Characters of a line that are shown."""


class Finding(NamedTuple):
    """One thing that is wrong, told to a person.

    Attributes:
        path: Where in the document: `attacks[0].bais`.
        message: What was given and what would be right.
        hint: What was probably meant, or nothing.
        topic: What `swarmsec explain` says more about, or nothing.
        span: Where in the file; None for a document that comes from no file.
        rule: What kind of mistake it is, in a word that stays the same: `unknown-key`.
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
        """In one line."""
        head = f"{self.span}  {self.path}" if self.span else self.path
        said = f"{self.message}; {self.hint}" if self.hint else self.message
        return f"{head}  {said}" if head else said


class InvalidScenarioError(ScenarioError):
    """A scenario with at least one finding; the message tells them all, with their lines.

    Attributes:
        findings: All that is wrong.
    """

    def __init__(self, message: str, *, where: str = "", findings: Sequence[Finding] = ()) -> None:
        super().__init__(message, where=where)
        self.findings = tuple(findings)


def locate(problem: Problem, tree: Tree, *, topic: str = "") -> Finding:
    """A problem of the document, with its place in the file."""
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
    """The error that tells all for which a text is no YAML."""
    findings = [Finding(spot(fault.path), fault.message, span=fault.span, rule="unreadable") for fault in error.faults]
    return refuse(findings, Tree(None, texts=error.texts))


def findings_of(error: SwarmsecError) -> tuple[Finding, ...]:
    """What an error tells, as findings."""
    if isinstance(error, InvalidScenarioError):
        return error.findings
    rule = "no-scenario" if isinstance(error, UsageError) else "wrong-value"
    return (Finding(error.where, error.message, rule=rule),)


def refuse(findings: Sequence[Finding], tree: Tree) -> InvalidScenarioError:
    """The error that tells all findings, with the lines that they stand in."""
    text = "\n".join(paragraph(finding, tree) for finding in findings[:TOLD_MAX])
    if len(findings) > TOLD_MAX:
        text += f"\nand {len(findings) - TOLD_MAX:,} more"
    return InvalidScenarioError(text, findings=findings)


def paragraph(finding: Finding, tree: Tree) -> str:
    """A finding with its line of the file and a caret under what is meant."""
    said = finding.message
    if finding.span is None:
        return finding.line()
    lines = ["  ".join(filter(None, [str(finding.span), finding.path, said]))]
    text = tree.texts.get(finding.span.label, [])
    if 0 < finding.span.line <= len(text):
        source = text[finding.span.line - 1]
        first = max(0, finding.span.column - _SHOWN_MAX // 2) if len(source) > _SHOWN_MAX else 0
        shown = source[first : first + _SHOWN_MAX].replace("\t", " ")
        before = finding.span.column - 1 - first
        carets = " " * before + "^" * max(1, min(finding.span.width, len(shown) - before))
        lines += [f"{finding.span.line:>5} | {shown}", f"      | {carets}"]
    more = f"  (swarmsec explain {finding.topic})" if finding.topic else ""
    if finding.hint or more:
        lines.append(f"   {finding.hint}{more}".rstrip())
    return "\n".join(lines)


def _pointed_at(problem: Problem, place: Place) -> Span:
    """A wrong name is pointed at by its key, a wrong value by itself, and what is missing by what it is missing in."""
    return place.key if problem.of_key else place.value


def _rule(problem: Problem) -> str:
    if problem.of_key:
        return "unknown-key"
    if problem.message.startswith("missing"):
        return "missing-key"
    return "unknown-kind" if problem.path[-1:] == ("kind",) and problem.message.startswith("no ") else "wrong-value"


def in_mapping(path: YamlPath, problem: Problem) -> Problem:
    """A problem told from further out."""
    return problem._replace(path=(*path, *problem.path))
