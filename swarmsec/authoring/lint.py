"""`lint`: find mistakes in valid scenarios.

Each rule has a stable code and is a function in `lint_rules`; its docstring is its explanation. A scenario disables a
rule with `x-lint-ignore: [SW009]`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from swarmsec.authoring.lint_rules import RULES, Fix, LintCase, LintRule, Remark, Severity
from swarmsec.errors import ScenarioError, UsageError, did_you_mean
from swarmsec.files import write_atomically
from swarmsec.parameters import Problem, spot
from swarmsec.scenario.findings import Finding, locate, paragraph
from swarmsec.scenario.load import Scenario, load_scenario
from swarmsec.scenario.overrides import steps
from swarmsec.scenario.yaml_tree import Span, Tree, YamlPath, parse

__all__ = ["RULES", "Lint", "LintCase", "LintRule", "Remark", "fixed", "lint", "lints_of", "selected"]

IGNORE = "x-lint-ignore"
"""The key with which a scenario disables rules."""

FIXES_MAX = 50


class Lint(NamedTuple):
    """One finding of a lint rule.

    Attributes:
        code: The code of the rule.
        severity: `warning` or `note`; only warnings change the exit code.
        finding: The place and the message; its topic is the code.
        fix: The value that `--fix` writes, or None.
    """

    code: str
    severity: Severity
    finding: Finding
    fix: Fix | None = None

    def to_dict(self) -> dict[str, Any]:
        """As plain data: the finding as in the output of `validate`, with code, severity and fix."""
        fix = {"path": spot(self.fix.path), "value": self.fix.value} if self.fix else None
        return {"code": self.code, "severity": self.severity, **self.finding.to_dict(), "fix": fix}

    def text(self, tree: Tree) -> str:
        """The finding as text, with its line of the file."""
        named = self.finding._replace(message=f"{self.code} {self.severity}: {self.finding.message}")
        return paragraph(named, tree)


def lint(scenario: Scenario, *, select: Sequence[str] = (), ignore: Sequence[str] = ()) -> list[Lint]:
    """Apply the rules to a scenario without running it.

    Args:
        scenario: A checked scenario.
        select: Codes, or prefixes of codes, of the rules to apply; all unless given.
        ignore: Codes, or prefixes of codes, of rules to leave out.

    Returns:
        The findings in the order of the file.

    Raises:
        UsageError: A code in `select` or `ignore` is unknown.
        ScenarioError: A code in the scenario's `x-lint-ignore` is unknown.
    """
    case = LintCase(scenario)
    rules = selected(select, ignore)
    remarks = [(rule, remark) for rule in rules if rule.check for remark in rule.check(case)]
    return lints_of(remarks, scenario)


def lints_of(remarks: Iterable[tuple[LintRule, Remark]], scenario: Scenario) -> list[Lint]:
    """Remarks with their places, except for swept values and for rules that the scenario disables."""
    ignored = _ignored(scenario)
    swept = {steps(path) for path in scenario.document["sweep"]}
    found = []
    for rule, remark in remarks:
        if rule.code in ignored or remark.path in swept:
            continue
        finding = locate(Problem(remark.path, remark.message, remark.hint), scenario.tree, topic=rule.code)
        place = scenario.tree.places.get(remark.path)
        if remark.of_key and place and finding.span:
            finding = finding._replace(span=place.key)
        severity = remark.severity or rule.severity
        found.append(Lint(rule.code, severity, finding._replace(rule=rule.code), remark.fix))
    return sorted(found, key=_place)


def _place(one: Lint) -> tuple[int, int, str]:
    span = one.finding.span
    return (span.line, span.column, one.code) if span else (0, 0, one.code)


def _ignored(scenario: Scenario) -> frozenset[str]:
    """The codes that the scenario disables."""
    codes = scenario.document.get(IGNORE, [])
    if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
        raise ScenarioError(f"{codes!r} given; must be a list of codes such as [SW009]", where=_spot(scenario))
    for code in codes:
        if code not in RULES:
            raise ScenarioError(f"no rule `{code}`; {did_you_mean(str(code), RULES)}", where=_spot(scenario))
    return frozenset(codes)


def _spot(scenario: Scenario) -> str:
    place = scenario.tree.place((IGNORE,))
    return f"{place.value}  {IGNORE}" if place else IGNORE


def selected(select: Sequence[str] = (), ignore: Sequence[str] = ()) -> list[LintRule]:
    """The selected rules, in the order of their codes.

    Args:
        select: Codes, or prefixes of codes, to apply; all unless given.
        ignore: Codes, or prefixes of codes, to leave out.

    Raises:
        UsageError: A code is unknown.

    Examples:
        >>> [rule.code for rule in selected(["SW001", "SW002"], ignore=["SW001"])]
        ['SW002']
    """
    for code in (*select, *ignore):
        if not any(known.startswith(code) for known in RULES) or not code:
            raise UsageError(f"no rule `{code}`; {did_you_mean(code, RULES)}")
    wanted = tuple(select) or ("SW",)
    return [
        rule
        for code, rule in sorted(RULES.items())
        if code.startswith(wanted) and not (ignore and code.startswith(tuple(ignore)))
    ]


# Fixing.


def fixed(
    file: str,
    *,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    plugins: Sequence[str | Path] = (),
    extends_from: Sequence[str | Path] = (),
) -> list[Lint]:
    """Apply all safe fixes to a file; comments and layout stay.

    Each fix is one edit of the text that must change exactly one value of the document. An edit that would change
    more (a value with an anchor that is used elsewhere) or another file is not made.

    Args:
        file: The path of a scenario.
        select: As for `lint`.
        ignore: As for `lint`.
        plugins: Folders of plug-ins.
        extends_from: Folders with scenarios that it may extend.

    Returns:
        The findings that were fixed.

    Raises:
        UsageError: `file` is not a file.
        ScenarioError: The scenario is invalid.
    """
    path = Path(file)
    if not path.is_file():
        raise UsageError(f"`{file}` is not a file; must be one that can be rewritten", where="--fix")
    done: list[Lint] = []
    while len(done) < FIXES_MAX:
        scenario = load_scenario(file, plugins=plugins, extends_from=extends_from)
        text = path.read_bytes().decode()
        for one in lint(scenario, select=select, ignore=ignore):
            changed = edited(text, one.fix, scenario.tree, label=file) if one.fix else None
            if changed is not None:
                write_atomically(path, changed)
                done.append(one)
                break
        else:
            break
    return done


def edited(text: str, fix: Fix, tree: Tree, *, label: str) -> str | None:
    """The text with one value changed or added; None if that would change anything else.

    Args:
        text: The text of the file.
        fix: The new value and its path.
        tree: The tree that was read from the file.
        label: The name of the file in the places of the tree.
    """
    word = json.dumps(fix.value, ensure_ascii=False) if not isinstance(fix.value, str) else fix.value
    place = tree.places.get(fix.path)
    if place is not None:
        changed = _with(text, place.value, word, replaces=True) if place.value.label == label else None
    else:
        changed = _inserted(text, fix.path, word, tree, label)
    return changed if changed is not None and _one_value_differs(text, changed, fix.value) else None


def _inserted(text: str, path: YamlPath, word: str, tree: Tree, label: str) -> str | None:
    """The text with a new key after or before the first key of its mapping; None if that is not possible."""
    holder = path[:-1]
    first = next((way for way in tree.places if len(way) == len(path) and way[:-1] == holder), None)
    if first is None or tree.places[first].value.label != label:
        return None
    key, value = tree.places[first]
    line = text.splitlines()[key.line - 1]
    around = tree.places[holder].value if holder else None
    if around and around.line == key.line and line[around.column - 1 : around.column] == "{":
        if value.line != key.line:
            return None
        return _with(text, Span(label, value.line, value.column + value.width, 0), f", {path[-1]}: {word}")
    return _with(text, Span(label, key.line, key.column, 0), f"{path[-1]}: {word}\n{' ' * (key.column - 1)}")


def _with(text: str, span: Span, word: str, *, replaces: bool = False) -> str:
    """The text with a word inserted at the beginning of a span, or in place of the span."""
    lines = text.splitlines(keepends=True)
    line = lines[span.line - 1]
    end = "\r\n" if line.endswith("\r\n") else "\n"
    start = span.column - 1
    lines[span.line - 1] = line[:start] + word.replace("\n", end) + line[start + (span.width if replaces else 0) :]
    return "".join(lines)


def _one_value_differs(before: str, after: str, value: Any) -> bool:
    """Whether exactly one value of the document has changed, and the new one is `value`."""
    try:
        old, new = (dict(_leaves(parse(text, "").data, ())) for text in (before, after))
    except ScenarioError:
        return False
    differing = [path for path in {*old, *new} if old.get(path, old) != new.get(path, new)]
    return len(differing) == 1 and new.get(differing[0]) == value


def _leaves(value: Any, path: YamlPath) -> Iterator[tuple[YamlPath, Any]]:
    """Every scalar and empty collection in a value, with its path."""
    if isinstance(value, (Mapping, list)) and value:
        pairs = value.items() if isinstance(value, Mapping) else enumerate(value)
        for key, inner in pairs:
            yield from _leaves(inner, (*path, key))
    else:
        yield path, value
