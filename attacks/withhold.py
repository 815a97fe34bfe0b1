"""Hold back the messages of some daemons and deliver them together, late; drop a share of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.teams import Attack, Help, Interval, Links, RedView, Surface, Unit


@dataclass(kw_only=True)
class Withhold(Attack):
    """Deliver what targets send in `period` exchanges in the last of them, and drop each message with chance `loss`.

    A message of exchange e, counted from the start, arrives in exchange e + (period − 1 − e mod period), so that
    listeners hear nothing and then all at once: the latest value of an averaging protocol, all shares of push-sum.
    Targets themselves hear everybody in time. So a withheld daemon adapts to others before they adapt to it, and the
    swarm agrees on a value away from the average. A bound on the delay does not help in protocols with a deadline. No
    daemon is compromised and no message changed. Source: Fischer, Lynch, Paterson, JACM 1985 (a scheduler that delays
    one message); Dibaji & Ishii 2017.
    """

    surface = Surface.NETWORK | Surface.TIMING
    threats = ("T1557", "T0804", "T0830")

    period: Annotated[int, Interval(ge=1, le=1_000), Unit("exchanges"), Help("How long messages are held back.")] = 10
    loss: Annotated[float, Interval(ge=0, le=1), Unit("probability"), Help("That a message is dropped.")] = 0.0

    def begin(self, red: RedView) -> None:
        """Count exchanges from the first."""
        self._exchange = 0

    def on_network(self, links: Links, red: RedView) -> Links:
        """Delay what targets send to the end of the period, and drop some of it."""
        theirs = np.isin(links.sender, red.targets)
        late = self.period - 1 - self._exchange % self.period
        self._exchange += 1
        dropped = theirs & (red.rng.random(len(theirs)) < self.loss)
        return links.delaying(np.where(theirs, late, 0)).cutting(dropped)
