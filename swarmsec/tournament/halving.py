"""Successive halving: after every bracket of more seeds the weaker half of the defenses is dropped.

All defenses are run with few seeds and few defenses with all seeds (Karnin, Koren & Somekh 2013), which saves runs. A
defense that is dropped early was judged on few seeds; the result states how many. Null defenses are never dropped.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from statistics import mean
from typing import NamedTuple

from swarmsec.store import Store, Summary
from swarmsec.swarm.arms import Arm
from swarmsec.tournament.plan import Plan
from swarmsec.tournament.result import Drop
from swarmsec.tournament.scores import bills_of, is_whole


class Bracket(NamedTuple):
    """One step of successive halving.

    Attributes:
        number: The number of the bracket, counted from 1.
        of: The number of brackets; the last has all seeds and drops no defense.
    """

    number: int
    of: int

    @property
    def is_last(self) -> bool:
        """Whether the bracket has all seeds."""
        return self.number == self.of

    def seeds(self, seeds: Sequence[int]) -> Sequence[int]:
        """The first of a scenario's seeds: twice as many as in the bracket before.

        Examples:
            >>> [Bracket(number, 3).seeds(range(10)) for number in (1, 2, 3)]
            [range(0, 3), range(0, 5), range(0, 10)]
        """
        return seeds[: math.ceil(len(seeds) / 2 ** (self.of - self.number))]


def brackets(candidates: int) -> list[Bracket]:
    """The brackets that leave one candidate.

    Examples:
        >>> len(brackets(1)), len(brackets(2)), len(brackets(5)), len(brackets(8))
        (1, 2, 4, 4)
    """
    count = 1 + math.ceil(math.log2(max(1, candidates)))
    return [Bracket(number, count) for number in range(1, count + 1)]


def remaining(candidates: Sequence[str], drops: Collection[Drop]) -> list[str]:
    """The candidates that were not dropped."""
    gone = {drop.defense for drop in drops}
    return [label for label in candidates if label not in gone]


def weakest(plan: Plan, store: Store, bracket: Bracket, candidates: Sequence[str]) -> list[Drop]:
    """The weaker half of the candidates, the weakest first; none in the last bracket.

    Candidates are ranked by the share of damage that they leave: their worst case divided by the worst case without a
    defense, in the mean over scenarios in which an attack does damage. A candidate with a failed run is weaker than all
    others; of equals, the one that was named later is weaker.
    """
    if bracket.is_last:
        return []
    summaries = store.summaries(plan.id)
    left = {label: _damage_left(plan, summaries, bracket, label) for label in candidates}
    shares = {label: math.inf if share is None else share for label, share in left.items()}
    ranked = sorted(candidates, key=lambda label: shares[label])
    seeds_most = max(len(bracket.seeds(seeds)) for seeds in plan.seeds.values())
    dropped = reversed(ranked[math.ceil(len(ranked) / 2) :])
    return [Drop(bracket.number, seeds_most, label, left[label]) for label in dropped]


def drops_of(plan: Plan, store: Store) -> tuple[Drop, ...]:
    """The defenses that halving has dropped so far, from the runs in the store."""
    drops: list[Drop] = []
    candidates = [one.label for one in plan.defenses if not one.null]
    done = store.done()
    for bracket in brackets(len(candidates)):
        runs = {
            arms.get(arm)
            for key, runs in plan.cells.items()
            if key.defense in candidates
            for seed in bracket.seeds(plan.seeds[key.scenario])
            for arms in (runs[seed],)
            for arm in Arm
        }
        if not runs <= done:
            break
        drops += weakest(plan, store, bracket, candidates)
        candidates = remaining(candidates, drops)
    return tuple(drops)


def _damage_left(plan: Plan, summaries: Mapping[str, Summary], bracket: Bracket, defense: str) -> float | None:
    """The share of the undefended worst case that a defense leaves, 0 without damage; None if a run failed."""
    damages: dict[str, list[tuple[float, float]]] = {}
    for key, runs in plan.cells.items():
        if key.defense == defense:
            seeds = bracket.seeds(plan.seeds[key.scenario])
            if not all(is_whole(runs[seed], summaries) for seed in seeds):
                return None
            bills = {arm: mean(values.tolist()) for arm, values in bills_of(runs, seeds, summaries).items()}
            damage = (bills[Arm.ATTACKED] - bills[Arm.CLEAN], bills[Arm.DEFENDED] - bills[Arm.CLEAN])
            damages.setdefault(key.scenario, []).append(damage)
    shares = []
    for of_scenario in damages.values():
        undefended, defended = (max(values) for values in zip(*of_scenario, strict=True))
        if undefended > 0:
            shares.append(defended / undefended)
    return mean(shares) if shares else 0.0
