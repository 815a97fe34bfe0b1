"""Budgets that are missing, or that bind nobody."""

from __future__ import annotations

from collections.abc import Iterator

from swarmsec.authoring.lint_rules._case import LintCase
from swarmsec.authoring.lint_rules._rule import Fix, Remark, rule


@rule("SW016", severity="note")
def red_without_rules(case: LintCase) -> Iterator[Remark]:
    """Nothing limits red.

    Without `rules.red` an attack that somebody plays instead (`--attack`, orders, a worst-case search) may hijack
    every daemon from round 0 on, and results of different attacks cannot be compared: damage means something only
    against a budget. Say at least how many `daemons` red may hijack and how many `feeds` it may taint.
    """
    if case.acting and all(value is None for value in case.document["rules"]["red"].values()):
        yield Remark(("rules", "red"), "there are attacks, and no rule limits red", "say how many daemons and feeds")


@rule("SW017")
def rule_that_binds_nobody(case: LintCase) -> Iterator[Remark]:
    """A rule of engagement allows all that there is, or nothing at all.

    `rules.red.rounds` of at least the whole run limits nothing; an `earliest` round after the end, or `rounds: 0`,
    forbids every attack, so that none can be played instead of the scenario's own. Set the budget that the scenario
    needs, or leave the rule out.
    """
    red = case.setup.rules.red
    if red.rounds is not None and red.rounds > case.rounds:
        path = ("rules", "red", "rounds")
        said = f"allows {red.rounds:,} rounds, and the run has {case.rounds:,}"
        yield Remark(path, said, "leave it out, or say less", Fix(path, case.rounds))
    elif red.rounds == 0:
        yield Remark(("rules", "red", "rounds"), "allows no attack in any round", "say how many rounds")
    if red.earliest is not None and red.earliest >= case.rounds:
        yield Remark(
            ("rules", "red", "earliest"),
            f"allows no attack before round {red.earliest:,}, and the run has {case.rounds:,}",
            f"say less than {case.rounds:,}",
        )
