"""Ignore a neighbor that F + 1 other neighbors accuse, after a look at its messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.immunity import EdgeMemory, accusers, arrived, check_claims_fit, deviations, told_by_edge
from swarmsec.teams import BlueView, Defense, Ge, Gt, Help, Surface, Unit, Vantage


@dataclass(kw_only=True)
class Accusations(Defense):
    """Daemons accuse neighbors that deviate; a listener ignores one that f + 1 accuse and that deviates here as well.

    A message is suspicious if it is farther than `threshold` robust deviations from the median of what its receiver
    heard; after `confirm` in a row the receiver accuses its sender, and tells so every `period` rounds. A listener acts
    if at least f + 1 of its other neighbors accuse, and, with `verify`, if the last message that it heard itself was
    suspicious: with at most f liars among its neighbors one accuser is honest (Lamport, Shostak, Pease, TOPLAS 1982).
    It ignores for `hold` rounds, longer if the accusation is repeated.

    Without `verify`, and with more than f liars or f = 0, forged accusations make it ignore honest daemons: slander
    (Hoffman, Zage, Nita-Rotaru, ACM Computing Surveys 42, 2009). Where neighbors have no neighbors in common, as on a
    ring, nobody can second an accusation, and it never acts. A claim has a column for each daemon, hence up to 2,000.
    """

    vantage = Vantage.GOSSIP
    sees = Surface.DAEMON | Surface.MESSAGE

    f: Annotated[int, Ge(0), Unit("daemons"), Help("The number of liars tolerated among the neighbors.")] = 1
    verify: Annotated[bool, Help("Whether it also needs a suspicious message of its own.")] = True
    threshold: Annotated[float, Gt(0), Unit("robust deviations"), Help("Beyond it a message is suspicious.")] = 4.0
    confirm: Annotated[int, Ge(1), Unit("rounds"), Help("Suspicious messages in a row before it accuses.")] = 2
    period: Annotated[int, Ge(1), Unit("rounds"), Help("Rounds between two rounds of accusations.")] = 3
    hold: Annotated[int, Ge(1), Unit("rounds"), Help("How long it ignores an accused neighbor.")] = 20

    def check(self, n: int) -> None:
        """Check that a claim with a column for each daemon is not too large."""
        check_claims_fit(n)

    def begin(self, blue: BlueView) -> None:
        """Nobody is suspected."""
        self._strikes = EdgeMemory(blue.network)
        self._until = EdgeMemory(blue.network)

    def respond(self, blue: BlueView) -> None:
        """Accuse, listen to accusations, and ignore or heed."""
        features, network = blue.features, blue.network
        suspicious = deviations(features) > self.threshold
        before = self._strikes.on(network)
        strikes = np.where(arrived(features), np.where(suspicious, before + 1, 0.0), before)
        self._strikes.keep(strikes)
        until = self._until.on(network)
        if blue.round % self.period == 0:
            told = told_by_edge(network, np.where(strikes >= self.confirm, 1.0, 0.0))
            believed = accusers(blue.tell(told)) > self.f
            until = np.where(believed & (suspicious | (not self.verify)), blue.round + self.hold, until)
            self._until.keep(until)
        now = until > blue.round
        blue.heed(np.flatnonzero(blue.ignored & ~now))
        blue.ignore(np.flatnonzero(now))
