"""`lint --deep`: play a scenario for a few seeds, beside its nulls and weaker attacks, and see whether it is a contest.

Some fifteen arms are played, on common random numbers: the scenario's own four; `random_quarantine`, `quarantine_all`
and `oracle` in place of its defenses, attacked and alone; its attacks at half of their strength, and at next to none;
and, where there are several defenses, each line-up with one of them left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from swarmsec.authoring.lint import Lint, lints_of, selected
from swarmsec.authoring.lint_rules import LintCase, Remark
from swarmsec.authoring.lint_rules.document import EDGES_A_SECOND
from swarmsec.runs.runner import subject_of
from swarmsec.runs.simulation import play_seed
from swarmsec.scenario import Scenario, load_scenario
from swarmsec.scenario.yaml_tree import YamlPath
from swarmsec.scoring import Result, score
from swarmsec.swarm.arms import ALL_ARMS, Arm

SEEDS_MAX = 3
"""So many seeds are played, unless the attack does not bite in them; then as many as the scenario has."""

SECONDS_MAX = 60.0

TRIVIAL = 0.5
"""A null that prevents this share of the damage, cheaply, makes an exercise trivial."""

CHEAP = 0.1
"""A price in peace of less than this share of the attack's damage."""

WON = 0.1
"""If the oracle prevents less than this share, nobody can win."""

SAME = 0.01
FELT = 0.05
"""Outcomes that differ by less than this share of the attack's damage are as good as one."""

WEAK, FAINT = 0.5, 1e-4
"""What the attack's strength is multiplied by, to see whether it matters and whether the bill counts the lie."""

QUARANTINES = ("random_quarantine", "quarantine_all")
ORACLE = "oracle"

Advance = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class Outcomes:
    """What was played, as mean damages over the seeds.

    Attributes:
        result: The scenario's own four arms, scored.
        lineups: By name of the line-up (`none`, `own`, a null, `without defenses[0]`): damage when attacked, and alone.
        weaker: By factor of the strength: the damage of the attack without a defense.
    """

    result: Result
    lineups: Mapping[str, tuple[float, float]]
    weaker: Mapping[float, float]

    @property
    def damage(self) -> float:
        """What the attack costs an undefended swarm."""
        return self.result.damage["attacked"].mean

    def limited(self, lineup: str) -> float:
        """The share of the damage that a line-up prevents: DL."""
        attacked, alone = self.lineups[lineup]
        return 1.0 - (attacked - alone) / self.damage

    def price(self, lineup: str) -> float:
        """What a line-up costs in peace, as a share of the attack's damage."""
        return self.lineups[lineup][1] / self.damage


Check = Callable[[LintCase, Outcomes], Iterator[Remark]]


def deep_lint(
    scenario: Scenario,
    *,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    advance: Advance | None = None,
) -> list[Lint]:
    """What playing a scenario shows about it, in the order of the file.

    Args:
        scenario: A checked one. Its sweep is not played.
        select: Codes, or beginnings of codes, of the rules to use; all unless given.
        ignore: Codes, or beginnings of codes, of rules to leave out.
        advance: Told what is played next.
    """
    rules = {rule.code: rule for rule in selected(select, ignore) if rule.deep}
    case = LintCase(scenario)
    if not case.acting or not rules:
        return []
    seeds = _seeds(case)
    if not seeds:
        found = [("SW100", Remark(("rounds",), f"two seeds would take more than {SECONDS_MAX:.0f} s", "play less"))]
    else:
        outcomes = _play(scenario, seeds, advance or (lambda _: None))
        checks = CHECKS if outcomes.result.bites else {"SW101": _does_not_bite, "SW106": _faint_attack_bites}
        found = [(code, remark) for code, check in checks.items() for remark in check(case, outcomes)]
    return lints_of([(rules[code], remark) for code, remark in found if code in rules], scenario)


def _seeds(case: LintCase) -> tuple[int, ...]:
    """As many of the scenario's seeds as there is time for, at least two; none if there is no time."""
    defenses = len(case.setup.defenses)
    arms = 4 + 2 * (len(QUARANTINES) + 1) + 2 + (2 * defenses if defenses > 1 else 0)
    edges = case.setup.network.m * case.rounds * case.setup.protocol.exchanges * arms
    affordable = int(SECONDS_MAX * EDGES_A_SECOND / max(1, edges))
    own = case.scenario.seeds
    some = own if len(own) > 1 else tuple(range(own[0], own[0] + SEEDS_MAX))
    return some[:affordable] if affordable >= 2 else ()


def _play(scenario: Scenario, seeds: Sequence[int], advance: Advance) -> Outcomes:
    own = load_scenario(scenario, settings={"engine": "arrays", "sweep": {}})
    advance("its own arms")
    runs = [play_seed(own, seed, ALL_ARMS) for seed in seeds[:SEEDS_MAX]]
    result = score(subject_of(own), runs)
    if not result.bites and len(seeds) > len(runs):
        advance("more seeds, since it does not bite in these")
        runs += [play_seed(own, seed, ALL_ARMS) for seed in seeds[SEEDS_MAX:]]
        result = score(subject_of(own), runs)
    clean = {run.seed: _bill(run.traces["clean"]) for run in runs}

    def mean_damage(changed: Scenario, arm: Arm) -> float:
        bills = [_bill(play_seed(changed, seed, [arm]).traces[arm]) - clean[seed] for seed in clean]
        return sum(bills) / len(bills)

    def both(changed: Scenario) -> tuple[float, float]:
        return mean_damage(changed, Arm.DEFENDED), mean_damage(changed, Arm.GUARDED)

    damage = {arm: interval.mean for arm, interval in result.damage.items()}
    lineups = {"none": (damage["attacked"], 0.0), "own": (damage["defended"], damage["guarded"])}
    weaker: dict[float, float] = {}
    for factor in (WEAK, FAINT) if result.bites else (FAINT,):
        advance(f"attacks at {factor:g} of their strength")
        weaker[factor] = mean_damage(_at_strength(own, factor), Arm.ATTACKED)
    for name, defenses in _lineups(own.document["defenses"]) if result.bites else ():
        advance(name)
        lineups[name] = both(load_scenario(own, defense=defenses))
    return Outcomes(result, lineups, weaker)


def _lineups(own: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The nulls, and the scenario's defenses without one of them."""
    for kind in (*QUARANTINES, ORACLE):
        yield kind, [{"kind": kind}]
    for left_out in range(len(own)) if len(own) > 1 else ():
        yield f"without defenses[{left_out}]", [dict(one) for place, one in enumerate(own) if place != left_out]


def _at_strength(scenario: Scenario, factor: float) -> Scenario:
    attacks = scenario.document["attacks"]
    return load_scenario(
        scenario,
        settings={f"attacks[{place}].strength": spec["strength"] * factor for place, spec in enumerate(attacks)},
    )


def _bill(trace: Any) -> float:
    return float(trace.bill[-1])


# The rules; their explanations are in `authoring/lint_rules/deep.py`.


def _does_not_bite(case: LintCase, outcomes: Outcomes) -> Iterator[Remark]:
    _, low, high = outcomes.result.damage["attacked"]
    if not outcomes.result.bites:
        yield Remark(
            case.acting[0].path,
            f"does not bite in {len(outcomes.result.seeds)} seeds: its damage is {_amount(outcomes, outcomes.damage)} "
            f"[{low:,.4g}, {high:,.4g}]",
            "make it stronger or longer, or check that the bill sees it",
        )


def _trivial(case: LintCase, outcomes: Outcomes) -> Iterator[Remark]:
    for kind in QUARANTINES:
        if outcomes.limited(kind) >= TRIVIAL and outcomes.price(kind) < CHEAP:
            yield Remark(
                ("rules", "blue", "quarantine"),
                f"{kind}, which looks at nothing, prevents {outcomes.limited(kind):.0%} of the damage at a price of "
                f"{outcomes.price(kind):.0%}",
                "let blue isolate fewer, or make isolation cost something",
            )


def _redundant(case: LintCase, outcomes: Outcomes) -> Iterator[Remark]:
    for place, cast in enumerate(case.setup.defenses):
        without = outcomes.lineups.get(f"without defenses[{place}]")
        changes = [] if without is None else [a - b for a, b in zip(outcomes.lineups["own"], without, strict=True)]
        wins = outcomes.limited("own") >= WON
        if wins and changes and max(map(abs, changes)) <= SAME * outcomes.damage:
            path: YamlPath = ("defenses", place)
            yield Remark(path, f"without {cast.kind} the outcome is the same to within 1%", "leave it out")


def _unwinnable(case: LintCase, outcomes: Outcomes) -> Iterator[Remark]:
    if outcomes.limited(ORACLE) < WON and max(map(outcomes.limited, outcomes.lineups)) < WON:
        yield Remark(
            ("defenses",) if case.written("defenses") else case.acting[0].path,
            f"even the oracle prevents only {outcomes.limited(ORACLE):.0%} of the damage",
            "give red less, or let blue isolate more",
            severity="note" if case.document["difficulty"] == "open" else None,
        )


def _one_sided(case: LintCase, outcomes: Outcomes) -> Iterator[Remark]:
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


def _shortcut(case: LintCase, outcomes: Outcomes) -> Iterator[Remark]:
    if outcomes.price("own") >= TRIVIAL:
        yield Remark(
            ("defenses",),
            f"the defense alone costs {_amount(outcomes, outcomes.lineups['own'][1])}, "
            f"{outcomes.price('own'):.0%} of what the attack does: it does red's work",
            "make it cheaper in peace",
        )
    yield from _faint_attack_bites(case, outcomes)


def _faint_attack_bites(case: LintCase, outcomes: Outcomes) -> Iterator[Remark]:
    faint = outcomes.weaker[FAINT]
    if outcomes.result.bites and faint >= CHEAP * outcomes.damage:
        yield Remark(
            (*case.acting[0].path, "strength"),
            f"at a ten-thousandth of the strength the attack still does {faint / outcomes.damage:.0%} of its damage",
            "look at what the bill counts: being attacked, or the lie",
        )


CHECKS: Mapping[str, Check] = {
    "SW101": _does_not_bite,
    "SW102": _trivial,
    "SW103": _redundant,
    "SW104": _unwinnable,
    "SW105": _one_sided,
    "SW106": _shortcut,
}


def _amount(outcomes: Outcomes, amount: float) -> str:
    return f"{amount:,.4g} {outcomes.result.unit}"
