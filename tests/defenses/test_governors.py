"""Rules for decisions: what each stops, at the gateway and among honest daemons, and what it costs in peace."""

from __future__ import annotations

import numpy as np
import pytest

from defenses.cool_down import CoolDown
from defenses.gain_cap import GainCap
from defenses.priority_arbitration import PriorityArbitration
from defenses.quorum import Quorum
from defenses.recruitment_budget import RecruitmentBudget
from swarmsec import load_scenario, run
from swarmsec.errors import ParameterError
from swarmsec.network import topology
from swarmsec.registry import Registry
from swarmsec.worlds.beliefs import Beliefs
from tests.strategies import play, swarm_of

STUBBORN = Registry().get("attacks", "stubborn")
HOG = "hijack:daemons=10%,start=30,spread=0,value=null,act={act}"
SELL = "hijack:daemons=5%,start=30,dwell=5,value=null,act=0"


def outcome(scenario, attack, defense, seeds=5):
    """The damage limited, and the autoimmune cost as a share of the attack's damage."""
    instead = {} if attack is None else {"attack": attack}
    found = run(load_scenario(scenario, defense=defense, **instead), seeds=seeds)
    return found.damage_limited, found.autoimmune_cost.mean / found.damage["attacked"].mean


@pytest.mark.parametrize(
    ("scenario", "attack", "defense", "least", "most_cost"),
    [
        ("arena_auction", HOG.format(act=20), "recruitment_budget:share=1,own=5", 0.35, 0.01),
        ("arena_auction", HOG.format(act=10), "cool_down", 0.25, 0.01),
        ("arena_trading", SELL, "quorum", 0.4, 0.01),
        ("arena_trading", SELL, "gain_cap", 0.05, 0.01),
        ("arena_beliefs", None, "circuit_breaker:warm_up=25", 0.4, 0.01),
        ("arena_trading", "daemon_conflict:daemons=10%,start=30,gain=10", "priority_arbitration", 0.1, 0.01),
    ],
)
def test_it_limits_the_damage_of_acts_and_costs_little_in_peace(scenario, attack, defense, least, most_cost) -> None:
    limited, cost = outcome(scenario, attack, defense)
    assert limited.low > least
    assert abs(cost) < most_cost


@pytest.mark.parametrize("defense", ["quorum", "cool_down", "recruitment_budget:share=1,own=5"])
def test_a_rule_that_only_honest_daemons_follow_binds_no_hijacked_one(defense) -> None:
    scenario, attack = ("arena_trading", SELL) if defense == "quorum" else ("arena_auction", HOG.format(act=20))
    joint = "," if ":" in defense else ":"
    limited, _ = outcome(scenario, attack, f"{defense}{joint}at=daemon", seeds=3)
    assert limited.mean < 0.1


def decisions(defense, initial=(0.0, 0.0, 0.0, 8.0), rounds=4, attacks=(), network=None):
    world = Beliefs(initial=list(initial))
    network = network or topology("edges", n=len(initial), edges=[])
    return play(swarm_of(network, world=world, attacks=list(attacks), defenses=[defense], rounds=rounds)).decisions


def liar(daemon, value, start=1, **more):
    return STUBBORN(daemons=[daemon], value=value, start=start, **more)


def test_a_budget_is_shared_in_proportion() -> None:
    liars = [STUBBORN(daemons=[0, 1], values=[3.0, 1.0], start=1)]
    acted = decisions(RecruitmentBudget(share=0.5, own=9.0), (0.0, 0.0, 0.0, 0.0), attacks=liars, rounds=2)
    assert acted[1, :, 0].tolist() == [1.5, 0.5, 0.0, 0.0]
    acted = decisions(RecruitmentBudget(share=9.0, own=2.0), (0.0, 0.0, 0.0, 0.0), attacks=liars, rounds=2)
    assert acted[1, :, 0].tolist() == [2.0, 1.0, 0.0, 0.0]


def test_after_a_drastic_change_a_daemon_waits() -> None:
    swings = STUBBORN(daemons=[0], value=0.0, start=1, swing=5.0, frequency=np.pi / 2, angle=np.pi / 2)
    acted = decisions(CoolDown(drastic=1.0, wait=3), (0.0, 0.0), attacks=[swings], rounds=8)[:, 0, 0]
    # From round 1 on it wants 5, 0, −5, 0, 5, 0, −5. After the change to 5 it waits; in round 6 it may change again.
    assert acted == pytest.approx(np.array([0, 5, 5, 5, 5, 5, 0, 0]), abs=1e-9)
    calm = decisions(CoolDown(drastic=6.0, wait=3), (0.0, 0.0), attacks=[swings], rounds=4)[:, 0, 0]
    assert calm == pytest.approx(np.array([0, 5, 0, -5]), abs=1e-9)


def test_a_decision_may_change_by_the_slack_if_nothing_was_observed() -> None:
    acted = decisions(GainCap(gain=1.0, slack=0.5, window=3), (0.0, 0.0), attacks=[liar(0, 9.0)], rounds=8)[:, 0, 0]
    assert acted.tolist() == [0.0, 0.5, 0.5, 0.5, 1.0, 1.0, 1.0, 1.5]


def test_a_decision_may_follow_the_signal() -> None:
    false = Registry().get("attacks", "false_signal")(daemons=[0], bias=9.0, start=4)
    protocol = Registry().get("protocols", "friedkin_johnsen")(anchor=1.0)
    swarm = swarm_of(
        topology("edges", n=2, edges=[]),
        world=Beliefs(initial=[0.0, 0.0]),
        protocol=protocol,
        attacks=[false],
        defenses=[GainCap(gain=1.0, slack=0.0, window=2)],
        rounds=10,
    )
    acted = play(swarm).decisions[:, 0, 0]
    assert acted[:4].tolist() == [0.0] * 4
    assert acted[-1] == 9.0


def test_a_drastic_act_needs_a_quorum_of_those_who_were_heard() -> None:
    def acted(alike: int) -> float:
        liars = STUBBORN(daemons=list(range(alike + 1)), value=9.0, start=1)
        defense = Quorum(quorum=0.5, drastic=1.0, tolerance=0.5)
        return float(decisions(defense, (0.0,) * 5, attacks=[liars], network=topology("complete", n=5))[1, 0, 0])

    assert [acted(alike) for alike in range(4)] == [0.0, 0.0, 9.0, 9.0]


def test_who_acts_against_the_priority_yields() -> None:
    liars = [STUBBORN(daemons=[0, 1, 2], values=[5.0, -5.0, -4.0], start=1)]

    def acted(first):
        return decisions(PriorityArbitration(first=first), (0.0,) * 3, attacks=liars, rounds=2)[1, :, 0].tolist()

    assert acted([0]) == [5.0, 0.0, 0.0]
    assert acted([1]) == [0.0, -5.0, -4.0]
    assert acted([]) == [0.0, -5.0, -4.0]  # The larger side has priority.


def test_a_daemon_with_priority_must_exist() -> None:
    with pytest.raises(ParameterError, match="daemon 9"):
        PriorityArbitration(first=[9]).check(4)


def test_the_breaker_halts_all_after_a_move_that_the_warm_up_did_not_show() -> None:
    breaker = Registry().get("defenses", "circuit_breaker")(warm_up=3, window=2, factor=2.0, halt=3)
    acted = decisions(breaker, (0.0, 4.0), attacks=[liar(0, 8.0, start=5)], rounds=12)[:, 0, 0]
    assert acted[:5].tolist() == [0.0] * 5
    assert acted[5:8].tolist() == [0.0] * 3
    assert acted[-1] == 8.0
