"""The rules of `lint --deep`, which check the outcomes of a few runs; `swarmsec.authoring.deep_lint` makes the runs."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator

from swarmsec.authoring.lint_rules._case import LintCase
from swarmsec.authoring.lint_rules._outcomes import FAINT, WEAK, Outcomes
from swarmsec.authoring.lint_rules._rule import Remark, Severity, add_rule
from swarmsec.scenario.yaml_tree import YamlPath

SECONDS_MAX = 60.0
"""The limit of the estimated time of all runs of one scenario."""

TRIVIAL = 0.5
"""A scenario is trivial if a cheap null prevents at least this share of the damage."""

CHEAP = 0.1
"""A cheap defense costs less than this share of the attack's damage when there is no attack."""

WON = 0.1
"""If the oracle prevents less than this share, blue cannot win."""

SAME = 0.01
"""Outcomes that differ by at most this share of the attack's damage count as equal."""

FELT = 0.05
"""A team that changes the damage by less than this share of the attack's damage has no influence."""

DeepCheck = Callable[[LintCase, Outcomes], Iterator[Remark]]

DEEP_CHECKS: dict[str, DeepCheck] = {}
"""The deep rules by their codes; all but SW101 need an attack that bites."""


def deep_rule(code: str, *, severity: Severity = "warning") -> Callable[[DeepCheck], DeepCheck]:
    """Make a function a deep rule; its docstring is the rule's text, as with `rule`."""

    def register(check: DeepCheck) -> DeepCheck:
        add_rule(code, severity, inspect.getdoc(check) or "", None)
        DEEP_CHECKS[code] = check
        return check

    return register


def too_large() -> Remark:
    """The scenario is too large for `lint --deep`.

    `--deep` runs about twenty arms of a few seeds, with fewer seeds if that would take more than a minute. If even two
    seeds would take longer, nothing is run. Lint a smaller scenario: one that extends this one and has fewer daemons or
    rounds.
    """
    return Remark(("rounds",), f"two seeds would take more than {SECONDS_MAX:.0f} s", "use fewer daemons or rounds")


TOO_LARGE = "SW100"
add_rule(TOO_LARGE, "note", inspect.getdoc(too_large) or "", None)


@deep_rule("SW101")
def does_not_bite(case: LintCase, outcomes: Outcomes) -> Iterator[Remark]:
    """The attack does not bite.

    Over the seeds that were run, the interval of the attack's damage does not exclude zero, so there is nothing for a
    defense to limit and no verdict. Use more targets, more rounds or a greater strength; check that the protocol
    reads the attacked values, and that the bill depends on them. A scenario without an attack is not checked.
    """
    _, low, high = outcomes.result.damage["attacked"]
    if not outcomes.result.bites:
        yield Remark(
            case.acting[0].path,
            f"does not bite in {len(outcomes.result.seeds)} seeds: its damage is {outcomes.in_unit(outcomes.damage)} "
            f"[{low:,.4g}, {high:,.4g}]",
            "make it stronger or longer, or check that the bill depends on it",
        )


@deep_rule("SW102")
def trivial(case: LintCase, outcomes: Outcomes) -> Iterator[Remark]:
    """The exercise is trivial: a defense without any detection limits the damage.

    `random_quarantine` and `quarantine_all` observe nothing. One of them, within the same rules, prevents at least half
    of the damage at a price of less than a tenth of it, so a good score in this scenario is no evidence for a detector.
    Give isolation a cost, lower `rules.blue.quarantine`, or target daemons other than the first ones by number. The
    value of a defense is what it prevents in addition to the nulls.
    """
    from swarmsec.runs.nulls import QUARANTINES  # Not above: it imports Mesa, which a list of rules does not need.

    for kind in QUARANTINES:
        if outcomes.limited(kind) >= TRIVIAL and outcomes.price(kind) < CHEAP:
            yield Remark(
                ("rules", "blue", "quarantine"),
                f"{kind}, which observes nothing, prevents {outcomes.limited(kind):.0%} of the damage at a price of "
                f"{outcomes.price(kind):.0%}",
                "lower the quarantine limit, or give isolation a cost",
            )


@deep_rule("SW103", severity="note")
def redundant(case: LintCase, outcomes: Outcomes) -> Iterator[Remark]:
    """One of the defenses adds nothing.

    Without it, the damage of the defended arm and the cost without an attack change by at most 1% of the attack's
    damage. Remove it, or make it necessary: add an attack on a surface that only this defense sees.
    """
    for place, spec in enumerate(case.setup.defenses):
        without = outcomes.lineups.get(f"without defenses[{place}]")
        changes = [] if without is None else [a - b for a, b in zip(outcomes.lineups["own"], without, strict=True)]
        wins = outcomes.limited("own") >= WON
        if wins and changes and max(map(abs, changes)) <= SAME * outcomes.damage:
            path: YamlPath = ("defenses", place)
            yield Remark(path, f"without {spec.kind} the outcome is the same to within 1%", "remove it")


@deep_rule("SW104")
def unwinnable(case: LintCase, outcomes: Outcomes) -> Iterator[Remark]:
    """Blue cannot win: even the oracle does not limit the damage.

    `oracle` knows the attacked daemons, isolates them within the rules and replaces their signals by their neighbors'
    median. It prevents less than a tenth of the damage, so no detector with these responses can do better. Reduce
    red's budget or strength, raise blue's quarantine limit, or set `difficulty: open` if the scenario asks for another
    kind of defense.
    """
    from swarmsec.runs.nulls import ORACLE

    if outcomes.limited(ORACLE) < WON and max(map(outcomes.limited, outcomes.active)) < WON:
        yield Remark(
            ("defenses",) if case.written("defenses") else case.acting[0].path,
            f"even the oracle prevents only {outcomes.limited(ORACLE):.0%} of the damage",
            "weaken the attack, or raise the quarantine limit",
            severity="note" if case.document["difficulty"] == "open" else None,
        )


@deep_rule("SW105")
def one_sided(case: LintCase, outcomes: Outcomes) -> Iterator[Remark]:
    """One side cannot change the outcome.

    Red's influence is the change of the attack's damage if its strength is halved. Blue's influence is the range of the
    damage over no defense, the scenario's own, both quarantines and the oracle. Both are shares of the attack's damage.
    If one is under 5% and the other is not, only one team matters: red's damage is saturated (a weaker attack does the
    same damage), or blue's choices have no effect. Halve the strength until it matters, or add a defense that works.
    """
    influence_red = abs(outcomes.damage - outcomes.weaker[WEAK]) / outcomes.damage
    ends = [attacked for attacked, _ in outcomes.active.values()]
    influence_blue = (max(ends) - min(ends)) / outcomes.damage
    if influence_red < FELT <= influence_blue:
        yield Remark(
            (*case.acting[0].path, "strength"),
            f"red's strength does not matter: half of it does {outcomes.weaker[WEAK] / outcomes.damage:.0%} of the "
            f"damage, while blue changes it by {influence_blue:.0%}",
            "reduce the strength until it changes the damage",
        )
    elif influence_blue < FELT <= influence_red:
        yield Remark(
            ("defenses",) if case.written("defenses") else case.acting[0].path,
            f"blue cannot change the outcome: it moves the damage by {influence_blue:.0%}, red by {influence_red:.0%}",
            "weaken the attack, or raise the quarantine limit",
        )


@deep_rule("SW106")
def shortcut(case: LintCase, outcomes: Outcomes) -> Iterator[Remark]:
    """The bill rises without a real attack.

    There are two cases. The defense alone (the guarded arm) costs at least half of the attack's damage: red wins by
    provoking the defense, and blue wins without one. Or an attack with a ten-thousandth of the strength does at least a
    tenth of the damage: the bill depends on the presence of an attack and not on the size of the lie. Check what the
    bill measures, and what the defense costs without an attack.
    """
    if outcomes.price("own") >= TRIVIAL:
        yield Remark(
            ("defenses",),
            f"the defense alone costs {outcomes.in_unit(outcomes.lineups['own'][1])}, "
            f"{outcomes.price('own'):.0%} of the attack's damage",
            "reduce its cost without an attack",
        )
    faint = outcomes.weaker[FAINT]
    if faint >= CHEAP * outcomes.damage:
        yield Remark(
            (*case.acting[0].path, "strength"),
            f"at a ten-thousandth of the strength the attack still does {faint / outcomes.damage:.0%} of its damage",
            "check whether the bill depends on the size of the lie",
        )


@deep_rule("SW107")
def standing_still(case: LintCase, outcomes: Outcomes) -> Iterator[Remark]:
    """Standing still does as well as the scenario's defenses.

    `frozen` decides nothing new, `deaf` hears nobody and `mute` ignores its feeds. One of them prevents at least half
    of the damage, and at least as much as the scenario's own defenses: the world does not pay for work, and the verdict
    cannot be `limited`. Choose a world or a bill in which a swarm that stands still loses.
    """
    from swarmsec.runs.runner import STILL

    for kind in STILL:
        if outcomes.limited(kind) >= max(TRIVIAL, outcomes.limited("own") - SAME):
            yield Remark(
                ("defenses",) if case.written("defenses") else case.acting[0].path,
                f"{kind} does as well: it prevents {outcomes.limited(kind):.0%} of the damage, the scenario's own "
                f"defenses {outcomes.limited('own'):.0%}",
                "let the bill grow when the swarm stands still",
            )
