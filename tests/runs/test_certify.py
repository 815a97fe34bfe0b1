"""`swarmsec certify`: the robustness of the network and the guarantees of the defenses, without a run."""

from __future__ import annotations

import json

import pytest

from swarmsec import load_scenario, run
from swarmsec.cli import main
from swarmsec.errors import ParameterError, PluginError
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
NO_QUARANTINE = {"blue": {"quarantine": 0, "restore": 0}}
"""A restored daemon says nothing while it is down."""
SMALL = [name for name in library() if load_scenario(name).n <= 200]


def swarm(network=C7, *, n=7, attacks=(LIAR,), defenses=(WMSR,), **more):
    return load_scenario(
        beliefs([float(i) for i in range(n)], network, attacks=list(attacks), defenses=list(defenses), **more)
    )


def certified(scenario, **options):
    return certify(scenario, **options).to_dict()


@pytest.fixture
def command(capsys):
    """Exit code, standard output and standard error of `swarmsec certify ARGUMENTS`."""

    def call(*words):
        with pytest.raises(SystemExit) as end:
            main(["certify", *words])
        printed = capsys.readouterr()
        return int(end.value.code or 0), printed.out, printed.err

    return call


def test_a_certificate_has_robustness_witness_and_f_for_every_threat():
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


def test_a_guarantee_that_covers_the_attacks_is_inside():
    certificate = certified(swarm())
    assert certificate["verdict"] == "inside"
    (claim,) = certificate["defenses"]
    assert claim["holds"] is True
    assert (claim["kind"], claim["parameters"]) == ("wmsr", {"f": 1})
    assert "each component" in claim["promise"]
    assert "at most 1 liar" in claim["assumption"]
    assert "JSAC 2013" in claim["source"]


@pytest.mark.parametrize(
    ("scenario", "verdict", "why"),
    [
        (swarm(K3, n=3, attacks=[{"kind": "equivocation", "daemons": [0]}]), "outside", "without them"),
        (swarm(attacks=[{**LIAR, "daemons": [0, 1]}]), "outside", "a neighborhood has 2 liars, and f is 1"),
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
        (swarm(defenses=[WMSR, QUARANTINE], rules={"blue": {"quarantine": 0}}), "outside", "daemons may be isolated"),
        (swarm(defenses=[WMSR, QUARANTINE], rules=NO_QUARANTINE), "inside", "(2,2)-robust"),
        (swarm(attacks=[{"kind": "hijack", "daemons": [0]}]), "unknown", "may take over 6 more"),
        (swarm(attacks=[{"kind": "hijack", "daemons": [0]}], rules={"red": {"daemons": 1}}), "inside", "(2,2)-robust"),
        (swarm(attacks=[{"kind": "false_signal", "daemons": [0]}]), "outside", "attacks on signals"),
        (swarm(attacks=[{**LIAR, "strength": 0}]), "inside", "0 liars"),
        (swarm(attacks=[{**LIAR, "start": 99}]), "inside", "0 liars"),
        (swarm(TWO_CLIQUE, n=8, attacks=[]), "outside", "only (1,2)-robust"),
        (swarm(defenses=[{"kind": "none"}]), "unknown", "has no guarantee"),
        (swarm(defenses=[{"kind": "median_gate"}]), "outside", "against false signals only"),
    ],
)
def test_every_assumption_of_a_guarantee_is_checked(scenario, verdict, why):
    certificate = certified(scenario)
    assert certificate["verdict"] == verdict
    assert why in certificate["defenses"][0]["why"]


DROPS = '''"""Drop the messages on the first edge."""

from dataclasses import dataclass

import numpy as np

from swarmsec import Defense


@dataclass(kw_only=True)
class Drops(Defense):
    """Drop them by its hook."""

    # The traits

    def HOOK
'''

IGNORES = "respond(self, blue):\n        if blue.round == 2:\n            blue.ignore([0])"
AT_ONCE = "begin(self, blue):\n        blue.ignore([0])"
WEIGHS = "weigh(self, messages, blue):\n        return np.where(np.arange(messages.network.m) == 0, 0.0, 1.0)"
ALARMS = "respond(self, blue):\n        blue.alarm([0])"
RESTORES = "respond(self, blue):\n        blue.restore([6])"
MONITOR = "from swarmsec import Vantage\n    vantage = Vantage.MONITOR\n    ignores = False"
RESTORING = {"blue": {"quarantine": 0, "restore": 1}}


@pytest.mark.parametrize(
    ("hook", "traits", "rules", "verdict", "why"),
    [
        (IGNORES, "", NO_QUARANTINE, False, "drops may ignore some"),
        (AT_ONCE, "", NO_QUARANTINE, False, "drops may ignore some"),
        (WEIGHS, "", NO_QUARANTINE, False, "drops may drop some"),
        (RESTORES, MONITOR, RESTORING, False, "daemons may be isolated"),
        (RESTORES, MONITOR, NO_QUARANTINE, True, "(2,2)-robust"),
        (ALARMS, "ignores = False", NO_QUARANTINE, True, "(2,2)-robust"),
    ],
)
def test_another_defense_that_drops_messages_ends_the_guarantee_of_a_rule(tmp_path, hook, traits, rules, verdict, why):
    (tmp_path / "drops.py").write_text(DROPS.replace("HOOK", hook).replace("# The traits", traits), encoding="utf-8")
    document = beliefs(
        [float(i) for i in range(7)], C7, attacks=[LIAR], defenses=[WMSR, {"kind": "drops"}], rules=rules, rounds=10
    )
    scenario = load_scenario(document, plugins=[tmp_path])
    claim = certified(scenario)["defenses"][0]
    assert claim["holds"] is verdict
    assert why in claim["why"]
    assert run(scenario, seeds=[0]).guarantee.holds is verdict, "a run agrees"


def test_a_defense_that_declares_not_to_ignore_messages_cannot(tmp_path):
    text = DROPS.replace("HOOK", IGNORES).replace("# The traits", "ignores = False")
    (tmp_path / "drops.py").write_text(text, encoding="utf-8")
    document = beliefs([0.0, 1.0, 2.0], K3, attacks=[], defenses=[{"kind": "drops"}])
    with pytest.raises(PluginError, match="declares `ignores = False`"):
        run(load_scenario(document, plugins=[tmp_path]), seeds=[0])


def test_the_guarantee_of_a_gate_needs_its_warm_up_and_honest_majorities():
    lie = {"kind": "false_signal", "daemons": [0], "start": 30}
    gates = [{"kind": "median_gate", "warm_up": 20}, {"kind": "signal_clip", "warm_up": 40}]
    certificate = certified(swarm(attacks=[lie], defenses=gates, rounds=50))
    assert [claim["holds"] for claim in certificate["defenses"]] == [True, False]
    assert certificate["verdict"] == "inside"


def test_without_a_defense_only_the_network_is_certified():
    certificate = certified(swarm(defenses=[]))
    assert (certificate["verdict"], certificate["defenses"]) == ("no_defense", [])
    assert certificate["networks"][0]["robustness"]["r"] == 2


def test_a_network_shared_by_all_seeds_is_certified_once():
    assert [one["seeds"] for one in certified(swarm(seeds=3))["networks"]] == [[0, 1, 2]]
    drawn = swarm({"kind": "k_in_random", "n": 7, "k": 3}, seeds=3)
    assert [one["seeds"] for one in certified(drawn)["networks"]] == [[0], [1], [2]]
    assert certified(drawn, seeds=[4])["seeds"] == [4]


def test_certificates_are_reproducible():
    large = swarm({"kind": "random_regular", "n": 400, "degree": 6}, n=400, seeds=2)
    assert certified(large, time_limit=0) == certified(large, time_limit=0)


def test_the_certificate_of_a_large_network_has_bounds():
    certificate = certified(swarm({"kind": "random_regular", "n": 400, "degree": 6}, n=400))
    assert certificate["verdict"] == "unknown"
    assert certificate["networks"][0]["f_max"]["total_malicious"]["proven"] < 1
    assert certificate["networks"][0]["f_max"]["total_malicious"]["at_most"] >= 1


def test_more_time_gives_an_exact_answer(monkeypatch):
    monkeypatch.setattr(_robustness, "ENUMERATE_TO", 1)
    monkeypatch.setattr(_lower_bounds, "PART_MAX", 2)
    without, with_time = (certified(swarm(), time_limit=limit) for limit in (0, 60))
    assert (without["verdict"], with_time["verdict"]) == ("unknown", "inside")
    assert [certificate["networks"][0]["robustness"]["exact"] for certificate in (without, with_time)] == [False, True]


@pytest.mark.parametrize("name", SMALL)
def test_runs_of_library_scenarios_agree_with_their_certificates(name):
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
    ("answers", "label"),
    [
        ([YES, NO, OPEN, NONE], "inside"),
        ([NO, OPEN, NONE], "not known"),
        ([NO, NONE], "outside"),
        ([NONE], "none"),
        ([NONE, NONE], "none"),
    ],
)
def test_the_best_guarantee_of_several_defenses_counts(answers, label):
    assert combine_guarantees([(f"d{i}", one) for i, one in enumerate(answers)]).label == label


def test_the_worst_guarantee_over_seeds_counts():
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
def test_the_exit_code_follows_the_verdict(command, words, code):
    assert command(*words)[0] == code


def test_a_pipe_gets_plain_text_with_the_verdict_first(command):
    _, out, err = command("ring_with_a_liar")
    lines = out.splitlines()
    assert lines[2] == "  Inside: a guarantee covers these attacks"
    for text in ("(2,7)-robust, exactly", "(malicious, F-total): 1", "(Byzantine, F-total): 1", "JSAC 2013", "wmsr"):
        assert text in out
    assert not err


def test_json_output_is_one_document(command):
    _, out, _ = command("two_cliques", "--json")
    certificate = json.loads(out)
    assert certificate["schema"] == "swarmsec.certificate/v1"
    assert certificate["verdict"] == "outside"


def test_errors_are_json_too(command):
    code, out, _ = command("ring_with_a_liar", "--time-limit", "-1", "--json")
    assert json.loads(out)["error"]["exit_code"] == code == 2


def test_the_help_explains_the_exit_codes(command):
    _, out, _ = command("--help")
    text = " ".join(out.split())
    assert "Ends with 0 if a guarantee covers the attacks" in text
