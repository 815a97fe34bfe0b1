"""`swarmsec certify`: what a network withstands and what defenses promise on it, before anything is run."""

from __future__ import annotations

import json

import pytest

from swarmsec import load_scenario, run
from swarmsec.cli import main
from swarmsec.errors import ParameterError
from swarmsec.network import _lower_bounds, _robustness
from swarmsec.runs.certification import certify
from swarmsec.scenario import library
from swarmsec.teams import Guarantee, combine_guarantees, worst_over_seeds
from tests.strategies import K3, TWO_CLIQUE, beliefs

C7 = {"kind": "circulant", "n": 7, "offsets": [1, 2]}
UNIFORM = {"kind": "average_consensus", "weights": "uniform"}
LEAVES = {"kind": "edges", "n": 5, "edges": [[0, 1], [0, 2], [1, 2], [0, 3], [1, 4]]}
"""Three honest daemons that all hear each other, and two liars that each have one listener."""
LIAR = {"kind": "stubborn", "daemons": [0], "value": 100.0}
WMSR = {"kind": "wmsr", "f": 1}
QUARANTINE = {"kind": "random_quarantine"}
SMALL = [name for name in library() if load_scenario(name).n <= 200]


def swarm(network=C7, *, n=7, attacks=(LIAR,), defenses=(WMSR,), **more):
    return load_scenario(
        beliefs([float(i) for i in range(n)], network, attacks=list(attacks), defenses=list(defenses), **more)
    )


def certified(scenario, **options):
    return certify(scenario, **options).to_dict()


@pytest.fixture
def command(capsys):
    """Exit code, standard output and standard error of `swarmsec certify WORDS`."""

    def call(*words):
        with pytest.raises(SystemExit) as end:
            main(["certify", *words])
        told = capsys.readouterr()
        return int(end.value.code or 0), told.out, told.err

    return call


def test_it_tells_the_robustness_its_witness_and_f_for_every_threat():
    (network,) = certified(swarm())["networks"]
    assert network["robustness"] == {"r": 2, "s": 7, "exact": True, "r_at_most": 2}
    assert network["f_max"] == {
        "total_malicious": {"proven": 1, "at_most": 1},
        "local": {"proven": 0, "at_most": 1},  # One liar is one in every neighborhood, and is tolerated.
        "total_byzantine": {"proven": 1, "at_most": 1},
    }
    first, second = (set(one["daemons"]) for one in network["witness"])
    assert first
    assert second
    assert not first & second


def test_a_promise_that_covers_the_attacks_is_inside_with_assumption_and_source():
    told = certified(swarm())
    assert told["verdict"] == "inside"
    (claim,) = told["defenses"]
    assert claim["holds"] is True
    assert (claim["kind"], claim["parameters"]) == ("wmsr", {"f": 1})
    assert "each component" in claim["promise"]
    assert "at most 1 liar" in claim["assumption"]
    assert "JSAC 2013" in claim["source"]


@pytest.mark.parametrize(
    ("scenario", "verdict", "why"),
    [
        (swarm(K3, n=3, attacks=[{"kind": "equivocation", "daemons": [0]}]), "outside", "without them"),
        (swarm(attacks=[{**LIAR, "daemons": [0, 1]}]), "outside", "a neighborhood holds 2 liars, and f is 1"),
        (swarm(protocol={"kind": "friedkin_johnsen"}), "outside", "FriedkinJohnsen does more"),
        (swarm(protocol={"kind": "average_consensus", "inbox": 2}), "outside", "a daemon processes 2 messages"),
        (swarm({**C7, "duplication": 1.0}), "inside", "(2,2)-robust"),
        (
            swarm({**C7, "duplication": 1.0}, protocol={**UNIFORM, "inbox": 4}),
            "outside",
            "a daemon processes 4 messages",
        ),
        (swarm(LEAVES, n=5, attacks=[{**LIAR, "daemons": [3, 4]}]), "inside", "without them the network is 2-robust"),
        (swarm(defenses=[WMSR, {"kind": "median_gate"}]), "outside", "median_gate may change their signals"),
        (swarm({**C7, "loss": 0.1}), "outside", "late, lost or out of order"),
        (swarm({**C7, "delay": 2}), "outside", "late, lost or out of order"),
        (swarm(defenses=[WMSR, QUARANTINE]), "outside", "daemons may be isolated"),
        (swarm(defenses=[WMSR, QUARANTINE], rules={"blue": {"quarantine": 0}}), "inside", "(2,2)-robust"),
        (swarm(attacks=[{"kind": "hijack", "daemons": [0]}]), "unknown", "may take over 6 more"),
        (swarm(attacks=[{"kind": "hijack", "daemons": [0]}], rules={"red": {"daemons": 1}}), "inside", "(2,2)-robust"),
        (swarm(attacks=[{"kind": "false_signal", "daemons": [0]}]), "outside", "lies in the signals"),
        (swarm(attacks=[{**LIAR, "strength": 0}]), "inside", "0 liars"),
        (swarm(attacks=[{**LIAR, "start": 99}]), "inside", "0 liars"),
        (swarm(TWO_CLIQUE, n=8, attacks=[]), "outside", "(1,2)-robust and no more"),
        (swarm(defenses=[{"kind": "none"}]), "unknown", "promises nothing"),
        (swarm(defenses=[{"kind": "median_gate"}]), "outside", "lies in the signals"),
    ],
)
def test_what_a_promise_needs_is_looked_at_part_by_part(scenario, verdict, why):
    told = certified(scenario)
    assert told["verdict"] == verdict
    assert why in told["defenses"][0]["why"]


def test_a_promise_of_a_gate_needs_its_warm_up_and_honest_majorities():
    lie = {"kind": "false_signal", "daemons": [0], "start": 30}
    gates = [{"kind": "median_gate", "warm_up": 20}, {"kind": "signal_clip", "warm_up": 40}]
    told = certified(swarm(attacks=[lie], defenses=gates, rounds=50))
    assert [claim["holds"] for claim in told["defenses"]] == [True, False]
    assert told["verdict"] == "inside"


def test_without_a_defense_there_is_only_the_network():
    told = certified(swarm(defenses=[]))
    assert (told["verdict"], told["defenses"]) == ("no_defense", [])
    assert told["networks"][0]["robustness"]["r"] == 2


def test_a_network_that_all_seeds_share_is_looked_at_once_and_others_one_by_one():
    assert [one["seeds"] for one in certified(swarm(seeds=3))["networks"]] == [[0, 1, 2]]
    drawn = swarm({"kind": "k_in_random", "n": 7, "k": 3}, seeds=3)
    assert [one["seeds"] for one in certified(drawn)["networks"]] == [[0], [1], [2]]
    assert certified(drawn, seeds=[4])["seeds"] == [4]


def test_the_same_scenario_gives_the_same_certificate():
    large = swarm({"kind": "random_regular", "n": 400, "degree": 6}, n=400, seeds=2)
    assert certified(large, time_limit=0) == certified(large, time_limit=0)


def test_of_a_large_network_it_tells_what_is_proven_and_that_the_rest_is_not_known():
    told = certified(swarm({"kind": "random_regular", "n": 400, "degree": 6}, n=400))
    assert told["verdict"] == "unknown"
    assert told["networks"][0]["f_max"]["total_malicious"]["proven"] < 1
    assert told["networks"][0]["f_max"]["total_malicious"]["at_most"] >= 1


def test_time_buys_an_answer_that_bounds_do_not_give(monkeypatch):
    monkeypatch.setattr(_robustness, "ENUMERATE_TO", 1)
    monkeypatch.setattr(_lower_bounds, "PART_MAX", 2)
    without, with_time = (certified(swarm(), time_limit=limit) for limit in (0, 60))
    assert (without["verdict"], with_time["verdict"]) == ("unknown", "inside")
    assert [told["networks"][0]["robustness"]["exact"] for told in (without, with_time)] == [False, True]


@pytest.mark.parametrize("name", SMALL)
def test_what_is_certified_of_a_library_scenario_its_run_confirms(name):
    certificate = certify(load_scenario(name), time_limit=0)
    result = run(name, seeds=certificate.seeds)
    if certificate.verdict == "inside" and certificate.attacks:
        assert result.guarantee.holds is True
    if result.guarantee.holds:
        assert certificate.verdict in {"inside", "unknown"}


def test_a_time_limit_must_not_be_negative():
    with pytest.raises(ParameterError, match="time_limit: -1 given"):
        certify(swarm(), time_limit=-1)


YES, NO, OPEN, NONE = (
    Guarantee(True, "y", "p"),
    Guarantee(False, "n", "p"),
    Guarantee(None, "o", "p"),
    Guarantee(None, "-"),
)


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ([YES, NO, OPEN, NONE], "inside"),
        ([NO, OPEN, NONE], "not known"),
        ([NO, NONE], "outside"),
        ([NONE], "none"),
        ([NONE, NONE], "none"),
    ],
)
def test_several_defenses_promise_what_the_best_of_them_does(answers, told):
    assert combine_guarantees([(f"d{i}", one) for i, one in enumerate(answers)]).label == told


def test_over_seeds_a_promise_is_as_good_as_in_the_worst():
    assert [worst_over_seeds(seeds).label for seeds in ([YES, NO, OPEN], [YES, OPEN], [YES, YES])] == [
        "outside",
        "not known",
        "inside",
    ]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["ring_with_a_liar"], 0),
        (["two_cliques"], 1),
        (["two_cliques", "--defense", "wmsr:f=0"], 0),
        (["triangle_echo"], 1),
        (["triangle_echo", "--attack", "stubborn:daemons=[0]"], 0),
        (["ring_with_a_liar", "--defense", "none"], 4),
        (["ring_with_a_liar", "--set", "defenses=[]"], 0),
        (["ring_with_a_liar", "--set", "network.offsets=[1]"], 1),
        (["ring_with_a_liar", "--time-limit", "-1"], 2),
        (["ring_with_a_liar", "--seeds", "x"], 2),
        (["nothing_like_it"], 2),
    ],
)
def test_it_ends_with_the_code_of_its_verdict(command, words, code):
    assert command(*words)[0] == code


def test_a_pipe_gets_plain_lines_with_the_verdict_first(command):
    _, out, err = command("ring_with_a_liar")
    lines = out.splitlines()
    assert lines[2] == "  Inside: a guarantee covers these attacks"
    for told in ("(2,7)-robust, exactly", "(malicious, F-total): 1", "(Byzantine, F-total): 1", "JSAC 2013", "wmsr"):
        assert told in out
    assert not err


def test_json_is_one_document_and_nothing_else(command):
    _, out, _ = command("two_cliques", "--json")
    told = json.loads(out)
    assert told["schema"] == "swarmsec.certificate/v1"
    assert told["verdict"] == "outside"


def test_errors_are_json_too(command):
    code, out, _ = command("ring_with_a_liar", "--time-limit", "-1", "--json")
    assert json.loads(out)["error"]["exit_code"] == code == 2


def test_help_says_what_the_exit_codes_mean(command):
    _, out, _ = command("--help")
    said = " ".join(out.split())
    assert "Ends with 0 if a guarantee covers the attacks" in said
