"""Rules about rules of engagement: budgets that are missing or have no effect."""

from __future__ import annotations

from collections.abc import Iterator

from swarmsec.authoring.lint_rules._case import LintCase
from swarmsec.authoring.lint_rules._rule import Fix, Remark, rule


@rule("SW016", severity="note")
def red_without_rules(case: LintCase) -> Iterator[Remark]:
    """No rule limits red.

    Without `rules.red`, an attack that replaces the scenario's own (`--attack`, orders, a worst-case search) may hijack
    every daemon from round 0 on. Damages of different attacks can be compared only under the same budget. Set at least
    `daemons`, the number of daemons that red may hijack, and `feeds`, the number of feeds that it may falsify.
    """
    if case.acting and all(value is None for value in case.document["rules"]["red"].values()):
        yield Remark(("rules", "red"), "there are attacks, but no rule limits red", "set `daemons` and `feeds`")


@rule("SW017")
def rule_without_effect(case: LintCase) -> Iterator[Remark]:
    """A rule of engagement allows everything, or nothing.

    A `rules.red.rounds` larger than the number of rounds limits nothing. An `earliest` round after the end, or
    `rounds: 0`, forbids every attack, so no attack can replace the scenario's own. With `identities: 0` none can join
    a network with a reserve. Set the budget that the scenario needs, or remove the rule.
    """
    red, reserve = case.setup.rules.red, case.setup.network.reserve
    if reserve and red.identities == 0:
        message = f"lets none join, but network.reserve has {reserve:,} identities"
        yield Remark(("rules", "red", "identities"), message, "set a number of identities, or remove the reserve")
    if red.rounds is not None and red.rounds > case.rounds:
        path = ("rules", "red", "rounds")
        message = f"allows {red.rounds:,} rounds, but the run has only {case.rounds:,}"
        yield Remark(path, message, "remove it, or set fewer", Fix(path, case.rounds))
    elif red.rounds == 0:
        yield Remark(("rules", "red", "rounds"), "allows no attack in any round", "set a number of rounds")
    if red.earliest is not None and red.earliest >= case.rounds:
        yield Remark(
            ("rules", "red", "earliest"),
            f"allows no attack before round {red.earliest:,}, but the run has only {case.rounds:,} rounds",
            f"set less than {case.rounds:,}",
        )
