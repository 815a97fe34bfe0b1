"""Replace a reading that is far above the daemon's own readings of yesterday at this hour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.teams import (
    BlueView,
    Bools,
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
    Transportation Research Record 1855, 2003). A real event is beyond the factor as well; so with `confirmed_by` a
    signal passes while a figure that the daemon sees of itself is above `enough`, such as the queue in front of its
    own light: false demand makes no queue. The first period passes as it is, and what the gate puts in the place of a
    lie is what it remembers of that hour. It needs no neighbor, and works against any number of false feeds. It does
    not see a lie that is within the factor, that reads too low, that is told in the first period, or that is told
    where there is a queue. Guarantee: a bound on signals that nothing confirms, by construction.
    """

    vantage = Vantage.LOCAL
    sees = Surface.SIGNAL

    period: Annotated[int, Ge(1), Unit("rounds"), Help("The rounds after which the day repeats.")] = 720
    factor: Annotated[float, Gt(1), Help("How many times what is usual a signal may be.")] = 2.0
    window: Annotated[int, Ge(0), Unit("rounds"), Help("Rounds before and after that hour that are averaged.")] = 3
    confirmed_by: Annotated[
        str | None, Help("A figure that daemons see of themselves, such as queue, which confirms a large signal.")
    ] = None
    enough: Annotated[float, Ge(0), Help("The value of that figure above which it does.")] = 0.0

    def begin(self, blue: BlueView) -> None:
        """Forget all days."""
        self._passed: list[Floats] = []

    def filter_signals(self, signals: Floats, blue: BlueView) -> Floats:
        """Replace signals that are too large, from the second period on."""
        gated = signals
        if blue.round >= self.period:
            usual = self._usual(blue.round - self.period)
            large = (signals > self.factor * usual) & ~self._confirmed(blue)
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

    def _confirmed(self, blue: BlueView) -> Bools:
        """(n, 1) whether the daemon sees something in front of its own door that confirms a large signal."""
        seen = blue.observed.own.get(self.confirmed_by or "") if blue.observed else None
        if seen is None:
            return np.zeros((blue.n, 1), dtype=np.bool_)
        return np.asarray(seen > self.enough)[:, None]

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
            promise=f"a signal of more than {self.factor:g} times what was usual passes only if something confirms it",
            assumption=f"only signals are attacked, from round {self.period} on, and any number of them",
            source="by construction: a limit by the own profile of a day",
        )
