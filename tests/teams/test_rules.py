"""The rules of engagement: each budget is enforced, and the error names its rule."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from attacks.false_signal import FalseSignal
from attacks.stubborn import Stubborn
from swarmsec import load_scenario, simulate
from swarmsec.errors import RulesError, ScenarioError
from swarmsec.teams import BlueRules, Knowledge, RedRules, Rules
from tests.strategies import beliefs

RING = {"kind": "ring", "n": 10}


def enforce(red: RedRules, *attacks, n=10, rounds=100) -> None:
    targets = [np.array(attack.daemons, dtype=np.int32) for attack in attacks]
    Rules(red=red).enforce(attacks, targets, n=n, rounds=rounds)


@dataclass(kw_only=True)
class Informed(Stubborn):
    """Know the signals and the defenses."""

    knowledge = Knowledge.SIGNALS | Knowledge.DEFENSE


HIJACKS_3 = Stubborn(daemons=[0, 1, 2])
TAINTS_3 = FalseSignal(daemons=[0, 1, 2])


@pytest.mark.parametrize(
    ("red", "attacks", "rule"),
    [
        (RedRules(daemons=2), [HIJACKS_3], "daemons"),
        (RedRules(daemons="20%"), [HIJACKS_3], "daemons"),
        (RedRules(daemons=3), [HIJACKS_3, Stubborn(daemons=[9])], "daemons"),
        (RedRules(feeds=2), [TAINTS_3], "feeds"),
        (RedRules(strength=1.0), [Stubborn(daemons=[0], strength=1.5)], "strength"),
        (RedRules(rounds=20), [Stubborn(daemons=[0], start=10, stop=31)], "rounds"),
        (RedRules(rounds=89), [Stubborn(daemons=[0], start=10)], "rounds"),
        (RedRules(earliest=5), [Stubborn(daemons=[0], start=4)], "earliest"),
        (RedRules(knowledge=["signals"]), [Informed(daemons=[0])], "knowledge"),
        (RedRules(knowledge=[]), [Informed(daemons=[0])], "knowledge"),
    ],
)
def test_an_attack_over_a_budget_is_refused_with_the_name_of_the_rule(red, attacks, rule) -> None:
    with pytest.raises(RulesError) as refused:
        enforce(red, *attacks)
    assert refused.value.where == f"rules.red.{rule}"


@pytest.mark.parametrize(
    ("red", "attacks"),
    [
        (RedRules(), [Stubborn(daemons=list(range(10)), strength=1e9)]),
        (RedRules(daemons=3), [HIJACKS_3, Stubborn(daemons=[1, 2])]),
        (RedRules(daemons=0), [TAINTS_3]),
        (RedRules(feeds=0), [HIJACKS_3]),
        (RedRules(feeds="30%"), [TAINTS_3]),
        (RedRules(strength=1.5), [Stubborn(daemons=[0], strength=1.5)]),
        (RedRules(rounds=20), [Stubborn(daemons=[0], start=10, stop=30)]),
        (RedRules(rounds=90), [Stubborn(daemons=[0], start=10, stop=1000)]),
        (RedRules(earliest=5), [Stubborn(daemons=[0], start=5)]),
        (RedRules(knowledge=["defense", "signals"]), [Informed(daemons=[0])]),
        (RedRules(knowledge=[]), [Stubborn(daemons=[0])]),
        (RedRules(daemons=0, rounds=0, earliest=50), [Stubborn(daemons=[0], strength=0.0)]),
    ],
)
def test_an_attack_within_the_rules_passes(red, attacks) -> None:
    assert enforce(red, *attacks) is None


def test_a_scenario_over_a_budget_is_refused_on_load() -> None:
    swarm = beliefs(
        range(10), RING, attacks=[{"kind": "stubborn", "daemons": "50%"}], rules={"red": {"daemons": "40%"}}
    )
    with pytest.raises(ScenarioError, match="5 hijacked daemons; the rules allow 4") as refused:
        load_scenario(swarm)
    assert "rules.red.daemons" in str(refused.value)


@pytest.mark.parametrize(
    ("rules", "where"),
    [({"green": {}}, "rules.green"), ({"red": {"daemon": 1}}, "rules.red.daemon"), ({"blue": 3}, "rules.blue")],
)
def test_an_unknown_rule_is_refused(rules, where) -> None:
    with pytest.raises(ScenarioError) as refused:
        load_scenario(beliefs(range(10), RING, rules=rules))
    assert where in str(refused.value)


def test_limits_default_to_the_whole_swarm() -> None:
    assert (Rules().hijack_limit(10), Rules().quarantine_limit(10)) == (10, 10)
    rules = Rules(red=RedRules(daemons="20%"), blue=BlueRules(quarantine=3))
    assert (rules.hijack_limit(10), rules.quarantine_limit(10)) == (2, 3)


def test_the_quarantine_budget_is_shared_by_all_defenses() -> None:
    swarm = beliefs(
        range(10),
        RING,
        defenses=[{"kind": "quarantine_all"}, {"kind": "random_quarantine", "share": 0.9}],
        rules={"blue": {"quarantine": "30%"}},
    )
    assert simulate(swarm, arm="guarded").metrics["quarantined"].tolist() == [3] * 5
