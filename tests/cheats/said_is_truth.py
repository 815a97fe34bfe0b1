"""Look for the honest value behind a message."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from swarmsec.teams import BlueView, Bools, Defense, Floats, Messages, Vantage


@dataclass(kw_only=True)
class SaidIsTruth(Defense):
    """Drop a message that differs from what its sender broadcasts, and alarm about the sender.

    Where messages differ by edge there is no broadcast, so that nothing differs from it.
    """

    vantage = Vantage.LOCAL

    def weigh(self, messages: Messages, blue: BlueView) -> Floats | None:
        return None if messages.per_edge is None else 1.0 - self._differs(messages)

    def respond(self, blue: BlueView) -> None:
        box = blue.inbox
        if box.per_edge is not None:
            blue.alarm(np.unique(box.senders[self._differs(box)]))

    @staticmethod
    def _differs(messages: Messages) -> Bools:
        honest = messages.broadcast[messages.senders]
        return ((messages.payload != honest) & np.isfinite(honest)).any(axis=1)
