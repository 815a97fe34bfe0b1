"""Identities that may join: their rows behind those of the daemons in every array of the teams."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from swarmsec.arrays import Floats
from swarmsec.network import Join, Network


class Newcomers:
    """The identities of a network's reserve.

    They have no feed: the signal of one is 0 until it joins, and from then on the mean proposal of its peers at that
    moment. They do not act in the world, so that their decision is 0.
    """

    def __init__(self, network: Network) -> None:
        self._daemons, self._reserve = network.n, network.reserve
        self._feeds: Floats | None = None

    def with_feeds(self, signals: Floats) -> Floats:
        """(n, d) signals → (n + reserve, d)."""
        if not self._reserve:
            return signals
        if self._feeds is None:
            self._feeds = np.zeros((self._reserve, signals.shape[1]))
        return np.concatenate([signals, self._feeds])

    def with_zeros(self, values: Floats) -> Floats:
        """(n, ...) values → (n + reserve, ...)."""
        if not self._reserve:
            return values
        return np.concatenate([values, np.zeros((self._reserve, *values.shape[1:]))])

    def admit(self, joining: Sequence[Join], proposals: Floats) -> Floats:
        """Set the signals of identities that join.

        Args:
            joining: The identities, and the peers of each.
            proposals: (n + reserve, d) all proposals.

        Returns:
            (k, d) their signals.
        """
        assert self._feeds is not None, "identities join after a round"
        feeds = np.stack([proposals[peers].mean(axis=0) for _, peers in joining])
        self._feeds = self._feeds.copy()
        self._feeds[[identity - self._daemons for identity, _ in joining]] = feeds
        return feeds
