"""Successive halving: after ever more seeds the weaker half of the defenses goes (Karnin, Koren & Somekh 2013).

Everybody plays few seeds, and few play them all. It is an economy: who is dropped early was judged on few seeds, and
the tournament says on how many. Nulls are yardsticks and stay.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from statistics import mean
from typing import NamedTuple

from swarmsec.store import Store
from swarmsec.swarm.arms import Arm
from swarmsec.tournament.plan import Plan
from swarmsec.tournament.result import Drop


class Bracket(NamedTuple):
    """One rung of the ladder.

    Attributes:
        number: Which, counted from 1.
        of: How many there are; the last plays all seeds and drops nobody.
    """

    number: int
    of: int

    @property
    def is_last(self) -> bool:
        """Whether all seeds are played, and nobody goes."""
        return self.number == self.of

    def seeds(self, seeds: Sequence[int]) -> Sequence[int]:
        """The first of a scenario's seeds: twice as many as on the rung before.

        Examples:
            >>> [Bracket(number, 3).seeds(range(10)) for number in (1, 2, 3)]
            [range(0, 3), range(0, 5), range(0, 10)]
        """
        return seeds[: math.ceil(len(seeds) / 2 ** (self.of - self.number))]

    def seeds_most(self, plan: Plan) -> int:
        """How many seeds are played of the scenario with most."""
        return max(len(self.seeds(seeds)) for seeds in plan.seeds.values())


def rungs(candidates: int) -> list[Bracket]:
    """As many as it takes to leave one.

    Examples:
        >>> len(rungs(1)), len(rungs(2)), len(rungs(5)), len(rungs(8))
        (1, 2, 4, 4)
    """
    count = 1 + math.ceil(math.log2(max(1, candidates)))
    return [Bracket(number, count) for number in range(1, count + 1)]


def kept(candidates: Sequence[str], drops: Collection[Drop]) -> list[str]:
    """Who is left."""
    gone = {drop.defense for drop in drops}
    return [label for label in candidates if label not in gone]


def weakest(plan: Plan, store: Store, bracket: Bracket, candidates: Sequence[str]) -> list[tuple[str, float | None]]:
    """The weaker half of the candidates, the weakest first, each with the share of damage that it leaves.

    That share is of the worst case without a defense, in the mean over scenarios in which an attack does damage. Who
    has a failed run goes before everybody else; of equals the one goes that was named later.
    """
    left = {label: _left(plan, store, bracket, label) for label in candidates}
    ranked = sorted(candidates, key=lambda label: math.inf if left[label] is None else left[label])  # type: ignore[arg-type, return-value]
    return [(label, left[label]) for label in reversed(ranked[math.ceil(len(ranked) / 2) :])]


def _left(plan: Plan, store: Store, bracket: Bracket, defense: str) -> float | None:
    """None if one of its runs failed."""
    bills = {run: summary.bill for run, summary in store.summaries(plan.id).items()}
    cells: dict[tuple[str, str], dict[Arm, list[float]]] = {}
    for one in plan.planned:
        match = one.match
        if match.defense == defense and one.seed in bracket.seeds(plan.seeds[match.scenario]):
            bill = bills.get(one.run)
            if bill is None:
                return None
            cells.setdefault((match.scenario, match.attack), {}).setdefault(one.arm, []).append(bill)
    shares = []
    for scenario in plan.scenarios:
        arms = [arms for (name, _), arms in cells.items() if name == scenario.name]
        at_most = max((mean(arm[Arm.ATTACKED]) - mean(arm[Arm.CLEAN]) for arm in arms), default=0.0)
        if at_most > 0:
            shares.append(max(mean(arm[Arm.DEFENDED]) - mean(arm[Arm.CLEAN]) for arm in arms) / at_most)
    return mean(shares) if shares else 0.0
