"""A comparison with a changed run, and an attribution of damage, as text."""

from __future__ import annotations

from swarmsec.replay import Attribution, Counterfactual, Division, LeftOut
from swarmsec.replay.shapley import EXACT_MOST
from swarmsec.report.numbers import amount, share
from swarmsec.report.tables import plain_table
from swarmsec.report.verdict import verdict_sentence
from swarmsec.scoring import DamageScore, Interval
from swarmsec.scoring.intervals import of_mean

_TITLES = {
    "damage": "damage, attack by attack",
    "left": "damage that the defenses did not prevent, attack by attack",
    "prevented": "prevented, defense by defense",
    "cost_in_peace": "cost in peace, defense by defense",
}
_SEEDS_MOST = 20


def counterfactual_lines(found: Counterfactual, *, title: str, arm: str) -> str:
    """The bills of the run and of the changed run, and their paired differences.

    Args:
        found: The comparison.
        title: The title of the scenario.
        arm: The arm that is listed seed by seed.
    """
    seeds = f"{len(found.seeds)} seed{'s' if len(found.seeds) > 1 else ''}"
    rows = [["", "happened", "would have", "difference"]]
    for name, change in found.arms.items():
        means = (amount(of_mean(values).mean, found.unit) for values in (change.happened, change.instead))
        rows.append([name, *means, interval_text(change.difference, found.unit)])
    blocks = [
        f"{title}  ·  {'; '.join(found.changes)}  ·  {seeds}, bills in {found.unit}",
        plain_table(rows, left={0}, gap=4),
        f"  happened    {_verdict(found.happened)}\n  would have  {_verdict(found.instead)}",
        plain_table(_seed_rows(found, arm), left={0}, gap=4),
    ]
    left = len(found.seeds) - _SEEDS_MOST
    return "\n\n".join(blocks) + (f"\n  … and {left:,} more seeds; --json has all" if left > 0 else "")


def attribution_lines(found: Attribution, left: LeftOut | None, *, title: str) -> str:
    """Each division: its shares and their total. Then what is lost if each part of the defense is left out."""
    seeds = f"{len(found.seeds)} seed{'s' if len(found.seeds) > 1 else ''}"
    blocks = [f"{title}  ·  Shapley values, {seeds}, in {found.unit}, mean [95% interval over seeds]"]
    blocks += [_division(division, found.unit) for division in found.divisions.values()]
    return "\n\n".join([*blocks, *([_left_out(left)] if left and len(left.parts) > 1 else [])])


def interval_text(interval: Interval, unit: str) -> str:
    """A mean, with its interval if there is one."""
    mean = amount(interval.mean, unit)
    if interval.low is None or interval.high is None:
        return mean
    return f"{mean}  [{amount(interval.low, unit)}, {amount(interval.high, unit)}]"


def _division(division: Division, unit: str) -> str:
    rows = []
    for one in division.shares:
        named = f"{one.place}  {one.name or one.kind}"
        part = share(one.share.mean / division.total.mean) if division.total.mean else ""
        drawn = f"  over orders {interval_text(one.drawn, unit)}" if one.drawn else ""
        rows.append([named, interval_text(one.share, unit), f"{part}{drawn}"])
    rows.append(["in all", interval_text(division.total, unit), ""])
    how = f"  by {division.orders:,} sampled orders, for more than {EXACT_MOST} plug-ins" if division.orders else ""
    return f"  {_TITLES[division.of]}{how}\n{plain_table(rows, left={0}, gap=4, heading=False)}"


def _left_out(found: LeftOut) -> str:
    """What each part of the defense prevents that no other part does, as a table."""
    whole = found.prevented.mean
    rows = [
        [one.name, interval_text(one.lost, found.unit), share(one.lost.mean / whole) if whole else ""]
        for one in found.parts
    ]
    return f"  lost without one part of the defense\n{plain_table(rows, left={0}, gap=4, heading=False)}"


def _seed_rows(found: Counterfactual, arm: str) -> list[list[str]]:
    change = found.arms[arm]
    rows = [[f"{arm} arm", "happened", "would have", "difference", "part"]]
    for at, seed in enumerate(found.seeds[:_SEEDS_MOST]):
        values = (change.happened[at], change.instead[at], change.differences[at])
        parts = change.parts[at]
        when = "never" if parts is None else f"in round {parts:,}"
        rows.append([f"seed {seed}", *(amount(float(value), found.unit) for value in values), when])
    return rows


def _verdict(found: DamageScore) -> str:
    if found.reason and not found.damage:
        return "no damage: the clean arm is missing"
    return verdict_sentence(found.verdict, found.damage_limited, found.verdict_reason)
