"""Attacks and defenses in the order of how well they do."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean
from typing import Any, Literal, NamedTuple

import numpy as np

from swarmsec.arrays import Floats
from swarmsec.scoring.intervals import Interval
from swarmsec.scoring.ratings import PairwiseRating, rate
from swarmsec.store.scores import CellOutcome, plain

Team = Literal["red", "blue"]


class Rank(NamedTuple):
    """An attack or a defense over all the cells that it stands in.

    Attributes:
        label: Whose.
        points: Its Bradley–Terry rating among its team, on Elo's scale, with its 95% interval over seeds: who did
            better than whom against the same rival, in the same scenario, with the same seed. Defenses are compared
            where the attack bites. None if it is alone.
        wins: Comparisons won: less damage (blue), or more of it (red).
        losses: Comparisons lost.
        ties: Comparisons with equal damage.
        cells: In how many of its cells the attack bites, and DL is known.
        limited: In how many of those DL is certainly above 0.
        damage_limited: The mean of DL over them, each cell counting alike; None without any.
        worst: The DL that is worst for it: the least (blue), or the largest (red); None without any.
        against: The rival and the scenario of that.
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

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {**self._asdict(), "points": plain(self.points)}


def leaderboard(found: Sequence[CellOutcome], team: Team) -> list[Rank]:
    """A team's contestants, the best first: by rating, and by what is prevented where they are equal.

    Args:
        found: The cells.
        team: Whether to rank attacks or defenses.
    """
    counted = [one for one in found if one.left and (team == "red" or (one.outcome is not None and one.outcome.bites))]
    labels = sorted({_own(one, team) for one in counted})
    ratings = rate(_outcomes(counted, labels, team)) if len(labels) > 1 else ()
    rated = dict(zip(labels, ratings, strict=False))
    ranks = [_rank(label, found, team, rated.get(label)) for label in sorted({_own(one, team) for one in found})]
    return sorted(ranks, key=lambda rank: _order(rank, team))


def _order(rank: Rank, team: Team) -> tuple[float, float]:
    prevented = rank.damage_limited or 0.0
    return -rank.points.mean if rank.points else np.inf, prevented if team == "red" else -prevented


def _rank(label: str, found: Sequence[CellOutcome], team: Team, rated: PairwiseRating | None) -> Rank:
    scored = {
        f"{_rival(one, team)}, {one.cell.scenario}": (one.outcome.damage_limited.mean, one.outcome.verdict)
        for one in found
        if _own(one, team) == label and one.outcome and one.outcome.damage_limited
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
    )


def _outcomes(found: Sequence[CellOutcome], labels: Sequence[str], team: Team) -> Floats:
    """(seeds, cases, k) how well each did, where a case is a scenario and a rival; NaN where it was not played."""
    seeds = sorted({seed for one in found for seed in one.seeds})
    cases = list(dict.fromkeys((one.cell.scenario, _rival(one, team)) for one in found))
    outcomes = np.full((len(seeds), len(cases), len(labels)), np.nan)
    for one in found:
        if one.left:
            case = cases.index((one.cell.scenario, _rival(one, team)))
            rows = [seeds.index(seed) for seed in one.seeds]
            harm = np.array(one.left)
            outcomes[rows, case, labels.index(_own(one, team))] = harm if team == "red" else -harm
    return outcomes


def _own(one: CellOutcome, team: Team) -> str:
    return one.cell.attack if team == "red" else one.cell.defense


def _rival(one: CellOutcome, team: Team) -> str:
    return one.cell.defense if team == "red" else one.cell.attack
