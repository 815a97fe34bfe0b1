"""The leaderboard: attacks or defenses by rating, the one program for `tournament`, `results` and `report`."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean
from typing import Any, Literal, NamedTuple

import numpy as np

from swarmsec.arrays import Floats
from swarmsec.scoring.intervals import Interval, plain_interval
from swarmsec.scoring.ratings import PairwiseRating, rate
from swarmsec.tournament.scores import CellScore

Color = Literal["red", "blue"]
"""The team that is ranked: attacks are red, defenses blue."""

_DECIMALS = 6
"""Ratings and shares that agree to so many decimals are ties: their last digits are rounding errors."""


class Rank(NamedTuple):
    """An attack or a defense over all its cells.

    Attributes:
        label: Its label.
        points: Its Bradley–Terry rating on Elo's scale, with its 95% interval over seeds: 1500 is the average of its
            team, and 400 points more are odds of ten to one. None if it was compared with no other contestant.
        wins: Comparisons won. One comparison is two contestants of a team against the same rival, in the same
            scenario, with the same seed; the lower damage wins for blue, the higher for red. Defenses are compared
            only where the attack bites: elsewhere there is nothing to prevent, and doing nothing would win.
        losses: Comparisons lost.
        ties: Comparisons with equal damage.
        cells: The number of its cells in which DL is known: the attack bites.
        limited: The number of those in which the interval of DL is above 0.
        damage_limited: The mean of DL over those cells, with equal weights; None without any.
        worst: The worst DL for it, the least for a defense and the largest for an attack; None without any.
        against: The rival and the scenario of the worst DL.
        failed: The number of its cells in which it ended a run: it comes after all that ended none, since whoever fails
            where it would lose would be rated by the other runs alone.
    """

    label: str
    points: Interval | None
    wins: int
    losses: int
    ties: int
    cells: int
    limited: int
    damage_limited: float | None
    worst: float | None
    against: str
    failed: int

    def to_dict(self) -> dict[str, Any]:
        """The rank as plain data."""
        return {**self._asdict(), "points": plain_interval(self.points)}


def leaderboard(cells: Sequence[CellScore], team: Color) -> list[Rank]:
    """The contestants of a team, best first: by rating, then by the mean DL, then by label; last those that failed.

    The order of the cells does not matter.

    Args:
        cells: All cells.
        team: The team to rank.
    """
    cells = sorted(cells, key=lambda cell: cell.key)
    counted = [one for one in cells if "defended" in one.damage_by_seed and (team == "red" or _bites(one))]
    labels = sorted({_own(one, team) for one in counted})
    ratings = rate(_outcomes(counted, labels, team)) if len(labels) > 1 else ()
    rated = dict(zip(labels, ratings, strict=False))
    ranks = [_rank(label, cells, team, rated.get(label)) for label in {_own(one, team) for one in cells}]
    return sorted(ranks, key=lambda rank: _order(rank, team))


def _order(rank: Rank, team: Color) -> tuple[bool, float, float, str]:
    points = -round(rank.points.mean, _DECIMALS) if rank.points else np.inf
    prevented = round(rank.damage_limited or 0.0, _DECIMALS)
    return rank.failed > 0, points, prevented if team == "red" else -prevented, rank.label


def _rank(label: str, cells: Sequence[CellScore], team: Color, rated: PairwiseRating | None) -> Rank:
    scored = {
        f"{_rival(one, team)}, {one.key.scenario}": (one.score.damage_limited.mean, one.score.verdict)
        for one in cells
        if _own(one, team) == label and one.score and one.score.damage_limited
    }
    against = (max if team == "red" else min)(scored, key=lambda name: scored[name][0], default="")
    return Rank(
        label=label,
        points=rated.points if rated else None,
        wins=rated.wins if rated else 0,
        losses=rated.losses if rated else 0,
        ties=rated.ties if rated else 0,
        cells=len(scored),
        limited=sum(verdict == "limited" for _, verdict in scored.values()),
        damage_limited=mean(share for share, _ in scored.values()) if scored else None,
        worst=scored[against][0] if scored else None,
        against=against,
        failed=sum(_own(one, team) == label and team in one.at_fault for one in cells),
    )


def _outcomes(cells: Sequence[CellScore], labels: Sequence[str], team: Color) -> Floats:
    """(seeds, cases, k) the outcome of each contestant, higher is better; NaN where it was not run.

    A case is a scenario and a rival.
    """
    seeds = sorted({seed for one in cells for seed in one.seeds})
    cases = sorted({(one.key.scenario, _rival(one, team)) for one in cells})
    seed_at, case_at, label_at = ({name: at for at, name in enumerate(names)} for names in (seeds, cases, labels))
    outcomes = np.full((len(seeds), len(cases), len(labels)), np.nan)
    for one in cells:
        rows = [seed_at[seed] for seed in one.seeds]
        damage = one.damage_by_seed["defended"]
        case = case_at[one.key.scenario, _rival(one, team)]
        outcomes[rows, case, label_at[_own(one, team)]] = damage if team == "red" else -damage
    return outcomes


def _bites(cell: CellScore) -> bool:
    return cell.score is not None and cell.score.bites


def _own(cell: CellScore, team: Color) -> str:
    return cell.key.attack if team == "red" else cell.key.defense


def _rival(cell: CellScore, team: Color) -> str:
    return cell.key.defense if team == "red" else cell.key.attack
