"""A tournament's plan: who takes part, what they are called, which runs are shared, and what is refused."""

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
from swarmsec.scenario import InvalidScenarioError, load_scenario
from swarmsec.tournament import Draft, draft_of_file, is_tournament_file, plan_of
from swarmsec.tournament.halving import rungs
from swarmsec.tournament.labels import label_of, short_names, specs_of

RING = "ring_with_a_liar"


def teams(*labels):
    return tuple(specs_of(label) for label in labels)


def draft(**changes):
    usual = {
        "scenarios": (RING,),
        "attacks": teams("stubborn:daemons=[0]", "hijack:daemons=[0]"),
        "defenses": teams("wmsr", "signal_clip", "median_gate"),
        "seeds": (0, 1, 2),
        "nulls": False,
        "settings": {"rounds": 20},
    }
    return Draft(**{**usual, **changes})


def refusal(drafted):
    with pytest.raises(InvalidScenarioError) as refused:
        plan_of(drafted)
    return refused.value


# Labels


def test_a_label_is_the_kind_and_what_is_not_at_its_default():
    playing = load_scenario(
        RING, attack={"kind": "stubborn", "value": 7, "daemons": [0], "strength": 1.0}, defense={"kind": "wmsr", "f": 1}
    )
    assert label_of(playing.document["attacks"], "attacks", playing.registry) == "stubborn:daemons=[0],value=7.0"
    assert label_of(playing.document["defenses"], "defenses", playing.registry) == "wmsr"
    assert label_of([], "defenses", playing.registry) == "none"


@given(st.integers(1, 9), st.floats(-1e9, 1e9), st.sampled_from(["10%", [0], [5], "hubs"]))
@settings(max_examples=30, deadline=None)
def test_a_label_plays_the_same_again(start, value, daemons):
    specs = [{"kind": "stubborn", "value": value, "daemons": daemons, "start": start}]
    first = load_scenario(RING, attack=specs)
    label = label_of(first.document["attacks"], "attacks", Registry())
    again = load_scenario(RING, attack=list(specs_of(label)))
    assert again.document["attacks"] == first.document["attacks"]
    assert label_of(again.document["attacks"], "attacks", Registry()) == label


def test_plugins_that_play_as_one_share_a_label():
    both = plan_of(draft(attacks=teams("stubborn:daemons=[0] + false_signal:daemons=[1]")))
    assert [one.label for one in both.attacks] == ["stubborn:daemons=[0] + false_signal:daemons=[1]"]
    assert len(both.matches[0].playing.document["attacks"]) == 2


def test_a_short_name_is_enough_where_no_other_has_it():
    assert short_names(["wmsr", "median_gate:threshold=2.0"]) == {
        "wmsr": "wmsr",
        "median_gate:threshold=2.0": "median_gate",
    }
    assert short_names(["wmsr", "wmsr:f=2"]) == {"wmsr": "wmsr", "wmsr:f=2": "wmsr:f=2"}


def test_who_is_named_twice_plays_once():
    plan = plan_of(draft(defenses=teams("wmsr", "wmsr:f=1", "signal_clip")))
    assert [one.label for one in plan.defenses] == ["wmsr", "signal_clip"]
    assert len(plan.matches) == 4


# Who takes part


def test_the_scenarios_own_teams_play_unless_others_are_named():
    plan = plan_of(draft(attacks=(), defenses=()))
    assert [match[:3] for match in plan.matches] == [(RING, "stubborn:daemons=[0]", "wmsr")]
    assert plan.matches[0].playing.document["rounds"] == 20


def test_the_nulls_stand_beside_the_defenses_once():
    plan = plan_of(draft(defenses=teams("wmsr", "oracle"), nulls=True))
    assert [(one.label, one.null) for one in plan.defenses] == [("wmsr", False), ("oracle", True)] + [
        (kind, True) for kind in NULLS if kind != "oracle"
    ]


def test_seeds_are_each_scenarios_own_unless_said():
    plan = plan_of(draft(scenarios=(RING, "triangle_echo"), attacks=teams("none"), seeds=None))
    assert plan.seeds == {name: load_scenario(name).seeds for name in (RING, "triangle_echo")}


# Shared arms


@pytest.mark.parametrize(("attacks", "defenses", "seeds"), [(1, 1, 1), (2, 3, 3), (2, 2, 5)])
def test_arms_that_cells_share_are_one_run(attacks, defenses, seeds):
    """A seed takes one clean arm, an attacked arm an attack, a guarded arm a defense, a defended arm a cell."""
    asked = draft(seeds=tuple(range(seeds)))
    plan = plan_of(replace(asked, attacks=asked.attacks[:attacks], defenses=asked.defenses[:defenses]))
    assert len(plan.planned) == 4 * attacks * defenses * seeds
    assert len(plan.jobs) == seeds * (1 + attacks + defenses + attacks * defenses)
    arms = Counter(str(job.arm) for job in plan.jobs.values())
    assert arms == {
        "clean": seeds,
        "attacked": attacks * seeds,
        "guarded": defenses * seeds,
        "defended": attacks * defenses * seeds,
    }


def test_scenarios_share_nothing():
    one, two = (plan_of(draft(scenarios=(name,), attacks=teams("none"))) for name in (RING, "triangle_echo"))
    both = plan_of(draft(scenarios=(RING, "triangle_echo"), attacks=teams("none")))
    assert set(both.jobs) == set(one.jobs) | set(two.jobs)
    assert not set(one.jobs) & set(two.jobs)


def test_a_plan_has_the_same_id_every_time_and_another_one_for_anything_that_matters():
    ids = [
        plan_of(draft(**changes)).id
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
    assert plan_of(draft()).id == ids[0]
    assert len(set(ids)) == len(ids)


def test_the_plan_is_plain_data():
    plain = plan_of(draft()).to_dict()
    assert json.loads(json.dumps(plain)) == plain


@pytest.mark.parametrize(("candidates", "brackets"), [(0, 1), (1, 1), (2, 2), (3, 3), (4, 3), (9, 5)])
def test_as_many_brackets_as_it_takes_to_leave_one(candidates, brackets):
    ladder = rungs(candidates)
    assert len(ladder) == brackets
    assert ladder[-1].seeds(range(7)) == range(7)
    counts = [len(one.seeds(range(100))) for one in ladder]
    assert counts == sorted(counts)
    assert all(counts)


# Refusals


def test_everything_that_cannot_be_played_is_told_at_once():
    refused = refusal(
        draft(
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


def test_who_breaks_the_rules_of_engagement_is_named_and_nobody_else():
    text = str(refusal(draft(attacks=teams("stubborn:daemons=[0]", "stubborn:daemons=[0, 1]"))))
    assert "stubborn:daemons=[0, 1] in ring_with_a_liar" in text
    assert "the rules allow 1" in text
    assert "daemons=[0] in" not in text


def test_a_sweep_is_refused_with_the_way_out():
    assert "sweep={}" in str(refusal(draft(scenarios=("two_data_centers",))))
    plan_of(draft(scenarios=("two_data_centers",), attacks=(), defenses=(), settings={"sweep": {}}))


def test_two_scenarios_of_one_name_are_refused(tmp_path):
    other = tmp_path / "other.yaml"
    other.write_text(json.dumps({**load_scenario(RING).document, "rounds": 9}), encoding="utf-8")
    assert f"two scenarios are called {RING}" in str(refusal(draft(scenarios=(RING, str(other)), settings={})))


def test_a_command_line_that_names_no_scenario_is_misused():
    with pytest.raises(UsageError, match="no scenario `nosuch`"):
        plan_of(draft(scenarios=("nosuch",)))


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
x-note: nobody reads this
"""


@pytest.fixture
def write(tmp_path):
    def to_file(text):
        path = tmp_path / "cup.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return to_file


def test_a_file_asks_for_the_same_as_a_command_line(write):
    path = write(FILE)
    assert is_tournament_file(str(path))
    wanted = draft(
        name="liars",
        attacks=teams("stubborn:daemons=[0]", "hijack:daemons=[0]", "stubborn:daemons=[0] + false_signal:daemons=[2]"),
        defenses=teams("wmsr", "median_gate:threshold=2"),
        seeds=(0, 1),
    )
    assert draft_of_file(path) == wanted
    assert plan_of(draft_of_file(path)).id == plan_of(wanted).id


def test_a_scenario_is_no_tournament_file(write):
    assert not is_tournament_file(str(write(json.dumps(dict(load_scenario(RING).document)))))
    assert not is_tournament_file("no such file")


def test_scenarios_and_plugins_are_looked_for_beside_the_file(write, tmp_path):
    (tmp_path / "mine.yaml").write_text(json.dumps({**load_scenario(RING).document, "name": "mine"}), encoding="utf-8")
    (tmp_path / "own").mkdir()
    drafted = draft_of_file(write("kind: Tournament\nscenarios: [mine.yaml]\nplugins: [own]\n"))
    assert drafted.name == "cup"
    assert drafted.scenarios == (str(tmp_path / "mine.yaml"),)
    assert drafted.plugins == (str(tmp_path / "own"),)
    assert plan_of(drafted).scenarios[0].name == "mine"


def test_what_is_wrong_with_a_files_keys_is_located(write):
    path = write("kind: Tournament\nscenarios: []\nsceds: 4\nattacks: [3]\nhalving: maybe\n")
    with pytest.raises(InvalidScenarioError) as refused:
        draft_of_file(path)
    found = {finding.path: (finding.span.line, finding.rule) for finding in refused.value.findings}
    assert found == {
        "scenarios": (2, "wrong-value"),
        "sceds": (3, "unknown-key"),
        "attacks[0]": (4, "wrong-value"),
        "halving": (5, "wrong-value"),
    }
    assert "did you mean `seeds`?" in str(refused.value)


def test_what_cannot_be_played_is_located_in_the_file(write):
    path = write(FILE.replace("wmsr, ", "wmsr, wmrs, ").replace("ring_with_a_liar]", "ring_with_a_liar, nosuch]"))
    refused = refusal(draft_of_file(path))
    found = {finding.path: finding.span.line for finding in refused.findings}
    assert found == {"scenarios[1]": 4, "defenses[1]": 9}
    assert "did you mean `wmsr`?" in str(refused)


def test_a_list_is_no_tournament(write):
    with pytest.raises(InvalidScenarioError, match="mapping"):
        draft_of_file(write("- a\n"))
