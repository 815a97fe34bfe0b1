"""Shrink an attack to what is needed: the smallest set of lies that still does most of the harm."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeVar

from swarmsec.authoring import Scenario, load_scenario
from swarmsec.errors import UsageError
from swarmsec.exercise.executors import open_executor
from swarmsec.exercise.gauntlet.trial import Range

T = TypeVar("T")

_HALVINGS = 7
"""How often strength is halved towards the least that is needed: to under one percent."""


@dataclass(frozen=True)
class Witness:
    """A smallest attack.

    Attributes:
        attack: The attack as a scenario says it, with its daemons listed.
        harm: What it does, over the seeds.
        needed: The harm that it had to keep.
        of: What the attack did that was shrunk.
        daemons: How many it began with, and how many are left.
        rounds: How long it was on, and how long it needs to be.
        tried: How many attacks were tried.
    """

    attack: Mapping[str, Any]
    harm: float
    needed: float
    of: float
    daemons: tuple[int, int]
    rounds: tuple[int, int]
    tried: int

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "attack": dict(self.attack),
            "harm": self.harm,
            "needed": self.needed,
            "of": self.of,
            "daemons": {"before": self.daemons[0], "after": self.daemons[1]},
            "rounds": {"before": self.rounds[0], "after": self.rounds[1]},
            "tried": self.tried,
        }


def witness(
    scenario: Scenario,
    attack: Mapping[str, Any],
    *,
    keep: float = 0.5,
    seeds: Sequence[int] = (0,),
    jobs: int = 1,
) -> Witness:
    """Shrink one attack while it still does a share of its harm: fewer daemons, fewer rounds, less strength.

    Daemons are removed by delta debugging, so that in the end none can be left out; then the attack is begun later and
    ended sooner, round by round where it must be, and weakened. What is left is minimal in each of the three by
    itself, given the other two: there may be smaller ones elsewhere. Source: Zeller and Hildebrandt, IEEE TSE 2002.

    Args:
        scenario: The defended swarm.
        attack: The attack, as a scenario says it.
        keep: The share of its harm that has to stay.
        seeds: The harm is the mean over these.
        jobs: How many processes.

    Raises:
        UsageError: The attack does no harm that could be kept.
    """
    if not 0 < keep <= 1:
        raise UsageError(f"{keep:g} given; must be more than 0 and at most 1", where="keep")
    alone = load_scenario(scenario, attack=dict(attack))
    whole = dict(alone.document["attacks"][0])
    targets = alone.setup(seeds[0]).targets[0].tolist()
    stop = scenario.rounds if whole["stop"] is None else min(whole["stop"], scenario.rounds)
    whole |= {"daemons": targets, "stop": stop}
    with open_executor(jobs=jobs) as executor:
        tried = Range(scenario, seeds, executor)
        of = tried.harms([[whole]])[0]
        if not of.amounts or of.amount <= 0:
            raise UsageError(f"the attack does no harm: {of.refused or f'{of.amount:g}'}", where="witness")
        needed = keep * of.amount

        def which(specs: Sequence[Mapping[str, Any]]) -> int | None:
            """The first of several attacks that does enough harm."""
            for number, harm in enumerate(tried.harms([[spec] for spec in specs])):
                if harm.amounts and harm.amount >= needed:
                    return number
            return None

        small = dict(whole)
        small["daemons"] = smallest_subset(
            targets, lambda subsets: which([{**small, "daemons": subset} for subset in subsets])
        )
        small = _shortest(small, lambda spec: which([spec]) is not None)
        small = _weakest(small, lambda spec: which([spec]) is not None)
        left = tried.harms([[small]])[0].amount
    return Witness(
        attack=small,
        harm=left,
        needed=needed,
        of=of.amount,
        daemons=(len(targets), len(small["daemons"])),
        rounds=(stop - whole["start"], small["stop"] - small["start"]),
        tried=tried.tried,
    )


def smallest_subset(items: Sequence[T], first_that_will_do: Callable[[list[list[T]]], int | None]) -> list[T]:
    """A subset that will do and of which no single item can be left out (delta debugging, `ddmin`).

    Args:
        items: All of them; together they will do.
        first_that_will_do: Of several subsets the number of the first that will do, or None.

    Examples:
        >>> def both(subsets):
        ...     return next((i for i, one in enumerate(subsets) if {3, 7} <= set(one)), None)
        >>> smallest_subset(range(10), both)
        [3, 7]
    """
    kept, pieces = list(items), 2
    while len(kept) > 1:
        chunks = _split(kept, pieces)
        if pieces > 2 or len(kept) == 2:
            candidates = [
                *chunks,
                *([one for other in chunks if other is not chunk for one in other] for chunk in chunks),
            ]
        else:
            candidates = chunks
        found = first_that_will_do(candidates)
        if found is None and pieces >= len(kept):
            break
        if found is None:
            pieces = min(len(kept), 2 * pieces)
        else:
            pieces = 2 if found < len(chunks) else max(2, pieces - 1)
            kept = candidates[found]
    return kept


def _split(items: list[T], pieces: int) -> list[list[T]]:
    """Items in so many runs of about equal length."""
    ends = [len(items) * piece // pieces for piece in range(pieces + 1)]
    return [items[start:end] for start, end in pairwise(ends)]


def _shortest(spec: dict[str, Any], will_do: Callable[[Mapping[str, Any]], bool]) -> dict[str, Any]:
    """Ended as soon, and then begun as late, as will do; halving the step until it is one round."""
    for end, sign in (("stop", -1), ("start", 1)):
        step = (spec["stop"] - spec["start"]) // 2
        while step:
            shorter = {**spec, end: spec[end] + sign * step}
            if shorter["stop"] > shorter["start"] and will_do(shorter):
                spec = shorter
                step = min(step, (spec["stop"] - spec["start"]) // 2)
            else:
                step //= 2
    return spec


def _weakest(spec: dict[str, Any], will_do: Callable[[Mapping[str, Any]], bool]) -> dict[str, Any]:
    """The least strength that will do, within one percent."""
    low, high = 0.0, float(spec["strength"])
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if will_do({**spec, "strength": middle}) else (middle, high)
    return {**spec, "strength": high}
