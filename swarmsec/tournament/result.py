"""What a tournament came to, as plain data: what the terminal, the HTML report and `--json` are all made from.

Figures of damage are in the scenario's own unit and paired over seeds. Every label is canonical: a kind and those of
its parameters that are not at their defaults, as `--attack` and `--defense` take them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from swarmsec.scoring import Interval, Result

SCHEMA = "swarmsec.tournament/v1"

CellStatus = Literal["done", "partial", "failed", "dropped", "missing"]
"""All seeds scored; some of them, since runs failed; none, since runs failed; left by halving; not played yet."""


class Contestant(NamedTuple):
    """An attack or a defense that takes part.

    Attributes:
        label: Its canonical name: `false_signal:bias=-3`; several plug-ins that play as one are joined by ` + `.
        name: A short name for tables: the kinds alone, where no other contestant of its team has the same.
        team: `red` or `blue`.
        null: Whether it is a yardstick (`none`, `random_quarantine`, `quarantine_all`, `oracle`) and no candidate.
        vantage: What it may see: `local`, `gossip`, `monitor` or `oracle`; empty for an attack.
    """

    label: str
    name: str
    team: Literal["red", "blue"]
    null: bool = False
    vantage: str = ""


class Cell(NamedTuple):
    """One attack against one defense in one scenario.

    Attributes:
        scenario: The scenario's name.
        attack: The attack's label.
        defense: The defense's label.
        status: How much of it was scored.
        seeds: The seeds that were scored: those of which all four arms were played.
        failed: How many of its runs failed.
        result: The score over those seeds, without traces; only `bill`, `messages` and `bytes` among its metrics. None
            if no seed was scored.
    """

    scenario: str
    attack: str
    defense: str
    status: CellStatus
    seeds: tuple[int, ...]
    failed: int
    result: Result | None

    def to_dict(self) -> dict[str, Any]:
        """As plain data, without what was measured with a clock."""
        scored = self.result.to_dict(times=False) if self.result else None
        return {**self._asdict(), "seeds": list(self.seeds), "result": scored}


class WorstCase(NamedTuple):
    """What a defense lets happen where it does worst.

    Attributes:
        defense: Its label.
        attack: The attack that harms it most, by mean damage.
        damage: The damage there, its own price included.
        regret: That, less the worst case of the best candidate, seed by seed; None of the best one itself.
    """

    defense: str
    attack: str
    damage: Interval
    regret: Interval | None

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {**self._asdict(), "damage": self.damage.to_dict(), "regret": _plain(self.regret)}


class Nash(NamedTuple):
    """The mixed equilibrium of the game in which red picks an attack and blue a defense, and the damage is the stake.

    Attributes:
        value: The damage that neither team can better by itself.
        red: Attack → the probability with which red plays it; those of probability 0 are left out.
        blue: Defense → the probability with which blue plays it; candidates only.
        pure: Whether it is a saddle point, so that nobody needs to mix.
    """

    value: float
    red: Mapping[str, float]
    blue: Mapping[str, float]
    pure: bool

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {**self._asdict(), "red": dict(self.red), "blue": dict(self.blue)}


class Upset(NamedTuple):
    """A candidate that does worse, in its worst case, than something plainer does in its own.

    Plainer is a null that is not told the truth; and a candidate that sees less, or as much with fewer messages.

    Attributes:
        loser: The candidate's label.
        winner: The label of what does better: the simplest null that does, or else the best candidate.
        by: How much more damage the loser leaves, seed by seed; the whole interval is above 0.
        null: Whether the winner is a null.
    """

    loser: str
    winner: str
    by: Interval
    null: bool

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {**self._asdict(), "by": self.by.to_dict()}


@dataclass(frozen=True)
class Standing:
    """How things stand in one scenario.

    Attributes:
        scenario: Its name.
        title: Its name for people.
        unit: Of damage.
        attacks: The labels of the rows.
        defenses: The labels of the columns, candidates before nulls.
        bites: For each row, whether the attack bites.
        undefended: For each row, damage(attacked); None where it was not scored.
        damage: [row][column]: damage(defended).
        damage_limited: [row][column]: the share that was prevented; None also where the attack does not bite.
        autoimmune: For each column, damage(guarded).
        worst_case: Defenses with a whole column, the best first.
        best: The candidate with the least damage in its worst case; None if none was scored whole.
        lead: By how much it leads the next candidate: a difference of damage, at least 0 in the mean; None if alone.
        nash: The equilibrium over whole rows and candidates' whole columns; None where there are none.
        upsets: Where a candidate loses to something plainer, the largest first.
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

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "scenario": self.scenario,
            "title": self.title,
            "unit": self.unit,
            "attacks": list(self.attacks),
            "defenses": list(self.defenses),
            "bites": list(self.bites),
            "undefended": [_plain(one) for one in self.undefended],
            "damage": [[_plain(one) for one in row] for row in self.damage],
            "damage_limited": [[_plain(one) for one in row] for row in self.damage_limited],
            "autoimmune": [_plain(one) for one in self.autoimmune],
            "worst_case": [one.to_dict() for one in self.worst_case],
            "best": self.best,
            "lead": _plain(self.lead),
            "nash": self.nash.to_dict() if self.nash else None,
            "upsets": [one.to_dict() for one in self.upsets],
        }


class Rating(NamedTuple):
    """A contestant's Bradley–Terry strength on Elo's scale: 1500 is the average of its team.

    Attributes:
        label: Whose.
        points: The rating with its 95% interval over seeds; 400 points more are odds of ten to one.
        wins: Comparisons won: against the same rival, scenario and seed, less damage (blue) or more of it (red).
        losses: Comparisons lost.
        ties: Comparisons with equal damage.
    """

    label: str
    points: Interval
    wins: int
    losses: int
    ties: int

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {**self._asdict(), "points": self.points.to_dict()}


class Failure(NamedTuple):
    """A run that came to nothing.

    Attributes:
        run: Its id.
        scenario: The scenario's name.
        attack: The attack's label; empty in an arm without it.
        defense: The defense's label; empty in an arm without it.
        seed: Which seed.
        arm: Which arm.
        status: `failed`, `crashed` or `timed_out`.
        error: What went wrong, in one line.
    """

    run: str
    scenario: str
    attack: str
    defense: str
    seed: int
    arm: str
    status: str
    error: str


class Drop(NamedTuple):
    """A defense that successive halving dropped.

    Attributes:
        rung: In which bracket, counted from 1.
        seeds: How many seeds it had been played with.
        defense: Its label.
        left: The share of the undefended worst case that it had left, in the mean over scenarios; None if not scored.
    """

    rung: int
    seeds: int
    defense: str
    left: float | None


class Counts(NamedTuple):
    """How many different runs there are: planned in all, done, failed, and left to play."""

    planned: int
    done: int
    failed: int
    left: int


@dataclass(frozen=True)
class TournamentResult:
    """A tournament's outcome; `to_dict` is the form that is printed and stored.

    Attributes:
        id: SHA-256 of the plan: equal for equal plans.
        name: What it is called.
        engine_version: Of swarmsec.
        plan: What was to be played: scenarios, attacks, defenses, seeds, nulls, halving.
        attacks: Red's contestants.
        defenses: Blue's contestants, candidates before nulls.
        cells: Every attack against every defense in every scenario.
        standings: One a scenario, in the plan's order.
        ratings: Team → its contestants, the strongest first.
        drops: Whom halving dropped, in order; empty without halving.
        failures: Every run that came to nothing.
        counts: Runs planned, done, failed and left.
        digest: The store's digest of all that was recorded: equal for equal tournaments, however they were executed.
        replay: The command line that repeats it.
        store: The file that keeps its runs.
    """

    id: str
    name: str
    engine_version: str
    plan: Mapping[str, Any]
    attacks: tuple[Contestant, ...]
    defenses: tuple[Contestant, ...]
    cells: tuple[Cell, ...]
    standings: tuple[Standing, ...]
    ratings: Mapping[str, Sequence[Rating]]
    drops: tuple[Drop, ...]
    failures: tuple[Failure, ...]
    counts: Counts
    digest: str
    replay: str
    store: str

    @property
    def bites(self) -> bool:
        """Whether any attack bites anywhere."""
        return any(any(standing.bites) for standing in self.standings)

    def to_dict(self) -> dict[str, Any]:
        """The outcome as plain data, the same for the same plan, however it was executed."""
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
            "cells": [cell.to_dict() for cell in self.cells],
            "drops": [drop._asdict() for drop in self.drops],
            "failures": [failure._asdict() for failure in self.failures],
            "counts": self.counts._asdict(),
            "digest": self.digest,
            "replay": self.replay,
        }


def _plain(interval: Interval | None) -> dict[str, float | None] | None:
    return interval.to_dict() if interval else None
