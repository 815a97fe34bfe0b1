"""The table of the main scenario of every system, beside the nulls that stand still, in README.md.

`python -m swarmsec.report.main_scenarios` runs them and writes the table between its two marks.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from swarmsec.files import write_atomically
from swarmsec.report.numbers import amount
from swarmsec.report.page_options import page_options
from swarmsec.report.verdict import share_or_verdict
from swarmsec.runs import JobCache, run_scenario, whole
from swarmsec.runs.executors import open_executor
from swarmsec.runs.runner import STILL
from swarmsec.scenario import load_scenario

MAIN = ("blackswarm", "singapore", "daemon_conflict", "sovereign_fog", "energy_arbitrage", "supernode_swarm")
"""The main scenario of each system, in the order of the table."""

BEGIN, END = "<!-- main scenarios: `make worlds` writes this table -->\n", "<!-- end of the table -->\n"


def main_table(names: Sequence[str] = MAIN, *, jobs: int = 1) -> Iterator[str]:
    """The lines of the table.

    Args:
        names: The scenarios.
        jobs: The number of processes; the table does not depend on it.
    """
    yield f"| scenario | world | damage | shipped defense | {' | '.join(f'`{kind}`' for kind in STILL)} |\n"
    yield f"|---|---|---|---|{'---|' * len(STILL)}\n"
    for name in names:
        scenario = load_scenario(name)
        with open_executor(jobs=jobs) as executor:
            cache = JobCache(executor, whole)
            shipped = run_scenario(scenario, scenario.seeds, cache)
            nulls = {kind: run_scenario(load_scenario(scenario, defense=kind), scenario.seeds, cache) for kind in STILL}
        judged = shipped.beside(nulls, rivals=STILL)
        unit = "" if judged.unit == "USD" else f" {judged.unit}"
        kinds = " + ".join(f"`{spec.kind}`" for spec in scenario.parts.defenses)
        own = f"{kinds}: {share_or_verdict(judged.damage_limited, judged.verdict)}, {judged.verdict.replace('_', ' ')}"
        cells = [
            f"`{name}`",
            f"`{scenario.document['world']['kind']}`",
            amount(judged.damage["attacked"].mean, judged.unit) + unit,
            own,
            *(share_or_verdict(null.damage_limited, null.verdict) for null in judged.nulls),
        ]
        yield f"| {' | '.join(cells)} |\n"
        sys.stderr.write(f"main scenarios: {name} done\n")


def with_table(page: str, table: str) -> str:
    r"""The page with the table between its marks.

    Examples:
        >>> with_table(f"a\n{BEGIN}old\n{END}b\n", "new\n") == f"a\n{BEGIN}new\n{END}b\n"
        True
    """
    return re.sub(f"(?<={re.escape(BEGIN)}).*(?={re.escape(END)})", lambda _: table, page, flags=re.DOTALL)


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the table."""
    options = page_options("main_scenarios", __doc__, out=Path("README.md")).parse_args(arguments)
    page = options.out.read_text(encoding="utf-8")
    write_atomically(options.out, with_table(page, "".join(main_table(jobs=options.jobs))))


if __name__ == "__main__":
    main()
