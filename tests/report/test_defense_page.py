"""The defense table has every defense, and its lines are what a run gives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from swarmsec.registry import Registry
from swarmsec.report.defense_page import Measured, comparison, line, measure, table
from swarmsec.runs.executors import Serial
from swarmsec.scoring import Interval
from swarmsec.tournament.labels import specs_of

PAGE = (Path(__file__).parents[2] / "docs/defense-table.md").read_text(encoding="utf-8").splitlines(keepends=True)
TABLE = table()
ALL = [defense for group in TABLE.groups.values() for defense in group]


def test_every_defense_of_the_library_takes_part_once() -> None:
    kinds = [str(specs_of(one)[0]["kind"]) for one in ALL]
    assert sorted(kinds) == sorted(set(Registry().kinds("defenses")) - {"none"})


def test_every_defense_has_a_line() -> None:
    for defense in ALL:
        assert any(one.startswith(f"| `{defense}` |") for one in PAGE)


@pytest.mark.slow
@pytest.mark.parametrize("defense", ["granuloma", "dendritic_cells:warm_up=25", "immune_system:warm_up=25"])
def test_a_line_is_what_a_run_gives(defense) -> None:
    plain = [[measure(cell, one, Serial()) for one in TABLE.plain] for cell in TABLE.cells]
    assert line(defense, [measure(cell, defense, Serial()) for cell in TABLE.cells], plain) in PAGE


@pytest.mark.parametrize(
    ("left", "cost", "expected"),
    [
        ([0.10, 0.11, 0.12], 0.0, 1),  # Less than both plain ones, in every seed.
        ([0.20, 0.31, 0.25], 0.0, 0),  # Better than one of them alone.
        ([0.10, 0.11, 0.12], 0.05, -1),  # Better, and dearer than both.
        ([0.50, 0.51, 0.52], 0.0, -1),
    ],
)
def test_a_defense_is_better_if_it_leaves_less_than_all_plain_ones_at_no_higher_cost(left, cost, expected) -> None:
    plain = [measured([0.20, 0.22, 0.21]), measured([0.30, 0.31, 0.33])]
    assert comparison(measured(left, cost), plain) == expected


def measured(left, cost=0.0) -> Measured:
    return Measured(Interval(0.5, 0.4, 0.6), cost, np.array(left))
