"""The input of a deep rule besides the scenario: the damages of the arms that were run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from swarmsec.scoring import Result

WEAK, FAINT = 0.5, 1e-4
"""Factors of the attack's strength: whether a weaker attack does less damage, and whether a tiny one does any."""


@dataclass(frozen=True, eq=False)
class Outcomes:
    """Mean damages over the seeds.

    Attributes:
        result: The scenario's own four arms, scored.
        lineups: By name of the defenses (`none`, `own`, a null, `without defenses[0]`): damage with and without the
            attack.
        weaker: By factor of the strength: the damage of the attack without a defense.
    """

    result: Result
    lineups: Mapping[str, tuple[float, float]]
    weaker: Mapping[float, float]

    @property
    def damage(self) -> float:
        """The attack's damage to an undefended swarm."""
        return self.result.damage["attacked"].mean

    @property
    def active(self) -> Mapping[str, tuple[float, float]]:
        """The lineups without the nulls that stand still."""
        from swarmsec.runs.runner import STILL  # Not above: it imports Mesa, which a list of rules does not need.

        return {name: damages for name, damages in self.lineups.items() if name not in STILL}

    def limited(self, lineup: str) -> float:
        """The share of the damage that some defenses prevent, net of what they break themselves: DL."""
        return 1.0 - self.lineups[lineup][0] / self.damage

    def price(self, lineup: str) -> float:
        """The cost of some defenses without an attack, as a share of the attack's damage."""
        return self.lineups[lineup][1] / self.damage

    def in_unit(self, amount: float) -> str:
        """An amount with the unit of damage."""
        return f"{amount:,.4g} {self.result.unit}"
