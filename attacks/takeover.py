"""Take over the daemons that the team has hijacked, once they are enough, and lie within what is usual."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.teams import Attack, Floats, Ge, Help, RedView, Surface, Unit


@dataclass(kw_only=True)
class Takeover(Attack):
    """Hold x = μ − z σ for all daemons of the team, from the round in which it holds `enough`; be honest before.

    μ and σ are what reconnaissance wrote to the board as `usual_mean` and `usual_deviation`; without it, mean and
    deviation of what the daemons would hold now if they were honest, as ALIE does it (Baruch, Baruch and Goldberg,
    NeurIPS 2019). A lie that the swarm has seen from honest daemons is no outlier for a detector that learned from
    them. Access is handed over: the daemons are those of earlier attacks such as `hijack`, which cost nothing more.
    The last attack of a scenario that writes a daemon decides, so it stands behind them.
    """

    surface = Surface.DAEMON
    threats = ("T12", "T13", "T1078", "T1565")

    enough: Annotated[int, Ge(1), Unit("daemons"), Help("How many the team must hold before the lie begins.")] = 1
    z: Annotated[float, Unit("deviations"), Help("The distance of the lie below the mean.")] = 1.5

    def begin(self, red: RedView) -> None:
        """The lie has not begun."""
        self._lies = False

    def on_round(self, red: RedView) -> None:
        """Take over all daemons of the team once they are enough, and in each later round those that joined them."""
        if red.strength > 0 and (self._lies or len(red.held) >= self.enough):
            taken = red.hijack(red.held)
            if not self._lies:
                red.note("taken_over", len(taken))
            self._lies = True

    def on_daemons(self, state: Floats, red: RedView) -> Floats:
        """Write the same value for all daemons."""
        if not self._lies:
            return state
        mean = red.board.get("usual_mean", state.mean(axis=0))
        deviation = red.board.get("usual_deviation", state.std(axis=0))
        return np.broadcast_to(mean - self.z * deviation, state.shape)
