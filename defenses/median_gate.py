"""Replace a signal that its neighborhood's median does not bear out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

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
    """A daemon drops its own reading when it lies far from the median of its neighbors' readings, and takes the median.

    Far is more than `threshold` robust deviations (1.4826 MAD; Leys et al. 2013). The deviation is the neighborhood's
    own of this round, but never less than what is usual: the median of them all over the `warm_up`, in which the gate
    only looks. Neighborhoods are small, and a few readings agree by chance. Holds while fewer than half of a
    neighborhood lies; blind when all do, and to a shift of every feed.
    """

    vantage = Vantage.LOCAL
    sees = Surface.SIGNAL

    threshold: Annotated[float, Gt(0), Unit("robust deviations"), Help("How far is too far.")] = 4.0
    warm_up: Annotated[int, Ge(0), Unit("rounds"), Help("Rounds in which it learns what spread is usual.")] = 200

    def begin(self, blue: BlueView) -> None:
        """Nothing is usual yet."""
        self._seen: list[Floats] = []
        self._usual: Floats | float = 0.0

    def filter_signals(self, signals: Floats, blue: BlueView) -> Floats:
        """Gate every reading, once the warm-up is over."""
        median, spread = blue.neighborhoods.median_and_mad(signals)
        if blue.round < self.warm_up:
            self._seen.append(np.median(spread, axis=0))
            return signals
        if self._seen:
            self._usual, self._seen = np.median(self._seen, axis=0), []
        outlying = np.abs(signals - median) > self.threshold * np.maximum(spread, self._usual)
        return np.where(outlying, median, signals) if outlying.any() else signals

    def guarantee(self, case: ThreatCase) -> Guarantee:
        """Holds where fewer than half of every neighborhood was attacked, and only in its signals."""
        holds, why = self._holds(case)
        return Guarantee(
            holds,
            why,
            promise=f"no reading ends more than {self.threshold:g} deviations from a median of honest readings",
            assumption=(
                f"lies in the signals alone, from round {self.warm_up} on, in fewer than half of every neighborhood"
            ),
            source="breakdown point 1/2 of median and MAD: Donoho and Huber 1983; Rousseeuw and Croux, JASA 1993",
        )

    def _holds(self, case: ThreatCase) -> tuple[bool, str]:
        """Whether its assumption is met, and what of it is not."""
        if case.surface & ~Surface.SIGNAL:
            return False, "the gate promises nothing but for lies in the signals"
        if case.targets.size and case.start < self.warm_up:
            return False, f"the attack began in round {case.start}, in the warm-up of {self.warm_up} rounds"
        heard = np.maximum(case.network.degrees, 1)
        lying = int((2 * faulty_neighbors(case.network, case.targets) >= heard).sum())
        if lying:
            return False, f"{lying:,} of {case.network.n:,} neighborhoods are not honest in their majority"
        return True, "more than half of every neighborhood is honest"
