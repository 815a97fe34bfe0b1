"""Clip every signal to what was usual in peace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.aggregation import MAD_TO_DEVIATION
from swarmsec.teams import BlueView, Defense, Floats, Ge, Gt, Help, Surface, Unit, Vantage


@dataclass(kw_only=True)
class SignalClip(Defense):
    """A daemon clips its reading to center ± threshold robust deviations (median and 1.4826 MAD) of the `warm_up`.

    Winsorizing (Tukey 1962) against a frozen reference: it needs no neighbor, bounds what one lie can do, and knows
    nothing of a world that really changed. A lie inside the band passes whole. Promises a bound, not a recovery.
    """

    vantage = Vantage.LOCAL
    sees = Surface.SIGNAL

    threshold: Annotated[float, Gt(0), Unit("robust deviations"), Help("Half the width of the band.")] = 3.0
    warm_up: Annotated[int, Ge(1), Unit("rounds"), Help("Rounds in which it learns what is usual.")] = 200

    def begin(self, blue: BlueView) -> None:
        """Nothing is usual yet."""
        self._seen: list[Floats] = []
        self._center: Floats | float = 0.0
        self._width: Floats | float = np.inf

    def filter_signals(self, signals: Floats, blue: BlueView) -> Floats:
        """Clip every reading, once the warm-up is over."""
        if blue.round < self.warm_up:
            self._seen.append(signals.copy())
            return signals
        if self._seen:
            self._learn()
        low, high = self._center - self._width, self._center + self._width
        if (signals >= low).all() and (signals <= high).all():
            return signals
        return np.clip(signals, low, high)

    def _learn(self) -> None:
        """Freeze the band: one for all daemons, since a single daemon's warm-up is short."""
        seen = np.concatenate(self._seen)
        self._center = np.median(seen, axis=0)
        self._width = self.threshold * MAD_TO_DEVIATION * np.median(np.abs(seen - self._center), axis=0)
        self._seen = []
