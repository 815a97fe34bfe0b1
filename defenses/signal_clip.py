"""Clip every signal to what was usual in peace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.aggregation import MAD_TO_DEVIATION
from swarmsec.teams import BlueView, Defense, Floats, Ge, Gt, Guarantee, Help, Surface, ThreatCase, Unit, Vantage


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

    def guarantee(self, case: ThreatCase) -> Guarantee:
        """A bound on what a lie can do, for lies in the signals that begin after the band is frozen."""
        holds, why = True, "only signals are attacked, and the band is frozen by then"
        if case.surface & ~Surface.SIGNAL:
            holds, why = False, "clipping promises nothing but for lies in the signals"
        elif case.targets.size and case.start < self.warm_up:
            holds, why = False, f"the attack began in round {case.start}, in the warm-up of {self.warm_up} rounds"
        return Guarantee(
            holds,
            why,
            promise=f"no reading ends more than {self.threshold:g} deviations from the center of peace",
            assumption=f"lies in the signals alone, from round {self.warm_up} on, in any number of them",
            source="by construction: winsorizing against a frozen reference, Tukey 1962",
        )

    def _learn(self) -> None:
        """Freeze the band: one for all daemons, since a single daemon's warm-up is short."""
        seen = np.concatenate(self._seen)
        self._center = np.median(seen, axis=0)
        self._width = self.threshold * MAD_TO_DEVIATION * np.median(np.abs(seen - self._center), axis=0)
        self._seen = []
