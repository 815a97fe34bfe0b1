"""The tournament of the library: every attack that fits its scenarios against every defense, no arm twice."""

from __future__ import annotations

from collections import Counter

import pytest

from swarmsec.registry import Registry
from swarmsec.runs.nulls import NULLS, ORACLE
from swarmsec.scenario import load_scenario
from swarmsec.tournament import plan_of, request_of_file, tournament_file
from swarmsec.tournament.request import Specs

REQUEST = request_of_file(tournament_file("red_against_blue"))
ELSEWHERE = {"false_fitness", "sybil", "reconnaissance", "takeover"}
"""Attacks that need what the three scenarios do not have in common: the bite table has them."""


def kinds_of(contestants: tuple[Specs, ...]) -> set[str]:
    return {str(spec["kind"]) for specs in contestants for spec in specs}


def test_every_attack_and_every_defense_takes_part() -> None:
    registry = Registry()
    assert kinds_of(REQUEST.attacks) | ELSEWHERE == set(registry.kinds("attacks")) - {"none"}
    assert kinds_of(REQUEST.defenses) == set(registry.kinds("defenses")) - set(NULLS) | {ORACLE}
    assert REQUEST.nulls


def test_it_is_played_on_beliefs_in_trading_and_in_an_auction_with_equal_budgets() -> None:
    scenarios = [load_scenario(name) for name in REQUEST.scenarios]
    assert [one.document["world"]["kind"] for one in scenarios] == ["beliefs", "trading", "exchange"]
    assert scenarios[2].document["protocol"]["kind"] == "proportional_share"
    budgets = [{**one.document["rules"]["red"], "identities": None} for one in scenarios]
    assert budgets[0] == budgets[1] == budgets[2]
    assert len(REQUEST.seeds) == 10


@pytest.mark.slow
def test_no_arm_is_run_twice() -> None:
    """Arms without an attack are shared by attacks on the same daemons: by none, on a tenth, and on a twentieth."""
    plan = plan_of(REQUEST)
    attacks, defenses = len(plan.attacks), len(plan.defenses)
    assert len(plan.cells) == 3 * attacks * defenses
    arms = Counter(str(job.arm) for job in plan.jobs.values())
    targets, seeds = 3, 10
    assert arms["attacked"] == 3 * seeds * attacks
    assert arms["clean"] == 3 * seeds * targets
    assert arms["guarded"] == 3 * seeds * targets * defenses
    assert arms["defended"] == 3 * seeds * attacks * defenses
    assert len({(job.seed, str(job.arm), str(job.document)) for job in plan.jobs.values()}) == len(plan.jobs)
