"""Read red's doing off the delays and cuts in the messages."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from swarmsec.teams import BlueView, Defense, Floats, Messages, Vantage


@dataclass(kw_only=True)
class DelaysAreTruth(Defense):
    """Alarm about both ends of every link that carries an order of red: a delay, a cut, or a cause of either.

    A message that arrives says nothing about delays, so that there is nothing to find.
    """

    vantage = Vantage.LOCAL

    def weigh(self, messages: Messages, blue: BlueView) -> Floats | None:
        self._accuse(messages, blue)
        return None

    def respond(self, blue: BlueView) -> None:
        self._accuse(blue.inbox, blue)

    def _accuse(self, messages: Messages, blue: BlueView) -> None:
        if messages.delays is not None:
            late = messages.delays > 0
            blue.alarm(np.unique(np.concatenate([messages.senders[late], messages.receivers[late]])))
