"""What a defense may see and do, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

from swarmsec.aggregation import Neighborhoods
from swarmsec.arrays import Bools, Daemons, Ints, read_only
from swarmsec.errors import NotVisibleError
from swarmsec.immunity import BehaviorTracker, Features
from swarmsec.messages import Messages
from swarmsec.network import Network
from swarmsec.teams.selectors import named
from swarmsec.teams.traits import Vantage


class Responder(Protocol):
    """The engine's side of a defense's acts: it applies the rules and counts what they cost."""

    def isolate(self, daemons: Ints) -> Ints:
        """See `BlueView.isolate`."""

    def release(self, daemons: Ints) -> None:
        """See `BlueView.release`."""

    def accuse(self, daemons: Ints) -> None:
        """See `BlueView.accuse`."""


class BlueView:
    """A defense's view of the swarm. The engine moves it on from round to round.

    Attributes:
        rng: The defense's own stream.
        n: How many daemons there are.
        rounds: How many rounds the run has.
        round: The current round, from 0.
        neighborhoods: Statistics over what each daemon's neighbors tell it when asked; asking is counted as messages.
        quarantine_limit: How many daemons the rules let blue isolate at once.
    """

    def __init__(
        self,
        *,
        rng: np.random.Generator,
        network: Network,
        rounds: int,
        neighborhoods: Neighborhoods,
        vantage: Vantage,
        quarantine_limit: int,
        responder: Responder,
        truth: Callable[[], Bools],
    ) -> None:
        self.rng = rng
        self.n = network.n
        self.rounds = rounds
        self.round = 0
        self.neighborhoods = neighborhoods
        self.quarantine_limit = quarantine_limit
        self._network = network
        self._vantage = vantage
        self._responder = responder
        self._truth = truth
        self._inbox: Messages | None = None
        self._tracker: BehaviorTracker | None = None
        self._features: Features | None = None
        self._quarantined = np.zeros(network.n, dtype=bool)

    @property
    def network(self) -> Network:
        """Who listens to whom: every daemon knows its own neighbors."""
        return self._network

    @property
    def inbox(self) -> Messages:
        """The messages of the last exchange, as they were sent: before any defense weighed or dropped one."""
        if self._inbox is None:
            raise NotVisibleError("nothing has been said yet: `blue.inbox` is there from `respond` of round 0 on")
        return self._inbox

    @property
    def features(self) -> Features:
        """(n, k) the behavior of every daemon since the last look of this defense. Needs `Vantage.MONITOR`.

        They are computed when asked for, so a defense that looks on a stride pays on a stride.
        """
        if self._vantage not in {Vantage.MONITOR, Vantage.ORACLE}:
            raise NotVisibleError(f"`blue.features` needs Vantage.MONITOR, and this defense is {self._vantage.value}")
        if self._features is None:
            self._tracker = self._tracker or BehaviorTracker(self._network)
            self._features = self._tracker.observe(self.inbox)
        return self._features

    @property
    def quarantined(self) -> Bools:
        """(n,) who is isolated now."""
        return read_only(self._quarantined)

    @property
    def truth(self) -> Bools:
        """(n,) who is attacked in this round. Needs `Vantage.ORACLE`."""
        if self._vantage is not Vantage.ORACLE:
            raise NotVisibleError("`blue.truth` is for the oracle alone")
        return self._truth()

    def isolate(self, daemons: Daemons) -> Ints:
        """Let nobody listen to these daemons, in the order given, as far as the rules of engagement allow.

        An isolated daemon still hears, so that it can heal, and still acts on the world.

        Returns:
            (k,) those that are isolated by this call.
        """
        return self._responder.isolate(named(daemons, self.n, act="blue.isolate"))

    def release(self, daemons: Daemons) -> None:
        """Let everybody listen to these daemons again, as far as no other defense holds them."""
        self._responder.release(named(daemons, self.n, act="blue.release"))

    def accuse(self, daemons: Daemons) -> None:
        """Raise an alarm about these daemons, for the record and for the score of the detection; nothing else."""
        self._responder.accuse(named(daemons, self.n, act="blue.accuse"))

    def _show(self, inbox: Messages, quarantined: Bools) -> None:
        """The engine's own: what was said in this round, and who is isolated."""
        self._inbox, self._features, self._quarantined = inbox, None, quarantined
