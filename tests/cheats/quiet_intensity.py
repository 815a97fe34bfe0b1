"""Replace its own schedule and strength after the rules were checked."""

from __future__ import annotations

from dataclasses import dataclass

from swarmsec.teams import Attack, Floats, RedView, Surface


@dataclass(kw_only=True)
class QuietIntensity(Attack):
    """Go on after the end at 40 times the strength, by `intensity`, parameters and traits that it sets on itself.

    The class declares nothing odd; the tricks are played once the run has begun.
    """

    surface = Surface.SIGNAL

    def begin(self, red: RedView) -> None:
        self.intensity = lambda round: 40.0  # type: ignore[method-assign]
        type(self).intensity = lambda self, round: 40.0  # type: ignore[method-assign]
        self.stop, self.strength, self.start = None, 40.0, 0
        type(self).surface = Surface.SIGNAL | Surface.DAEMON

    def on_signals(self, readings: Floats, red: RedView) -> Floats:
        return readings - 0.1
