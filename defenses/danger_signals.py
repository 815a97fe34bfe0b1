"""Ignore an anomalous neighbor only while the daemon itself is in danger, and not if its neighbors change together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.immunity import EdgeBaseline, EdgeMemory, OwnDanger, own_figures
from swarmsec.teams import BlueView, Defense, Floats, Ge, Gt, Help, Interval, Surface, Unit, Vantage


@dataclass(kw_only=True)
class DangerSignals(Defense):
    """A robust z on every edge that acts only with a second signal, the receiver's own danger.

    A message on edge e is anomalous if the moving average of its |z_e| is above `threshold`, where z_e is its change
    from the edge's usual value in units of its receiver's usual deviation (`EdgeBaseline`). The receiver ignores it if
    its own danger (`OwnDanger` of proposal minus signal, and of the figures that the world shows to it) is above
    `danger` as well: costimulation. If at least the share `tolerance` of its neighbors is anomalous at once, it takes
    that for a change of the environment and ignores none: tolerance. An ignored neighbor is heard again when its
    average is below half of the threshold. Danger model: Matzinger, Annual Review of Immunology 1994; Aickelin &
    Cayzer, ICARIS 2002. With `danger` 0 and `tolerance` 1 it is a plain robust z, which finds as much or more. At a low
    threshold it raises a fifth as many false alarms in `arena_beliefs`; in `arena_auction`, where all bids respond to
    each other, it raises no fewer. At thresholds at which neither costs anything, a CUSUM on the same messages prevents
    as much. It has no effect on a lie that leaves the receiver's own figures as usual, or that most of its neighbors
    tell.
    """

    vantage = Vantage.LOCAL
    sees = Surface.MESSAGE | Surface.DAEMON | Surface.SIGNAL

    threshold: Annotated[
        float, Gt(0), Unit("deviations"), Help("The average |z| above which a neighbor is ignored.")
    ] = 5.0
    danger: Annotated[float, Ge(0), Unit("deviations"), Help("The own danger that is needed; 0 for none.")] = 2.0
    tolerance: Annotated[
        float, Interval(gt=0, le=1), Unit("share"), Help("The share of neighbors that is tolerated.")
    ] = 0.5
    weight: Annotated[float, Interval(gt=0, le=1), Help("The weight of the newest z in the moving average.")] = 0.3
    warm_up: Annotated[int, Ge(2), Unit("rounds"), Help("Rounds in which it learns what is usual.")] = 200

    def begin(self, blue: BlueView) -> None:
        """Nothing is usual yet."""
        self._edges, self._own = EdgeBaseline(blue.network), OwnDanger(blue.n)
        self._average = EdgeMemory(blue.network)
        self._signals: Floats | None = None

    def filter_signals(self, signals: Floats, blue: BlueView) -> Floats:
        """Note each daemon's own signal."""
        self._signals = signals
        return signals

    def respond(self, blue: BlueView) -> None:
        """Learn in the warm-up; then ignore neighbors on whom both signals agree."""
        network, features = blue.network, blue.features
        outcomes = {} if blue.observed is None else blue.observed.own
        own = own_figures(blue.proposals, self._signals, outcomes)
        distance = features.column("distance")[:, None]
        if blue.round < self.warm_up:
            self._edges.collect(distance, network)
            self._own.collect(own)
            return
        z = np.abs(self._edges.standardize(distance, network)[:, 0])
        average = (1 - self.weight) * self._average.on(network) + self.weight * np.minimum(z, 10 * self.threshold)
        self._average.keep(average)
        anomalous = (average > self.threshold) | features.non_finite
        share = np.bincount(network.receivers, anomalous, minlength=blue.n) / np.maximum(network.degrees, 1)
        acts = (self._own.observe(own) >= self.danger) & (share < self.tolerance)
        blue.ignore(np.flatnonzero(anomalous & acts[network.receivers] & ~blue.ignored))
        blue.heed(np.flatnonzero((average < self.threshold / 2) & ~features.non_finite & blue.ignored))
