"""Ratings over all scenarios: who did better than whom, against the same rival and with the same seed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from swarmsec.arrays import Floats
from swarmsec.scoring.ratings import rate
from swarmsec.tournament.cells import Figures
from swarmsec.tournament.result import Contestant, Rating


def rating(figures: Sequence[Figures], contestants: Sequence[Contestant]) -> tuple[Rating, ...]:
    """One team's ratings, the strongest first; none where fewer than two were scored.

    Defenses are compared where the attack bites: elsewhere there is nothing to prevent, and doing nothing wins.

    Args:
        figures: All cells.
        contestants: The team's.
    """
    counted = [one for one in _played(figures) if contestants[0].team == "red" or _bites(one)] if contestants else []
    scored = [one for one in contestants if any(_name(each, one.team) == one.label for each in counted)]
    if len(scored) < 2:
        return ()
    labels = [one.label for one in scored]
    rated = zip(labels, rate(_outcomes(counted, labels, scored[0].team)), strict=True)
    found = [Rating(label, one.points, one.wins, one.losses, one.ties) for label, one in rated]
    return tuple(sorted(found, key=lambda one: -one.points.mean))


def _played(figures: Sequence[Figures]) -> list[Figures]:
    return [one for one in figures if one.cell.seeds]


def _bites(figures: Figures) -> bool:
    return figures.cell.result is not None and figures.cell.result.bites


def _name(figures: Figures, team: str) -> str:
    return figures.cell.attack if team == "red" else figures.cell.defense


def _outcomes(figures: Sequence[Figures], labels: Sequence[str], team: str) -> Floats:
    """(seeds, cases, k) how well each did, where a case is a scenario and a rival; NaN where it was not played."""
    rivals = [(one.cell.scenario, _name(one, "blue" if team == "red" else "red")) for one in figures]
    seeds = {seed: place for place, seed in enumerate(sorted({seed for one in figures for seed in one.cell.seeds}))}
    cases = {case: place for place, case in enumerate(dict.fromkeys(rivals))}
    found = np.full((len(seeds), len(cases), len(labels)), np.nan)
    for one, case in zip(figures, rivals, strict=True):
        for seed, damage in one.damage["defended"].items():
            found[seeds[seed], cases[case], labels.index(_name(one, team))] = damage if team == "red" else -damage
    return found
