"""How far the messages of each sender are from what its peers let expect, exchange by exchange."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from swarmsec.arrays import Bools, Floats
from swarmsec.immunity.peer_residual import PeerResidual
from swarmsec.messages import Messages

_WIDEST = 5.0  # See `PeerResidual`: bidders of large shares also move by more.


class Scores(NamedTuple):
    """The scores of one exchange, in deviations; infinite for a message that is not finite.

    Attributes:
        messages: (m,) of each message, or (n,) of each sender where all told everyone the same.
        drastic: (n,) of each sender, against `Residual.least`: what an act against the sender must be justified by.
        among: (n,) how far each sender is from its peers, in robust deviations over all daemons.
    """

    messages: Floats
    drastic: Floats
    among: Floats

    def above(self, limit: float, messages: Messages) -> Bools:
        """(m,) the messages with a score above a limit."""
        far = self.messages > limit
        return far if messages.per_edge is not None else far[messages.senders]


class SenderScores:
    """One `PeerResidual` for each exchange of a round, over the mean message of each sender.

    A sender that tells its listeners different things has the score of the message that is farthest from expectation.

    Args:
        follow: See `PeerResidual`.
        normal: See `PeerResidual`.
    """

    def __init__(self, *, follow: float, normal: float) -> None:
        self._follow, self._normal = follow, normal
        self._residuals: list[PeerResidual] = []

    def collect(self, messages: Messages, exchange: int) -> None:
        """Keep the messages of an exchange of the warm-up."""
        if exchange == len(self._residuals):
            self._residuals.append(PeerResidual(follow=self._follow, normal=self._normal, widest=_WIDEST))
        self._residuals[exchange].collect(_mean_message(messages), messages.network)

    def observe(self, messages: Messages, exchange: int) -> Scores | None:
        """The scores in an exchange after the warm-up; None if that had no such exchange."""
        if exchange >= len(self._residuals):
            return None
        residual = self._residuals[exchange]
        if not residual.learned:
            residual.learn()
        seen = residual.observe(_mean_message(messages), messages.network)
        of_mean, drastic, among = (np.abs(each).max(axis=1) for each in (seen.z, seen.least, seen.among))
        if messages.per_edge is None:
            lost = ~np.isfinite(messages.broadcast).all(axis=1)
            return Scores(np.where(lost, np.inf, of_mean), np.where(lost, np.inf, drastic), among)
        senders, sent = messages.senders, messages.received
        z = np.abs(messages.per_edge - seen.expected[senders]) / seen.deviation[senders]
        by_message = np.where(sent, np.nan_to_num(z, nan=np.inf, posinf=np.inf).max(axis=1), 0.0)
        farthest = np.zeros(len(drastic))
        np.maximum.at(farthest, senders, by_message)
        return Scores(by_message, np.maximum(drastic, farthest - of_mean), among)


def _mean_message(messages: Messages) -> Floats:
    """(n, d) the mean of the messages of each sender that arrived; NaN if none of them is finite."""
    if messages.per_edge is None and messages.weights is None and messages.copies is None:
        return np.where(np.isfinite(messages.broadcast), messages.broadcast, np.nan)
    n, senders = messages.network.n, messages.senders
    told = messages.received & np.isfinite(messages.payload).all(axis=1)
    count = np.bincount(senders, told, minlength=n)
    sums = [np.bincount(senders, np.where(told, column, 0.0), minlength=n) for column in messages.payload.T]
    return np.stack(sums, axis=1) / np.where(count > 0, count, np.nan)[:, None]
