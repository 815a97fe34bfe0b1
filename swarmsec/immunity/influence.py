"""How much each neighbor moves a daemon, and how little it is moved itself: by edge, from what its receiver knows."""

from __future__ import annotations

import numpy as np

from swarmsec.arrays import Bools, Floats, frozen
from swarmsec.immunity.features import EWMA_WEIGHT, LARGEST_PAYLOAD
from swarmsec.messages import Messages
from swarmsec.network import Joined, Network


def leave_one_out(messages: Messages, own: Floats) -> Floats:
    """(m, d) the mean of a receiver's own value and its messages, minus the same mean without one message.

    With W the number of messages and the own value, x̄ their mean, the influence of message x_j is (x_j − x̄) / (W − 1).
    It is 0 for a message that did not arrive or is not finite.

    Args:
        messages: The messages that arrived.
        own: (n, d) the own value of each daemon.
    """
    network, admitted = messages.network, messages.admission > 0
    values = np.where(admitted[:, None], np.clip(messages.payload, -LARGEST_PAYLOAD, LARGEST_PAYLOAD), 0.0)
    receivers = network.receivers
    count = 1.0 + np.bincount(receivers, admitted, minlength=network.n)
    sums = [np.bincount(receivers, column, minlength=network.n) for column in values.T]
    mean = (own + np.stack(sums, axis=1)) / count[:, None]
    others = np.maximum(count[receivers] - 1.0, 1.0)[:, None]
    return np.where(admitted[:, None], (values - mean[receivers]) / others, 0.0)


class StubbornnessTracker:
    """Updates, for the sender on every edge, how little it follows what its receiver tells it.

    A sender j that listens to i moves by Δ_j = r (x_i − x_j) and by the pull of its others; r is estimated by moving
    averages of Δ_j · (x_i − x_j) and (x_i − x_j)², summed over components. Stubbornness is 1 − r, within 0 and 1: 1 for
    a sender that insists on its value or moves away, and about ½ for one that averages independent values. Whether a
    sender listens to the receiver at all is not known to either.

    Args:
        network: The network.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self._last: Floats | None = None
        self._pull: Floats | None = None
        self._told: Floats | None = None
        self._response, self._energy = np.zeros(network.m), np.zeros(network.m)

    def relink(self, joined: Joined) -> None:
        """Go on with a network that identities have joined; nothing was heard on the new edges."""
        self._network = joined.network
        self._last = None if self._last is None else joined.extend(self._last, np.nan)
        self._pull = None if self._pull is None else joined.extend(self._pull, np.nan)
        self._response, self._energy = joined.extend(self._response, 0.0), joined.extend(self._energy, 0.0)

    def observe(self, messages: Messages, own: Floats) -> Floats:
        """(m,) the stubbornness after one more observation; 1 while nothing is known.

        Args:
            messages: The messages that arrived in the last exchange of the round.
            own: (n, d) the value of each daemon after the round, which it tells its neighbors in the next one.
        """
        heard = (messages.admission > 0)[:, None]
        values = np.where(heard, np.clip(messages.payload, -LARGEST_PAYLOAD, LARGEST_PAYLOAD), np.nan)
        if self._last is not None and self._pull is not None:
            moved = (values - self._last) * self._pull
            known: Bools = np.asarray(~np.isnan(moved).any(axis=1))
            self._response = _averaged(self._response, moved.sum(axis=1), known)
            self._energy = _averaged(self._energy, (self._pull**2).sum(axis=1), known)
        self._pull = None if self._told is None else self._told[self._network.receivers] - values
        self._last, self._told = values, own
        follows = np.divide(self._response, self._energy, out=np.zeros(len(values)), where=self._energy > 0)
        return frozen(1.0 - np.clip(follows, 0.0, 1.0))


def _averaged(before: Floats, new: Floats, known: Bools) -> Floats:
    return np.where(known, (1 - EWMA_WEIGHT) * before + EWMA_WEIGHT * new, before)
