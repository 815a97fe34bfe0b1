"""The plan of a tournament: contestants, labels, shared runs, and refusals."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swarmsec.errors import UsageError
from swarmsec.registry import Registry
from swarmsec.runs.nulls import NULLS
from swarmsec.scenario import InvalidScenarioError, library, load_scenario, tournament_library
from swarmsec.tournament import Request, plan_of, request_of_file, tournament_file
from swarmsec.tournament.halving import brackets
from swarmsec.tournament.labels import label_of, short_names, specs_of
from swarmsec.tournament.matchups import matchups

RING = "ring_with_a_liar"


def teams(*labels):
    return tuple(specs_of(label) for label in labels)


def request(**changes):
    usual = {
        "scenarios": (RING,),
        "attacks": teams("stubborn:daemons=[0]", "hijack:daemons=[0]"),
        "defenses": teams("wmsr", "signal_clip", "median_gate"),
        "seeds": (0, 1, 2),
        "nulls": False,
        "settings": {"rounds": 20},
    }
    return Request(**{**usual, **changes})


def refusal(asked):
    with pytest.raises(InvalidScenarioError) as refused:
        plan_of(asked)
    return refused.value


# Labels


def test_a_label_is_the_kind_and_the_parameters_that_differ_from_their_defaults():
    playing = load_scenario(
        RING, attack={"kind": "stubborn", "value": 7, "daemons": [0], "strength": 1.0}, defense={"kind": "wmsr", "f": 1}
    )
    assert label_of(playing.document["attacks"], "attacks", playing.registry) == "stubborn:daemons=[0],value=7.0"
    assert label_of(playing.document["defenses"], "defenses", playing.registry) == "wmsr"
    assert label_of([], "defenses", playing.registry) == "none"


@given(st.integers(1, 9), st.floats(-1e9, 1e9), st.sampled_from(["10%", [0], [5], "hubs"]))
@settings(max_examples=30, deadline=None)
def test_a_label_selects_the_same_plugins_again(start, value, daemons):
    specs = [{"kind": "stubborn", "value": value, "daemons": daemons, "start": start}]
    first = load_scenario(RING, attack=specs)
    label = label_of(first.document["attacks"], "attacks", Registry())
    again = load_scenario(RING, attack=list(specs_of(label)))
    assert again.document["attacks"] == first.document["attacks"]
    assert label_of(again.document["attacks"], "attacks", Registry()) == label


def test_plugins_that_act_together_have_one_label():
    both = plan_of(request(attacks=teams("stubborn:daemons=[0] + false_signal:daemons=[1]")))
    assert [one.label for one in both.attacks] == ["stubborn:daemons=[0] + false_signal:daemons=[1]"]
    _, matches = matchups(request(attacks=teams("stubborn:daemons=[0] + false_signal:daemons=[1]")))
    assert len(matches[0].scenario.document["attacks"]) == 2


def test_a_short_name_is_the_kind_unless_two_labels_share_it():
    assert short_names(["wmsr", "median_gate:threshold=2.0"]) == {
        "wmsr": "wmsr",
        "median_gate:threshold=2.0": "median_gate",
    }
    assert short_names(["wmsr", "wmsr:f=2"]) == {"wmsr": "wmsr", "wmsr:f=2": "wmsr:f=2"}


def test_a_defense_named_twice_takes_part_once():
    plan = plan_of(request(defenses=teams("wmsr", "wmsr:f=1", "signal_clip")))
    assert [one.label for one in plan.defenses] == ["wmsr", "signal_clip"]
    assert len(plan.cells) == 4


# Contestants


def test_the_teams_of_the_scenario_take_part_by_default():
    _, matches = matchups(request(attacks=(), defenses=()))
    assert [match.key for match in matches] == [(RING, "stubborn:daemons=[0]", "wmsr")]
    assert matches[0].scenario.document["rounds"] == 20


def test_each_null_takes_part_once():
    plan = plan_of(request(defenses=teams("wmsr", "oracle"), nulls=True))
    assert [(one.label, one.null) for one in plan.defenses] == [("wmsr", False), ("oracle", True)] + [
        (kind, True) for kind in NULLS if kind != "oracle"
    ]


def test_seeds_default_to_those_of_each_scenario():
    plan = plan_of(request(scenarios=(RING, "triangle_echo"), attacks=teams("none"), seeds=None))
    assert plan.seeds == {name: load_scenario(name).seeds for name in (RING, "triangle_echo")}


# Shared arms


@pytest.mark.parametrize(("attacks", "defenses", "seeds"), [(1, 1, 1), (2, 3, 3), (2, 2, 5)])
def test_cells_share_runs_of_equal_arms(attacks, defenses, seeds):
    """A seed has one clean arm, an attacked arm per attack, a guarded arm per defense and a defended arm per cell."""
    asked = request(seeds=tuple(range(seeds)))
    plan = plan_of(replace(asked, attacks=asked.attacks[:attacks], defenses=asked.defenses[:defenses]))
    assert len(plan.entries()) == 4 * attacks * defenses * seeds
    assert len(plan.jobs) == seeds * (1 + attacks + defenses + attacks * defenses)
    arms = Counter(str(job.arm) for job in plan.jobs.values())
    assert arms == {
        "clean": seeds,
        "attacked": attacks * seeds,
        "guarded": defenses * seeds,
        "defended": attacks * defenses * seeds,
    }


def test_attacks_on_other_daemons_share_no_arm_without_an_attack():
    """Their bills leave out other daemons."""
    plan = plan_of(request(attacks=teams("stubborn:daemons=[0]", "hijack:daemons=[0]", "hijack:daemons=[3]")))
    arms = Counter(str(job.arm) for job in plan.jobs.values())
    assert arms == {"clean": 2 * 3, "attacked": 3 * 3, "guarded": 2 * 9, "defended": 3 * 9}


def test_scenarios_share_no_runs():
    one, two = (plan_of(request(scenarios=(name,), attacks=teams("none"))) for name in (RING, "triangle_echo"))
    both = plan_of(request(scenarios=(RING, "triangle_echo"), attacks=teams("none")))
    assert set(both.jobs) == set(one.jobs) | set(two.jobs)
    assert not set(one.jobs) & set(two.jobs)


def test_the_id_of_a_plan_depends_on_every_setting_of_the_results():
    ids = [
        plan_of(request(**changes)).id
        for changes in (
            {},
            {"seeds": (0, 1)},
            {"defenses": teams("wmsr")},
            {"attacks": teams("stubborn:daemons=[1]")},
            {"settings": {"rounds": 21}},
            {"nulls": True},
            {"halving": True},
            {"name": "mine"},
        )
    ]
    assert plan_of(request()).id == ids[0]
    assert len(set(ids)) == len(ids)


def test_the_plan_is_plain_data():
    document = plan_of(request()).document
    assert json.loads(json.dumps(document)) == document


@pytest.mark.parametrize(("candidates", "count"), [(0, 1), (1, 1), (2, 2), (3, 3), (4, 3), (9, 5)])
def test_the_brackets_leave_one_candidate_and_the_last_has_all_seeds(candidates, count):
    ladder = brackets(candidates)
    assert len(ladder) == count
    assert ladder[-1].seeds(range(7)) == range(7)
    counts = [len(one.seeds(range(100))) for one in ladder]
    assert counts == sorted(counts)
    assert all(counts)


# Refusals


def test_every_cell_that_cannot_run_is_in_one_error():
    refused = refusal(
        request(
            scenarios=(RING, "triangle_echo"),
            attacks=teams("stubbrn", "stubborn:vlue=3,daemons=[0]", "hijack:daemons=[0]"),
            defenses=teams("wmsr:f=-1", "median_gate"),
        )
    )
    text = str(refused)
    for scenario in (RING, "triangle_echo"):
        assert f"stubbrn in {scenario}: kind  no attack `stubbrn`; did you mean `stubborn`?" in text
        assert f"in {scenario}: vlue  unknown parameter; did you mean `value`?" in text
        assert f"wmsr:f=-1 in {scenario}: f  -1 given; must be at least 0" in text
    assert len(refused.findings) == 6
    assert {finding.path for finding in refused.findings} == {"--attack", "--defense"}


def test_only_the_attack_that_breaks_the_rules_of_engagement_is_named():
    text = str(refusal(request(attacks=teams("stubborn:daemons=[0]", "stubborn:daemons=[0, 1]"))))
    assert "stubborn:daemons=[0, 1] in ring_with_a_liar" in text
    assert "the rules allow 1" in text
    assert "daemons=[0] in" not in text


def test_the_refusal_of_a_sweep_names_the_alternative():
    assert "sweep={}" in str(refusal(request(scenarios=("two_data_centers",))))
    plan_of(request(scenarios=("two_data_centers",), attacks=(), defenses=(), settings={"sweep": {}}))


def test_two_scenarios_of_one_name_are_refused(tmp_path):
    other = tmp_path / "other.yaml"
    other.write_text(json.dumps({**load_scenario(RING).document, "rounds": 9}), encoding="utf-8")
    assert f"two scenarios are called {RING}" in str(refusal(request(scenarios=(RING, str(other)), settings={})))


def test_an_unknown_scenario_on_a_command_line_is_a_usage_error():
    with pytest.raises(UsageError, match="no scenario `nosuch`"):
        plan_of(request(scenarios=("nosuch",)))


# Files

FILE = """\
apiVersion: swarmsec/v1
kind: Tournament
name: liars
scenarios: [ring_with_a_liar]
attacks:
  - stubborn:daemons=[0]
  - {kind: hijack, daemons: [0]}
  - [{kind: stubborn, daemons: [0]}, "false_signal:daemons=[2]"]
defenses: [wmsr, {kind: median_gate, threshold: 2}]
seeds: 2
nulls: false
settings: {rounds: 20}
x-note: ignored
"""


@pytest.fixture
def write(tmp_path):
    def to_file(text):
        path = tmp_path / "cup.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return to_file


def test_a_file_and_a_command_line_give_equal_requests(write):
    path = write(FILE)
    assert tournament_file(str(path)) == path
    wanted = request(
        name="liars",
        attacks=teams("stubborn:daemons=[0]", "hijack:daemons=[0]", "stubborn:daemons=[0] + false_signal:daemons=[2]"),
        defenses=teams("wmsr", "median_gate:threshold=2"),
        seeds=(0, 1),
    )
    assert request_of_file(path) == wanted
    assert plan_of(request_of_file(path)).id == plan_of(wanted).id


def test_a_scenario_is_no_tournament_file(write):
    assert not tournament_file(str(write(json.dumps(dict(load_scenario(RING).document)))))
    assert not tournament_file("no such file")


def test_a_tournament_of_the_library_is_found_by_its_name():
    assert tournament_file("red_against_blue") == tournament_library()["red_against_blue"]
    assert "red_against_blue" not in library()


def test_scenarios_and_plugins_are_looked_for_beside_the_file(write, tmp_path):
    (tmp_path / "mine.yaml").write_text(json.dumps({**load_scenario(RING).document, "name": "mine"}), encoding="utf-8")
    (tmp_path / "own").mkdir()
    asked = request_of_file(write("kind: Tournament\nscenarios: [mine.yaml]\nplugins: [own]\n"))
    assert asked.name == "cup"
    assert asked.scenarios == (str(tmp_path / "mine.yaml"),)
    assert asked.plugins == (str(tmp_path / "own"),)
    assert plan_of(asked).document["scenarios"][0]["name"] == "mine"


def test_wrong_keys_of_a_file_are_located(write):
    path = write("kind: Tournament\nscenarios: []\nsceds: 4\nattacks: [3]\nhalving: maybe\n")
    with pytest.raises(InvalidScenarioError) as refused:
        request_of_file(path)
    found = {finding.path: (finding.span.line, finding.rule) for finding in refused.value.findings}
    assert found == {
        "scenarios": (2, "wrong-value"),
        "sceds": (3, "unknown-key"),
        "attacks[0]": (4, "wrong-value"),
        "halving": (5, "wrong-value"),
    }
    assert "did you mean `seeds`?" in str(refused.value)


def test_cells_that_cannot_run_are_located_in_the_file(write):
    path = write(FILE.replace("wmsr, ", "wmsr, wmrs, ").replace("ring_with_a_liar]", "ring_with_a_liar, nosuch]"))
    refused = refusal(request_of_file(path))
    found = {finding.path: finding.span.line for finding in refused.findings}
    assert found == {"scenarios[1]": 4, "defenses[1]": 9}
    assert "did you mean `wmsr`?" in str(refused)


def test_a_list_is_no_tournament(write):
    with pytest.raises(InvalidScenarioError, match="mapping"):
        request_of_file(write("- a\n"))
