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
        (cast.plugin, targets)
        for cast, targets in zip(setup.attacks, setup.targets, strict=True)
        if cast.plugin.strength > 0
    ]
    tainted = [targets for attack, targets in attacks if Surface.SIGNAL in attack.surface]
    lengths = [
        max(0, (setup.rounds if attack.stop is None else min(attack.stop, setup.rounds)) - attack.start)
        for attack, _ in attacks
    ]
    first = min((attack.start for attack, _ in attacks), default=None)
    earliest = red["earliest"]
    return [
        _daemons("red", "hijacked daemons", red["daemons"], _most(record.rounds, "compromised"), n),
        _daemons("red", "tainted feeds", red["feeds"], len(np.unique(np.concatenate(tainted))) if tainted else 0, n),
        _plain("red", "greatest strength", red["strength"], max((attack.strength for attack, _ in attacks), default=0)),
        _plain("red", "rounds that an attack is on", red["rounds"], max(lengths, default=0)),
        BudgetRow(
            "red",
            "first round of an attack",
            _UNLIMITED if earliest is None else f"from {earliest:,} on",
            "none" if first is None else f"{first:,}",
            None,
        ),
        _daemons("blue", "daemons isolated at once", blue["quarantine"], _most(record.rounds, "quarantined"), n),
    ]


def _daemons(team: str, what: str, amount: Any, used: int | None, n: int) -> BudgetRow:
    limit = n if amount is None else amount_of(amount, n)
    said = _UNLIMITED if amount is None else f"{limit:,}" + (f" ({amount})" if isinstance(amount, str) else "")
    share = used / limit if used is not None and limit and amount is not None else None
    return BudgetRow(team, what, said, "not known" if used is None else f"{used:,}", share)


def _plain(team: str, what: str, limit: float | None, used: float) -> BudgetRow:
    share = used / limit if limit else None
    return BudgetRow(team, what, _UNLIMITED if limit is None else f"{limit:g}", f"{used:g}", share)


def _most(rounds: Rounds | None, metric: str) -> int | None:
    """The greatest count over all rounds, seeds and arms."""
    if rounds is None or metric not in rounds.metrics:
        return None
    arms: Sequence[Any] = list(rounds.metrics[metric].values())
    return int(max(values.max() for values in arms))
