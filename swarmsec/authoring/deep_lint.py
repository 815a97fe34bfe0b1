"""`lint --deep`: run a scenario, nulls and weaker attacks with a few seeds; check that both teams change the damage.

About twenty arms are run for each seed, with common random numbers: the scenario's own four; `frozen`, `deaf`, `mute`,
`random_quarantine`, `quarantine_all` and `oracle` in place of its defenses, with and without the attack; its attacks at
half of their strength, and at a ten-thousandth; and, if it has several defenses, the scenario without each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from swarmsec.authoring.lint import Lint, lints_of, selected
from swarmsec.authoring.lint_rules import LintCase, Remark
from swarmsec.authoring.lint_rules._outcomes import FAINT, WEAK, Outcomes
from swarmsec.authoring.lint_rules.deep import DEEP_CHECKS, SECONDS_MAX, TOO_LARGE, does_not_bite, too_large
from swarmsec.authoring.lint_rules.document import EDGES_A_SECOND
from swarmsec.runs import JobCache, jobs_of, run_scenario
from swarmsec.runs.jobs import JobResult, require_done
from swarmsec.runs.nulls import ORACLE, QUARANTINES
from swarmsec.runs.runner import STILL
from swarmsec.scenario import Scenario, load_scenario
from swarmsec.swarm.arms import Arm

SEEDS_MAX = 3
"""At most this many seeds are run at first. If the attack does not bite in them, all affordable seeds are run."""

Advance = Callable[[str], None]


def deep_lint(
    scenario: Scenario,
    cache: JobCache[JobResult],
    *,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    advance: Advance | None = None,
) -> list[Lint]:
    """The findings of running a scenario, in the order of the file.

    Args:
        scenario: A checked scenario; its sweep is not run.
        cache: Runs the jobs.
        select: Codes, or prefixes of codes, of the rules to apply; all unless given.
        ignore: Codes, or prefixes of codes, of rules to leave out.
        advance: Called with a description of the arms that are run next.

    Raises:
        SwarmsecError: A plug-in breaks its contract.
        PluginError: A worker process died, or an arm took too long.
    """
    rules = {rule.code: rule for rule in selected(select, ignore) if rule.deep}
    case = LintCase(scenario)
    if not case.acting or not rules:
        return []
    seeds = _seeds(case)
    found: list[tuple[str, Remark]] = []
    if not seeds:
        found = [(TOO_LARGE, too_large())]
    else:
        outcomes = _outcomes(scenario, seeds, cache, advance or (lambda _: None))
        checks = DEEP_CHECKS if outcomes.result.bites else {"SW101": does_not_bite}
        found = [(code, remark) for code, check in checks.items() for remark in check(case, outcomes)]
    return lints_of([(rules[code], remark) for code, remark in found if code in rules], scenario)


def _seeds(case: LintCase) -> tuple[int, ...]:
    """The seeds of the scenario that can be run within the time limit; empty if fewer than two can."""
    defenses = len(case.setup.defenses)
    arms = 4 + 2 * (len(STILL) + len(QUARANTINES) + 1) + 2 + (2 * defenses if defenses > 1 else 0)
    edges = case.setup.network.m * case.rounds * case.setup.protocol.exchanges * arms
    affordable = int(SECONDS_MAX * EDGES_A_SECOND / max(1, edges))
    own = case.scenario.seeds
    some = own if len(own) > 1 else tuple(range(own[0], own[0] + SEEDS_MAX))
    return some[:affordable] if affordable >= 2 else ()


def _outcomes(scenario: Scenario, seeds: Sequence[int], cache: JobCache[JobResult], advance: Advance) -> Outcomes:
    own = load_scenario(scenario, settings={"engine": "arrays", "sweep": {}})
    advance("the scenario's own arms")
    result = run_scenario(own, seeds[:SEEDS_MAX], cache)
    if not result.bites and len(seeds) > SEEDS_MAX:
        advance("more seeds, since it does not bite in these")
        result = run_scenario(own, seeds, cache)
    clean_bills = [float(run.traces[Arm.CLEAN].bill[-1]) for run in result.seed_runs]

    def mean_damages(changed: Scenario, *arms: Arm) -> list[float]:
        bills: dict[Arm, list[float]] = {arm: [] for arm in arms}
        for one, ran in cache.results(jobs_of(changed, result.seeds, arms)):
            bills[one.arm].append(float(require_done(one, ran).bill[-1]))
        pairs = [zip(bills[arm], clean_bills, strict=True) for arm in arms]
        return [sum([bill - clean for bill, clean in of_arm]) / len(clean_bills) for of_arm in pairs]

    damage = {arm: interval.mean for arm, interval in result.damage.items()}
    lineups = {"none": (damage["attacked"], 0.0), "own": (damage["defended"], damage["guarded"])}
    weaker: dict[float, float] = {}
    if result.bites:
        for factor in (WEAK, FAINT):
            advance(f"attacks at {factor:g} of their strength")
            (weaker[factor],) = mean_damages(_at_strength(own, factor), Arm.ATTACKED)
        for name, defenses in _lineups(own.document["defenses"]):
            advance(name)
            attacked, alone = mean_damages(load_scenario(own, defense=defenses), Arm.DEFENDED, Arm.GUARDED)
            lineups[name] = (attacked, alone)
    return Outcomes(result, lineups, weaker)


def _lineups(own: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The null defenses, and the scenario's defenses without each of them, by name."""
    for kind in (*STILL, *QUARANTINES, ORACLE):
        yield kind, [{"kind": kind}]
    for left_out in range(len(own)) if len(own) > 1 else ():
        yield f"without defenses[{left_out}]", [dict(one) for place, one in enumerate(own) if place != left_out]


def _at_strength(scenario: Scenario, factor: float) -> Scenario:
    attacks = scenario.document["attacks"]
    return load_scenario(
        scenario,
        settings={f"attacks[{place}].strength": spec["strength"] * factor for place, spec in enumerate(attacks)},
    )
