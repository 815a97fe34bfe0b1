"""Whose doing it was: the damage divided among the attacks, and what was prevented among the defenses.

Each division is a Shapley value (Shapley 1953; see `shapley`) of a game that is played on paired bills, seed by seed:

    attacks    v(S) = bill(attacks S, no defense) − bill(clean)                   in all: the damage
    defenses   v(S) = bill(attacked) − bill(all attacks, defenses S)              in all: what was prevented
    left       v(S) = bill(attacks S, all defenses) − bill(guarded)               in all: what the defenses let through
    peace      v(S) = bill(defenses S, no attack) − bill(clean)                   in all: the autoimmune cost

Who is not in S is left out as `changes.without` does it, so that everybody else draws the same numbers. Shares add up
to the total exactly: in every seed, and so in their means.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any, Literal, NamedTuple

import numpy as np

from swarmsec.arrays import Floats
from swarmsec.errors import UsageError
from swarmsec.replay.changes import without
from swarmsec.replay.run_bills import Advanced, Bills, run_bills
from swarmsec.replay.shapley import EXACT_MOST, Coalition, Value, coalitions, marginals, met, orders, shapley
from swarmsec.rng import stream
from swarmsec.runs.executors import Executor
from swarmsec.runs.jobs import Job, job
from swarmsec.scenario import Scenario
from swarmsec.scoring import Interval
from swarmsec.scoring.intervals import of_mean
from swarmsec.swarm.arms import Arm

ORDERS = 50
"""How many orders are drawn of more than 6 plug-ins, unless told otherwise."""


Divided = Literal["damage", "left", "prevented", "cost_in_peace"]
"""What is divided."""


class Share(NamedTuple):
    """What is put down to one plug-in.

    Attributes:
        place: Where it stands, counted from 0.
        kind: Its kind.
        name: Its name in the scenario; empty if it has none.
        values: (k,) its share, one a seed.
        share: Their mean, with its interval over seeds.
        drawn: The same with its interval over the drawn orders; None where all were counted.
    """

    place: int
    kind: str
    name: str
    values: Floats
    share: Interval
    drawn: Interval | None


class Division(NamedTuple):
    """A total, and whose doing it was.

    Attributes:
        of: What is divided.
        totals: (k,) the total, one a seed.
        total: Their mean, with its interval over seeds.
        shares: One a plug-in, in the order of the scenario.
        orders: How many orders were drawn; None where all were counted.
    """

    of: Divided
    totals: Floats
    total: Interval
    shares: tuple[Share, ...]
    orders: int | None

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "total": self.total.to_dict(),
            "totals": self.totals.tolist(),
            "orders_drawn": self.orders,
            "shares": [
                {
                    "place": one.place,
                    "kind": one.kind,
                    "name": one.name,
                    "share": one.share.to_dict(),
                    "over_orders": one.drawn.to_dict() if one.drawn else None,
                    "values": one.values.tolist(),
                }
                for one in self.shares
            ],
        }


@dataclass(frozen=True, eq=False)
class Attribution:
    """All divisions that there are: none of defenses where nobody defends, none of damage where nobody attacks.

    Attributes:
        seeds: The seeds, in the order of all values.
        unit: Of the bill.
        divisions: By what is divided.
    """

    seeds: tuple[int, ...]
    unit: str
    divisions: Mapping[str, Division]

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "seeds": list(self.seeds),
            "unit": self.unit,
            "divisions": {name: division.to_dict() for name, division in self.divisions.items()},
        }


def attribute(
    scenario: Scenario,
    *,
    seeds: Sequence[int],
    arms: Sequence[Arm],
    executor: Executor,
    orders_drawn: int = ORDERS,
    advanced: Advanced | None = None,
) -> Attribution:
    """Divide the damage among the attacks, and what was prevented and the cost in peace among the defenses.

    Args:
        scenario: What happened.
        seeds: With which seeds.
        arms: Which arms can be played; a game that needs another one is left out.
        executor: Who plays.
        orders_drawn: How many orders are drawn of more than 6 plug-ins; at least 2.
        advanced: Called as jobs end.

    Raises:
        UsageError: Nobody attacks or defends.
        PluginError: A plug-in breaks its contract.
    """
    games = [game for game in _games(scenario, orders_drawn) if set(game.arms) <= set(arms)]
    if not games:
        raise UsageError("nobody attacks or defends in this run; there is nothing to attribute")
    jobs = {game.of: game.jobs(scenario, seeds) for game in games}
    bills = run_bills([one for played in jobs.values() for one in played.values()], executor, advanced)
    divisions: dict[str, Division] = {game.of: _division(game, scenario, seeds, jobs[game.of], bills) for game in games}
    return Attribution(tuple(seeds), bills.unit, divisions)


_Jobs = Mapping[tuple[Coalition, int], Job]


class _Game(NamedTuple):
    """What is divided among whom, and how a coalition's bill is found.

    Attributes:
        of: What is divided.
        team: The key of its members in a scenario.
        nobody: The arm in which none of them plays.
        all: The arm in which they do.
        sign: 1 where a higher bill is more of it, -1 where it is less.
        members: How many there are.
        drawn: The orders that are drawn; None where all are counted.
    """

    of: Divided
    team: Literal["attacks", "defenses"]
    nobody: Arm
    all: Arm
    sign: int
    members: int
    drawn: Sequence[Sequence[int]] | None

    @property
    def arms(self) -> tuple[Arm, Arm]:
        """The arms that it is played on."""
        return self.nobody, self.all

    @property
    def coalitions(self) -> list[Coalition]:
        """Those whose bills are asked for."""
        return coalitions(self.members) if self.drawn is None else met(self.drawn)

    def jobs(self, scenario: Scenario, seeds: Sequence[int]) -> _Jobs:
        """(coalition, seed) → what is to be played."""
        everybody = frozenset(range(self.members))
        found: dict[tuple[Coalition, int], Job] = {}
        for some in self.coalitions:
            there = without(scenario, **{self.team: everybody - some}) if some else scenario
            arm = self.all if some else self.nobody
            found |= {(some, seed): job(there, seed, arm) for seed in seeds}
        return found


def _games(scenario: Scenario, drawn: int) -> list[_Game]:
    if drawn < 2:
        raise UsageError(f"{drawn} given; must be at least 2", where="--orders")

    def game(of: Any, team: Any, nobody: Arm, all: Arm, sign: int) -> _Game:
        members = len(scenario.document[team])
        rng = stream(int(scenario.document["root_seed"]), scenario.name, 0, f"attribution/{team}")
        return _Game(
            of, team, nobody, all, sign, members, orders(members, drawn, rng) if members > EXACT_MOST else None
        )

    games = [
        game("damage", "attacks", Arm.CLEAN, Arm.ATTACKED, 1),
        game("left", "attacks", Arm.GUARDED, Arm.DEFENDED, 1),
        game("prevented", "defenses", Arm.ATTACKED, Arm.DEFENDED, -1),
        game("cost_in_peace", "defenses", Arm.CLEAN, Arm.GUARDED, 1),
    ]
    both = scenario.document["attacks"] and scenario.document["defenses"]
    return [one for one in games if one.members and (both or one.of not in {"left", "prevented"})]


def _division(game: _Game, scenario: Scenario, seeds: Sequence[int], jobs: _Jobs, bills: Bills) -> Division:
    by_seed = [_shares(game, partial(_value, game, jobs, bills, seed)) for seed in seeds]
    values = np.array([[float(sum(share) / len(share)) for share in shares] for shares in by_seed])
    drawn = [_over_orders([shares[one] for shares in by_seed]) if game.drawn else None for one in range(game.members)]
    everybody = frozenset(range(game.members))
    totals = np.array([_value(game, jobs, bills, seed, everybody) for seed in seeds])
    specs = scenario.document[game.team]
    return Division(
        of=game.of,
        totals=totals,
        total=of_mean(totals),
        shares=tuple(
            Share(place, spec["kind"], str(spec.get("name", "")), values[:, place], of_mean(values[:, place]), over)
            for place, (spec, over) in enumerate(zip(specs, drawn, strict=True))
        ),
        orders=None if game.drawn is None else len(game.drawn),
    )


def _shares(game: _Game, value: Value) -> list[list[Fraction]]:
    """By member: its share by every order that was drawn, or the one share that all orders give."""
    if game.drawn is None:
        return [[share] for share in shapley(game.members, value)]
    by_order = [marginals(order, value) for order in game.drawn]
    return [list(one) for one in zip(*by_order, strict=True)]


def _over_orders(shares: Sequence[Sequence[Fraction]]) -> Interval:
    """The mean share of a member, with its interval over the orders that were drawn; (seeds, orders) shares."""
    return of_mean(np.array([float(sum(each) / len(shares)) for each in zip(*shares, strict=True)]))


def _value(game: _Game, jobs: _Jobs, bills: Bills, seed: int, some: Coalition) -> float:
    """What a coalition achieves in a seed: how far it moves the bill from where nobody of them leaves it."""
    bill, alone = (float(bills.of[jobs[who, seed].id][-1]) for who in (some, frozenset()))
    return game.sign * (bill - alone)
