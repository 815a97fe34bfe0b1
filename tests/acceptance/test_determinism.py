"""The same seed gives the same run for any number of jobs, process, hash seed, engine and opponent."""

import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

import swarmsec
from swarmsec.cli import main

ZERO = {"mean": 0.0, "low": 0.0, "high": 0.0}
SAME = ["result.json", "rounds.csv", "events.jsonl", "scenario.yaml"]


def attacks_of_the_registry(capture=None):
    """Every attack in the output of `swarmsec list attacks --json`."""
    import contextlib
    import io

    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.suppress(SystemExit):
        main(["list", "attacks", "--json"])
    return sorted(json.loads(out.getvalue())["attacks"])


@pytest.mark.slow
def test_equal_seeds_give_equal_bytes_for_any_jobs_process_and_hash_seed(program, write, trading, tmp_path):
    scenario = write(trading | {"seeds": 3})
    variables = [key for key in os.environ if key.startswith("SWARMSEC_")]
    environment = {key: value for key, value in os.environ.items() if key not in variables}
    runs = [
        subprocess.Popen(
            [*program, "run", str(scenario), "--jobs", jobs, "--out", str(tmp_path / f"{jobs}-{hash_seed}")],
            env=environment | {"PYTHONHASHSEED": hash_seed},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        for jobs in ("1", "2")
        for hash_seed in ("0", "1")
    ]
    assert [(run.wait(120) in (0, 4), run.stderr.read() and "")[0] for run in runs] == [True] * 4
    for name in SAME:
        contents = {(tmp_path / f"{jobs}-{seed}" / "latest" / name).read_bytes() for jobs in "12" for seed in "01"}
        assert len(contents) == 1, f"{name} differs"


def test_result_json_has_no_times(cli, ring_file):
    cli("run", ring_file)
    result = json.loads(Path("runs/latest/result.json").read_text(encoding="utf-8"))
    assert result["overhead"].get("cpu") is None


def test_seeds_do_not_depend_on_their_order_or_on_other_seeds(ring):
    ring["world"] = {"kind": "beliefs", "initial": "normal", "noise": 0.1}
    ring["protocol"] = {"kind": "friedkin_johnsen"}
    alone = swarmsec.simulate(ring, arm="attacked", seed=9)
    among = swarmsec.run(ring, seeds=[4, 9, 1])
    again = swarmsec.run(ring, seeds=[9, 1, 4])
    assert sorted(among.seeds) == sorted(again.seeds)
    for arm in ("clean", "attacked", "defended", "guarded"):
        first, second = (result.to_dict()["arms"][arm]["bill"]["mean"] for result in (among, again))
        assert first == pytest.approx(second, rel=1e-12, abs=1e-15)
    assert np.array_equal(alone.bill, swarmsec.simulate(ring, arm="attacked", seed=9).bill)


def test_different_seeds_give_different_runs(trading):
    first, second = (swarmsec.simulate(trading, arm="clean", seed=seed).metrics["price_usd"] for seed in (0, 1))
    assert not np.array_equal(first, second)


def assert_same_trace(one, other, tolerance):
    """Assert equal traces; the error names the first field and round that differ."""
    assert one.states.shape == other.states.shape
    gaps = np.abs(one.states - other.states).reshape(len(one.states), -1).max(axis=1)
    assert np.flatnonzero(gaps > tolerance).tolist() == [], "states differ in these rounds"
    np.testing.assert_allclose(one.bill, other.bill, rtol=tolerance, atol=tolerance, err_msg="bill")
    assert set(one.metrics) == set(other.metrics)
    for name in one.metrics:
        np.testing.assert_allclose(one.metrics[name], other.metrics[name], rtol=tolerance, atol=1e-9, err_msg=name)
    assert np.array_equal(one.compromised, other.compromised)
    assert np.array_equal(one.quarantined, other.quarantined)


@pytest.mark.parametrize("arm", ["clean", "attacked", "defended", "guarded"])
@pytest.mark.parametrize("weights", ["metropolis", "uniform"])
@pytest.mark.parametrize("protocol", ["average_consensus", "friedkin_johnsen"])
def test_both_engines_agree_for_beliefs(ring, arm, protocol, weights):
    ring["protocol"] = {"kind": protocol, "weights": weights, "exchanges": 2}
    ring["world"] = {"kind": "beliefs", "initial": "uniform", "noise": 0.1}
    arrays = swarmsec.simulate(ring | {"engine": "arrays"}, arm=arm, seed=3, record_states=True)
    agents = swarmsec.simulate(ring | {"engine": "agents"}, arm=arm, seed=3, record_states=True)
    assert_same_trace(arrays, agents, 1e-12)


@pytest.mark.parametrize("arm", ["clean", "attacked", "defended", "guarded"])
def test_both_engines_agree_for_trading(trading, arm):
    arrays = swarmsec.simulate(trading | {"engine": "arrays"}, arm=arm, seed=1, record_states=True)
    agents = swarmsec.simulate(trading | {"engine": "agents"}, arm=arm, seed=1, record_states=True)
    assert_same_trace(arrays, agents, 1e-12)


@pytest.mark.parametrize("kind", attacks_of_the_registry())
def test_both_engines_agree_under_every_attack(ring, kind):
    ring["attacks"] = [{"kind": kind, "daemons": [0, 3], "start": 3, "stop": 15}]
    ring["rules"] = {"red": {}, "blue": {}}
    arrays = swarmsec.simulate(ring | {"engine": "arrays"}, seed=2, record_states=True)
    agents = swarmsec.simulate(ring | {"engine": "agents"}, seed=2, record_states=True)
    assert_same_trace(arrays, agents, 1e-12)


@pytest.mark.parametrize(
    "defense",
    [
        {"kind": "wmsr", "f": 2},
        {"kind": "median_gate", "warm_up": 3},
        {"kind": "signal_clip", "warm_up": 3},
        {"kind": "random_quarantine", "share": 0.3, "stride": 4},
        {"kind": "quarantine_all"},
        {"kind": "oracle"},
    ],
    ids=lambda defense: defense["kind"],
)
def test_both_engines_agree_under_every_defense(ring, defense):
    ring["defenses"] = [defense]
    ring["world"] = {"kind": "beliefs", "initial": "uniform", "noise": 0.1}
    ring["protocol"] = {"kind": "friedkin_johnsen"}
    ring["rules"] = {"red": {}, "blue": {}}
    arrays = swarmsec.simulate(ring | {"engine": "arrays"}, seed=2, record_states=True)
    agents = swarmsec.simulate(ring | {"engine": "agents"}, seed=2, record_states=True)
    assert_same_trace(arrays, agents, 1e-12)


def test_the_world_draws_the_same_noise_in_every_arm(trading):
    prices = [
        swarmsec.simulate(trading, arm=arm, seed=4).metrics["fundamental_usd"]
        for arm in ("clean", "attacked", "defended", "guarded")
    ]
    for other in prices[1:]:
        assert np.array_equal(prices[0], other)


@pytest.mark.parametrize("defense", ["none", "wmsr:f=2", "random_quarantine", "signal_clip:warm_up=5"])
def test_the_worlds_noise_does_not_depend_on_the_defense(trading, defense):
    base = swarmsec.simulate(trading, arm="clean", seed=4).metrics["fundamental_usd"]
    rival = swarmsec.load_scenario(trading, defense=defense)
    assert np.array_equal(base, swarmsec.simulate(rival, arm="guarded", seed=4).metrics["fundamental_usd"])


def test_the_clean_arm_does_not_depend_on_attack_and_defense(ring):
    ring["world"] = {"kind": "beliefs", "initial": "uniform", "noise": 0.3}
    ring["protocol"] = {"kind": "friedkin_johnsen"}
    base = swarmsec.simulate(ring, arm="clean", seed=4, record_states=True).states
    for attack, defense in (("equivocation", "none"), ("false_signal", "median_gate"), ("none", "wmsr")):
        rival = swarmsec.load_scenario(ring, attack=f"{attack}:daemons=[1]", defense=defense)
        assert np.array_equal(base, swarmsec.simulate(rival, arm="clean", seed=4, record_states=True).states)


def test_the_guarded_arm_does_not_depend_on_the_attack(ring):
    ring["world"] = {"kind": "beliefs", "initial": "uniform", "noise": 0.3}
    ring["protocol"] = {"kind": "friedkin_johnsen"}
    base = swarmsec.simulate(ring, arm="guarded", seed=4, record_states=True).states
    rival = swarmsec.load_scenario(ring, attack="equivocation:daemons=[1]")
    assert np.array_equal(base, swarmsec.simulate(rival, arm="guarded", seed=4, record_states=True).states)


@pytest.mark.parametrize("kind", ["false_signal", "hijack", "conflicting_flood", "partition", "delay", "alie"])
@pytest.mark.parametrize("world", ["beliefs", "trading"])
def test_strength_zero_has_damage_exactly_zero(ring, trading, kind, world):
    scenario = ring if world == "beliefs" else trading
    if world == "beliefs":
        scenario["world"] = {"kind": "beliefs", "initial": "uniform", "noise": 0.2}
        scenario["protocol"] = {"kind": "friedkin_johnsen"}
    scenario["attacks"] = [{"kind": kind, "daemons": "30%", "start": 2, "strength": 0}]
    scenario["rules"] = {"red": {}, "blue": {}}
    guarded = swarmsec.run(scenario, seeds=2).to_dict()
    assert guarded["damage"]["attacked"] == ZERO
    assert guarded["damage"]["defended"] == guarded["damage"]["guarded"]
    undefended = swarmsec.run(scenario, seeds=2, defense="none").to_dict()
    assert undefended["damage"] == {"attacked": ZERO, "defended": ZERO, "guarded": ZERO}
    assert undefended["damage_limited"] is None


def test_a_signal_attack_compromises_no_daemon(trading):
    trace = swarmsec.simulate(trading, arm="attacked")
    assert not trace.compromised.any()
    assert not trace.metrics["compromised"].any()


def test_the_global_random_state_is_neither_used_nor_changed(ring):
    import random

    random.seed(1)
    np.random.seed(1)  # noqa: NPY002
    before = (random.getstate(), np.random.get_state()[1].copy())  # noqa: NPY002
    first = swarmsec.simulate(ring | {"world": {"kind": "beliefs", "initial": "uniform", "noise": 0.2}})
    assert random.getstate() == before[0]
    assert np.array_equal(np.random.get_state()[1], before[1])  # noqa: NPY002
    random.seed(2)
    np.random.seed(2)  # noqa: NPY002
    second = swarmsec.simulate(ring | {"world": {"kind": "beliefs", "initial": "uniform", "noise": 0.2}})
    assert np.array_equal(first.bill, second.bill)
