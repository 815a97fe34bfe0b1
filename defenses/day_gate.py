"""Replace a reading that is far above the daemon's own readings of yesterday at this hour."""

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
)


@dataclass(kw_only=True)
class DayGate(Defense):
    """A daemon replaces its signal by what is usual at this hour if it is more than `factor` times as large.

    Usual is the mean of the daemon's own signals of the period before, within `window` rounds of this time of day, as
    the gate let them pass:

        u_i(t) = mean of s_i(t − period − window … t − period + window),    s_i ← u_i if s_i > factor · u_i.

    Profiles by time of day are how traffic centers find detectors that fail (Chen, Kwon, Rice, Skabardonis, Varaiya,
    Transportation Research Record 1855, 2003). The first period passes as it is. The gate needs no neighbor, and works
    against any number of false feeds. It does not see a lie that is within the factor, that reads too low, or that was
    told in the first period; and a real event beyond the factor is taken for a lie. What replaces a lie is remembered,
    and not the lie, so a lie does not become usual. Guarantee: a bound on signals, by construction.
    """

    vantage = Vantage.LOCAL
    sees = Surface.SIGNAL

    period: Annotated[int, Ge(1), Unit("rounds"), Help("The rounds after which the day repeats.")] = 720
    factor: Annotated[float, Gt(1), Help("How many times what is usual a signal may be.")] = 2.0
    window: Annotated[int, Ge(0), Unit("rounds"), Help("Rounds before and after that hour that are averaged.")] = 3

    def begin(self, blue: BlueView) -> None:
        """Forget all days."""
        self._passed: list[Floats] = []

    def filter_signals(self, signals: Floats, blue: BlueView) -> Floats:
        """Replace signals that are too large, from the second period on."""
        gated = signals
        if blue.round >= self.period:
            usual = self._usual(blue.round - self.period)
            large = signals > self.factor * usual
            if large.any():
                gated = np.where(large, usual, signals)
        self._passed.append(np.array(gated, copy=True))
        if blue.round >= self.period + self.window:
            self._passed[blue.round - self.period - self.window] = np.empty(0)  # No later round asks for it.
        return gated

    def _usual(self, middle: int) -> Floats:
        """(n, d) the mean of the signals that passed around a round."""
        usual: Floats = np.mean(self._passed[max(middle - self.window, 0) : middle + self.window + 1], axis=0)
        return usual

    def guarantee(self, case: ThreatCase) -> Guarantee:
        """Holds if only signals are attacked, after the first period."""
        holds, why = True, "only signals are attacked, after the first period"
        if case.surface & ~Surface.SIGNAL:
            holds, why = False, "the gate has a guarantee against false signals only"
        elif case.targets.size and case.start < self.period:
            holds, why = False, f"the attack began in round {case.start}, in the first period of {self.period} rounds"
        return Guarantee(
            holds,
            why,
            promise=f"no signal that passes is more than {self.factor:g} times what was usual a period before",
            assumption=f"only signals are attacked, from round {self.period} on, and any number of them",
            source="by construction: a limit by the own profile of a day",
        )
