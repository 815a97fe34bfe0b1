"""Shrink an attack to what is needed: the smallest set of lies that still does most of the harm."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeVar

from swarmsec.errors import UsageError
from swarmsec.runs.executors import open_executor
from swarmsec.scenario import Scenario, load_scenario
from swarmsec.search.evaluator import Attacks, Range

T = TypeVar("T")
Specs = list[dict[str, Any]]

_HALVINGS = 7
"""How often strength is halved towards the least that is needed: to under one percent."""

_FOR_DAEMONS = 0.75
"""The share of all tries that leaving out daemons may take, so that rounds and strength have theirs."""


@dataclass(frozen=True)
class Size:
    """How large attacks are.

    Attributes:
        daemons: How many daemons are aimed at by any of them.
        rounds: In how many rounds any of them is on.
        strength: The greatest of their strengths.
    """

    daemons: int
    rounds: int
    strength: float


@dataclass(frozen=True)
class Witness:
    """A smallest attack.

    Attributes:
        attacks: What is left, as a scenario says it, with daemons listed.
        harm: What it does, over the seeds.
        needed: The harm that it had to keep.
        of: What the attacks did that were shrunk.
        before: How large they were.
        after: How large what is left is.
        tried: How many attacks were tried.
        smallest: Whether it is; if not, the tries ran out first.
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


def witness(
    scenario: Scenario,
    attacks: Attacks,
    *,
    keep: float = 0.5,
    seeds: Sequence[int] = (0,),
    tries: int = 1000,
    jobs: int = 1,
    each: Callable[[int], None] | None = None,
) -> Witness:
    """Shrink attacks while they still do a share of their harm: fewer of them, of daemons, of rounds, less strength.

    Attacks and then daemons are left out by delta debugging, until no single one can be left out; then each attack is
    ended sooner and begun later, until neither will do by one round; and then all are weakened alike. Each step takes
    the last one's result: there may be smaller attacks elsewhere. Source: Zeller and Hildebrandt, IEEE TSE 2002.

    Args:
        scenario: The defended swarm.
        attacks: The attacks, as a scenario says them.
        keep: The share of their harm that has to stay.
        seeds: The harm is the mean over these.
        tries: At most about so many attacks are tried; what was found by then is given.
        jobs: How many processes.
        each: Called now and then with how many were tried so far.

    Raises:
        UsageError: The attacks do no harm that could be kept.
    """
    if not 0 < keep <= 1:
        raise UsageError(f"{keep:g} given; must be more than 0 and at most 1", where="keep")
    whole = _written_out(scenario, attacks, seeds[0])
    with open_executor(jobs=jobs) as executor:
        tried = Range(scenario, seeds, executor)
        (harm,) = tried.harms([whole])
        of = harm.amount
        if of is None or of <= 0:
            raise UsageError(f"the attack does no harm: {harm.refused or f'{of:g}'}", where="witness")
        shrinking = _Shrinking(tried, keep * of, tries, each)
        small = smallest_subset(whole, shrinking.first)
        small = _fewest_daemons(small, shrinking.limited_to(_FOR_DAEMONS))
        small = _shortest(small, lambda specs: shrinking.first([specs]) == 0)
        small = _weakest(small, lambda specs: shrinking.first([specs]) == 0)
        left = tried.harms([small])[0].amount
    assert left is not None
    return Witness(
        attacks=tuple(small),
        harm=left,
        needed=keep * of,
        of=of,
        before=_size(whole),
        after=_size(small),
        tried=tried.tried,
        smallest=not shrinking.ran_out,
    )


def smallest_subset(items: Sequence[T], first_that_will_do: Callable[[list[list[T]]], int | None]) -> list[T]:
    """A subset that will do and of which no single item can be left out (delta debugging, `ddmin`).

    Args:
        items: All of them; together they will do. Nothing at all is not asked about, and does not.
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
        # Of two pieces, each is what is left without the other.
        candidates = chunks if pieces == 2 else [*chunks, *(_without(chunks, number) for number in range(pieces))]
        found = first_that_will_do(candidates)
        if found is not None:
            kept = candidates[found]
            pieces = 2 if found < len(chunks) else pieces - 1
        elif pieces < len(kept):
            pieces = min(len(kept), 2 * pieces)
        else:
            break
    return kept


class _Shrinking:
    """Which attacks still do enough harm; none, once the tries have run out."""

    def __init__(self, tried: Range, needed: float, tries: int, each: Callable[[int], None] | None) -> None:
        self._tried, self._needed, self._tries, self._each = tried, needed, tries, each
        self.ran_out = False

    def first(self, candidates: Sequence[Specs]) -> int | None:
        """The number of the first that does."""
        return self.limited_to(1.0)(candidates)

    def limited_to(self, share: float) -> Callable[[Sequence[Specs]], int | None]:
        """The same with a share of the tries."""

        def first(candidates: Sequence[Specs]) -> int | None:
            left = int(share * self._tries) - self._tried.tried
            found = self._tried.first(candidates[: max(0, left)], needed=self._needed)
            if found is None and left < len(candidates):
                self.ran_out = True
            if self._each:
                self._each(self._tried.tried)
            return found

        return first


def _written_out(scenario: Scenario, attacks: Attacks, seed: int) -> Specs:
    """Attacks with every default, their daemons listed and their ends told."""
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


def _fewest_daemons(specs: Specs, first_that_will_do: Callable[[Sequence[Specs]], int | None]) -> Specs:
    """Aimed at as few daemons as will do; who is left out is left out of each attack."""
    everybody = sorted({daemon for spec in specs for daemon in spec["daemons"]})

    def first(subsets: list[list[int]]) -> int | None:
        return first_that_will_do([_aimed_at(specs, subset) for subset in subsets])

    return _aimed_at(specs, smallest_subset(everybody, first))


def _aimed_at(specs: Specs, daemons: Sequence[int]) -> Specs:
    """Attacks on some of their daemons; an attack on none is left out."""
    some = set(daemons)
    fewer = [{**spec, "daemons": [one for one in spec["daemons"] if one in some]} for spec in specs]
    return [spec for spec in fewer if spec["daemons"]]


def _shortest(specs: Specs, will_do: Callable[[Specs], bool]) -> Specs:
    """Each ended as soon and begun as late as will do, until neither can be moved by one round."""
    before: Specs = []
    while specs != before:
        before = specs
        for number in range(len(specs)):
            for end, sign in (("stop", -1), ("start", 1)):
                specs = _moved(specs, number, end, sign, will_do)
    return specs


def _moved(specs: Specs, number: int, end: str, sign: int, will_do: Callable[[Specs], bool]) -> Specs:
    """One end of one attack moved inwards, by halved steps down to one round."""
    step = (specs[number]["stop"] - specs[number]["start"]) // 2
    while step:
        spec = specs[number]
        shorter = [*specs[:number], {**spec, end: spec[end] + sign * step}, *specs[number + 1 :]]
        if will_do(shorter):
            specs = shorter
            step = min(step, (shorter[number]["stop"] - shorter[number]["start"]) // 2)
        else:
            step //= 2
    return specs


def _weakest(specs: Specs, will_do: Callable[[Specs], bool]) -> Specs:
    """All weakened alike as far as will do, within one percent."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if will_do(_weakened(specs, middle)) else (middle, high)
    return _weakened(specs, high)


def _weakened(specs: Specs, share: float) -> Specs:
    return [{**spec, "strength": share * spec["strength"]} for spec in specs]


def _split(items: list[T], pieces: int) -> list[list[T]]:
    """Items in so many runs of about equal length."""
    ends = [len(items) * piece // pieces for piece in range(pieces + 1)]
    return [items[start:end] for start, end in pairwise(ends)]


def _without(chunks: list[list[T]], number: int) -> list[T]:
    """All items but those of one chunk."""
    return [one for other, chunk in enumerate(chunks) if other != number for one in chunk]
