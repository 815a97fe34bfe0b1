"""Keep the last arm's readings in the module, and lie more in the arm that finds them."""

from __future__ import annotations

from dataclasses import dataclass

from swarmsec.teams import Attack, Floats, RedView, Surface

TAPE: dict[int, dict[int, Floats]] = {}


@dataclass(kw_only=True)
class Memory(Attack):
    """Lie six times as much where an arm that was run before has told what the next round brings.

    The dictionary is in the module, so that it could outlive an arm, and the order of arms would show.
    """

    surface = Surface.SIGNAL

    def begin(self, red: RedView) -> None:
        self._told = TAPE.setdefault(red.n, {})

    def on_signals(self, readings: Floats, red: RedView) -> Floats:
        known = red.round + 1 in self._told
        self._told[red.round] = readings.copy()
        return readings - (9.0 if known else 1.5)
