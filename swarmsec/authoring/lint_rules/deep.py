"""The rules of `lint --deep`, which look at the outcomes of a few runs; `swarmsec.authoring.deep_lint` runs them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator

from swarmsec.authoring.lint_rules._case import LintCase
from swarmsec.authoring.lint_rules._outcomes import FAINT, WEAK, Outcomes
from swarmsec.authoring.lint_rules._rule import Remark, Severity, add_rule
from swarmsec.scenario.yaml_tree import YamlPath

SECONDS_MAX = 60.0
"""So long may the runs of one scenario take, by a rough estimate."""

TRIVIAL = 0.5
"""A null that prevents this share of the damage, cheaply, makes an exercise trivial."""

CHEAP = 0.1
"""A cheap defense costs less than this share of the attack's damage when there is no attack."""

WON = 0.1
"""If the oracle prevents less than this share, blue cannot win."""

SAME = 0.01
FELT = 0.05
"""Outcomes that differ by less than this share of the attack's damage count as equal."""

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

    `--deep` runs about twenty arms of a few seeds. It takes fewer seeds where that would take more than a minute, and
    gives up where two seeds still would. Lint a smaller one: a scenario that extends it and has fewer daemons or
    rounds.
    """
    return Remark(("rounds",), f"two seeds would take more than {SECONDS_MAX:.0f} s", "use fewer daemons or rounds")


TOO_LARGE = "SW100"
add_rule(TOO_LARGE, "note", inspect.getdoc(too_large) or "", None)


@deep_rule("SW101")
def does_not_bite(case: LintCase, outcomes: Outcomes) -> Iterator[Remark]:
    """The attack does not bite.

    Over the seeds that were run, the interval of the attack's damage does not exclude zero, so there is nothing for a
    defense to limit and no verdict. Let it target more daemons, last longer or be stronger; check that the protocol
    reads what is attacked, and that the bill depends on it. A scenario without an attack is not checked.
    """
    _, low, high = outcomes.result.damage["attacked"]
    if not outcomes.result.bites:
        yield Remark(
            case.acting[0].path,
            f"does not bite in {len(outcomes.result.seeds)} seeds: its damage is {outcomes.in_unit(outcomes.damage)} "
            f"[{low:,.4g}, {high:,.4g}]",
            "make it stronger or longer, or check that the bill sees it",
        )


@deep_rule("SW102")
def trivial(case: LintCase, outcomes: Outcomes) -> Iterator[Remark]:
    """The exercise is trivial: a defense without any detection limits the damage.

    `random_quarantine` and `quarantine_all` look at nothing. One of them, within the same rules, prevents at least half
    of the damage at a price of less than a tenth of it, and so a good score here says little about a detector. Make
    isolation cost something, lower `rules.blue.quarantine`, or target daemons other than the first ones by number.
    Every defense is worth what it adds to its nulls.
    """
    from swarmsec.runs.nulls import QUARANTINES  # Not above: it imports Mesa, which a list of rules does not need.

    for kind in QUARANTINES:
        if outcomes.limited(kind) >= TRIVIAL and outcomes.price(kind) < CHEAP:
            yield Remark(
                ("rules", "blue", "quarantine"),
                f"{kind}, which looks at nothing, prevents {outcomes.limited(kind):.0%} of the damage at a price of "
                f"{outcomes.price(kind):.0%}",
                "let blue isolate fewer, or make isolation cost something",
            )


@deep_rule("SW103", severity="note")
def redundant(case: LintCase, outcomes: Outcomes) -> Iterator[Remark]:
    """One of the defenses adds nothing.

    Without it the damage of the defended arm is the same to within 1% of the attack's, and so is the cost without an
    attack. Leave it out, or make the scenario need it: add an attack on the surface that only this one sees.
    """
    for place, cast in enumerate(case.setup.defenses):
        without = outcomes.lineups.get(f"without defenses[{place}]")
        changes = [] if without is None else [a - b for a, b in zip(outcomes.lineups["own"], without, strict=True)]
        wins = outcomes.limited("own") >= WON
        if wins and changes and max(map(abs, changes)) <= SAME * outcomes.damage:
            path: YamlPath = ("defenses", place)
            yield Remark(path, f"without {cast.kind} the outcome is the same to within 1%", "leave it out")


@deep_rule("SW104")
def unwinnable(case: LintCase, outcomes: Outcomes) -> Iterator[Remark]:
    """Blue cannot win: even the oracle does not limit the damage.

    `oracle` is given the attacked daemons, isolates them within the rules and takes their neighbors' median for their
    signal. It prevents less than a tenth of the damage, so no detector with these responses can do better. Give red
    less, let blue isolate more, or write `difficulty: open` if another kind of answer is asked for.
    """
    from swarmsec.runs.nulls import ORACLE

    if outcomes.limited(ORACLE) < WON and max(map(outcomes.limited, outcomes.lineups)) < WON:
        yield Remark(
            ("defenses",) if case.written("defenses") else case.acting[0].path,
            f"even the oracle prevents only {outcomes.limited(ORACLE):.0%} of the damage",
            "give red less, or let blue isolate more",
            severity="note" if case.document["difficulty"] == "open" else None,
        )


@deep_rule("SW105")
def one_sided(case: LintCase, outcomes: Outcomes) -> Iterator[Remark]:
    """One side cannot change the outcome.

    Red's reach is how much the attack's damage changes when its strength is halved; blue's is how far the damage moves
    between no defense, the scenario's own, both quarantines and the oracle; each as a share of the attack's damage. If
    one is under 5% and the other is not, only one team matters: red's damage is saturated (a weaker attack does all
    that can be done), or blue's choices have no effect. Halve the attack until its strength matters, or give blue a
    defense that works.
    """
    reach_red = abs(outcomes.damage - outcomes.weaker[WEAK]) / outcomes.damage
    ends = [attacked for attacked, _ in outcomes.lineups.values()]
    reach_blue = (max(ends) - min(ends)) / outcomes.damage
    if reach_red < FELT <= reach_blue:
        yield Remark(
            (*case.acting[0].path, "strength"),
            f"red's strength does not matter: half of it does {outcomes.weaker[WEAK] / outcomes.damage:.0%} of the "
            f"damage, while blue moves it by {reach_blue:.0%}",
            "make the attack weaker until its strength counts",
        )
    elif reach_blue < FELT <= reach_red:
        yield Remark(
            ("defenses",) if case.written("defenses") else case.acting[0].path,
            f"nothing that blue can do matters: it moves the damage by {reach_blue:.0%}, red by {reach_red:.0%}",
            "give red less, or let blue isolate more",
        )


@deep_rule("SW106")
def shortcut(case: LintCase, outcomes: Outcomes) -> Iterator[Remark]:
    """The bill rises without a real attack.

    Either the defense does red's work, and alone (the guarded arm) costs at least half of the attack's damage; red wins
    by provoking blue and blue wins by not defending. Or an attack of a ten-thousandth of the strength does more than a
    tenth of the damage, so the bill counts being attacked and not the lie. Check what the bill counts, and what the
    defense costs without an attack.
    """
    if outcomes.price("own") >= TRIVIAL:
        yield Remark(
            ("defenses",),
            f"the defense alone costs {outcomes.in_unit(outcomes.lineups['own'][1])}, "
            f"{outcomes.price('own'):.0%} of what the attack does: it does red's work",
            "make it cheaper in peace",
        )
    faint = outcomes.weaker[FAINT]
    if faint >= CHEAP * outcomes.damage:
        yield Remark(
            (*case.acting[0].path, "strength"),
            f"at a ten-thousandth of the strength the attack still does {faint / outcomes.damage:.0%} of its damage",
            "look at what the bill counts: being attacked, or the lie",
        )


@deep_rule("SW107")
def standing_still(case: LintCase, outcomes: Outcomes) -> Iterator[Remark]:
    """Standing still does as well as the scenario's defenses.

    `frozen` decides nothing new, `deaf` hears nobody and `mute` ignores its feeds. One of them prevents at least half
    of the damage, and at least as much as the scenario's own defenses: the world does not pay for work, and the verdict
    cannot be `limited`. Choose a world or a bill in which a swarm that stands still loses.
    """
    from swarmsec.runs.nulls import STILL

    for kind in STILL:
        if outcomes.limited(kind) >= max(TRIVIAL, outcomes.limited("own") - SAME):
            yield Remark(
                ("defenses",) if case.written("defenses") else case.acting[0].path,
                f"{kind} does as well: it prevents {outcomes.limited(kind):.0%} of the damage, the scenario's own "
                f"defenses {outcomes.limited('own'):.0%}",
                "let the bill grow when the swarm stands still",
            )
