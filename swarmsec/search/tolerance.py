"""Map the tolerance of a defense, by share of attacked daemons and strength, and its guarantee's coverage."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from swarmsec.errors import SwarmsecError, UsageError
from swarmsec.runs import JobCache
from swarmsec.runs.guarantees import guarantees_before
from swarmsec.scenario import Scenario, load_scenario
from swarmsec.search.evaluator import ArmFigures, AttackEvaluator
from swarmsec.short_repr import short_repr
from swarmsec.swarm.arms import Arm
from swarmsec.teams import combine_guarantees

SHARES = (0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5)
STRENGTHS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)


class TolerancePoint(NamedTuple):
    """One point of the map.

    Attributes:
        share: The share of daemons that the attack targets.
        strength: The strength of the attack.
        attacked: Its damage without a defense, the mean over the seeds; None if it could not be run.
        defended: Its damage with the defense, minus the defense's cost without an attack.
        promised: Whether the defense's own guarantee covers it: inside, outside, not known, or none.
    """

    share: float
    strength: float
    attacked: float | None
    defended: float | None
    promised: str

    @property
    def prevented(self) -> float | None:
        """The share of the damage that the defense prevented; None if there is no damage to prevent."""
        if self.attacked is None or self.defended is None or self.attacked <= 0:
            return None
        return 1.0 - self.defended / self.attacked


class ToleranceMap(NamedTuple):
    """The tolerance of a scenario's defenses to one attack.

    Attributes:
        scenario: Its name.
        attack: The kind of the attack.
        unit: The unit of the damage.
        seeds: The seeds of every cell.
        shares: The rows.
        strengths: The columns.
        cells: Row by row.
    """

    scenario: str
    attack: str
    unit: str
    seeds: tuple[int, ...]
    shares: tuple[float, ...]
    strengths: tuple[float, ...]
    cells: tuple[TolerancePoint, ...]

    def __repr__(self) -> str:
        return short_repr(self)

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "schema": "swarmsec.tolerance/v1",
            **self._asdict(),
            "cells": [{**cell._asdict(), "prevented": cell.prevented} for cell in self.cells],
        }


def tolerance_map(
    scenario: Scenario,
    cache: JobCache[ArmFigures],
    attack: Mapping[str, Any] | None = None,
    *,
    shares: Sequence[float] = SHARES,
    strengths: Sequence[float] = STRENGTHS,
    seeds: Sequence[int] = (0, 1),
    each: Callable[[TolerancePoint], None] | None = None,
) -> ToleranceMap:
    """Vary the share of daemons that one attack targets, and its strength.

    The rules of engagement do not apply: the map also shows attacks that they forbid.

    Args:
        scenario: The defended swarm.
        cache: Runs the jobs; see `figures_cache`.
        attack: The attack, as a scenario writes it; the scenario's first one by default.
        shares: Above 0, at most 1.
        strengths: Above 0.
        seeds: The seeds of every cell.
        each: Called after each cell.

    Raises:
        UsageError: There is no attack or no defense, or a share or strength is out of range.
    """
    if not (attack or scenario.document["attacks"]) or not scenario.document["defenses"]:
        raise UsageError("a map needs an attack and a defense")
    if not all(0 < share <= 1 for share in shares) or not all(strength > 0 for strength in strengths):
        raise UsageError("shares are from above 0 to 1, and strengths above 0")
    free = load_scenario(scenario, settings={"rules.red": {}, "sweep": {}})
    attack = dict(attack or scenario.document["attacks"][0])
    attacked = AttackEvaluator(free, seeds, cache, arm=Arm.ATTACKED)
    defended = AttackEvaluator(free, seeds, cache, against=Arm.GUARDED)
    cells = []
    for share in shares:
        row = [[{**attack, "daemons": f"{100 * share:g}%", "strength": strength}] for strength in strengths]
        harms = zip(strengths, row, attacked.harms(row), defended.harms(row), strict=True)
        for strength, specs, without, with_defense in harms:
            cells.append(
                TolerancePoint(share, strength, without.amount, with_defense.amount, _promised(free, specs, seeds[0]))
            )
            if each:
                each(cells[-1])
    kind = str(attack["kind"])
    return ToleranceMap(scenario.name, kind, scenario.unit, tuple(seeds), tuple(shares), tuple(strengths), tuple(cells))


def _promised(scenario: Scenario, attacks: Sequence[Any], seed: int) -> str:
    """Whether the defenses' guarantees cover one cell, without a run."""
    try:
        return combine_guarantees(
            guarantees_before(load_scenario(scenario, attack=[dict(spec) for spec in attacks]).setup(seed))
        ).label
    except SwarmsecError:
        return "none"
