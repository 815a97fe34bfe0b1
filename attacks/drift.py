"""Shift the signals of some daemons a little more in every round."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from swarmsec.teams import Attack, Floats, Ge, Help, RedView, Surface, Unit


@dataclass(kw_only=True)
class Drift(Attack):
    """Add a ramp to the signal of every targeted daemon: s_i ← s_i + slope · min(t, rounds), t from 1 at the start.

    No step is larger than the slope, so that an alarm on steps, or a filter that follows the signal, does not notice
    it: a stealthy ramp in the sense of Mo and Sinopoli 2010. A test of sums, such as CUSUM, does in the end.
    """

    surface = Surface.SIGNAL
    threats = ("T6", "AML.T0099", "T0856")

    slope: Annotated[float, Unit("signal per round"), Help("How much the shift grows in a round.")] = -0.02
    rounds: Annotated[int | None, Ge(1), Unit("rounds"), Help("How long the shift grows; null: to the end.")] = None

    def on_signals(self, readings: Floats, red: RedView) -> Floats:
        """Shift the readings of the targets."""
        t = red.round - red.start + 1
        return readings + self.slope * min(t, self.rounds or t)
