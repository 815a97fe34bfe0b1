"""The view of a defense: everything that it may read and do."""

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
from swarmsec.teams.selectors import checked_daemons
from swarmsec.teams.traits import Vantage


class Responder(Protocol):
    """The part of the engine that applies the actions of a defense, within the rules, and counts their costs."""

    def isolate(self, daemons: Ints) -> Ints:
        """See `BlueView.isolate`."""

    def release(self, daemons: Ints) -> None:
        """See `BlueView.release`."""

    def accuse(self, daemons: Ints) -> None:
        """See `BlueView.accuse`."""


class BlueState:
    """The data behind `BlueView` that change from round to round; one for all defenses of a run.

    Attributes:
        round: The current round, from 0.
        inbox: The messages of the last exchange, as they were sent; None before the first `respond`.
        quarantined: (n,) the daemons that are isolated.
        shown: How often `show` was called.
    """

    def __init__(self, n: int) -> None:
        self.round = 0
        self.inbox: Messages | None = None
        self.quarantined: Bools = np.zeros(n, dtype=bool)
        self.shown = 0

    def show(self, inbox: Messages, quarantined: Bools) -> None:
        """Show the messages of another round, and the isolated daemons."""
        self.inbox, self.quarantined = inbox, quarantined
        self.shown += 1


class BlueView:
    """A defense's view of the swarm, read-only.

    Attributes:
        rng: The defense's own stream.
        n: The number of daemons.
        rounds: The number of rounds of the run.
        neighborhoods: Statistics over the values that daemons request from their neighbors; requests count as messages.
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
        state: BlueState,
        truth: Callable[[], Bools],
    ) -> None:
        self.rng = rng
        self.n = network.n
        self.rounds = rounds
        self.neighborhoods = neighborhoods
        self.quarantine_limit = quarantine_limit
        self._network = network
        self._vantage = vantage
        self._responder = responder
        self._state = state
        self._truth = truth
        self._tracker: BehaviorTracker | None = None
        self._features: Features | None = None
        self._observed = 0

    @property
    def round(self) -> int:
        """The current round, from 0."""
        return self._state.round

    @property
    def network(self) -> Network:
        """The network: every daemon knows its own neighbors."""
        return self._network

    @property
    def inbox(self) -> Messages:
        """The messages of the last exchange, as they were sent, before any defense weighed or dropped them."""
        if self._state.inbox is None:
            raise NotVisibleError("no message has been sent yet; `blue.inbox` can be read from `respond` of round 0 on")
        return self._state.inbox

    @property
    def features(self) -> Features:
        """(n, k) the behavior of every daemon since this defense last read it. Needs `Vantage.MONITOR`.

        Computed when read, at most once a round.
        """
        if self._vantage not in {Vantage.MONITOR, Vantage.ORACLE}:
            raise NotVisibleError(
                f"`blue.features` needs Vantage.MONITOR; the vantage of this defense is {self._vantage.value}"
            )
        if self._features is None or self._observed != self._state.shown:
            self._tracker = self._tracker or BehaviorTracker(self._network)
            self._features, self._observed = self._tracker.observe(self.inbox), self._state.shown
        return self._features

    @property
    def quarantined(self) -> Bools:
        """(n,) the daemons that are isolated."""
        return read_only(self._state.quarantined)

    @property
    def truth(self) -> Bools:
        """(n,) the daemons that are attacked in this round. Needs `Vantage.ORACLE`."""
        if self._vantage is not Vantage.ORACLE:
            raise NotVisibleError("`blue.truth` needs Vantage.ORACLE")
        return self._truth()

    def isolate(self, daemons: Daemons) -> Ints:
        """Drop all messages of these daemons, in the order given, as far as the rules of engagement allow.

        An isolated daemon still receives messages, so that it can recover, and still acts on the world.

        Returns:
            (k,) the daemons that this call isolated.
        """
        return self._responder.isolate(checked_daemons(daemons, self.n, act="blue.isolate"))

    def release(self, daemons: Daemons) -> None:
        """End the isolation of these daemons, unless another defense keeps them isolated."""
        self._responder.release(checked_daemons(daemons, self.n, act="blue.release"))

    def accuse(self, daemons: Daemons) -> None:
        """Raise an alarm about these daemons; it is recorded and scored, and has no other effect."""
        self._responder.accuse(checked_daemons(daemons, self.n, act="blue.accuse"))
