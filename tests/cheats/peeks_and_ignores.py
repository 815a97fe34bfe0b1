"""Look at all inboxes at once, and act on the receivers' side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from swarmsec.teams import BlueView, Defense


@dataclass(kw_only=True)
class PeeksAndIgnores(Defense):
    """Ignore the messages that are far from the median of all messages of the swarm.

    A local defense may ignore; the median is what no daemon knows.
    """

    def respond(self, blue: BlueView) -> None:
        sent = np.nan_to_num(blue.inbox.payload[:, 0])
        blue.ignore(np.flatnonzero(np.abs(sent - np.median(sent)) > 5.0))
