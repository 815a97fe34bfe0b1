"""Isolate daemons whose behavior is covered by detectors of what was not seen in the warm-up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.immunity import NegativeSelection, Quarantine, SelfRows, UnitCube
from swarmsec.teams import BlueView, Bools, Defense, Ge, Help, Interval, Surface, Unit, Vantage

_SEEN = ("distance", "deviation", "deviation_ewma")


@dataclass(kw_only=True)
class NegativeSelectionDefense(Defense):
    """V-detector negative selection on three features of every daemon (Ji & Dasgupta, GECCO 2004).

    Self are the rows of distance, deviation and its moving average of all daemons in the warm-up, at most 2,000, mapped
    into the unit cube (`UnitCube`). `NegativeSelection` covers the rest of it with balls. A daemon that one covers in
    `confirm` rounds in a row, or that sends a non-finite message, is isolated, the deepest covered first, and
    released after `release_after` rounds outside. It needs no example of an attack, and gives no rate of false alarms.
    On these features the distance to the nearest row of self, a k-nearest-neighbor detector, finds as much without
    random detectors; at equal cost without an attack a CUSUM by edge prevents as much, and more in an auction. A lie
    within the self radius of what was usual is not found, nor is one that was told in the warm-up.
    """

    ignores = False
    vantage = Vantage.MONITOR
    sees = Surface.SIGNAL | Surface.MESSAGE | Surface.DAEMON

    self_radius: Annotated[float, Interval(gt=0, lt=1), Help("How far around a row of self is self, in the cube.")] = (
        0.1
    )
    coverage: Annotated[float, Interval(gt=0, lt=1), Unit("share"), Help("Of non-self that detectors cover.")] = 0.99
    detectors_max: Annotated[int, Interval(ge=1, le=10_000), Help("The largest number of detectors.")] = 200
    confirm: Annotated[int, Ge(1), Unit("rounds"), Help("Anomalous rounds in a row before isolation.")] = 3
    release_after: Annotated[int, Ge(1), Unit("rounds"), Help("Normal rounds in a row before release.")] = 10
    warm_up: Annotated[int, Ge(2), Unit("rounds"), Help("Rounds whose behavior is self.")] = 200

    def begin(self, blue: BlueView) -> None:
        """There is no self yet."""
        self._rows = SelfRows(self.warm_up, blue.rng)
        self._cube: UnitCube | None = None
        self._detectors = NegativeSelection(
            blue.rng, self_radius=self.self_radius, coverage=self.coverage, detectors_max=self.detectors_max
        )
        self._quarantine = Quarantine(blue.n, confirm=self.confirm, release_after=self.release_after)

    def respond(self, blue: BlueView) -> None:
        """Collect self in the warm-up; then detect, isolate and release."""
        features, joined = blue.features, blue.joined
        rows = features.columns(_SEEN)
        if blue.round < self.warm_up:
            self._rows.add(rows, joined)
            return
        if self._cube is None:
            own = self._rows.take()
            self._cube = UnitCube(own)
            self._detectors.fit(self._cube.place(own))
        depth = np.where(joined, self._detectors.score(self._cube.place(rows)), -np.inf)
        anomalous: Bools = (depth > 0.0) | (features.non_finite & joined)
        isolated = blue.quarantined
        verdict = self._quarantine.look(anomalous, isolated)
        if not (anomalous.any() or isolated.any()):
            return
        blue.alarm(np.flatnonzero(anomalous), np.maximum(depth[anomalous], 0.0))
        blue.release(verdict.release)
        blue.isolate(verdict.isolate[np.argsort(-depth[verdict.isolate], kind="stable")])
