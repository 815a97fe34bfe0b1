"""The defense table: every defense of the library against the same attacks, and beside two plain detectors.

`python -m swarmsec.report.defense_page` runs `scenarios/tables/defenses.yaml`, and writes `docs/defense-table.md`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np

from swarmsec.files import write_atomically
from swarmsec.parameters import Help, build
from swarmsec.registry import Registry
from swarmsec.report.page_options import page_options
from swarmsec.runs import JobCache, run_scenario, whole
from swarmsec.runs.executors import Executor, open_executor
from swarmsec.scenario import library_folder, load_scenario
from swarmsec.scenario.yaml_tree import parse
from swarmsec.scoring import Interval, Result
from swarmsec.scoring.intervals import of_mean
from swarmsec.scoring.result import bills_of
from swarmsec.tournament.labels import specs_of

SEEDS = tuple(range(700, 710))
"""Seeds on which nothing was chosen."""

ALIKE = 0.01
"""Two autoimmune costs are alike if they differ by no more than this share of the attack's damage."""

HEAD = """\
# Defense table

Every defense of the library against the same six attacks, one line a defense. A cell is the share of the damage that it
prevents (DL), with its 95% interval over 10 seeds; the last but one column is its highest autoimmune cost (AC) in the
six cells, as a share of the attack's damage. A dash: it prevents exactly nothing.

The last column compares with the two plain detectors, {plain}, by the paired difference of damages: in how
many of the six cells a defense prevents significantly more than both at an AC that is not higher than theirs by more
than 1% of the damage, and in how many less than one of them. A cell in which its AC is higher counts as less.

The seeds, 700 to 709, were used for nothing else. `make defenses` writes this page.
"""


@dataclass(kw_only=True)
class Opponent:
    """An attack of the table, as on the command line."""

    scenario: Annotated[str, Help("A scenario of the library.")]
    attack: Annotated[str, Help("The attack.")]


class DefenseTable(NamedTuple):
    """What is run.

    Attributes:
        cells: The attacks.
        plain: The defenses to compare with.
        groups: Heading → defenses.
    """

    cells: tuple[Opponent, ...]
    plain: tuple[str, ...]
    groups: Mapping[str, Sequence[str]]


def table() -> DefenseTable:
    """The table of the library."""
    path = library_folder() / "tables" / "defenses.yaml"
    data = parse(path.read_text(encoding="utf-8"), path.name).data
    return DefenseTable(tuple(build(Opponent, one) for one in data["attacks"]), tuple(data["plain"]), data["defenses"])


class Measured(NamedTuple):
    """A defense in one cell.

    Attributes:
        limited: DL; None if the attack does not bite.
        cost: AC as a share of the attack's damage.
        left: (k,) the damage that is left in each seed, as a share of the mean damage of the attack.
    """

    limited: Interval | None
    cost: float
    left: np.ndarray[tuple[int], np.dtype[np.float64]]


def measure(cell: Opponent, defense: str, executor: Executor) -> Measured:
    """Run a defense in a cell."""
    scenario = load_scenario(cell.scenario, attack=specs_of(cell.attack), defense=specs_of(defense))
    return measured(run_scenario(scenario, SEEDS, JobCache(executor, whole)))


def measured(result: Result) -> Measured:
    """What the table shows of a result."""
    bills = bills_of(result.seed_runs)
    damage = float((bills["attacked"] - bills["clean"]).mean())
    cost = float((bills["guarded"] - bills["clean"]).mean()) / damage
    return Measured(result.damage_limited, cost, (bills["defended"] - bills["clean"]) / damage)


def comparison(found: Measured, plain: Sequence[Measured]) -> int:
    """1 if a defense leaves less than all plain ones at no higher cost, −1 if more than one of them, else 0."""
    differences = [of_mean(one.left - found.left) for one in plain]
    if all((each.low or 0.0) > 0.0 for each in differences) and found.cost <= min(one.cost for one in plain) + ALIKE:
        return 1
    dearer = found.cost > max(one.cost for one in plain) + ALIKE
    return -1 if dearer or any((each.high or 0.0) < 0.0 for each in differences) else 0


def line(defense: str, found: Sequence[Measured], plain: Sequence[Sequence[Measured]]) -> str:
    """The line of a defense; `plain` has the plain ones, cell by cell."""
    kind = str(specs_of(defense)[0]["kind"])
    vantage = Registry().get("defenses", kind).vantage.value
    signs = [comparison(one, beside) for one, beside in zip(found, plain, strict=True)]
    cells = [f"`{defense}`", vantage, *(_share(one.limited) for one in found)]
    cells += [f"{100 * max(one.cost for one in found):.1f}%", f"{signs.count(1)} more, {signs.count(-1)} less"]
    return f"| {' | '.join(cells)} |\n"


def _share(limited: Interval | None) -> str:
    if limited is None or limited.low is None or limited.high is None:
        return "–"
    if limited.mean == limited.low == limited.high == 0.0:
        return "–"
    return f"{limited.mean:.2f} [{limited.low:.2f}, {limited.high:.2f}]".replace("-", "−")


def _heading(cells: Sequence[Opponent]) -> str:
    names = [f"{specs_of(one.attack)[0]['kind']!s}, {one.scenario.removeprefix('arena_')}" for one in cells]
    row = ["defense", "vantage", *names, "highest AC", "against the plain ones"]
    return f"| {' | '.join(row)} |\n{'|---' * len(row)}|\n"


def defense_page(*, jobs: int = 1) -> Iterator[str]:
    """The lines of the page.

    Args:
        jobs: The number of processes; the page does not depend on it.
    """
    tried = table()
    yield HEAD.format(plain=" and ".join(f"`{specs_of(one)[0]['kind']}`" for one in tried.plain))
    yield "\n" + "".join(f"- {one.scenario}: `{one.attack}`\n" for one in tried.cells)
    with open_executor(jobs=jobs) as executor:
        plain = [[measure(cell, defense, executor) for defense in tried.plain] for cell in tried.cells]
        for group, defenses in tried.groups.items():
            yield f"\n## {group[0].upper()}{group[1:]}\n\n{_heading(tried.cells)}"
            for defense in defenses:
                yield line(defense, [measure(cell, defense, executor) for cell in tried.cells], plain)
                sys.stderr.write(f"defenses: {defense} done\n")


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the page."""
    options = page_options("defense_page", __doc__, out=Path("docs/defense-table.md")).parse_args(arguments)
    write_atomically(options.out, "".join(defense_page(jobs=options.jobs)))


if __name__ == "__main__":
    main()
