"""`swarmsec list`: scenarios with their descriptions, and filters."""

from __future__ import annotations

import json

import pytest

from swarmsec.cli import main


@pytest.fixture
def listed(capsys):
    """The scenarios in the output of `swarmsec list ARGUMENTS --json`."""

    def call(*words):
        with pytest.raises(SystemExit) as end:
            main(["list", *words, "--json"])
        assert not end.value.code, capsys.readouterr()
        return json.loads(capsys.readouterr().out)["scenarios"]

    return call


def test_a_scenario_is_listed_with_title_difficulty_and_tags(listed):
    assert listed("scenarios")["ring_with_a_liar"] == {
        "title": "A ring with a liar",
        "summary": "A ring with a liar: stubborn against wmsr in beliefs",
        "difficulty": "intro",
        "tags": ["hijack", "wmsr", "theory"],
        "world": "beliefs",
    }


def test_a_line_has_all_details_of_a_scenario(capsys):
    with pytest.raises(SystemExit):
        main(["list", "scenarios", "--tag", "challenge"])
    (line,) = capsys.readouterr().out.splitlines()
    for word in ("blackswarm_quiet", "open", "BlackSwarm in a quiet", "claim_against_outcome", "trading", "challenge"):
        assert word in line


def test_a_scenario_is_listed_with_values_of_its_base(listed):
    assert listed("scenarios")["blackswarm_decoy"]["world"] == "trading"
    assert "pyod_detector" in listed("scenarios")["blackswarm_decoy"]["summary"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--tag", "equivocation"], {"triangle_echo", "two_data_centers"}),
        (["--tag", "flood", "--tag", "sweep"], {"small_inbox"}),
        (["--difficulty", "intro"], {"ring_with_a_liar", "two_cliques"}),
        (["--world", "trading", "--tag", "hijack"], {"arena_trading", "campaign", "hijack_spreads"}),
        (["--world", "beliefs", "--tag", "gate"], set()),
    ],
)
def test_scenarios_must_match_all_filters(listed, words, expected):
    assert set(listed(*words)) == expected
    assert set(listed("scenarios", *words)) == expected


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["--tag", "swep"], "did you mean `sweep`"),
        (["--world", "tradin"], "did you mean `trading`"),
        (["attacks", "--tag", "sweep"], "list scenarios"),
        (["--difficulty", "fatal"], "intro"),
    ],
)
def test_a_filter_without_matches_is_a_usage_error_with_a_hint(capsys, words, hint):
    with pytest.raises(SystemExit) as end:
        main(["list", *words])
    assert end.value.code == 2
    assert hint in capsys.readouterr().err


def test_show_prints_difficulty_tags_and_goals_of_a_scenario(capsys):
    with pytest.raises(SystemExit):
        main(["show", "two_cliques"])
    shown = capsys.readouterr().out
    for text in ("difficulty intro", "robustness", "Goals:", "- See the price of robustness"):
        assert text in shown
