"""Defenses in the order of what they prevent."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean
from typing import Any, NamedTuple

from swarmsec.exercise.store.scores import CellOutcome


class Rank(NamedTuple):
    """A defense over all cells in which the attack bites.

    Attributes:
        defense: Its label.
        cells: How many cells there are.
        limited: In how many of them its DL is certainly above 0.
        damage_limited: The mean of its DL over them, each cell counting alike; None without any.
        worst: The least of its DLs; None without any.
        against: The attack and scenario of the least.
    """

    defense: str
    cells: int
    limited: int
    damage_limited: float | None
    worst: float | None
    against: str

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return self._asdict()


def leaderboard(found: Sequence[CellOutcome]) -> list[Rank]:
    """The defenses of a tournament, the best first; those that met no attack that bites come last."""
    ranks = [_rank(defense, found) for defense in sorted({one.cell.defense for one in found})]
    return sorted(ranks, key=lambda rank: (rank.damage_limited is None, -(rank.damage_limited or 0.0)))


def _rank(defense: str, found: Sequence[CellOutcome]) -> Rank:
    scored = {
        f"{one.cell.attack}, {one.cell.scenario}": (one.outcome.damage_limited.mean, one.outcome.verdict)
        for one in found
        if one.cell.defense == defense and one.outcome and one.outcome.damage_limited
    }
    if not scored:
        return Rank(defense, 0, 0, None, None, "")
    against = min(scored, key=lambda name: scored[name][0])
    limited = sum(verdict == "limited" for _, verdict in scored.values())
    return Rank(defense, len(scored), limited, mean(share for share, _ in scored.values()), scored[against][0], against)
