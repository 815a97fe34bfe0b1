"""The table of defenses that do no work, beside the shipped defense, in every scenario of the library.

`python -m swarmsec.report.still_page` runs them and writes `docs/standing-still.md`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from swarmsec.files import write_atomically
from swarmsec.report.page_options import page_options
from swarmsec.report.verdict import share_or_verdict
from swarmsec.runs import JobCache, run_scenario, whole
from swarmsec.runs.executors import open_executor
from swarmsec.runs.runner import STILL
from swarmsec.scenario import library, load_scenario

SEEDS_MAX = 3
DAEMONS_MAX = 100_000
"""Larger scenarios are left out."""

CLIP = "signal_clip:threshold=0.01"
"""A clip so tight that it ignores its feeds."""

HEAD = f"""\
# Standing still

What defenses that do no work reach in every scenario of the library with an attack, beside the defense that ships with
it: damage limited with its 95% interval, over the scenario's first {SEEDS_MAX} seeds. `frozen` decides nothing new,
`deaf` hears nobody, `mute` ignores its feeds, the clip at 0.01 leaves nothing of a signal, and `panic` decides 0 in
every round. A defense that is no better than `frozen`, `deaf` and `mute` is not `limited`. Where the attack does not
bite there is no share. The last line names those that are `limited` without any work. `make still` runs them all and
writes this page.
"""


def still_page(names: Sequence[str] | None = None, *, jobs: int = 1, plugins: Sequence[Path] = ()) -> Iterator[str]:
    """The lines of the page.

    Args:
        names: The scenarios; by default the whole library.
        jobs: The number of processes; the page does not depend on it.
        plugins: Folders of further defenses, each of which gets a column.
    """
    others = (*STILL, CLIP, *(file.stem for folder in plugins for file in sorted(folder.glob("[!_]*.py"))))
    yield HEAD
    yield f"\n| scenario | shipped | {' | '.join(name.replace(CLIP, 'clip 0.01') for name in others)} |\n"
    yield f"|---|---|{'---|' * len(others)}\n"
    winners = []
    for name in names or library():
        scenario = load_scenario(name, settings={"sweep": {}}, plugins=list(plugins))
        if scenario.n > DAEMONS_MAX or not scenario.document["attacks"]:
            continue
        with open_executor(jobs=jobs) as executor:
            cache = JobCache(executor, whole)
            seeds = scenario.seeds[:SEEDS_MAX]
            shipped = run_scenario(scenario, seeds, cache)
            rivals = [run_scenario(load_scenario(scenario, defense=kind), seeds, cache) for kind in others]
        judged = shipped.beside(dict(zip(others, rivals, strict=True)), rivals=STILL)
        winners += [f"{null.kind} in {name}" for null in judged.nulls if null.verdict == "limited"]
        own = share_or_verdict(judged.damage_limited, judged.verdict)
        nulls = [share_or_verdict(null.damage_limited, null.verdict) for null in judged.nulls]
        cells = [f"{own}, {judged.verdict.replace('_', ' ')}", *nulls]
        yield f"| `{name}` | {' | '.join(cells)} |\n"
        sys.stderr.write(f"standing still: {name} done\n")
    yield f"\n`limited` without any work: {', '.join(winners) or 'none'}.\n"


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the page."""
    parser = page_options("still_page", __doc__, out=Path("docs/standing-still.md"))
    parser.add_argument("--plugins", type=Path, action="append", default=[], help="a folder of further defenses")
    options = parser.parse_args(arguments)
    write_atomically(options.out, "".join(still_page(jobs=options.jobs, plugins=options.plugins)))


if __name__ == "__main__":
    main()
