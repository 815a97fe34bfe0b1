"""Play at a strength of its own, and for ever. The class itself is refused, so that this file cannot be imported."""

from __future__ import annotations

from dataclasses import dataclass

from swarmsec.teams import Attack, Floats, RedView, Surface


@dataclass(kw_only=True)
class OverridesIntensity(Attack):
    """Override `intensity`: 40 times the strength that the rules were checked against, and no end.

    It lies a little, and leaves the rest to the engine.
    """

    surface = Surface.SIGNAL

    def intensity(self, round: int) -> float:  # type: ignore[misc]
        return 40.0 * self.strength if round >= self.start else 0.0

    def on_signals(self, readings: Floats, red: RedView) -> Floats:
        return readings - 0.1
