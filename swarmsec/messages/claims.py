"""What daemons of blue tell each other beside the negotiation, and how many copies of a message they admit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from swarmsec.arrays import Bools, Floats, Ints


class Admission(NamedTuple):
    """What a defense admits of an exchange.

    Attributes:
        copies: (m,) the number of copies that each receiver admits of each message; more than arrived means all.
        weights: (m,) in [0, 1], as `Defense.weigh` gives them; None means 1.
    """

    copies: Ints
    weights: Floats | None = None


@dataclass(frozen=True, eq=False)
class Claims:
    """The claims that hijacked daemons are about to make over the channel of a defense: k of the network's edges.

    Attributes:
        sender: (k,) the hijacked daemon.
        receiver: (k,) the daemon that it tells.
        values: (k, c) the claim, as the defense that runs on the hijacked daemon would make it.
        sent: (k,) whether the claim is made at all.
    """

    sender: Ints
    receiver: Ints
    values: Floats
    sent: Bools

    def saying(self, values: Floats) -> Claims:
        """The same claims with other values, (k, c) or anything that broadcasts to it."""
        return replace(self, values=np.broadcast_to(values, self.values.shape))

    def withholding(self, mask: Bools) -> Claims:
        """The same claims without those in the mask (k,)."""
        return replace(self, sent=self.sent & ~mask)
