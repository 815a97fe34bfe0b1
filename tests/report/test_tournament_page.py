"""A tournament's page has exactly the figures of the tournament's document."""

from __future__ import annotations

import copy
import json
import re

import pytest

from swarmsec.report.html import tournament_page
from swarmsec.report.html.page_of_tournament import CELLS_MAX, standing_sentence, tournament_sentence
from swarmsec.store import Store
from swarmsec.tournament.from_store import stored_outcome
from tests.report.conftest import Page, pointed


@pytest.mark.slow
def test_every_figure_on_the_page_is_in_the_document(tournament):
    figures = Page(tournament_page(tournament)).figures
    assert len(figures) > 300
    assert [one for one in figures if pointed(tournament, one[0]) != one[1]] == []


@pytest.mark.parametrize("part", ["damage_limited", "autoimmune", "undefended", "worst_case", "nash"])
def test_every_number_of_a_standing_is_on_the_page(tournament, part):
    shown = {source for source, _, _ in Page(tournament_page(tournament)).figures}
    for at, standing in enumerate(tournament["standings"]):
        text = json.dumps(standing[part])
        means = {
            source for source in shown if source.startswith(f"/standings/{at}/{part}") and source.endswith("/mean")
        }
        if part != "nash":
            assert len(means) == text.count('"mean"') > 0
        elif standing["nash"]:
            assert f"/standings/{at}/nash/value" in shown
            parts = [
                source
                for source in shown
                if source.startswith((f"/standings/{at}/nash/red", f"/standings/{at}/nash/blue"))
            ]
            assert len(parts) == len(standing["nash"]["red"]) + len(standing["nash"]["blue"])


def test_all_ratings_and_cells_are_on_the_page(tournament):
    shown = {source for source, _, _ in Page(tournament_page(tournament)).figures}
    for team, rows in tournament["ratings"].items():
        assert {f"/ratings/{team}/{at}/points/mean" for at in range(len(rows))} <= shown
    for at, cell in enumerate(tournament["cells"]):
        assert (f"/cells/{at}/result/damage/defended/mean" in shown) == (cell["result"] is not None)


def test_the_page_is_deterministic_small_and_self_contained(tournament):
    html = tournament_page(tournament)
    assert html == tournament_page(copy.deepcopy(tournament))
    assert len(html.encode()) < 1_000_000
    assert re.findall(r"https?:|//[a-z]|url\(|@import|\bsrc=", html) == []


def test_names_and_errors_are_escaped(tournament):
    page = Page(tournament_page(tournament))
    assert "Two <worlds>" in page.text
    assert "<b>broken</b>" in page.text
    assert "worlds" not in {tag for tag, _ in page.tags}


def test_failures_are_listed_with_their_errors(tournament):
    text = Page(tournament_page(tournament)).text
    assert tournament["failures"]
    assert text.count("<b>broken</b>") >= len(tournament["failures"])


def test_a_store_gives_the_same_page_as_the_tournament(store, tournament):
    with Store.open(store, read_only=True) as opened:
        found = json.loads(json.dumps(stored_outcome(opened, opened.tournaments()[-1]).to_dict()))
    for document in (found, *(one["result"] for one in found["cells"] if one["result"])):
        document["replay"] = ""
    expected = copy.deepcopy(tournament)
    for document in (expected, *(one["result"] for one in expected["cells"] if one["result"])):
        document["replay"] = ""
    vantages = [document["defenses"] for document in (found, expected)]
    for of_team in vantages:  # The folder of plug-ins is unknown when a store is read.
        for one in of_team:
            one["vantage"] = "" if one["label"] == "faulty" else one["vantage"]
    assert found == expected
    assert tournament_page(found) == tournament_page(expected)


def test_a_store_of_other_scenarios_has_no_replay_command(store):
    with Store.open(store, read_only=True) as opened:
        assert stored_outcome(opened, opened.tournaments()[-1]).replay == ""


def test_the_page_of_a_large_tournament_is_under_a_megabyte_and_states_what_it_omits(tournament):
    large = copy.deepcopy(tournament)
    large["cells"] = [cell for _ in range(100) for cell in tournament["cells"]]
    large["failures"] = tournament["failures"] * 200
    standing = tournament["standings"][1]
    times = 12
    standing = {
        **standing,
        "attacks": standing["attacks"] * times,
        "bites": standing["bites"] * times,
        "undefended": standing["undefended"] * times,
        "damage": standing["damage"] * times,
        "damage_limited": standing["damage_limited"] * times,
    }
    large["standings"] = [standing] * 8
    html = tournament_page(large)
    assert len(large["cells"]) > 3 * CELLS_MAX
    assert len(html.encode()) < 1_000_000
    text = Page(html).text
    assert f"The first {CELLS_MAX} of {len(large['cells']):,} cells" in text
    assert "The first 200 of" in text


STANDING = {
    "title": "T",
    "unit": "USD",
    "attacks": ["lie"],
    "defenses": ["gate", "none"],
    "bites": [True],
    "damage_limited": [[{"mean": 0.5, "low": 0.4, "high": 0.6}, None]],
    "best": "gate",
    "worst_case": [
        {"defense": "gate", "attack": "lie", "damage": {"mean": 10.0, "low": 9.0, "high": 11.0}, "regret": None}
    ],
    "upsets": [],
}


def test_a_standing_in_one_sentence():
    assert standing_sentence(STANDING, {}) == (
        "gate has the best worst case: $10 of damage against lie, 50% [40%, 60%] of it prevented"
    )
    beaten = {**STANDING, "upsets": [{"loser": "gate", "winner": "none", "null": True}]}
    assert standing_sentence(beaten, {}).endswith("; and none, a null, does better")
    assert "No attack bites" in standing_sentence({**STANDING, "bites": [False]}, {})
    assert "against every attack" in standing_sentence({**STANDING, "best": None}, {})


def test_several_standings_in_one_sentence():
    document = {"attacks": [], "defenses": [], "standings": [STANDING, {**STANDING, "bites": [False]}]}
    assert tournament_sentence(document) == (
        "Attacks bite in 1 of 2 scenarios; judged by its worst case, the best defense is gate in 1"
    )
