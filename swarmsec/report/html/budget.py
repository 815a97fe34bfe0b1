"""The budgets of the rules of engagement, and the used share of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from swarmsec.report.html.record import RunRecord
from swarmsec.report.html.rounds import Rounds
from swarmsec.swarm.setup import Setup
from swarmsec.teams import Surface
from swarmsec.teams.selectors import amount_of

_UNLIMITED = "no limit"


class BudgetRow(NamedTuple):
    """The budget of one rule.

    Attributes:
        team: The team that it limits.
        what: The limited amount.
        allowed: The limit, as text.
        used: The used amount, as text.
        share: The used share, from 0 to 1; None without a limit.
    """

    team: str
    what: str
    allowed: str
    used: str
    share: float | None


def budget(record: RunRecord, setup: Setup | None) -> list[BudgetRow]:
    """The budget rows of a run; empty if its scenario cannot be read.

    Args:
        record: The run.
        setup: Its composition; None if its plug-ins are not installed.
    """
    rules = record.document.get("rules")
    if not rules or setup is None:
        return []
    red, blue = rules["red"], rules["blue"]
    n = setup.network.n
    attacks = [
        (spec.plugin, targets)
        for spec, targets in zip(setup.attacks, setup.targets, strict=True)
        if spec.plugin.strength > 0
    ]
    feeds = [targets for attack, targets in attacks if Surface.SIGNAL in attack.surface]
    lengths = [
        max(0, (setup.rounds if attack.stop is None else min(attack.stop, setup.rounds)) - attack.first_start)
        for attack, _ in attacks
    ]
    tainted = len(np.unique(np.concatenate(feeds))) if feeds else 0
    strongest = max((attack.strength for attack, _ in attacks), default=0)
    first = min((attack.first_start for attack, _ in attacks), default=None)
    earliest = red["earliest"]
    return [
        _daemon_row("red", "hijacked daemons", red["daemons"], _maximum(record.rounds, "compromised"), n),
        _daemon_row("red", "tainted feeds", red["feeds"], tainted, n),
        _amount_row("red", "greatest strength", red["strength"], strongest),
        _amount_row("red", "rounds with an attack on", red["rounds"], max(lengths, default=0)),
        BudgetRow(
            "red",
            "first round of an attack",
            _UNLIMITED if earliest is None else f"from {earliest:,} on",
            "none" if first is None else f"{first:,}",
            None,
        ),
        _daemon_row("blue", "daemons isolated at once", blue["quarantine"], _maximum(record.rounds, "quarantined"), n),
    ]


def _daemon_row(team: str, what: str, amount: Any, used: int | None, n: int) -> BudgetRow:
    limit = n if amount is None else amount_of(amount, n)
    allowed = _UNLIMITED if amount is None else f"{limit:,}" + (f" ({amount})" if isinstance(amount, str) else "")
    share = used / limit if used is not None and limit and amount is not None else None
    return BudgetRow(team, what, allowed, "not known" if used is None else f"{used:,}", share)


def _amount_row(team: str, what: str, limit: float | None, used: float) -> BudgetRow:
    share = used / limit if limit else None
    return BudgetRow(team, what, _UNLIMITED if limit is None else f"{limit:g}", f"{used:g}", share)


def _maximum(rounds: Rounds | None, metric: str) -> int | None:
    """The greatest count over all rounds, seeds and arms."""
    if rounds is None or metric not in rounds.metrics:
        return None
    arms: Sequence[Any] = list(rounds.metrics[metric].values())
    return int(max(values.max() for values in arms))
