"""Search for the most harmful attack on a given defense, with a budget of queries."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from swarmsec.errors import SwarmsecError, UsageError
from swarmsec.runs import JobCache
from swarmsec.scenario import Scenario
from swarmsec.scoring.intervals import Interval, of_mean, of_ratio
from swarmsec.search.evaluator import BATCH, ArmFigures, AttackEvaluator, Attacks, Harm
from swarmsec.search.space import Dimension, Space, attacks_of, position_of, spaces_of
from swarmsec.short_repr import short_repr

CONFIRMING_SEEDS = 8
"""Seeds that the search did not use, on which the worst attack is run again."""

_LARGEST = {"where.count", "when.duration"}
"""The dimensions that a guess sets to their largest value."""

_FIRST_CONFIRMING_SEED = 1_000_003
"""The first confirming seed, far from the seeds that scenarios use."""


@dataclass(frozen=True, repr=False)
class Query:
    """One tried attack.

    Attributes:
        number: Its place, from 0; 0 is the scenario's own attack.
        attacks: The attacks.
        harm: Their damage over the search's seeds, or the metric's greatest value; None if they were refused.
        refused: Why they were refused.
    """

    number: int
    attacks: tuple[Mapping[str, Any], ...]
    harm: float | None
    refused: str = ""

    __repr__ = short_repr

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {"query": self.number, "attacks": list(self.attacks), "harm": self.harm, "refused": self.refused}


@dataclass(frozen=True, repr=False)
class Gauntlet:
    """The outcome of a search.

    Attributes:
        scenario: The scenario's name.
        defenses: Its defenses.
        unit: The unit of damage; empty if a metric was maximized.
        metric: The maximized metric; None for the damage.
        known: Whether red knew the defenses' parameters.
        seeds: The seeds of every query.
        search_seed: The random seed of the search.
        queries: All queries, in order.
        fresh_seeds: Seeds that the search did not use; harm on the search's own seeds is biased upward.
        own: The harm of the scenario's own attacks on the fresh seeds; None if they cannot be run.
        worst: The harm of the worst attacks found, on the fresh seeds.
        factor: `worst` divided by `own`, paired over seeds; None if `own` is None or does no harm.
    """

    scenario: str
    defenses: tuple[Mapping[str, Any], ...]
    unit: str
    metric: str | None
    known: bool
    seeds: tuple[int, ...]
    search_seed: int
    queries: tuple[Query, ...]
    fresh_seeds: tuple[int, ...]
    own: Interval | None
    worst: Interval
    factor: Interval | None

    __repr__ = short_repr

    @property
    def best(self) -> Query:
        """The most harmful query; the first one of equals."""
        found = _most_harmful(self.queries)
        assert found is not None
        return found

    @property
    def curve(self) -> list[float | None]:
        """The greatest harm within the first 1, 2, 3, ... queries: damage by budget; None before the first result."""
        harms = [-np.inf if query.harm is None else query.harm for query in self.queries]
        return [float(harm) if np.isfinite(harm) else None for harm in np.maximum.accumulate(harms)]

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "schema": "swarmsec.gauntlet/v1",
            "scenario": self.scenario,
            "defenses": list(self.defenses),
            "unit": self.unit,
            "objective": self.metric or "damage",
            "defense_known": self.known,
            "seeds": list(self.seeds),
            "search_seed": self.search_seed,
            "fresh_seeds": list(self.fresh_seeds),
            "own": self.own.to_dict() if self.own else None,
            "worst": self.worst.to_dict(),
            "factor": self.factor.to_dict() if self.factor else None,
            "worst_attacks": list(self.best.attacks),
            "found_at": self.best.number,
            "curve": self.curve,
            "queries": [query.to_dict() for query in self.queries],
        }


def gauntlet(
    scenario: Scenario,
    cache: JobCache[ArmFigures],
    *,
    budget: int = 200,
    attacks: Sequence[str] = (),
    seeds: Sequence[int] = (0, 1),
    known: bool = False,
    metric: str | None = None,
    search_seed: int = 0,
    each: Callable[[Query], None] | None = None,
) -> Gauntlet:
    """Search for the worst attack within the rules of engagement, by a tree-structured Parzen estimator.

    Every query runs the defended arm of a few seeds, against clean arms that are run once. The result does not depend
    on the executor. Source: Bergstra, Bardenet, Bengio and Kégl, NeurIPS 2011; here as Optuna implements it.

    Args:
        scenario: The defended swarm; its own attacks are the first query.
        cache: Runs the jobs; see `figures_cache`.
        budget: The number of queries.
        attacks: The kinds to search; by default all that the rules allow.
        seeds: The seeds of a query.
        known: Whether red knows the defenses' parameters: it then begins with lies of about their size.
        metric: Maximize the greatest value of this metric in the defended arm, and not the damage.
        search_seed: The random seed of the search.
        each: Called after each query.

    Raises:
        UsageError: The budget is too small, the rules allow no attack, or Optuna is not installed.
    """
    if budget < 2:
        raise UsageError(f"{budget} given; must be at least 2 queries", where="budget")
    if not scenario.document["defenses"]:
        raise UsageError("the scenario has no defense; name one with --defense", where="defense")
    spaces = spaces_of(scenario, attacks)
    study = _study(search_seed, budget)
    own = tuple(scenario.document["attacks"])
    queries: list[Query] = []

    def note(specs: Attacks, harm: Harm) -> None:
        queries.append(Query(len(queries), tuple(specs), harm.amount, harm.refused))
        if each:
            each(queries[-1])

    evaluator = AttackEvaluator(scenario, seeds, cache, metric=metric)
    note(own, evaluator.harms([own])[0])
    for guess in _guesses(scenario, spaces)[: budget // 4] if known else ():
        study.enqueue_trial(guess)
    for specs, harm in _searched(evaluator, spaces, study, budget=budget - 1):
        note(specs, harm)
    best = _most_harmful(queries)
    if best is None:
        raise UsageError(f"no attack could be run; the last one: {queries[-1].refused}", where="attack")
    fresh_seeds = tuple(range(_FIRST_CONFIRMING_SEED, _FIRST_CONFIRMING_SEED + CONFIRMING_SEEDS))
    fresh = AttackEvaluator(scenario, fresh_seeds, cache, metric=metric)
    own_again, best_again = fresh.harms([own, best.attacks])
    if best_again.refused:
        raise SwarmsecError(f"the worst attack cannot be run on other seeds: {best_again.refused}")
    return Gauntlet(
        scenario=scenario.name,
        defenses=tuple(scenario.document["defenses"]),
        unit=scenario.unit if metric is None else "",
        metric=metric,
        known=known,
        seeds=tuple(seeds),
        search_seed=search_seed,
        queries=tuple(queries),
        fresh_seeds=fresh_seeds,
        own=None if own_again.refused else of_mean(np.array(own_again.amounts)),
        worst=of_mean(np.array(best_again.amounts)),
        factor=_factor(best_again.amounts, own_again.amounts),
    )


def _searched(
    evaluator: AttackEvaluator, spaces: Sequence[Space], study: Any, *, budget: int
) -> Iterator[tuple[Attacks, Harm]]:
    """The attacks that the search tries, with their harm."""
    least = 0.0
    for begun in range(0, budget, BATCH):
        trials = [study.ask() for _ in range(min(BATCH, budget - begun))]
        choices = [_suggested(trial, spaces) for trial in trials]
        harms = evaluator.harms(choices)
        least = min([least, *(harm.amount for harm in harms if harm.amount is not None)])
        for trial, specs, harm in zip(trials, choices, harms, strict=True):
            study.tell(trial, least if harm.amount is None else harm.amount)  # Refused: the least harm so far.
            yield specs, harm


def _factor(worst: Sequence[float], own: Sequence[float]) -> Interval | None:
    """The ratio of two harms, paired over seeds."""
    if not own or np.mean(own) <= 0:
        return None
    return of_ratio(np.array(worst), np.array(own))


def _most_harmful(queries: Sequence[Query]) -> Query | None:
    measured = [query for query in queries if query.harm is not None]
    return max(measured, key=lambda query: query.harm or 0.0, default=None)


def _study(seed: int, budget: int) -> Any:
    try:
        import optuna
    except ImportError:
        raise UsageError("the search needs the optional package optuna: pip install 'swarmsec[search]'") from None
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        sampler = optuna.samplers.TPESampler(
            seed=seed, multivariate=True, group=True, constant_liar=True, n_startup_trials=max(10, budget // 8)
        )
    return optuna.create_study(direction="maximize", sampler=sampler)


def _suggested(trial: Any, spaces: Sequence[Space]) -> list[dict[str, Any]]:
    """The attacks that the sampler suggests for a trial."""
    kind = trial.suggest_categorical("attack", [space.kind for space in spaces])
    space = next(space for space in spaces if space.kind == kind)
    chosen = {}
    for one in space.dimensions:
        name = f"{kind}.{one.name}"
        if one.kind == "choice":
            chosen[one.name] = trial.suggest_categorical(name, list(one.choices))
        elif one.kind == "integer":
            chosen[one.name] = trial.suggest_int(name, int(one.low), int(one.high))
        else:
            ends = (-1.0, 1.0) if one.kind == "signed" else (one.low, one.high)
            chosen[one.name] = trial.suggest_float(name, *ends)
    return attacks_of(space, chosen)


def _guesses(scenario: Scenario, spaces: Sequence[Space]) -> list[dict[str, Any]]:
    """Lies of about the size of the defenses' thresholds, at full count and for as long as the rules allow."""
    sizes = sorted(
        {
            abs(float(value))
            for spec in scenario.document["defenses"]
            for value in spec.values()
            if isinstance(value, (int, float)) and not isinstance(value, bool) and value
        }
    )
    lies = [sign * share * size for share in (0.1, 0.2, 0.5, 1.0) for size in sizes for sign in (-1.0, 1.0)]
    return [
        _guess(space, dimension, lie)
        for lie in lies
        for space in spaces
        for dimension in space.dimensions
        if dimension.kind == "signed" and position_of(dimension, lie)
    ]


def _guess(space: Space, dimension: Dimension, lie: float) -> dict[str, Any]:
    """One parameter set to a lie, against as many neighbors and for as long as possible; the rest is drawn."""
    guess: dict[str, Any] = {one.name: int(one.high) for one in space.dimensions if one.name in _LARGEST}
    guess |= {"where.place": "block", "when.ramp_share": 0.0, dimension.name: position_of(dimension, lie)}
    return {"attack": space.kind} | {f"{space.kind}.{name}": value for name, value in guess.items()}
