"""The content of a run's page, in the order of the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from swarmsec.errors import SwarmsecError
from swarmsec.report.html.budget import budget
from swarmsec.report.html.cited_numbers import Cited, CitedInterval, Write, amounts_in, cite, cite_interval
from swarmsec.report.html.forest import Forest, forest
from swarmsec.report.html.lines import LineChart, line_chart, windows
from swarmsec.report.html.picture import picture
from swarmsec.report.html.record import RunRecord, read_run
from swarmsec.report.html.render import render_page
from swarmsec.report.html.timeline import Timeline, timeline
from swarmsec.report.html.world_pictures import MapFigure, PanelFigure, last_values, world_pictures
from swarmsec.report.numbers import figure_words, share
from swarmsec.report.verdict import verdict_sentence
from swarmsec.scoring import Interval
from swarmsec.swarm.arms import Arm
from swarmsec.swarm.setup import Setup
from swarmsec.worlds import World

_NO_SMALL_CHART = {"messages", "bytes"}
_CHARTS_MAX = 18
"""The greatest number of charts beside the bill; the table has all metrics."""

_VALUE_MAX = 200
_SCENARIO_MAX = 100_000
"""The greatest number of characters of a scenario on a page; a scenario may list every edge of its network."""

_ENDS = {
    "interrupted": "was interrupted",
    "failed": "failed",
    "running": "is still running",
    "killed": "was killed",
}


class MetricRow(NamedTuple):
    """The final values of a metric.

    Attributes:
        name: The metric's label.
        unit: Its unit; empty if it has none.
        is_scored: Whether it is the bill that damage is computed from.
        arms: Its figures by arm.
    """

    name: str
    unit: str
    is_scored: bool
    arms: Sequence[CitedInterval | None]


def run_page(folder: Path, *, plugins: Sequence[Path] = ()) -> str:
    """The HTML page of a run: equal for equal folders, and for repeated runs of a scenario and seeds.

    Args:
        folder: The folder of the run.
        plugins: Folders of plug-ins for its scenario; those that the run names are not used.

    Raises:
        UsageError: The folder is not that of a run.
    """
    return render_page("run.html", _content(read_run(folder, plugins)))


def _content(record: RunRecord) -> dict[str, Any]:
    document, result = record.document, record.result
    rounds = int(document["rounds"]) if isinstance(document.get("rounds"), int) else 0
    unit = _unit(record)
    seeds = list(result["seeds"] if result else record.manifest.get("seeds", ()))
    setup, why_not = _setup(record, seeds)
    truth = _truth(record.manifest, setup)
    spans = _attacked_rounds(document, rounds)
    pictures = _pictures(record)
    panels = [one for one in pictures if isinstance(one, PanelFigure)]
    in_panels = {panel.chart.metric for one in panels for panel in one.panels}
    charts = _charts(record, unit, without=in_panels)
    return {
        "title": str(document.get("title") or document.get("name") or record.name),
        "record": record,
        "manifest": record.manifest,
        "document": document,
        "unfinished": "" if result else _ENDS.get(record.status, "has no result.json"),
        "result": result,
        "n": setup.network.n if setup else None,
        "rounds": rounds,
        "seeds": seeds,
        "seeds_complete": record.rounds.seeds if record.rounds else (),
        "unit": unit,
        "verdict": _verdict(result),
        "keys": _keys(result, unit) if result else None,
        "arms": list(result["arms"]) if result else list(record.rounds.arms) if record.rounds else [],
        "metrics": _metrics(result, record, unit) if result else [],
        "bill": charts[0] if charts else None,
        "small": charts[1:],
        "panels": panels,
        "maps": [one for one in pictures if isinstance(one, MapFigure)],
        "bill_name": figure_words(str(document.get("score", {}).get("bill", "bill")), unit),
        "description": partial(_description, record, unit),
        "metric_name": partial(figure_words, unit=unit),
        "attack_windows": windows(spans, rounds),
        "attack_spans": spans,
        "damage": _damage(result, unit) if result else None,
        "nulls": _nulls(result, unit) if result else [],
        "prevented": _prevented(result, document) if result else None,
        "detection": _detection(result) if result else None,
        "measures": _measures(result) if result else {},
        "overhead": _overhead(result) if result else None,
        "spent": _spent(result) if result else [],
        "about": _about_seeds(result) if result else {},
        "recovery": _recovery(result) if result else [],
        "guarantee": _guarantee(result) if result else None,
        "budget": budget(record, setup),
        "picture": picture(setup.network, str(document["network"]["kind"]), truth) if setup else None,
        "no_picture": why_not,
        "truth": truth,
        "timeline": _timeline(record, rounds),
        "teams": _teams(document),
        "scenario_text": record.scenario_text[:_SCENARIO_MAX],
        "is_scenario_cut": len(record.scenario_text) > _SCENARIO_MAX,
    }


def _setup(record: RunRecord, seeds: Sequence[int]) -> tuple[Setup | None, str]:
    """The composition of the first seed, for its network and targets; or None and the reason."""
    if record.scenario is None or not seeds:
        return None, "The scenario does not load here."
    try:
        return record.scenario.setup(seeds[0]), ""
    except SwarmsecError as error:
        return None, f"The scenario cannot be set up here: {error}"


def _truth(manifest: Mapping[str, Any], setup: Setup | None) -> Mapping[str, Any] | None:
    """The ground truth of the manifest; None if it is missing or has another number of daemons."""
    truth = manifest.get("truth")
    return truth if setup and isinstance(truth, Mapping) and truth.get("daemons") == setup.network.n else None


def _unit(record: RunRecord) -> str:
    if record.result:
        return str(record.result["unit"])
    return record.scenario.unit if record.scenario else ""


def _world(record: RunRecord) -> type[World] | None:
    """The class of the world; None if the scenario does not load here."""
    if record.scenario is None:
        return None
    found: type[World] = record.scenario.registry.get("worlds", record.document["world"]["kind"])
    return found


def _bills(record: RunRecord) -> Sequence[str]:
    """The world's bills, the scored one first; only the scored one if the world is not installed."""
    scored, world = str(record.document.get("score", {}).get("bill", "")), _world(record)
    return [scored, *(bill for bill in (world.bill_names() if world else ()) if bill != scored)]


def _unit_of(metric: str, record: RunRecord, unit: str) -> str:
    """The unit of a bill, and of a figure whose name ends in the unit of the scored bill; empty for other figures."""
    world = _world(record)
    if world and metric in world.bill_names():
        return world.unit_of(metric)
    return unit if metric in _bills(record) or metric.endswith(f"_{unit.lower()}") else ""


def _verdict(result: Mapping[str, Any] | None) -> tuple[str, str] | None:
    """The verdict as one word and as a sentence."""
    if result is None:
        return None
    limited = result["damage_limited"]
    sentence = verdict_sentence(
        result["verdict"], Interval(**limited) if limited else None, result.get("verdict_reason", "")
    )
    return result["verdict"], sentence.replace("  ", " ")


def _keys(result: Mapping[str, Any], unit: str) -> dict[str, CitedInterval | None]:
    """The figures at the top."""
    write = amounts_in(unit)
    damage = result["damage"]
    return {
        "limited": cite_interval(result, "damage_limited", write=share),
        "attacked": cite_interval(result, "damage", "attacked", write=write) if "attacked" in damage else None,
        "defended": cite_interval(result, "damage", "defended", write=write) if "defended" in damage else None,
        "cost": cite_interval(result, "autoimmune_cost", write=write),
        "apart": cite_interval(result, "prevented", write=share),
        "share": cite_interval(result, "autoimmune_share", write=share),
        "central": cite_interval(result, "central", write=write),
    }


def _metrics(result: Mapping[str, Any], record: RunRecord, unit: str) -> list[MetricRow]:
    """The scored bill, the other bills, then the other metrics in the world's order."""
    arms = list(result["arms"])
    scored = [cite_interval(result, "arms", arm, "bill", write=amounts_in(unit)) for arm in arms]
    bills = _bills(record)
    rows = [MetricRow(figure_words(bills[0] or "bill", unit), unit, True, scored)]
    there = dict.fromkeys(name for arm in arms for name in result["arms"][arm]["metrics"])
    for name in sorted((name for name in there if name != bills[0]), key=lambda name: name not in bills):
        of_name = _unit_of(name, record, unit)
        figures = [
            cite_interval(result, "arms", arm, "metrics", name, write=amounts_in(of_name))
            if name in result["arms"][arm]["metrics"]
            else None
            for arm in arms
        ]
        rows.append(MetricRow(figure_words(name, unit), of_name, False, figures))
    for name in dict.fromkeys(name for arm in arms for name in result["arms"][arm]["central"]):
        of_name = _unit_of(name, record, unit)
        centers = [
            cite_interval(result, "arms", arm, "central", name, write=amounts_in(of_name))
            if name in result["arms"][arm]["central"]
            else None
            for arm in arms
        ]
        rows.append(MetricRow(f"{figure_words(name, unit)}, central controller", of_name, False, centers))
    return rows


def _pictures(record: RunRecord) -> list[PanelFigure | MapFigure]:
    """The pictures that the world declares; none if the world or the rounds are not there."""
    world = _world(record)
    return world_pictures(world, record.rounds) if world and record.rounds else []


def _charts(record: RunRecord, unit: str, *, without: set[str]) -> list[LineChart]:
    """Charts of the scored bill and of the first metrics that are not constant in some arm, `without` some."""
    if record.rounds is None:
        return []
    bill = str(record.document.get("score", {}).get("bill"))
    metrics = record.rounds.metrics
    if bill not in metrics:
        return []
    others = [
        name
        for name, arms in metrics.items()
        if name not in _NO_SMALL_CHART | {bill} | without
        and any(values.min() < values.max() for values in arms.values())
    ]
    return [
        line_chart(bill, metrics[bill], unit),
        *(line_chart(name, metrics[name], _unit_of(name, record, unit), small=True) for name in others[:_CHARTS_MAX]),
    ]


def _description(record: RunRecord, unit: str, chart: LineChart) -> str:
    """A figure as text for screen readers."""
    assert record.rounds is not None
    return last_values(record.rounds.metrics[chart.metric], _unit_of(chart.metric, record, unit))


def _attacked_rounds(document: Mapping[str, Any], rounds: int) -> list[tuple[int, int]]:
    """(first round, first round after) of each interval in which attacks may be active; overlapping ones are merged."""
    active = [spec for spec in document.get("attacks", ()) if spec.get("strength", 1.0) > 0]
    spans = sorted(_attacked_span(spec.get("start", 0), spec.get("stop"), rounds) for spec in active)
    joined: list[tuple[int, int]] = []
    for begin, end in spans:
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        elif begin < end:
            joined.append((begin, end))
    return joined


def _attacked_span(start: int | list[int], stop: int | None, rounds: int) -> tuple[int, int]:
    """The rounds of an attack; if its start is drawn, from the first that it may have to the last."""
    first, last = start if isinstance(start, list) else (start, start)
    return first, rounds if stop is None else min(stop + last - first, rounds)


def _damage(result: Mapping[str, Any], unit: str) -> Forest | None:
    shown = [(arm, arm, cite_interval(result, "damage", arm, write=amounts_in(unit))) for arm in result["damage"]]
    return forest([(label, kind, one) for label, kind, one in shown if one], unit) if shown else None


def _nulls(result: Mapping[str, Any], unit: str) -> list[tuple[str, str, dict[str, CitedInterval | None]]]:
    """(kind, verdict, figures by name) of each null."""
    writers: dict[str, Write] = {
        "damage_limited": share,
        "margin": share,
        "prevented": share,
        "autoimmune_cost": amounts_in(unit),
    }
    return [
        (
            kind,
            null["verdict"],
            {name: cite_interval(result, "nulls", kind, name, write=write) for name, write in writers.items()},
        )
        for kind, null in result.get("nulls", {}).items()
    ]


def _prevented(result: Mapping[str, Any], document: Mapping[str, Any]) -> Forest | None:
    """The forest plot of DL of the defense and of the nulls."""
    own = cite_interval(result, "damage_limited", write=share)
    if own is None:
        return None
    ours = " + ".join(str(spec["kind"]) for spec in document.get("defenses", ())) or "no defense"
    nulls = [(kind, "null", shown) for kind, _, one in _nulls(result, "") if (shown := one["damage_limited"])]
    return forest([(ours, "defended", own), *nulls], "%", reach=(0, 1))


def _detection(result: Mapping[str, Any]) -> dict[str, CitedInterval | None]:
    writers: dict[str, Write] = {
        "precision": "{:.2f}".format,
        "recall": "{:.2f}".format,
        "delay_rounds": amounts_in(""),
        "false_quarantine_daemon_rounds": amounts_in(""),
    }
    found: dict[str, CitedInterval | None] = {}
    for name, write in writers.items():
        ends = result["detection_intervals"][name]
        low, high = (
            cite(result, "detection_intervals", name, end, write=write) if ends else None for end in ("low", "high")
        )
        varies = low and high and low.value != high.value and None not in (low.value, high.value)
        mean = cite(result, "detection", name, write=write)
        found[name] = CitedInterval(mean, *((low, high) if varies else (None, None))) if ends else None
    return found


def _measures(result: Mapping[str, Any]) -> dict[str, CitedInterval | None]:
    """The other measures of detection; none in the folders of earlier versions."""
    writers: dict[str, Write] = {
        "pr_auc": "{:.2f}".format,
        "exposure_rounds": amounts_in(""),
        "found_share": share,
        "cost_balanced": "{:.2f}".format,
        "cost_false_alarms_dear": "{:.2f}".format,
        "cost_misses_dear": "{:.2f}".format,
        "honest_messages_processed": share,
    }
    return {
        name: cite_interval(result, "detection_measures", name, write=write)
        for name, write in writers.items()
        if name in result.get("detection_measures", ())
    }


def _about_seeds(result: Mapping[str, Any]) -> dict[str, Cited]:
    """Figures about seeds, and the budget of the cost in peace."""
    writers: dict[str, Write] = {
        "seeds_needed": "{:,}".format,
        "dominant_seed": str,
        "missed_seeds": str,
        "autoimmune_budget": share,
    }
    return {name: cite(result, name, write=write) for name, write in writers.items()}


def _spent(result: Mapping[str, Any]) -> list[tuple[str, str, Cited]]:
    """(team, budget, amount spent)."""
    return [
        (team, name.replace("_", " "), cite(result, "spent", team, name, write=amounts_in("")))
        for team, spent in result["spent"].items()
        for name in spent
    ]


def _overhead(result: Mapping[str, Any]) -> dict[str, Cited]:
    return {name: cite(result, "overhead", name, write="× {:.2f}".format) for name in ("messages", "bytes")}


def _recovery(result: Mapping[str, Any]) -> list[tuple[str, Cited]]:
    kept = result.get("recovery_rounds", {})
    return [(arm, cite(result, "recovery_rounds", arm, write=amounts_in(""))) for arm in kept]


def _guarantee(result: Mapping[str, Any]) -> dict[str, Any]:
    """The status of the guarantee, `inside`, `outside` or `none`, the reason, and the measured number if any."""
    guarantee = result["guarantee"]
    promise = result.get("promise")
    return {
        "status": {True: "inside", False: "outside", None: "none"}[guarantee["holds"]],
        "why": str(guarantee["why"]),
        "measured": cite(result, "promise", "measured", write="{:.3g}".format) if promise else None,
        "bound": cite(result, "promise", "bound", write="{:.3g}".format) if promise else None,
        "kept": promise and promise["measured"] <= promise["bound"],
    }


def _timeline(record: RunRecord, rounds: int) -> Timeline | None:
    """The first seed's events in the defended arm, or in the attacked one."""
    recorded = {(event["seed"], event["arm"]) for event in record.events}
    seeds = [seed for seed in record.manifest.get("seeds", ()) if any(seed == one for one, _ in recorded)]
    if not seeds or not rounds:
        return None
    arms = [arm for arm in (Arm.DEFENDED, Arm.ATTACKED, Arm.GUARDED) if (seeds[0], arm) in recorded]
    return timeline(record.events, rounds, seeds[0], str(arms[0])) if arms else None


def _teams(document: Mapping[str, Any]) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """(team, plug-in, parameters) as written in the scenario."""
    return [
        (
            team,
            str(spec["kind"]),
            [(name, _value_text(value)) for name, value in spec.items() if name not in {"kind"}],
        )
        for team, key in (("red", "attacks"), ("blue", "defenses"))
        for spec in document.get(key, ())
    ]


def _value_text(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, list):
        shown = ", ".join(str(one)[:_VALUE_MAX] for one in value[:8])
        return f"{shown}, … ({len(value):,})" if len(value) > 8 else shown
    text = f"{value:g}".replace("-", "−") if isinstance(value, float) else str(value)
    return text if len(text) <= _VALUE_MAX else f"{text[:_VALUE_MAX]}…"
