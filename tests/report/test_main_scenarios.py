"""The README's table of the main scenarios is what its command measures, and doing nothing loses everywhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from swarmsec.report.main_scenarios import BEGIN, END, MAIN, main_table

ROOT = Path(__file__).parents[2]
TABLE = (ROOT / "README.md").read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
ROWS = {name: cells.split(" | ") for name, cells in re.findall(r"^\| `(\w+)` \| (.*) \|$", TABLE, flags=re.MULTILINE)}


def ends(cell: str) -> tuple[float, float]:
    """The ends of the interval in a cell such as `−175%  [−187%, −163%]`, or its only number twice."""
    numbers = [float(one.replace("−", "-").replace(",", "")) for one in re.findall(r"(−?[\d.,]+(?:e-?\d+)?)%", cell)]
    return (numbers[1], numbers[2]) if len(numbers) == 3 else (numbers[0], numbers[0])


def test_the_table_has_every_main_scenario():
    assert tuple(ROWS) == MAIN


@pytest.mark.parametrize("name", MAIN)
def test_the_shipped_defense_is_limited_and_standing_still_is_not(name):
    _, _, shipped, frozen, deaf, mute = ROWS[name]
    assert shipped.endswith(", limited")
    assert ends(frozen)[1] < 0
    assert ends(mute)[1] < 0
    assert ends(deaf)[1] < ends(shipped)[0]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["daemon_conflict", "sovereign_fog"])
def test_rows_are_what_is_measured(name):
    row = next(line for line in "".join(main_table([name])).splitlines() if line.startswith(f"| `{name}`"))
    assert row in TABLE.splitlines()
