"""The bite table names every attack and defense, and its rows hold on other seeds than they were chosen on."""

from __future__ import annotations

from pathlib import Path

import pytest

from swarmsec.registry import Registry
from swarmsec.report.bite_page import BiteRow, bite_line, bite_rows, bout, tuned_line, tuned_rows
from swarmsec.runs.executors import Serial
from swarmsec.runs.nulls import NULLS
from swarmsec.scenario import load_scenario, parse_option
from swarmsec.tournament.labels import specs_of

PAGE = (Path(__file__).parents[2] / "docs/bite-table.md").read_text(encoding="utf-8").splitlines(keepends=True)
BITES = bite_rows()
TUNED = tuned_rows()
WITHOUT_BITE = {"forged_accusation"}
"""It lies only to defenses that exchange claims: alone it does no damage."""
QUICK = {"stubborn", "sybil", "false_signal"}


def kinds_of(row: BiteRow) -> set[str]:
    specs = specs_of(row.attack) if row.attack else load_scenario(row.scenario).document["attacks"]
    return {str(spec["kind"]) for spec in specs}


SAMPLE = [
    pytest.param(row, id=row.attack or row.scenario, marks=() if kinds_of(row) <= QUICK else pytest.mark.slow)
    for row in BITES
]


def test_every_attack_has_a_row():
    named = set().union(*map(kinds_of, BITES))
    assert named == set(Registry().kinds("attacks")) - {"none"}


def test_every_defense_that_works_has_an_attack_tuned_against_it():
    named = {str(parse_option(row.defense)["kind"]) for row in TUNED}
    assert named == set(Registry().kinds("defenses")) - set(NULLS)


@pytest.mark.parametrize("row", SAMPLE)
def test_a_row_holds(row):
    found = bout(row, Serial())
    assert found.alone.bites == (not kinds_of(row) <= WITHOUT_BITE)
    if found.beats:
        limited = found.beats.damage_limited
        assert limited is None or limited.high < 0.5
    if found.beaten_by:
        assert found.beaten_by.damage_limited.low >= 0.5
    assert bite_line(row, found) in PAGE


def test_most_attacks_beat_a_defense_and_most_are_beaten():
    assert sum(row.beats is not None for row in BITES) >= 0.9 * len(BITES)
    assert sum(row.beaten_by is not None for row in BITES) >= 0.6 * len(BITES)


@pytest.mark.parametrize("row", [TUNED[0], *(pytest.param(row, marks=pytest.mark.slow) for row in TUNED[1:])])
def test_the_page_shows_what_a_tuned_attack_does(row):
    assert tuned_line(row, Serial()) in PAGE
