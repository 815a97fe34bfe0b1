"""A result as text: the verdict, then the figures, then the command line that repeats it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from swarmsec.report.numbers import amount, share, share_interval
from swarmsec.report.verdict import verdict_sentence
from swarmsec.scoring import Null, Result

_COLORS = {"limited": "green", "not_limited": "red", "no_bite": "yellow"}


@dataclass(frozen=True, kw_only=True)
class Context:
    """Facts about the scenario that a result does not hold.

    Attributes:
        title: The title of the scenario.
        document: The resolved scenario.
        n: The number of daemons.
        bills: The world's bills, the scored one first.
        vantages: The vantage of each defense, in order.
        folder: The run's folder.
    """

    title: str
    document: Mapping[str, Any]
    n: int
    bills: Sequence[str]
    vantages: Sequence[str]
    folder: str


def render(result: Result, context: Context) -> RenderableType:
    """The report."""
    seeds = f"{len(result.seeds)} seed{'s' if len(result.seeds) > 1 else ''}"
    world = context.document["world"]["kind"]
    heading = Text.assemble(
        (context.title, "bold"),
        f"  ·  {world}, {context.n:,} daemons, {context.document['rounds']:,} rounds, {seeds}",
    )
    return Group(
        heading,
        Text(),
        Text(f"  {verdict_line(result)}", style=_COLORS[result.verdict]),
        Text(),
        arms_table(result, context),
        Text(),
        notes(result, context),
    )


def verdict_line(result: Result) -> str:
    """The verdict in one sentence."""
    return verdict_sentence(result.verdict, result.damage_limited, result.reason)


def arms_table(result: Result, context: Context) -> Table:
    """Bills and compromised daemons, one column per arm; means over seeds."""
    table = Table(box=None, padding=(0, 0, 0, 4), show_edge=False, pad_edge=False)
    table.add_column("")
    for arm in result.arms:
        table.add_column(str(arm), justify="right")
    rows = [*context.bills, "compromised", "quarantined"]
    for name in rows:
        means = [score.metrics[name].mean for score in result.arms.values()]
        if name == "quarantined" and not any(means):
            continue
        unit = result.unit if name in context.bills else ""
        table.add_row(f"  {_metric_label(name, result.unit)}", *(amount(mean, unit) for mean in means))
    return table


def notes(result: Result, context: Context) -> Table:
    """The teams, detection, guarantee, and the command line that repeats the run."""
    table = Table.grid(padding=(0, 3, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for number, spec in enumerate(context.document["attacks"]):
        table.add_row("  red" if number == 0 else "", _attack_line(spec))
    for number, spec in enumerate(context.document["defenses"]):
        table.add_row("  blue" if number == 0 else "", f"{spec['kind']} ({context.vantages[number]})")
    if context.document["defenses"]:
        table.add_row("", _detection_line(result))
        table.add_row("", _cost_line(result))
    for number, null in enumerate(result.nulls):
        table.add_row("  nulls" if number == 0 else "", _null_line(null, result.unit))
    table.add_row("  guarantee", f"{result.guarantee.label}: {result.guarantee.why}")
    if promise := result.guarantee.measurement:
        kept = "kept" if promise["measured"] <= promise["bound"] else "NOT kept"
        table.add_row("", f"measured {promise['measured']:.3g}, and at most {promise['bound']:.3g} is promised: {kept}")
    table.add_row("", "")
    table.add_row("  repeat", result.replay)
    table.add_row("  kept in", context.folder)
    return table


def _metric_label(name: str, unit: str) -> str:
    return name.removesuffix(f"_{unit.lower()}").replace("_", " ")


def _attack_line(spec: Mapping[str, Any]) -> str:
    stop = f"to {spec['stop']}" if spec["stop"] is not None else "on"
    daemons = spec["daemons"]
    targets = f"daemons {', '.join(map(str, daemons))}" if isinstance(daemons, list) else f"{daemons} of the daemons"
    general = {"kind", "daemons", "start", "stop", "strength", "ramp"}
    details = [f"{name} {_parameter_text(value)}" for name, value in spec.items() if name not in general]
    if spec["strength"] != 1.0:
        details.append(f"strength {_parameter_text(spec['strength'])}")
    return ", ".join([f"{spec['kind']} on {targets}", f"rounds {spec['start']} {stop}", *details])


def _parameter_text(value: Any) -> str:
    return f"{value:g}".replace("-", "−") if isinstance(value, float) else str(value)


def _detection_line(result: Result) -> str:
    found = result.detection
    if found.recall is None:
        return "no attack to detect"
    if found.recall == 0:
        return "never noticed"
    precision = "–" if found.precision is None else f"{found.precision:.2f}"
    return f"noticed {_when(found.delay_rounds)}  ·  precision {precision}  ·  recall {found.recall:.2f}"


def _cost_line(result: Result) -> str:
    parts = []
    if result.autoimmune_cost is not None:
        cost = amount(result.autoimmune_cost.mean, result.unit)
        attacked = result.damage.get("attacked")
        of_damage = (
            f" ({share(result.autoimmune_cost.mean / attacked.mean)} of the damage)"
            if attacked and result.bites
            else ""
        )
        parts.append(f"cost in peace {cost}{of_damage}")
    if result.overhead.messages is not None:
        parts.append(f"messages × {result.overhead.messages:.2f}")
    return "  ·  ".join(parts)


def _null_line(null: Null, unit: str) -> str:
    prevented = share_interval(null.damage_limited) if null.damage_limited else "nothing to prevent"
    cost = f"  ·  cost in peace {amount(null.autoimmune_cost.mean, unit)}" if null.autoimmune_cost else ""
    return f"{null.kind}: {prevented}{cost}"


def _when(delay_rounds: float | None) -> str:
    if delay_rounds is None:
        return "in fewer than half of the seeds"
    return "in the round it began" if delay_rounds == 0 else f"after {delay_rounds:g} rounds"
