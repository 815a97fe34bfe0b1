"""Detect anomalous behavior with any detector of pyod or scikit-learn, and isolate daemons that stay anomalous."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

import numpy as np

from swarmsec.errors import ParameterError
from swarmsec.immunity import LARGEST_SCORE, BatchInvariantDetector, Quarantine, TrainingRows, p_values, try_detector
from swarmsec.teams import BlueView, Defense, Floats, Ge, Help, Interval, Surface, Unit, Vantage


@dataclass(kw_only=True)
class PyodDetector(Defense):
    """Fit a detector to the behavior during the warm-up, calibrate it, and quarantine daemons by its alarms.

    Rows are the behavioral features of one daemon in one round (`swarmsec.immunity.FEATURES`). The detector is fitted
    once, to half of the daemons, and calibrated with the other half. A daemon raises an alarm if its conformal p-value
    (Vovk, Gammerman, Shafer 2005) is at most `rate`, or if it sent a non-finite message; so `rate` is the share of
    checks of normal daemons that end in a false alarm, provided that they behave as in the warm-up. With fewer than
    1/rate − 1 rows for calibration the rate is one in their number. Each daemon is checked every `stride` rounds, a
    different share of them in every round, so that the results do not depend on the round in which an attack begins.
    If more are suspected than may be isolated, those with the highest scores are. The score of a row does not depend on
    other rows. It guarantees no limit of damage. MCD is fast. KNN detects more, in ten times the time. HBOS and PCA
    saturate outside the range of their training data, and detect little.
    """

    ignores = False
    vantage = Vantage.MONITOR
    sees = Surface.SIGNAL | Surface.MESSAGE | Surface.DAEMON

    detector: Annotated[
        str, Help("A pyod class or module (MCD, KNN, ...), or a scikit-learn class (IsolationForest, ...).")
    ] = "MCD"
    parameters: Annotated[dict[str, bool | int | float | str], Help("Arguments of the detector's constructor.")] = (
        field(default_factory=dict)
    )
    warm_up: Annotated[int, Ge(20), Unit("rounds"), Help("Rounds whose data it is fitted to and calibrated with.")] = (
        200
    )
    settle: Annotated[int, Ge(0), Unit("rounds"), Help("The first rounds of the warm-up, which it ignores.")] = 50
    stride: Annotated[int, Ge(1), Unit("rounds"), Help("Rounds between two checks of a daemon.")] = 10
    rate: Annotated[
        float, Interval(gt=0, lt=1), Unit("share"), Help("The share of checks of normal daemons with a false alarm.")
    ] = 0.001
    confirm: Annotated[int, Ge(1), Unit("checks"), Help("Anomalous checks in a row before isolation.")] = 2
    share_max: Annotated[
        float, Interval(gt=0, le=1), Unit("share"), Help("The largest share of the swarm that it isolates.")
    ] = 0.3
    release_after: Annotated[int, Ge(1), Unit("checks"), Help("Normal checks in a row before release.")] = 4
    rows_max: Annotated[
        int, Ge(50), Unit("rows"), Help("The largest number of rows that the detector is fitted to.")
    ] = 2000

    def __post_init__(self) -> None:
        try_detector(self.detector, self.parameters)
        if self.settle >= self.warm_up:
            raise ParameterError(
                f"{self.settle} given; this leaves no round for learning before round {self.warm_up}", where="settle"
            )

    def begin(self, blue: BlueView) -> None:
        """Draw the daemons to fit to, while the others are for calibration, and the round of each daemon's check."""
        seed = int(blue.rng.integers(2**31))
        self._detector = BatchInvariantDetector(self.detector, self.parameters, seed=seed)
        rounds = self.warm_up - self.settle
        self._rows = TrainingRows(blue.n, rounds=rounds, rows_max=self.rows_max, rng=blue.rng)
        self._turn = blue.rng.permutation(blue.n) % self.stride
        self._calibration: Floats | None = None
        self._score = np.zeros(blue.n)
        self._quarantine = Quarantine(blue.n, confirm=self.confirm, release_after=self.release_after)

    def respond(self, blue: BlueView) -> None:
        """Collect features in the warm-up; score, isolate and release after it."""
        if blue.round < self.settle:
            return
        features, joined = blue.features, blue.joined
        if blue.round < self.warm_up:
            self._rows.add(features.values, joined)
            return
        if self._calibration is None:
            self._calibration = self._learn()
        checked = np.flatnonzero((self._turn == blue.round % self.stride) & joined)
        scores = self._detector.score(features.values[checked])
        least = 1.0 / (1.0 + len(self._calibration))
        anomalous = (p_values(self._calibration, scores) <= max(self.rate, least)) | features.non_finite[checked]
        isolated = blue.quarantined
        verdict = self._quarantine.look(anomalous, isolated[checked], checked)
        self._score[checked] = scores
        if not (anomalous.any() or isolated.any()):
            return
        blue.alarm(checked[anomalous], np.minimum(scores[anomalous], LARGEST_SCORE))
        most = min(int(self.share_max * blue.n), blue.quarantine_limit)
        verdict = verdict.within(most, isolated=isolated, scores=self._score)
        blue.release(verdict.release)
        blue.isolate(verdict.isolate)

    def _learn(self) -> Floats:
        """Fit to half of the daemons, and return the sorted calibration scores of the others."""
        fit, calibrate = self._rows.split()
        self._detector.fit(fit, calibrate)
        scores = np.sort(self._detector.score(calibrate))
        if not np.isfinite(scores).all():
            raise ParameterError(f"{self.detector} has no finite score for a normal daemon", where="detector")
        return scores
