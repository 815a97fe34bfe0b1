"""Clip every signal to its range in the warm-up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.immunity import WarmUp
from swarmsec.teams import BlueView, Defense, Floats, Ge, Gt, Guarantee, Help, Surface, ThreatCase, Unit, Vantage


@dataclass(kw_only=True)
class SignalClip(Defense):
    """A daemon clips its signal to center ± threshold · σ, the median and robust deviation of its own warm-up.

    σ = 1.4826 MAD of the daemon's signals in the `warm_up`: winsorizing (Tukey 1962) against a fixed reference. It
    needs no neighbor and bounds the effect of a false signal. A false signal inside the band is not changed, and the
    band does not follow a world that changes. Guarantee: a bound on signals, by construction.
    """

    vantage = Vantage.LOCAL
    sees = Surface.SIGNAL

    threshold: Annotated[float, Gt(0), Unit("robust deviations"), Help("Half the width of the band.")] = 3.0
    warm_up: Annotated[int, Ge(1), Unit("rounds"), Help("Rounds in which it measures center and deviation.")] = 200

    def begin(self, blue: BlueView) -> None:
        """Reset the observed signals and the band."""
        self._seen = WarmUp(self.warm_up)
        self._center: Floats | float = 0.0
        self._width: Floats | float = np.inf

    def filter_signals(self, signals: Floats, blue: BlueView) -> Floats:
        """Clip every signal, once the warm-up is over."""
        if blue.round < self.warm_up:
            self._seen.add(blue.round, signals)
            return signals
        if self._seen:
            self._center, deviation = self._seen.center_and_deviation()
            self._width = self.threshold * deviation
        low, high = self._center - self._width, self._center + self._width
        if (signals >= low).all() and (signals <= high).all():
            return signals
        return np.clip(signals, low, high)

    def guarantee(self, case: ThreatCase) -> Guarantee:
        """Holds if only signals are attacked, after the warm-up."""
        holds, why = True, "only signals are attacked, after the warm-up"
        if case.surface & ~Surface.SIGNAL:
            holds, why = False, "clipping has a guarantee against false signals only"
        elif case.targets.size and case.start < self.warm_up:
            holds, why = False, f"the attack began in round {case.start}, in the warm-up of {self.warm_up} rounds"
        return Guarantee(
            holds,
            why,
            promise=f"no clipped signal is more than {self.threshold:g} deviations from its own median in the warm-up",
            assumption=f"only signals are attacked, from round {self.warm_up} on, and any number of them",
            source="by construction: winsorizing against a fixed reference, Tukey 1962",
        )
