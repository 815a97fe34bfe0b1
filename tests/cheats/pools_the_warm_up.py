"""Learn from all daemons what one daemon could not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.teams import BlueView, Defense, Floats, Ge, Help, Unit


@dataclass(kw_only=True)
class PoolsTheWarmUp(Defense):
    """Learn the center of the signals from all daemons.

    A daemon knows its own.
    """

    warm_up: Annotated[int, Ge(1), Unit("rounds"), Help("Rounds.")] = 16

    def begin(self, blue: BlueView) -> None:
        self._seen: list[Floats] = []

    def filter_signals(self, signals: Floats, blue: BlueView) -> Floats:
        if blue.round < self.warm_up:
            self._seen.append(signals.copy())
            return signals
        center = np.concatenate(self._seen).mean(axis=0)
        return np.clip(signals, center - 0.1, center + 0.1)
