"""The outcome of a tournament as plain data, for the terminal, the HTML report and `--json`.

Damages are in the scenario's own unit and paired by seed. Labels are canonical: a kind and the parameters that differ
from their defaults, as `--attack` and `--defense` take them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from swarmsec.scoring import Interval
from swarmsec.scoring.intervals import plain_interval
from swarmsec.short_repr import short_repr
from swarmsec.tournament.contestants import Contestant
from swarmsec.tournament.failures import Failure
from swarmsec.tournament.leaderboard import Rank
from swarmsec.tournament.scores import CellScore

SCHEMA = "swarmsec.tournament/v1"


class WorstCase(NamedTuple):
    """The worst case of a defense.

    Attributes:
        defense: Its label.
        attack: The attack with the largest mean damage.
        damage: The damage(defended) against it, the cost of the defense included.
        regret: This damage minus the worst case of the best candidate, paired by seed; None for the best itself.
    """

    defense: str
    attack: str
    damage: Interval
    regret: Interval | None

    def to_dict(self) -> dict[str, Any]:
        """The figures as plain data."""
        return {**self._asdict(), "damage": self.damage.to_dict(), "regret": plain_interval(self.regret)}


class Nash(NamedTuple):
    """The equilibrium of a zero-sum game: red picks an attack, blue a defense, and the payoff to red is damage.

    Attributes:
        value: The expected damage in equilibrium.
        red: Attack → its probability in red's strategy; attacks of probability 0 are omitted.
        blue: Defense → its probability in blue's strategy; candidates only.
        pure: Whether it is a saddle point, in pure strategies.
    """

    value: float
    red: Mapping[str, float]
    blue: Mapping[str, float]
    pure: bool

    def to_dict(self) -> dict[str, Any]:
        """The figures as plain data."""
        return {**self._asdict(), "red": dict(self.red), "blue": dict(self.blue)}


class Upset(NamedTuple):
    """A candidate with a worse worst case than a simpler defense.

    Simpler defenses are all nulls except the oracle, and candidates with less information, or with the same information
    and fewer messages.

    Attributes:
        loser: The candidate's label.
        winner: The label of the better defense: the simplest better null, or else the best better candidate.
        by: The loser's damage minus the winner's, paired by seed; the whole interval is above 0.
        null: Whether the winner is a null.
    """

    loser: str
    winner: str
    by: Interval
    null: bool

    def to_dict(self) -> dict[str, Any]:
        """The figures as plain data."""
        return {**self._asdict(), "by": self.by.to_dict()}


@dataclass(frozen=True, repr=False)
class ScenarioStanding:
    """The standing of attacks and defenses in one scenario.

    Attributes:
        scenario: Its name.
        title: Its title.
        unit: The unit of damage.
        attacks: The labels of the rows.
        defenses: The labels of the columns, candidates before nulls.
        bites: For each row, whether the attack bites.
        undefended: For each row, damage(attacked); None if not scored.
        damage: [row][column]: damage(defended).
        damage_limited: [row][column]: DL; None also if the attack does not bite.
        autoimmune: For each column, the largest damage(guarded) of its cells; their bills leave other daemons out.
        worst_case: The worst cases of defenses whose column is scored in full, best first.
        best: The candidate with the least damage in its worst case; None if no column is scored in full.
        lead: The worst case of the next candidate minus that of the best; None without a next one.
        nash: The equilibrium over rows and candidates' columns that are scored in full; None without any.
        upsets: Candidates that lose to simpler defenses, the largest difference first.
    """

    scenario: str
    title: str
    unit: str
    attacks: tuple[str, ...]
    defenses: tuple[str, ...]
    bites: tuple[bool, ...]
    undefended: tuple[Interval | None, ...]
    damage: tuple[tuple[Interval | None, ...], ...]
    damage_limited: tuple[tuple[Interval | None, ...], ...]
    autoimmune: tuple[Interval | None, ...]
    worst_case: tuple[WorstCase, ...]
    best: str | None
    lead: Interval | None
    nash: Nash | None
    upsets: tuple[Upset, ...]

    __repr__ = short_repr

    def to_dict(self) -> dict[str, Any]:
        """The figures as plain data."""
        return {
            "scenario": self.scenario,
            "title": self.title,
            "unit": self.unit,
            "attacks": list(self.attacks),
            "defenses": list(self.defenses),
            "bites": list(self.bites),
            "undefended": [plain_interval(one) for one in self.undefended],
            "damage": [[plain_interval(one) for one in row] for row in self.damage],
            "damage_limited": [[plain_interval(one) for one in row] for row in self.damage_limited],
            "autoimmune": [plain_interval(one) for one in self.autoimmune],
            "worst_case": [one.to_dict() for one in self.worst_case],
            "best": self.best,
            "lead": plain_interval(self.lead),
            "nash": self.nash.to_dict() if self.nash else None,
            "upsets": [one.to_dict() for one in self.upsets],
        }


class Drop(NamedTuple):
    """A defense that successive halving dropped.

    Attributes:
        rung: The bracket, counted from 1.
        seeds: The number of seeds in that bracket.
        defense: Its label.
        left: Its worst case as a share of the undefended one, mean over scenarios; None if a run failed.
    """

    rung: int
    seeds: int
    defense: str
    left: float | None


class Counts(NamedTuple):
    """The numbers of different runs: planned in all, done, failed, and left to run."""

    planned: int
    done: int
    failed: int
    left: int


@dataclass(frozen=True, repr=False)
class TournamentResult:
    """The outcome of a tournament; `to_dict` gives the form that is printed.

    Attributes:
        id: SHA-256 of the plan and its runs: equal for equal plans.
        name: The name of the tournament.
        engine_version: The version of swarmsec.
        plan: The plan as plain data: scenarios, attacks, defenses, seeds, nulls, halving.
        attacks: Red's contestants.
        defenses: Blue's contestants, candidates before nulls.
        cells: Every attack against every defense in every scenario.
        standings: One for each scenario, in the order of the plan.
        ratings: `attacks` and `defenses` → their leaderboard, without contestants that have no rating.
        drops: The defenses that halving dropped, in order; empty without halving.
        failures: Every run that failed, crashed or timed out.
        counts: The numbers of runs.
        digest: The store's digest of all results: equal for equal tournaments on every executor.
        replay: The command line that repeats the tournament.
        store: The file that holds its runs.
    """

    id: str
    name: str
    engine_version: str
    plan: Mapping[str, Any]
    attacks: tuple[Contestant, ...]
    defenses: tuple[Contestant, ...]
    cells: tuple[CellScore, ...]
    standings: tuple[ScenarioStanding, ...]
    ratings: Mapping[str, Sequence[Rank]]
    drops: tuple[Drop, ...]
    failures: tuple[Failure, ...]
    counts: Counts
    digest: str
    replay: str
    store: str

    __repr__ = short_repr

    @property
    def bites(self) -> bool:
        """Whether any attack bites in any scenario."""
        return any(any(standing.bites) for standing in self.standings)

    def to_dict(self) -> dict[str, Any]:
        """The outcome as plain data, the same for the same plan on every executor."""
        return {
            "schema": SCHEMA,
            "id": self.id,
            "name": self.name,
            "engine_version": self.engine_version,
            "plan": dict(self.plan),
            "attacks": [one._asdict() for one in self.attacks],
            "defenses": [one._asdict() for one in self.defenses],
            "standings": [one.to_dict() for one in self.standings],
            "ratings": {team: [one.to_dict() for one in ratings] for team, ratings in self.ratings.items()},
            "cells": [cell.to_dict_with_result() for cell in self.cells],
            "drops": [drop._asdict() for drop in self.drops],
            "failures": [failure._asdict() for failure in self.failures],
            "counts": self.counts._asdict(),
            "digest": self.digest,
            "replay": self.replay,
        }
