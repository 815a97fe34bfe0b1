"""Stop believing a feed where what was settled later contradicts it, until the two agree again."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.aggregation import MAD_TO_DEVIATION
from swarmsec.immunity import WarmUp
from swarmsec.teams import BlueView, Bools, Defense, Floats, Ge, Gt, Help, Surface, Unit, Vantage


@dataclass(kw_only=True)
class ClaimAgainstSettlement(Defense):
    """A daemon compares what its feed claimed with what was settled for that round, column by column.

    r_ij = s_ij(t) − o_ij(t), with s the reading and o the outcome that the world shows to the daemon `delay` rounds
    after round t. If |r_ij| > threshold · σ_ij, with σ_ij = 1.4826 median |r_ij| in the `warm_up`, the column is
    distrusted: from then on its readings are replaced by the last outcome, which is `delay` rounds old. It is trusted
    again as soon as a reading agrees with its outcome.

    Every daemon uses its own feed and outcomes alone, so a lie in all feeds is found like one in a few, `delay` + 1
    rounds after it began, and believed for as long. A lie of less than the threshold passes, and so does one that is
    shorter than the delay. What a distrusted feed says of a sudden change is lost: that is its cost. Where the world
    does not show such figures, it does nothing.
    """

    vantage = Vantage.LOCAL
    sees = Surface.SIGNAL

    outcome: Annotated[
        str, Help("The figures of a daemon's own that begin so are what each column was, in the order of columns.")
    ] = "worth_"
    delay: Annotated[int, Ge(0), Unit("rounds"), Help("How long after a round its outcome is shown.")] = 2
    threshold: Annotated[
        float, Gt(0), Unit("robust deviations"), Help("The difference above which a feed is distrusted.")
    ] = 6.0
    warm_up: Annotated[int, Ge(1), Unit("rounds"), Help("Rounds in which it learns the usual difference.")] = 24

    def begin(self, blue: BlueView) -> None:
        """Trust every feed."""
        self._claimed: deque[Floats] = deque(maxlen=self.delay + 1)
        self._seen = WarmUp(self.warm_up)
        self._limit: Floats | None = None
        self._distrusted: Bools | None = None

    def filter_signals(self, signals: Floats, blue: BlueView) -> Floats:
        """Replace the readings of distrusted columns by the last outcome."""
        self._claimed.append(signals)
        if self._distrusted is None or not self._distrusted.any():
            return signals
        return np.where(self._distrusted, self._outcome, signals)

    def respond(self, blue: BlueView) -> None:
        """Compare the readings of `delay` rounds ago with their outcome."""
        if blue.observed is None or len(self._claimed) <= self.delay:
            return
        outcome = _columns(blue.observed.own, self.outcome)
        if outcome is None or outcome.shape != self._claimed[0].shape:
            return
        difference = np.abs(self._claimed[0] - outcome)
        if blue.round < self.warm_up:
            self._seen.add(0, difference)
            return
        if self._seen:
            self._limit = self.threshold * MAD_TO_DEVIATION * self._seen.center_and_deviation()[0]
        if self._limit is not None:
            self._distrusted, self._outcome = difference > self._limit, outcome


def _columns(own: Mapping[str, Floats], beginning: str) -> Floats | None:
    """(n, k) the figures whose names begin so; None without any."""
    columns = [values for name, values in own.items() if name.startswith(beginning)]
    return np.stack(columns, axis=1) if columns else None
