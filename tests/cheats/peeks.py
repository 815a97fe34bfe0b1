"""Look at all inboxes at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from swarmsec.teams import BlueView, Defense


@dataclass(kw_only=True)
class Peeks(Defense):
    """Isolate, as a local defense, whoever is far from the median of all messages.

    Only a monitor isolates.
    """

    def respond(self, blue: BlueView) -> None:
        sent = blue.inbox.payload[:, 0]
        blue.isolate(np.unique(blue.network.indices[np.abs(sent - np.median(sent)) > 5.0]))
