"""The bite table: where each attack of the library bites, a defense that it beats, and one that beats it.

`python -m swarmsec.report.bite_page` runs the rows of `scenarios/tables/bites.yaml` and of `tuned_attacks.yaml` beside
it, and writes `docs/bite-table.md`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, NamedTuple, TypeVar

from swarmsec.files import write_atomically
from swarmsec.parameters import Help, build
from swarmsec.report.numbers import amount
from swarmsec.report.page_options import page_options
from swarmsec.report.verdict import share_or_verdict
from swarmsec.runs import JobCache, run_scenario, whole
from swarmsec.runs.executors import Executor, open_executor
from swarmsec.runs.jobs import JobResult
from swarmsec.scenario import library_folder, load_scenario
from swarmsec.scenario.yaml_tree import parse
from swarmsec.scoring import Result
from swarmsec.tournament.labels import specs_of

SEEDS = tuple(range(400, 410))
"""Seeds on which no row was chosen."""

TABLES = library_folder() / "tables"

HEAD = """\
# Bite table

For each attack of the library: a scenario in which it *bites*, that is, does damage significantly above 0 where no
defense stands; a defense that it beats, which prevents less than half of the damage by the upper end of the 95%
interval; and a defense that beats it, which prevents at least half by the lower end. Each has its verdict beside it,
without the nulls. A dash: none was found. The rows were chosen on other seeds; those of this page, 400 to 409, were
used for nothing else.

`swarmsec run SCENARIO --attack ATTACK --defense DEFENSE --seeds 400,401,402,403,404,405,406,407,408,409`
repeats a cell. `make bites` runs the rows of `scenarios/tables/` and writes this page.

| attack | scenario | damage | beats | is beaten by |
|---|---|---|---|---|
"""

TUNED_HEAD = """
## The attack tuned against each defense

For each defense the most harmful attack that `swarmsec gauntlet --known` found against it, within the rules of the
scenario, among the attacks on the surface that it guards, without floods. Beside it stands the damage that is left
under the scenario's own attack. The search used other seeds; `scenarios/tables/tuned_attacks.yaml` has its command.

| defense | scenario | damage left by the scenario's attack | by the tuned attack | tuned attack |
|---|---|---|---|---|
"""


@dataclass(kw_only=True)
class BiteRow:
    """A row of `bites.yaml`; teams are written as on the command line."""

    scenario: Annotated[str, Help("A scenario of the library.")]
    attack: Annotated[str | None, Help("The attack; null: the scenario's own.")]
    beats: Annotated[str | None, Help("A defense that it beats; null: none was found.")]
    beaten_by: Annotated[str | None, Help("A defense that beats it; null: none was found.")]


@dataclass(kw_only=True)
class TunedRow:
    """A row of `tuned_attacks.yaml`."""

    scenario: Annotated[str, Help("A scenario of the library.")]
    defense: Annotated[str, Help("The defense.")]
    attack: Annotated[str, Help("The attack that was tuned against it.")]


Row = TypeVar("Row", BiteRow, TunedRow)


def rows_of(kind: type[Row], path: Path) -> list[Row]:
    """The rows of a table."""
    return [build(kind, one) for one in parse(path.read_text(encoding="utf-8"), path.name).data]


def bite_rows() -> list[BiteRow]:
    """The rows of the bite table."""
    return rows_of(BiteRow, TABLES / "bites.yaml")


def tuned_rows() -> list[TunedRow]:
    """The rows of the attacks tuned against each defense."""
    return rows_of(TunedRow, TABLES / "tuned_attacks.yaml")


class Bout(NamedTuple):
    """What is measured for a row of the bite table.

    Attributes:
        alone: The result without a defense.
        beats: That against the defense that it beats; None without one.
        beaten_by: That against the defense that beats it; None without one.
    """

    alone: Result
    beats: Result | None
    beaten_by: Result | None


def bout(row: BiteRow, executor: Executor) -> Bout:
    """Run a row of the bite table."""
    measured = partial(_measured, row.scenario, row.attack, JobCache(executor, whole))
    beats, beaten_by = (measured(one) if one else None for one in (row.beats, row.beaten_by))
    return Bout(measured("none"), beats, beaten_by)


def _measured(scenario: str, attack: str | None, cache: JobCache[JobResult], defense: str) -> Result:
    """The result of one attack, the scenario's own if None, against one defense."""
    loaded = load_scenario(
        scenario,
        attack=None if attack is None else specs_of(attack),
        defense=specs_of(defense),
        settings={"sweep": {}},
    )
    return run_scenario(loaded, SEEDS, cache)


def bite_line(row: BiteRow, found: Bout) -> str:
    """The line of the page for a row of the bite table."""
    damage = _damage(found.alone, "attacked") + ("" if found.alone.bites else ", no bite")
    cells = [
        f"`{row.attack}`" if row.attack else "the scenario's own",
        f"`{row.scenario}`",
        damage,
        _cell(row.beats, found.beats),
        _cell(row.beaten_by, found.beaten_by),
    ]
    return f"| {' | '.join(cells)} |\n"


def tuned_line(row: TunedRow, executor: Executor) -> str:
    """The line of the page for an attack that is tuned against a defense."""
    cache = JobCache(executor, whole)
    own, tuned = (_measured(row.scenario, attack, cache, row.defense) for attack in (None, row.attack))
    cells = [f"`{row.defense}`", f"`{row.scenario}`", _damage(own, "defended"), _damage(tuned, "defended")]
    return f"| {' | '.join(cells)} | `{row.attack}` |\n"


def _damage(result: Result, arm: str) -> str:
    mean, *ends = (amount(one or 0.0, result.unit) for one in result.damage[arm])
    return f"{mean}  [{', '.join(ends)}]"


def _cell(defense: str | None, result: Result | None) -> str:
    if result is None:
        return "–"
    shown = share_or_verdict(result.damage_limited, result.verdict)
    return f"`{defense}` {shown}, {result.verdict.replace('_', ' ')}"


def bite_page(*, jobs: int = 1) -> Iterator[str]:
    """The lines of the page.

    Args:
        jobs: The number of processes; the page does not depend on it.
    """
    with open_executor(jobs=jobs) as executor:
        yield HEAD
        for bite in bite_rows():
            yield bite_line(bite, bout(bite, executor))
            sys.stderr.write(f"bites: {bite.attack or bite.scenario} done\n")
        yield TUNED_HEAD
        for tuned in tuned_rows():
            yield tuned_line(tuned, executor)
            sys.stderr.write(f"bites: {tuned.defense} done\n")


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the page."""
    options = page_options("bite_page", __doc__, out=Path("docs/bite-table.md")).parse_args(arguments)
    write_atomically(options.out, "".join(bite_page(jobs=options.jobs)))


if __name__ == "__main__":
    main()
