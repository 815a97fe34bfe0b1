"""Let a decision change by no more than what the daemon observed changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.immunity import limit_change
from swarmsec.teams import BlueView, Floats, Ge, Governor, Help, Unit


@dataclass(kw_only=True)
class GainCap(Governor):
    """A decision differs from its value `window` rounds ago by at most slack + gain · the change of the own signal.

    |x_t − x_{t−w}| ≤ slack + gain · |s̄_t − s̄_{t−w}|, where s̄ is the mean of the signals of w rounds, and the change is
    that of the component that changed most. A bound on the gain from input to output keeps a loop of controllers stable
    (small-gain theorem: Zames, IEEE Transactions on Automatic Control 11, 1966). It stops what a daemon does for no
    reason of its own: a hijacked daemon at the gateway, or an honest one that its neighbors persuaded. It stops no
    false signal, and where signals are constant, as in a noiseless negotiation, decisions hardly move.
    """

    gain: Annotated[float, Ge(0), Unit("decision per signal"), Help("The largest gain from signal to decision.")] = 1.0
    slack: Annotated[float, Ge(0), Unit("decision"), Help("The change that is allowed in any case.")] = 0.1
    window: Annotated[int, Ge(1), Unit("rounds"), Help("The rounds in which changes are compared.")] = 20

    def begin(self, blue: BlueView) -> None:
        """Nothing was observed or decided."""
        self._signals: list[Floats] = []
        self._decided: list[Floats] = []

    def filter_signals(self, signals: Floats, blue: BlueView) -> Floats:
        """Note the signals of two windows."""
        self._signals = [*self._signals[1 - 2 * self.window :], np.array(signals)]
        return signals

    def govern(self, decisions: Floats, blue: BlueView) -> Floats:
        """Limit the change since a window ago."""
        if self._decided:
            w = self.window
            now, before = np.mean(self._signals[-w:], axis=0), np.mean(self._signals[:w], axis=0)
            largest = self.slack + self.gain * np.abs(now - before).max(axis=1)
            decisions = limit_change(decisions, self._decided[0], largest)
        self._decided = [*self._decided[1 - self.window :], np.array(decisions)]
        return decisions
