"""Ignore neighbors whose messages have shifted against those of a daemon's other neighbors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from swarmsec.immunity import (
    EdgeMemory,
    Whitener,
    message_deviations,
    places_on,
    sequential_test,
    simulated_threshold,
)
from swarmsec.network import Network
from swarmsec.teams import BlueView, Defense, Floats, Ge, Gt, Help, Interval, Ints, Surface, Unit, Vantage


@dataclass(kw_only=True)
class CusumByEdge(Defense):
    """A daemon adds up how far each neighbor's messages are from where they usually are, and ignores who has shifted.

    x = the message minus the median of those that arrived at the same receiver; z = x whitened by an autoregression of
    order 1 that the receiver fits in the `warm_up` (`Whitener`). The test of z is a CUSUM, S ← max(0, S ± z − shift/2)
    (Page 1954), an EWMA (Roberts 1959) or Page–Hinkley (Hinkley 1971). After an alarm the edge is ignored and its test
    begins again; it is heeded after `release_after` rounds without an alarm. The threshold is simulated so that `rate`
    is the share of edges with a false alarm in 100 rounds, for normal noise with an autocorrelation of ½ in
    neighborhoods of 8; measured, it was five times as large in those of 4, and up to six times at an autocorrelation of
    0.8 after 25 rounds of warm-up. It finds small lasting shifts that no single message shows. It does not detect a lie
    told since the warm-up, one that grows as slowly as the noise allows, or any against a lying majority.
    """

    vantage = Vantage.LOCAL
    sees = Surface.MESSAGE | Surface.DAEMON | Surface.SIGNAL

    test: Annotated[Literal["cusum", "ewma", "page_hinkley"], Help("The test over time.")] = "cusum"
    shift: Annotated[float, Gt(0), Unit("deviations"), Help("The shift that it is to find.")] = 2.0
    rate: Annotated[
        float, Interval(gt=0, lt=1), Unit("share"), Help("The share of edges with a false alarm within 100 rounds.")
    ] = 0.001
    warm_up: Annotated[int, Ge(3), Unit("rounds"), Help("Rounds in which it learns what is usual on each edge.")] = 200
    release_after: Annotated[int, Ge(1), Unit("rounds"), Help("Rounds without an alarm before it heeds again.")] = 10

    def begin(self, blue: BlueView) -> None:
        """Set the threshold; nobody is ignored."""
        self._threshold = simulated_threshold(self.test, shift=self.shift, rate=self.rate, warm_up=self.warm_up)
        self._whitener: Whitener | None = None
        self._quiet = EdgeMemory(blue.network)
        self._network = blue.network

    def respond(self, blue: BlueView) -> None:
        """Learn in the warm-up; ignore and heed after it."""
        x, _, non_finite = message_deviations(blue.inbox)
        edges, width = x.shape
        if self._whitener is None:
            self._whitener = Whitener(x.size, groups=_by_component(blue.network.receivers, width))
            self._tests = sequential_test(self.test, x.size, shift=self.shift, warm_up=self.warm_up)
        if blue.network is not self._network:
            self._follow(blue.network, width)
        if blue.round < self.warm_up:
            self._whitener.collect(x.ravel())
            return
        if blue.round == self.warm_up:
            self._whitener.learn()
        scores: Floats = self._tests.observe(self._whitener.whiten(x.ravel())).reshape(edges, width).max(axis=1)
        alarmed = (scores > self._threshold) | non_finite
        quiet = np.where(alarmed, 0.0, self._quiet.on(blue.network) + 1.0)
        self._quiet.keep(quiet)
        if alarmed.any():
            self._tests.reset(np.repeat(alarmed, width))
            blue.ignore(np.flatnonzero(alarmed))
        again = np.flatnonzero(quiet == self.release_after)
        if len(again):
            blue.heed(again)

    def _follow(self, network: Network, width: int) -> None:
        """Go on with the streams of a network that identities have joined."""
        assert self._whitener is not None
        streams = _by_component(places_on(network, self._network), width)
        self._whitener.extend(streams, network.m * width, _by_component(network.receivers, width))
        self._tests.extend(streams, network.m * width)
        self._network = network


def _by_component(numbers: Ints, width: int) -> Ints:
    """(k,) → (k · width,) a number for every component of each of k things."""
    return np.add.outer(numbers * width, np.arange(width)).ravel().astype(np.int32)
