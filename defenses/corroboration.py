"""Accept a value only if F + 1 neighbors say about the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.immunity import supporters, surroundings
from swarmsec.teams import BlueView, Defense, Floats, Ge, Gt, Help, Messages, Surface, Unit, Vantage


@dataclass(kw_only=True)
class Corroboration(Defense):
    """A message counts only if at least f + 1 of the receiver's neighbors, its sender included, say about the same.

    Secure acceptance: with at most f liars in a neighborhood, a value that f + 1 neighbors sent was sent by an honest
    one. So reliable broadcast accepts it (certified propagation: Koo, PODC 2004; Bonomi, Farina, Tixeuil, JBCS 25,
    2019), and followers accept the reference of their leaders (Usevitch & Panagou, IEEE TAC 65, 2020). There values are
    equal; beliefs are not, so here "about the same" is within `tolerance` robust deviations of the receiver's
    neighborhood, in every component. The bound is then: an accepted value is at most that far from an honest one.

    More than f liars who agree corroborate each other. Honest values that nobody shares are dropped too, as trimming
    does; agreement is only as exact as the tolerance. A daemon that accepts nothing keeps its own value.
    """

    vantage = Vantage.LOCAL
    sees = Surface.DAEMON | Surface.MESSAGE

    f: Annotated[int, Ge(0), Unit("daemons"), Help("The number of liars tolerated in a neighborhood.")] = 1
    tolerance: Annotated[float, Gt(0), Unit("robust deviations"), Help("How far apart two equal values may be.")] = 1.0

    def weigh(self, messages: Messages, blue: BlueView) -> Floats:
        """Drop what fewer than f others corroborate."""
        payload, finite, _, spread = surroundings(messages)
        values = np.where(finite[:, None], payload, 0.0)
        support = supporters(messages.network, values, finite, self.tolerance * spread)
        return np.where(support > self.f, 1.0, 0.0)
