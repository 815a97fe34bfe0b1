"""Replace a signal that is far from the median of the neighbors' signals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.aggregation import MAD_TO_DEVIATION
from swarmsec.immunity import WarmUp
from swarmsec.teams import (
    BlueView,
    Defense,
    Floats,
    Ge,
    Gt,
    Guarantee,
    Help,
    Surface,
    ThreatCase,
    Unit,
    Vantage,
    faulty_neighbors,
)


@dataclass(kw_only=True)
class MedianGate(Defense):
    """A daemon replaces its signal by the median of its neighbors' signals if it is far from that median.

    s_i ← m_i if |s_i − m_i| > threshold · max(σ_i, u_i), with m_i the neighbors' median, σ_i = 1.4826 MAD their robust
    deviation (Leys et al. 2013), and u_i = 1.4826 times the daemon's own median |s_i − m_i| over the `warm_up`, in
    which no signal is replaced. u_i is needed because a few signals may agree by chance. Guarantee: while less than
    half of a neighborhood is attacked, a signal ends near a median of honest ones. It cannot detect an equal shift of
    all signals. Neighbors tell their signals in one message a link and round.
    """

    vantage = Vantage.LOCAL
    sees = Surface.SIGNAL

    threshold: Annotated[
        float, Gt(0), Unit("robust deviations"), Help("The distance from the median above which a signal is replaced.")
    ] = 4.0
    warm_up: Annotated[int, Ge(0), Unit("rounds"), Help("Rounds in which it measures its usual distance.")] = 200

    def begin(self, blue: BlueView) -> None:
        """Reset the observed distances."""
        self._seen = WarmUp(self.warm_up)
        self._usual: Floats | float = 0.0

    def filter_signals(self, signals: Floats, blue: BlueView) -> Floats:
        """Replace outlying signals, once the warm-up is over."""
        median, spread = blue.neighborhoods.median_and_mad(signals)
        if blue.round < self.warm_up:
            self._seen.add(blue.round, np.abs(signals - median))
            return signals
        if self._seen:
            self._usual = MAD_TO_DEVIATION * self._seen.center_and_deviation()[0]
        outlying = np.abs(signals - median) > self.threshold * np.maximum(spread, self._usual)
        return np.where(outlying, median, signals) if outlying.any() else signals

    def guarantee(self, case: ThreatCase) -> Guarantee:
        """Holds if less than half of every neighborhood is attacked, and only in its signals."""
        holds, why = self._holds(case)
        return Guarantee(
            holds,
            why,
            promise=f"no filtered signal is more than {self.threshold:g} deviations from a median of honest signals",
            assumption=(
                f"only signals are attacked, from round {self.warm_up} on, and fewer than half in every neighborhood"
            ),
            source="breakdown point 1/2 of median and MAD: Donoho and Huber 1983; Rousseeuw and Croux, JASA 1993",
        )

    def _holds(self, case: ThreatCase) -> tuple[bool, str]:
        """Whether the case meets the assumption, and the reason."""
        if case.surface & ~Surface.SIGNAL:
            return False, "the gate has a guarantee against false signals only"
        if case.targets.size and case.start < self.warm_up:
            return False, f"the attack began in round {case.start}, in the warm-up of {self.warm_up} rounds"
        neighbors = np.maximum(case.network.degrees, 1)
        lying = int((2 * faulty_neighbors(case.network, case.targets) >= neighbors).sum())
        if lying:
            return False, f"{lying:,} of {case.network.n:,} neighborhoods have a lying majority"
        return True, "more than half of every neighborhood is honest"
