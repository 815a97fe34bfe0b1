"""The table of defenses that do no work is what its command measures, and none of them is limited."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from swarmsec.report.still_page import DAEMONS_MAX, still_page
from swarmsec.scenario import library, load_scenario

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/standing-still.md").read_text(encoding="utf-8")
ROWS = {name: cells.split(" | ") for name, cells in re.findall(r"^\| `(\w+)` \| (.*) \|$", PAGE, flags=re.MULTILINE)}
COLUMNS = re.findall(r"^\| scenario \| (.*) \|$", PAGE, flags=re.MULTILINE)[0].split(" | ")


def mean(cell: str) -> float:
    """The mean of shares such as −175%  [−187%, −163%]."""
    return float(re.findall(r"(−?[\d.,]+)%", cell)[0].replace("−", "-").replace(",", ""))


def test_the_page_has_every_scenario_with_an_attack():
    documents = {name: load_scenario(name) for name in library()}
    attacked = {name for name, one in documents.items() if one.document["attacks"] and one.n <= DAEMONS_MAX}
    assert set(ROWS) == attacked
    assert COLUMNS == ["shipped", "frozen", "deaf", "mute", "clip 0.01", "panic"]


def test_no_defense_without_work_is_limited():
    assert PAGE.endswith("\n`limited` without any work: none.\n")


@pytest.mark.parametrize("name", sorted(name for name in ROWS if name.startswith("blackswarm")))
@pytest.mark.parametrize("defense", ["frozen", "mute", "clip 0.01", "panic"])
def test_standing_still_loses_money_in_trading(name, defense):
    assert mean(ROWS[name][COLUMNS.index(defense)]) < 0.0


@pytest.mark.parametrize("name", ["ring_with_a_liar", pytest.param("task_force", marks=pytest.mark.slow)])
def test_rows_are_what_is_measured(name):
    measured = "".join(still_page([name], plugins=[ROOT / "tests/nulls"]))
    row = next(line for line in measured.splitlines() if line.startswith(f"| `{name}`"))
    assert row in PAGE.splitlines()


def test_a_defense_without_work_that_wins_is_named(tmp_path):
    (tmp_path / "wise.py").write_text(
        "from dataclasses import dataclass\n"
        "from swarmsec.teams import Defense\n\n\n"
        "@dataclass(kw_only=True)\n"
        "class Wise(Defense):\n"
        '    """Decide what is right in this scenario."""\n\n'
        "    def govern(self, decisions, blue):\n"
        "        return decisions * 0.0 + 1.0\n",
        encoding="utf-8",
    )
    page = "".join(still_page(["ring_with_a_liar"], plugins=[tmp_path]))
    assert page.endswith("`limited` without any work: wise in ring_with_a_liar.\n")
