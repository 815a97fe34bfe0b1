"""A result as text: the verdict, then the figures, then the command line that repeats it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from swarmsec.report.fitting import FittingTable
from swarmsec.report.numbers import amount, figure_words, share, share_interval
from swarmsec.report.verdict import verdict_sentence
from swarmsec.scoring import Detection, Interval, Null, Result, Verdict
from swarmsec.visible import one_line

_COLORS: dict[Verdict, str] = {
    "limited": "green",
    "partly": "cyan",
    "not_limited": "red",
    "harmful": "red",
    "inconclusive": "yellow",
    "no_bite": "yellow",
    "undefended": "yellow",
}


@dataclass(frozen=True, kw_only=True)
class Context:
    """Facts about the scenario that a result does not hold.

    Attributes:
        title: The title of the scenario.
        document: The resolved scenario.
        n: The number of daemons.
        bills: The world's bills with their units, the scored one first.
        vantages: The vantage of each defense, in order.
        folder: The run's folder.
    """

    title: str
    document: Mapping[str, Any]
    n: int
    bills: Mapping[str, str]
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
        FittingTable(arms_table(result, context)),
        Text(),
        FittingTable(notes(result, context)),
    )


def verdict_line(result: Result) -> str:
    """The verdict in one sentence."""
    return verdict_sentence(result.verdict, result.damage_limited, result.verdict_reason)


def arms_table(result: Result, context: Context) -> Table:
    """Bills and compromised daemons, one column per arm; means over seeds."""
    table = Table(box=None, padding=(0, 0, 0, 4), show_edge=False, pad_edge=False)
    table.add_column("")
    for arm in result.arms:
        table.add_column(str(arm), justify="right")
    for name, unit in context.bills.items():
        means = [score.metrics[name].mean for score in result.arms.values()]
        table.add_row(f"  {_label(name, unit)}", *(amount(mean, unit) for mean in means))
    scored = next(iter(context.bills))
    centers = [score.central.get(scored) for score in result.arms.values()]
    if any(centers):
        told = [amount(center.mean, result.unit) if center else "–" for center in centers]
        table.add_row(f"  {_label(scored, result.unit)}, central", *told)
    damages = [result.damage.get(str(arm)) for arm in result.arms]
    if any(damages):
        table.add_row("  damage", *(amount(one.mean, result.unit) if one else "" for one in damages))
    for name in ("compromised", "quarantined"):
        means = [score.metrics[name].mean for score in result.arms.values()]
        if name == "compromised" or any(means):
            table.add_row(f"  {name}", *(amount(mean, "") for mean in means))
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
        for line in _measure_lines(result.detection):
            table.add_row("", line)
        table.add_row("", _cost_line(result))
        table.add_row("", _outcome_line(result))
    for number, line in enumerate(_seed_lines(result)):
        table.add_row("  seeds" if number == 0 else "", line)
    for number, (team, spent) in enumerate((team, spent) for team, spent in result.spent.items() if spent):
        budgets = ", ".join(f"{name.replace('_', ' ')} {amount(value, '')}" for name, value in spent.items() if value)
        table.add_row("  spent" if number == 0 else "", f"{team}: {budgets or 'nothing'}")
    for number, null in enumerate(result.nulls):
        table.add_row("  nulls" if number == 0 else "", _null_line(null, result.unit))
    table.add_row("  guarantee", f"{result.guarantee.label}: {result.guarantee.why}")
    if promise := result.guarantee.measurement:
        kept = "kept" if promise["measured"] <= promise["bound"] else "NOT kept"
        table.add_row("", f"measured {promise['measured']:.3g}, and at most {promise['bound']:.3g} is promised: {kept}")
    table.add_row("", "")
    table.add_row("  repeat", one_line(result.replay))
    table.add_row("  kept in", one_line(context.folder))
    return table


def _label(name: str, unit: str) -> str:
    """The name in words; without its unit only for an amount in dollars, which has the sign."""
    return figure_words(name, unit if unit == "USD" else "")


def _attack_line(spec: Mapping[str, Any]) -> str:
    daemons = spec["daemons"]
    targets = f"daemons {', '.join(map(str, daemons))}" if isinstance(daemons, list) else f"{daemons} of the daemons"
    general = {"kind", "daemons", "start", "stop", "strength", "ramp"}
    details = [f"{name} {_parameter_text(value)}" for name, value in spec.items() if name not in general]
    if spec["strength"] != 1.0:
        details.append(f"strength {_parameter_text(spec['strength'])}")
    return ", ".join([f"{spec['kind']} on {targets}", _rounds_text(spec["start"], spec["stop"]), *details])


def _rounds_text(start: int | list[int], stop: int | None) -> str:
    if not isinstance(start, list):
        return f"rounds {start} {'on' if stop is None else f'to {stop}'}"
    first, last = start
    return f"{'all' if stop is None else stop - first} rounds from one between {first} and {last} on"


def _parameter_text(value: Any) -> str:
    return f"{value:g}".replace("-", "−") if isinstance(value, float) else one_line(str(value))


def _detection_line(result: Result) -> str:
    found = result.detection
    if not found.by_design:
        return "raises no alarms by design"
    if found.recall is None:
        return "no attack to detect"
    if found.delay_rounds is None:
        return "never noticed"
    precision = "–" if found.precision is None else _ratio(found.precision)
    missed = f"  ·  missed in {found.missed_seeds} of {len(result.seeds)} seeds" if found.missed_seeds else ""
    return f"noticed {_when(found.delay_rounds)}{missed}  ·  precision {precision}  ·  recall {_ratio(found.recall)}"


def _measure_lines(found: Detection) -> list[str]:
    """The ranking of alarms, the exposure of daemons, and the cost of errors; none without alarms or an attack."""
    if not found.by_design or found.found_share is None:
        return []
    costs = (found.cost_balanced, found.cost_false_alarms_dear, found.cost_misses_dear)
    balanced, false_alarms_dear, misses_dear = ("–" if cost is None else f"{cost.mean:.2f}" for cost in costs)
    lines = [
        f"finds {share_interval(found.found_share)} of the attacked daemons",
        f"cost of errors {balanced} (false alarms dear {false_alarms_dear}, misses dear {misses_dear}; no alarms: 1)",
    ]
    if found.exposure_rounds is not None:
        lines[0] += f", after a median of {found.exposure_rounds.mean:.3g} rounds under attack"
    if found.pr_auc is not None:
        lines[0] += f"  ·  PR-AUC {_ratio(found.pr_auc)}"
    if found.honest_messages_processed is not None:
        lines[1] += f"  ·  honest messages processed {share(found.honest_messages_processed.mean)}"
    return lines


def _ratio(interval: Interval) -> str:
    if interval.low is None or interval.high is None or interval.low == interval.high:
        return f"{interval.mean:.2f}"
    return f"{interval.mean:.2f} [{interval.low:.2f}, {interval.high:.2f}]"


def _when(delay: Interval) -> str:
    if delay.mean == 0:
        return "in the round it began"
    if delay.low is None or delay.high is None or delay.low == delay.high:
        return f"after {delay.mean:.3g} rounds"
    return f"after {delay.mean:.3g} [{max(0.0, delay.low):.3g}, {delay.high:.3g}] rounds"


def _cost_line(result: Result) -> str:
    parts = []
    if result.autoimmune_cost is not None:
        cost, of_damage = amount(result.autoimmune_cost.mean, result.unit), result.autoimmune_share
        budget = share(result.subject.autoimmune)
        held = f" ({share_interval(of_damage)} of the damage, budget {budget})" if of_damage else ""
        parts.append(f"cost in peace {cost}{held}")
    for name, ratio in result.overhead._asdict().items():
        if ratio is not None:
            parts.append(f"{'CPU' if name == 'cpu' else name} × {ratio:.2f}")
    return "  ·  ".join(parts)


def _outcome_line(result: Result) -> str:
    """What the defense prevents apart from its own cost, unjust quarantine, and recovery."""
    parts = [f"prevented apart from its own cost {share_interval(result.prevented)}"] if result.prevented else []
    false = result.detection.false_quarantine_daemon_rounds.mean
    if false:
        parts.append(f"false quarantine {amount(false, '')} daemon-rounds")
    rounds = result.recovery_rounds.get("defended")
    parts.append("no recovery within the run" if rounds is None else f"recovered after {rounds:g} rounds")
    return "  ·  ".join(parts)


def _seed_lines(result: Result) -> list[str]:
    lines = []
    if result.deterministic:
        lines.append("all give the same bills: this scenario is deterministic, and more seeds add nothing")
    if result.dominant_seed is not None:
        lines.append(f"seed {result.dominant_seed} carries more than half of the attack's damage")
    return lines


def _null_line(null: Null, unit: str) -> str:
    prevented = share_interval(null.damage_limited) if null.damage_limited else "nothing to prevent"
    cost = f"  ·  cost in peace {amount(null.autoimmune_cost.mean, unit)}" if null.autoimmune_cost else ""
    return f"{null.kind}: {prevented}{cost}"
