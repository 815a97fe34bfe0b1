"""Remember the tag that each neighbor claimed first, and drop messages that contradict it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.immunity import EdgeMemory
from swarmsec.teams import BlueView, Defense, Floats, Ge, Gt, Help, Messages, Surface, Vantage


@dataclass(kw_only=True)
class TagPinning(Defense):
    """A daemon pins the first tag of each neighbor, and admits none of its messages with another tag.

    Trust on first use: what was claimed once is expected again, as with the host keys of SSH (RFC 4251, section 4.1;
    Wendlandt, Andersen & Perrig, USENIX ATC 2008). A neighbor that lies from its first message on is not found out, and
    one that really moved is not heard any more by those who knew it before: that is the cost in peace. A pinned tag
    says nothing about the other columns, so a false bid with a true tag passes.
    """

    vantage = Vantage.LOCAL
    sees = Surface.SIGNAL | Surface.MESSAGE
    ignores = False

    column: Annotated[int, Ge(0), Help("The number of the column with the tag, from 0.")] = 2
    tolerance: Annotated[float, Gt(0), Help("How far apart two equal tags may be.")] = 0.5

    def begin(self, blue: BlueView) -> None:
        """No tag is pinned."""
        self._pins = EdgeMemory(blue.network, fill=np.nan)

    def weigh(self, messages: Messages, blue: BlueView) -> Floats | None:
        """Drop messages with another tag than the pinned one, and pin those of neighbors that are new."""
        pins = self._pins.on(messages.network)
        if self.column >= messages.rows.shape[1]:
            return None
        edges = np.flatnonzero(messages.received)
        tags, pinned = messages.on(edges)[:, self.column], pins[edges]
        new = np.isnan(pinned) & np.isfinite(tags)
        if new.any():
            pins = pins.copy()
            pins[edges[new]] = tags[new]
            self._pins.keep(pins)
        false = edges[np.abs(tags - pinned) > self.tolerance]
        if not len(false):
            return None
        weights = np.ones(len(pins))
        weights[false] = 0.0
        return weights
