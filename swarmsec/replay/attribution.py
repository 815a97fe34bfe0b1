"""Attribution: the damage divided among the attacks, the prevented damage among the defenses.

Each division is the Shapley value (Shapley 1953; see `shapley`) of a game on paired bills, seed by seed:

    attacks    v(S) = bill(attacks S, no defense) − bill(clean)                   total: the damage
    defenses   v(S) = bill(attacked) − bill(all attacks, defenses S)              total: the prevented damage
    left       v(S) = bill(attacks S, all defenses) − bill(guarded)               total: the remaining damage
    peace      v(S) = bill(defenses S, no attack) − bill(clean)                   total: the autoimmune cost

Plug-ins outside S are left out by `changes.without`, so that all others draw the same random numbers. Shares add up to
the total exactly, in every seed and so in their means.
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
from swarmsec.replay.shapley import (
    EXACT_MOST,
    Coalition,
    Value,
    coalitions,
    marginals,
    orders,
    prefix_coalitions,
    shapley,
)
from swarmsec.rng import stream
from swarmsec.runs.executors import Executor
from swarmsec.runs.jobs import Job, job
from swarmsec.scenario import Scenario
from swarmsec.scoring import Interval
from swarmsec.scoring.intervals import of_mean
from swarmsec.swarm.arms import Arm

ORDERS = 50
"""The default number of sampled orders, for more than 6 plug-ins."""


Divided = Literal["damage", "left", "prevented", "cost_in_peace"]
"""The amounts that are divided."""


class Share(NamedTuple):
    """The share of one plug-in.

    Attributes:
        place: Its place in the scenario, from 0.
        kind: Its kind.
        name: Its name in the scenario; empty if it has none.
        values: (k,) its share in each seed.
        share: The mean, with its interval over seeds.
        drawn: The mean with its interval over sampled orders; None if all orders were counted.
    """

    place: int
    kind: str
    name: str
    values: Floats
    share: Interval
    drawn: Interval | None


class Division(NamedTuple):
    """A total and its shares.

    Attributes:
        of: The divided amount.
        totals: (k,) the total of each seed.
        total: The mean, with its interval over seeds.
        shares: The share of each plug-in, in the order of the scenario.
        orders: The number of sampled orders; None if all orders were counted.
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
    """All divisions; a scenario without defenses or attacks lacks the divisions among them.

    Attributes:
        seeds: The seeds, in the order of all values.
        unit: The unit of the bill.
        divisions: The divisions by the divided amount.
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
    """Divide the damage among the attacks, the prevented damage and the autoimmune cost among the defenses.

    Args:
        scenario: The scenario that was run.
        seeds: Its seeds.
        arms: The available arms; a game that needs another arm is left out.
        executor: Runs the jobs.
        orders_drawn: The number of sampled orders for more than 6 plug-ins; at least 2.
        advanced: Called after each job.

    Raises:
        UsageError: There is no attack and no defense.
        PluginError: A plug-in breaks its contract.
    """
    games = [game for game in _games(scenario, orders_drawn) if set(game.arms) <= set(arms)]
    if not games:
        raise UsageError("this run has no attack and no defense; there is nothing to attribute")
    jobs = {game.of: game.jobs(scenario, seeds) for game in games}
    bills = run_bills([one for of_game in jobs.values() for one in of_game.values()], executor, advanced)
    divisions: dict[str, Division] = {game.of: _division(game, scenario, seeds, jobs[game.of], bills) for game in games}
    return Attribution(tuple(seeds), bills.unit, divisions)


_Jobs = Mapping[tuple[Coalition, int], Job]


class _Game(NamedTuple):
    """A game: the divided amount, its members, and the bills of coalitions.

    Attributes:
        of: The divided amount.
        team: The key of its members in a scenario.
        empty_arm: The arm without any member.
        full_arm: The arm with all members.
        sign: 1 if the amount rises with the bill, -1 if it falls.
        members: The number of members.
        drawn: The sampled orders; None if all orders are counted.
    """

    of: Divided
    team: Literal["attacks", "defenses"]
    empty_arm: Arm
    full_arm: Arm
    sign: int
    members: int
    drawn: Sequence[Sequence[int]] | None

    @property
    def arms(self) -> tuple[Arm, Arm]:
        """The two arms of the game."""
        return self.empty_arm, self.full_arm

    @property
    def coalitions(self) -> list[Coalition]:
        """The coalitions whose bills are needed."""
        return coalitions(self.members) if self.drawn is None else prefix_coalitions(self.drawn)

    def jobs(self, scenario: Scenario, seeds: Sequence[int]) -> _Jobs:
        """(coalition, seed) → job."""
        all_members = frozenset(range(self.members))
        found: dict[tuple[Coalition, int], Job] = {}
        for some in self.coalitions:
            there = without(scenario, **{self.team: all_members - some}) if some else scenario
            arm = self.full_arm if some else self.empty_arm
            found |= {(some, seed): job(there, seed, arm) for seed in seeds}
        return found


def _games(scenario: Scenario, drawn: int) -> list[_Game]:
    if drawn < 2:
        raise UsageError(f"{drawn} given; must be at least 2", where="--orders")

    def game(of: Any, team: Any, empty_arm: Arm, full_arm: Arm, sign: int) -> _Game:
        members = len(scenario.document[team])
        rng = stream(int(scenario.document["root_seed"]), scenario.name, 0, f"attribution/{team}")
        return _Game(
            of, team, empty_arm, full_arm, sign, members, orders(members, drawn, rng) if members > EXACT_MOST else None
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
    by_seed = [_shares(game, partial(_coalition_value, game, jobs, bills, seed)) for seed in seeds]
    values = np.array([[float(sum(share) / len(share)) for share in shares] for shares in by_seed])
    drawn = [_over_orders([shares[one] for shares in by_seed]) if game.drawn else None for one in range(game.members)]
    all_members = frozenset(range(game.members))
    totals = np.array([_coalition_value(game, jobs, bills, seed, all_members) for seed in seeds])
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
    """By member: its share in each sampled order, or its one exact share."""
    if game.drawn is None:
        return [[share] for share in shapley(game.members, value)]
    by_order = [marginals(order, value) for order in game.drawn]
    return [list(one) for one in zip(*by_order, strict=True)]


def _over_orders(shares: Sequence[Sequence[Fraction]]) -> Interval:
    """The mean share of a member, with its interval over the sampled orders; (seeds, orders) shares."""
    return of_mean(np.array([float(sum(each) / len(shares)) for each in zip(*shares, strict=True)]))


def _coalition_value(game: _Game, jobs: _Jobs, bills: Bills, seed: int, some: Coalition) -> float:
    """The value of a coalition in a seed: its bill minus that of the empty coalition, times the sign."""
    bill, alone = (float(bills.of[jobs[who, seed].id][-1]) for who in (some, frozenset()))
    return game.sign * (bill - alone)
