"""How far each daemon is from its peers, compared with how far it usually is."""

from __future__ import annotations

import os
from typing import NamedTuple

import numpy as np

from swarmsec.aggregation import MAD_TO_DEVIATION, neighborhood_spread
from swarmsec.arrays import Floats
from swarmsec.messages import Messages
from swarmsec.network import Network

_NARROWEST, _WIDEST = (
    float(os.environ.get("NA", "0.5")),
    float(os.environ.get("WI", "3")),
)  # A deviation is at least and at most so many times that of the median daemon.
_FARTHEST = float(
    os.environ.get("FA", "4")
)  # Deviations, over the swarm, that what is usual for a daemon differs from what is usual for most.
_TRAVEL = float(
    os.environ.get("TR", "3")
)  # Deviations that what is usual for a daemon moves from what the warm-up showed.


class Residual(NamedTuple):
    """What was seen of each daemon beside its peers.

    Attributes:
        z: (n, d) the difference to the peers, minus the usual difference, in usual deviations; 0 where unknown.
        least: (n, d) the same to the closest value between the usual difference of the daemon and that of most daemons.
        among: (n, d) the difference to the peers, in robust deviations of the differences of all daemons.
        expected: (n, d) the value that the daemon's peers let expect.
        deviation: (n, d) the usual deviation.
    """

    z: Floats
    least: Floats
    among: Floats
    expected: Floats
    deviation: Floats


class PeerResidual:
    """z = (x − m − c) / σ, with m the median of the neighbors' values now, and c and σ of x − m in a warm-up.

    Other than the distance to the neighbors alone it leaves out what makes a daemon lastingly different, and other than
    the distance to its own past alone what changes for all, such as news. c and σ are the median and 1.4826 MAD of each
    daemon. σ is kept within 0.5 and 3 times that of the median daemon, and c within 4 robust deviations of the c of
    most, so that who lies in the warm-up does not make its lie usual. After it c follows slowly, by at most 3 σ.

    Args:
        follow: The share of each normal residual by which c moves.
        normal: Residuals up to this are normal, in deviations.
    """

    def __init__(self, *, follow: float, normal: float) -> None:
        self._follow, self._normal = follow, normal
        self._seen: list[Floats] = []
        self.learned = False

    def collect(self, values: Floats, network: Network) -> None:
        """Keep what (n, d) values of the warm-up show; NaN where nothing was seen."""
        self._seen.append(values - neighborhood_spread(network, values).median)

    def learn(self) -> None:
        """Compute what is usual from the warm-up, and forget it. Nothing is learned if there was none."""
        if not self._seen:
            return
        seen, self._seen = np.stack(self._seen), []
        usual = np.nan_to_num(_median(seen))
        deviation = MAD_TO_DEVIATION * np.nan_to_num(_median(np.abs(seen - usual)))
        typical = np.median(deviation, axis=0)
        smallest = np.sqrt(np.finfo(np.float64).eps) * (1.0 + np.abs(usual).max(axis=0))
        self._deviation = np.maximum(np.clip(deviation, _NARROWEST * typical, _WIDEST * typical), smallest)
        center = self._center = np.median(usual, axis=0)
        width = MAD_TO_DEVIATION * np.median(np.abs(usual - center), axis=0)
        self._width = np.hypot(width, np.median(self._deviation, axis=0))
        width = _FARTHEST * np.maximum(width, np.median(self._deviation, axis=0))
        self._first = self._usual = np.clip(usual, center - width, center + width)
        self.learned = True

    def observe(self, values: Floats, network: Network) -> Residual:
        """What (n, d) values show, after `learn`; NaN where nothing is seen."""
        expected = neighborhood_spread(network, values).median + self._usual
        apart = np.nan_to_num(values - expected, posinf=np.inf, neginf=-np.inf)
        z = apart / self._deviation
        between = np.clip(
            apart + self._usual, np.minimum(self._usual, self._center), np.maximum(self._usual, self._center)
        )
        least = (apart + self._usual - between) / self._deviation
        among = (apart + self._usual - self._center) / self._width
        moved = self._usual + np.where(np.abs(z) <= self._normal, self._follow * apart, 0.0)
        far = _TRAVEL * self._deviation
        self._usual = np.clip(moved, self._first - far, self._first + far)
        return Residual(z, least, among, expected, self._deviation)


def mean_message(messages: Messages) -> Floats:
    """(n, d) the mean of what each sender told those whom its messages reached; NaN where it told nothing finite."""
    if messages.per_edge is None and messages.weights is None and messages.copies is None:
        return np.where(np.isfinite(messages.broadcast), messages.broadcast, np.nan)
    n, senders = messages.network.n, messages.senders
    told = messages.received & np.isfinite(messages.payload).all(axis=1)
    count = np.bincount(senders, told, minlength=n)
    sums = [np.bincount(senders, np.where(told, column, 0.0), minlength=n) for column in messages.payload.T]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.stack(sums, axis=1) / np.where(count > 0, count, np.nan)[:, None]


def _median(seen: Floats) -> Floats:
    """The medians over time of (t, n, d) values; NaN where none is known."""
    if np.isfinite(seen).all():
        return np.asarray(np.median(seen, axis=0))
    known = np.isfinite(seen).any(axis=0)
    found: Floats = np.full(seen.shape[1:], np.nan)
    found[known] = np.nanmedian(seen[:, known], axis=0)
    return found
