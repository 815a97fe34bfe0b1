"""Cheats in whole runs: what they leave, read or break does not show, whatever the number of processes."""

import json
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest

import swarmsec
from swarmsec import load_scenario
from swarmsec.errors import PluginError
from swarmsec.runs import JobCache, run_scenario, whole
from swarmsec.runs.executors import Serial, open_executor
from swarmsec.runs.runner import STILL

TESTS = Path(__file__).parents[1]
FOLDERS = [TESTS / "cheats", TESTS / "nulls"]

ATTACKS = ["memory", "quiet_intensity", "say_nothing", "unlock_state"]
DEFENSES = sorted(
    {file.stem for folder in FOLDERS for file in folder.glob("[!_]*.py")}
    - {*ATTACKS, "no_credentials", "overrides_intensity", "peeks"}
) + list(STILL)
"""The cheats that a scenario can run; the other three are refused."""


@pytest.fixture
def market(trading):
    """Sixty rounds of thirty traders, three seeds; two of the daemons are lied to, and one tells each neighbor else."""
    attacks = [
        {"kind": "false_signal", "daemons": "30%", "start": 30, "stop": 50, "bias": -1.5},
        {"kind": "equivocation", "daemons": [3], "start": 20, "amplitude": 2},
        {"kind": "delay", "daemons": [4], "start": 20, "exchanges": 2},
    ]
    return trading | {"rounds": 60, "attacks": attacks}


@pytest.fixture(scope="module")
def executors():
    """One, two and three processes, which all tests of this file share."""
    with ExitStack() as stack:
        yield [stack.enter_context(open_executor(jobs=jobs)) for jobs in (1, 2, 3)]


@pytest.mark.slow
@pytest.mark.parametrize("kind", [*ATTACKS, *DEFENSES])
def test_the_result_of_a_cheat_does_not_depend_on_the_number_of_jobs(kind, executors, market):
    if kind in ATTACKS:
        market["attacks"] = [*market["attacks"][1:], {"kind": kind, "daemons": [5, 6], "start": 20, "stop": 40}]
    else:
        market["defenses"] = [{"kind": kind}]
    loaded = load_scenario(market, plugins=FOLDERS)
    results = [run_scenario(loaded, (0, 1, 2), JobCache(executor, whole)) for executor in executors]
    # This is what `result.json` holds.
    assert len({json.dumps(result.to_dict(times=False)) for result in results}) == 1


def traces(scenario, kind, **attack):
    """The clean and the attacked arm under one of the attacks of the folder."""
    loaded = load_scenario(scenario | {"attacks": [{"kind": kind, **attack}]}, plugins=FOLDERS)
    return [swarmsec.simulate(loaded, arm=arm, record_states=True) for arm in ("clean", "attacked")]


def test_what_an_attack_writes_into_its_view_changes_nothing(trading):
    """On the code of November 28 it rewrote all daemons, and none was compromised."""
    clean, attacked = traces(trading, "unlock_state", daemons=[0], start=10)
    assert np.array_equal(clean.states, attacked.states)
    assert np.array_equal(clean.bill, attacked.bill)


def test_a_schedule_that_an_attack_gives_itself_has_no_effect(trading):
    terms = {"daemons": [0, 1], "start": 10, "stop": 20, "strength": 0.5}
    _, own_schedule = traces(trading, "quiet_intensity", **terms)
    shift = [{"kind": "false_signal", "bias": -0.1, **terms}]
    plain = swarmsec.simulate(trading | {"attacks": shift}, arm="attacked", record_states=True)
    np.testing.assert_allclose(own_schedule.states, plain.states, rtol=0, atol=1e-12)
    assert not own_schedule.compromised.any()


def test_memory_of_another_arm_has_no_effect(trading):
    attack = {"kind": "memory", "daemons": [0, 1], "start": 10}
    loaded = load_scenario(trading | {"attacks": [attack]}, plugins=FOLDERS)
    first, _, again = [swarmsec.simulate(loaded, arm=arm).bill for arm in ("attacked", "defended", "attacked")]
    assert np.array_equal(first, again)
    lie = {"kind": "false_signal", "daemons": [0, 1], "start": 10, "bias": -1.5}
    assert np.allclose(first, swarmsec.simulate(trading | {"attacks": [lie]}, arm="attacked").bill, rtol=1e-12)


def test_nobody_is_hijacked_without_a_credential(trading):
    with pytest.raises(PluginError, match=r"no_credentials: red\.hijack: holds no credential for daemon \d+"):
        traces(trading, "no_credentials", daemons=[0], start=10)


@pytest.mark.parametrize("kind", ["said_is_truth", "delays_are_truth"])
@pytest.mark.parametrize("loss", [0.0, 0.2])
def test_no_message_tells_what_red_did_to_it(kind, loss, market):
    market["attacks"] = market["attacks"][1:]
    market["network"] |= {"loss": loss}
    loaded = load_scenario(market | {"defenses": [{"kind": kind}]}, plugins=FOLDERS)
    attacked, defended = [swarmsec.simulate(loaded, arm=arm) for arm in ("attacked", "defended")]
    assert defended.metrics["alarms"].tolist() == [0.0] * market["rounds"]
    assert np.array_equal(attacked.bill, defended.bill)


def test_three_daemons_agree_although_one_says_nan():
    """A missing value counts as one of the F that W-MSR may drop: the other two keep their mean."""
    loaded = load_scenario(
        {
            "world": {"kind": "beliefs", "initial": [0.5, 0, 1]},
            "network": {"kind": "complete", "n": 3},
            "protocol": {"kind": "average_consensus", "weights": "uniform"},
            "rounds": 200,
            "attacks": [{"kind": "say_nothing", "daemons": [0]}],
            "defenses": [{"kind": "wmsr", "f": 1}],
            "rules": {"red": {"daemons": 1}},
            "seeds": 2,
        },
        plugins=FOLDERS,
    )
    honest = swarmsec.simulate(loaded, arm="defended", record_states=True).states[-1, 1:, 0]
    assert honest.max() - honest.min() < 1e-9
    assert (honest >= 0).all()
    assert (honest <= 1).all()
    result = swarmsec.run(loaded)
    assert result.guarantee.holds is True


STANDING_STILL = [
    ("ring_with_a_liar", "panic", "partly"),
    ("ring_with_a_liar", "deaf", "partly"),
    ("price_whisper", "hold_first", "partly"),
    ("price_whisper", "panic", "harmful"),
    ("loud_bidder", "hold_first", "partly"),
    ("loud_bidder", "panic", "harmful"),
    ("hijacked_hubs", "panic", "partly"),
    ("hijacked_hubs", "deaf", "partly"),
]
"""A scenario, a cheat, and the verdict on it. On the code of November 28 each of them was `limited`."""


@pytest.mark.slow
@pytest.mark.parametrize(("name", "kind", "verdict"), STANDING_STILL)
def test_a_defense_that_does_no_work_is_not_limited_beside_the_nulls(name, kind, verdict):
    scenario = load_scenario(name, defense=kind, plugins=FOLDERS)
    cache = JobCache(Serial(), whole)
    lineups = {null: load_scenario(scenario, defense=null) for null in (*STILL, kind)}
    results = {null: run_scenario(lineup, scenario.seeds[:2], cache) for null, lineup in lineups.items()}
    judged = results[kind].beside({null: results[null] for null in STILL}, rivals=STILL)
    assert judged.bites
    assert judged.verdict == verdict
