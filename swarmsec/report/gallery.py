"""The gallery of the library: every scenario with its measured result.

`python -m swarmsec.report.gallery` runs every scenario over its own seeds and writes `scenarios/GALLERY.md`.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from swarmsec.files import write_atomically
from swarmsec.report.numbers import amount, share_interval
from swarmsec.report.page_options import page_options
from swarmsec.report.terminal import verdict_line
from swarmsec.runs import JobCache, SweepPoint, judged_beside_still, run_points, run_scenario, whole
from swarmsec.runs.executors import open_executor
from swarmsec.runs.jobs import JobResult
from swarmsec.scenario import Scenario, library, library_folder, load_scenario
from swarmsec.scoring import Result

HEAD = """\
# Gallery

Every scenario of the library with its result over its own seeds, and paired 95% intervals. A defense has limited an
attack only if it does better than `frozen`, `deaf` and `mute`. `make gallery` runs them all and writes this page; a
test compares the page with the library.
"""
_TEAMS = (("red", "attacks"), ("blue", "defenses"))
_METRICS = ("disagreement", "compromised", "quarantined")
_NEGLIGIBLE = 1e-9
"""Smaller amounts are rounding errors of floating-point sums, and are shown as 0."""
_NAME = re.compile(r"^\*\*`(\w+)`\*\*", re.MULTILINE)


def gallery(*, jobs: int = 1) -> Iterator[str]:
    """The lines of the page, scenario by scenario.

    Args:
        jobs: The number of processes; the page does not depend on it.
    """
    yield HEAD
    for name in library():
        with open_executor(jobs=jobs) as executor:
            yield "\n" + "\n".join(entry(load_scenario(name), JobCache(executor, whole))) + "\n"


def names_in(page: str) -> list[str]:
    r"""The scenarios that have an entry in a page.

    Examples:
        >>> names_in("## Two cliques\n\n**`two_cliques`** · intro")
        ['two_cliques']
    """
    return _NAME.findall(page)


def entry(scenario: Scenario, cache: JobCache[JobResult]) -> Iterator[str]:
    """The lines of one scenario: its story, its composition and its result; the cache runs the jobs."""
    document = scenario.document
    yield f"## {scenario.title}\n"
    tags = ", ".join(document["tags"])
    yield f"**`{scenario.name}`** · {document['difficulty']} · version {scenario.version} · {tags}\n"
    yield f"{str(document['story']).strip()}\n"
    yield from (f"- {goal}" for goal in document["goals"])
    yield ""
    yield from _composition(scenario)

    def judged(one: Scenario, seeds: Sequence[int]) -> Result:
        return judged_beside_still(run_scenario(one, seeds, cache), one, cache)

    result = judged(scenario, scenario.seeds)
    points = list(run_points(scenario, cache, run_point=judged)) if document["sweep"] else []
    yield f"\n**{verdict_line(result)}.**\n"
    yield from _arms(result)
    yield from _notes(result)
    if points:
        yield from _sweep(points)
    yield f"\n```sh\n{result.replay}\n```"


def _composition(scenario: Scenario) -> Iterator[str]:
    """The scenario's parts as written by its author, with phases and campaigns expanded."""
    written = scenario.tree.data
    rows = [(key, [_plugin_text(written[key])]) for key in ("world", "network", "protocol") if key in written]
    rows += [(team, [_plugin_text(spec) for spec in written.get(key, ())]) for team, key in _TEAMS]
    rows += [("rules", [f"{team}: {_parameters(budget)}" for team, budget in written.get("rules", {}).items()])]
    rows += [("rounds", [f"{scenario.document['rounds']:,}"])]
    yield "| part | what |\n|---|---|"
    for part, specs in rows:
        yield f"| {part} | {'<br>'.join(specs) or 'none'} |"


def _plugin_text(spec: Mapping[str, Any]) -> str:
    parameters = _parameters({name: value for name, value in spec.items() if name != "kind"})
    return f"`{spec['kind']}`{': ' if parameters else ''}{parameters}"


def _parameters(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {_value_text(value)}" for name, value in values.items() if value is not None)


def _value_text(value: Any) -> str:
    if isinstance(value, (Mapping, list)):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return "none" if value is None else str(value)
    return f"{value:,g}".replace("-", "−") if isinstance(value, float) else f"{value:,}".replace("-", "−")


def _arms(result: Result) -> Iterator[str]:
    """A table of the bills and the informative metrics, one column per arm; means over seeds."""
    yield "| | " + " | ".join(str(arm) for arm in result.arms) + " |"
    yield "|---" + "|--:" * len(result.arms) + "|"
    yield _row("bill", [score.bill.mean for score in result.arms.values()], result.unit)
    for name in _METRICS:
        means = [score.metrics[name].mean for score in result.arms.values() if name in score.metrics]
        if any(abs(mean) > _NEGLIGIBLE for mean in means):
            yield _row(name, means, "")


def _row(name: str, values: Sequence[float], unit: str) -> str:
    return f"| {name} | " + " | ".join(_amount(value, unit) for value in values) + " |"


def _amount(value: float, unit: str) -> str:
    return amount(value if abs(value) > _NEGLIGIBLE else 0.0, unit)


def _notes(result: Result) -> Iterator[str]:
    found, cost = result.detection, result.autoimmune_cost
    yield ""
    if cost is not None and (abs(cost.mean) > _NEGLIGIBLE):
        yield f"- Cost in peace: {_amount(cost.mean, result.unit)}"
    if found.precision is not None and found.recall is not None:
        yield f"- Alarms: precision {found.precision.mean:.2f}, recall {found.recall.mean:.2f}"
    yield f"- Guarantee: {result.guarantee.label}: {result.guarantee.why}"


def _sweep(points: Sequence[SweepPoint]) -> Iterator[str]:
    paths = [f"`{path}`" for path in points[0].settings]
    yield "\nAlong its sweep:\n"
    yield f"| {' | '.join(paths)} | damage attacked | damage defended | prevented | verdict |"
    yield "|--:" * (len(paths) + 3) + "|---|"
    for point in points:
        result = point.result
        damages = [_amount(result.damage[arm].mean, result.unit) for arm in ("attacked", "defended")]
        limited = "–" if result.damage_limited is None else share_interval(result.damage_limited)
        cells = [*map(_value_text, point.settings.values()), *damages, limited, result.verdict.replace("_", " ")]
        yield f"| {' | '.join(cells)} |"


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the page."""
    options = page_options("gallery", __doc__, out=library_folder() / "GALLERY.md").parse_args(arguments)
    parts = []
    for number, part in enumerate(gallery(jobs=options.jobs)):
        parts.append(part)
        if number:
            sys.stderr.write(f"gallery: {number} of {len(library())} scenarios done\n")
    write_atomically(options.out, "".join(parts))


if __name__ == "__main__":
    main()
