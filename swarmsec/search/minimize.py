"""Minimize an attack: the fewest daemons and rounds and the least strength that still do most of its harm."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeVar

from swarmsec.errors import UsageError
from swarmsec.runs import JobCache
from swarmsec.scenario import Scenario, load_scenario
from swarmsec.search.evaluator import ArmFigures, AttackEvaluator, Attacks

T = TypeVar("T")
Specs = list[dict[str, Any]]

_HALVINGS = 7
"""Bisection steps for the least strength: to within one percent."""

_FOR_DAEMONS = 0.75
"""The share of all tries for leaving out daemons; the rest is for rounds and strength."""


@dataclass(frozen=True)
class Size:
    """The size of attacks.

    Attributes:
        daemons: The number of daemons that at least one attack targets.
        rounds: The number of rounds with at least one active attack.
        strength: The greatest of their strengths.
    """

    daemons: int
    rounds: int
    strength: float


@dataclass(frozen=True)
class Witness:
    """A minimal attack.

    Attributes:
        attacks: The minimal attacks, as a scenario writes them, with daemons listed.
        harm: Their harm, over the seeds.
        needed: The least harm that they had to do.
        of: The harm of the original attacks.
        before: The size of the original attacks.
        after: The size of the minimal attacks.
        tried: The number of attacks tried.
        smallest: Whether the search ended; False if the tries ran out first.
    """

    attacks: tuple[Mapping[str, Any], ...]
    harm: float
    needed: float
    of: float
    before: Size
    after: Size
    tried: int
    smallest: bool

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "attacks": [dict(spec) for spec in self.attacks],
            "harm": self.harm,
            "needed": self.needed,
            "of": self.of,
            "before": vars(self.before),
            "after": vars(self.after),
            "tried": self.tried,
            "smallest": self.smallest,
        }


def minimize_attack(
    scenario: Scenario,
    attacks: Attacks,
    cache: JobCache[ArmFigures],
    *,
    keep: float = 0.5,
    seeds: Sequence[int] = (0,),
    tries: int = 1000,
    each: Callable[[int], None] | None = None,
) -> Witness:
    """Reduce attacks, their daemons, rounds and strength while they still do a given share of their harm.

    Attacks and then daemons are left out by delta debugging, until none can be left out alone. Then each attack is
    ended earlier and started later, until neither is possible by one round. Then all are weakened by one factor. Each
    step starts from the last one's result, so the minimum is local. Source: Zeller and Hildebrandt, IEEE TSE 2002.

    Args:
        scenario: The defended swarm.
        attacks: The attacks, as a scenario writes them.
        cache: Runs the jobs; see `figures_cache`.
        keep: The share of their harm that must remain.
        seeds: The harm is the mean over these.
        tries: The approximate maximum number of attacks to try; the smallest one found by then is returned.
        each: Called at intervals with the number of attacks tried so far.

    Raises:
        UsageError: The attacks do no harm.
    """
    if not 0 < keep <= 1:
        raise UsageError(f"{keep:g} given; must be more than 0 and at most 1", where="keep")
    whole = _written_out(scenario, attacks, seeds[0])
    evaluator = AttackEvaluator(scenario, seeds, cache)
    (harm,) = evaluator.harms([whole])
    of = harm.amount
    if of is None or of <= 0:
        raise UsageError(f"the attack does no harm: {harm.refused or f'{of:g}'}", where="witness")
    search = _LimitedSearch(evaluator, keep * of, tries, each)
    small = smallest_subset(whole, search.first)
    small = _fewest_daemons(small, search.limited_to(_FOR_DAEMONS))
    small = _shortest(small, lambda specs: search.first([specs]) == 0)
    small = _weakest(small, lambda specs: search.first([specs]) == 0)
    left = evaluator.harms([small])[0].amount
    assert left is not None
    return Witness(
        attacks=tuple(small),
        harm=left,
        needed=keep * of,
        of=of,
        before=_size(whole),
        after=_size(small),
        tried=evaluator.tried,
        smallest=not search.ran_out,
    )


def smallest_subset(items: Sequence[T], first_sufficient: Callable[[list[list[T]]], int | None]) -> list[T]:
    """A sufficient subset from which no single item can be left out (delta debugging, `ddmin`).

    Args:
        items: All items; together they are sufficient. The empty subset is never tried.
        first_sufficient: Of several subsets the number of the first that is sufficient, or None.

    Examples:
        >>> def both(subsets):
        ...     return next((i for i, one in enumerate(subsets) if {3, 7} <= set(one)), None)
        >>> smallest_subset(range(10), both)
        [3, 7]
    """
    kept, pieces = list(items), 2
    while len(kept) > 1:
        chunks = _split(kept, pieces)
        # With two pieces, each one is also the complement of the other.
        candidates = chunks if pieces == 2 else [*chunks, *(_without(chunks, number) for number in range(pieces))]
        found = first_sufficient(candidates)
        if found is not None:
            kept = candidates[found]
            pieces = 2 if found < len(chunks) else pieces - 1
        elif pieces < len(kept):
            pieces = min(len(kept), 2 * pieces)
        else:
            break
    return kept


class _LimitedSearch:
    """Finds attacks that still do enough harm, until the tries run out."""

    def __init__(
        self, evaluator: AttackEvaluator, needed: float, tries: int, each: Callable[[int], None] | None
    ) -> None:
        self._evaluator, self._needed, self._tries, self._each = evaluator, needed, tries, each
        self.ran_out = False

    def first(self, candidates: Sequence[Specs]) -> int | None:
        """The number of the first candidate that does enough harm; None if there is none, or no try is left."""
        return self.limited_to(1.0)(candidates)

    def limited_to(self, share: float) -> Callable[[Sequence[Specs]], int | None]:
        """`first` with a share of the tries."""

        def first(candidates: Sequence[Specs]) -> int | None:
            left = int(share * self._tries) - self._evaluator.tried
            found = self._evaluator.first(candidates[: max(0, left)], needed=self._needed)
            if found is None and left < len(candidates):
                self.ran_out = True
            if self._each:
                self._each(self._evaluator.tried)
            return found

        return first


def _written_out(scenario: Scenario, attacks: Attacks, seed: int) -> Specs:
    """Attacks with every default, their daemons listed and their last rounds written out."""
    alone = load_scenario(scenario, settings={"sweep": {}}, attack=[dict(spec) for spec in attacks])
    ends = [scenario.rounds if spec["stop"] is None else spec["stop"] for spec in alone.document["attacks"]]
    return [
        {**spec, "daemons": aimed.tolist(), "stop": min(end, scenario.rounds)}
        for spec, aimed, end in zip(alone.document["attacks"], alone.setup(seed).targets, ends, strict=True)
    ]


def _size(specs: Attacks) -> Size:
    return Size(
        daemons=len({daemon for spec in specs for daemon in spec["daemons"]}),
        rounds=len({now for spec in specs for now in range(spec["start"], spec["stop"])}),
        strength=max(float(spec["strength"]) for spec in specs),
    )


def _fewest_daemons(specs: Specs, first_sufficient: Callable[[Sequence[Specs]], int | None]) -> Specs:
    """The attacks on as few daemons as are sufficient; a daemon is left out of all attacks at once."""
    all_daemons = sorted({daemon for spec in specs for daemon in spec["daemons"]})

    def first(subsets: list[list[int]]) -> int | None:
        return first_sufficient([_aimed_at(specs, subset) for subset in subsets])

    return _aimed_at(specs, smallest_subset(all_daemons, first))


def _aimed_at(specs: Specs, daemons: Sequence[int]) -> Specs:
    """Attacks on a subset of their daemons; an attack on none of these is left out."""
    some = set(daemons)
    fewer = [{**spec, "daemons": [one for one in spec["daemons"] if one in some]} for spec in specs]
    return [spec for spec in fewer if spec["daemons"]]


def _shortest(specs: Specs, is_sufficient: Callable[[Specs], bool]) -> Specs:
    """Each attack ended as early and started as late as is sufficient, to within one round."""
    before: Specs = []
    while specs != before:
        before = specs
        for number in range(len(specs)):
            for end, sign in (("stop", -1), ("start", 1)):
                specs = _moved(specs, number, end, sign, is_sufficient)
    return specs


def _moved(specs: Specs, number: int, end: str, sign: int, is_sufficient: Callable[[Specs], bool]) -> Specs:
    """One end of one attack moved inwards, in steps that are halved down to one round."""
    step = (specs[number]["stop"] - specs[number]["start"]) // 2
    while step:
        spec = specs[number]
        shorter = [*specs[:number], {**spec, end: spec[end] + sign * step}, *specs[number + 1 :]]
        if is_sufficient(shorter):
            specs = shorter
            step = min(step, (shorter[number]["stop"] - shorter[number]["start"]) // 2)
        else:
            step //= 2
    return specs


def _weakest(specs: Specs, is_sufficient: Callable[[Specs], bool]) -> Specs:
    """All attacks weakened by the least sufficient factor, to within one percent."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if is_sufficient(_weakened(specs, middle)) else (middle, high)
    return _weakened(specs, high)


def _weakened(specs: Specs, share: float) -> Specs:
    return [{**spec, "strength": share * spec["strength"]} for spec in specs]


def _split(items: list[T], pieces: int) -> list[list[T]]:
    """Items in `pieces` chunks of about equal length."""
    ends = [len(items) * piece // pieces for piece in range(pieces + 1)]
    return [items[start:end] for start, end in pairwise(ends)]


def _without(chunks: list[list[T]], number: int) -> list[T]:
    """All items except those of one chunk."""
    return [one for other, chunk in enumerate(chunks) if other != number for one in chunk]
