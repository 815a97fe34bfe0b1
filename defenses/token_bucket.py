"""Limit the copies of messages from each sender."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.immunity import EdgeMemory
from swarmsec.messages import Admission
from swarmsec.teams import BlueView, Defense, Ge, Help, Messages, Surface, Unit, Vantage


@dataclass(kw_only=True)
class TokenBucket(Defense):
    """A daemon admits as many copies from each neighbor as the neighbor has tokens; the rest does not fill its inbox.

    Each neighbor's bucket gets `rate` tokens an exchange and holds at most `burst`; every admitted copy takes one
    (leaky bucket: Turner, IEEE Communications Magazine 24, 1986). A flood of c copies from each of k neighbors then
    takes k · rate places of an inbox in place of k c. It looks at no content: a false message within the rate passes,
    and a rule that counts messages still counts `rate` of them.
    """

    vantage = Vantage.LOCAL
    sees = Surface.MESSAGE
    ignores = False

    rate: Annotated[int, Ge(1), Unit("messages per exchange"), Help("The tokens that each neighbor gets.")] = 1
    burst: Annotated[int, Ge(1), Unit("messages"), Help("The most tokens that a bucket holds.")] = 2

    def begin(self, blue: BlueView) -> None:
        """All buckets are full."""
        self._tokens = EdgeMemory(blue.network, fill=float(self.burst))

    def weigh(self, messages: Messages, blue: BlueView) -> Admission:
        """Admit copies as far as the tokens go."""
        tokens = self._tokens.on(messages.network)
        tokens = np.minimum(tokens + self.rate, max(self.burst, self.rate))
        arrived = np.where(messages.received, messages.copies_on(np.arange(len(tokens), dtype=np.int32)), 0)
        admitted = np.minimum(arrived, np.floor(tokens)).astype(np.int32)
        self._tokens.keep(tokens - admitted)
        return Admission(admitted)
