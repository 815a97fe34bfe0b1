"""Hijack daemons, and send a false fitness, in any protocol that names such a column."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from swarmsec.teams import Attack, Channels, Help, RedView, Surface


@dataclass(kw_only=True)
class FalseFitness(Attack):
    """Send f ← scale · f + bias for every fitness, so that bad points look good; the points stay true.

    The lie is found by the protocol's own names of columns, as in `consensus_based_optimization` (fitness) and
    `evolution_strategy` (fitness_plus, fitness_minus). A negative scale reverses the order of points. A receiver that
    knows the objective can evaluate the point itself; one that trusts the number follows the liar. No paper is
    known for it.
    """

    surface = Surface.MESSAGE
    threats = ("T12", "T13")

    scale: Annotated[float, Help("The factor of the true fitness.")] = -1.0
    bias: Annotated[float, Help("The amount that is added.")] = 0.0
    columns: Annotated[list[str], Help("The columns that carry the lie; those that a message lacks are ignored.")] = (
        field(default_factory=lambda: ["fitness", "fitness_plus", "fitness_minus"])
    )

    def on_messages(self, channels: Channels, red: RedView) -> Channels:
        """Replace the named columns."""
        named = [name for name in self.columns if name in channels.columns]
        return channels.saying(**{name: self.scale * channels[name] + self.bias for name in named})
