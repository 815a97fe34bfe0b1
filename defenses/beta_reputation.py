"""Weigh each neighbor by its reputation: how often its messages were normal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.immunity import EdgeMemory, arrived, deviations, expected_reputation, remember
from swarmsec.teams import BlueView, Defense, Floats, Gt, Help, Interval, Messages, Surface, Unit, Vantage


@dataclass(kw_only=True)
class BetaReputation(Defense):
    """The weight of a neighbor is its reputation E = (r + 1) / (r + s + 2), or 0 where E is below `cutoff`.

    r and s count its normal and its suspicious messages, each round times `forgetting` (Jøsang & Ismail, "The beta
    reputation system", Bled 2002). A message is suspicious if it is farther than `threshold` robust deviations from the
    median of what its receiver heard. Every daemon keeps the reputations of its own neighbors, and tells nobody. The
    memory is about 1/(1 − forgetting) rounds long: a liar with a good name is dropped after some rounds, and one that
    behaves again is heard after as many. A liar that alternates keeps E near its share of normal messages; with a lying
    majority around it a daemon distrusts the honest ones. Since E stays below 1, averages move a little slower.
    """

    vantage = Vantage.LOCAL
    sees = Surface.DAEMON | Surface.MESSAGE
    ignores = False

    threshold: Annotated[float, Gt(0), Unit("robust deviations"), Help("Beyond it a message is suspicious.")] = 4.0
    forgetting: Annotated[float, Interval(ge=0, lt=1), Help("λ, the factor of the past in every round.")] = 0.9
    cutoff: Annotated[float, Interval(ge=0, le=1), Help("The reputation below which a neighbor is not heard.")] = 0.4

    def begin(self, blue: BlueView) -> None:
        """Nobody has a past, so that each reputation is a half."""
        self._counts = EdgeMemory(blue.network, fill=0.0, columns=2)

    def weigh(self, messages: Messages, blue: BlueView) -> Floats:
        """The reputations after the last round."""
        expected = expected_reputation(*self._counts.on(messages.network).T)
        return np.where(expected < self.cutoff, 0.0, expected)

    def respond(self, blue: BlueView) -> None:
        """Count the messages of the round."""
        features = blue.features
        bad = deviations(features) > self.threshold
        self._counts.keep(remember(self._counts.on(blue.network), bad, arrived(features), self.forgetting))
