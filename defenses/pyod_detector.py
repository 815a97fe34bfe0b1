"""Detect anomalous behavior with any pyod detector, and isolate daemons that stay anomalous."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

import numpy as np

from swarmsec.errors import ParameterError
from swarmsec.immunity import LARGEST_SCORE, BatchInvariantDetector, Quarantine, p_values, try_detector
from swarmsec.teams import BlueView, Bools, Defense, Floats, Ge, Help, Interval, Surface, Unit, Vantage


@dataclass(kw_only=True)
class PyodDetector(Defense):
    """Fit a pyod detector to the behavior during the warm-up, calibrate it, and quarantine daemons by its alarms.

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

    detector: Annotated[str, Help("A pyod class or module: MCD, KNN, ECOD, ...")] = "MCD"
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
        self._fitted = blue.rng.permutation(blue.n) < max(1, blue.n // 2)
        self._turn = blue.rng.permutation(blue.n) % self.stride
        self._seen: list[tuple[Floats, Floats]] = []
        self._calibration: Floats | None = None
        self._score = np.zeros(blue.n)
        self._quarantine = Quarantine(blue.n, confirm=self.confirm, release_after=self.release_after)

    def respond(self, blue: BlueView) -> None:
        """Collect features in the warm-up; score, isolate and release after it."""
        if blue.round < self.settle:
            return
        features, joined = blue.features, blue.joined
        if blue.round < self.warm_up:
            self._collect(features.values[joined], self._fitted[joined], blue.rng)
            return
        if self._calibration is None:
            self._calibration = self._learn(blue.rng)
        checked = np.flatnonzero((self._turn == blue.round % self.stride) & joined)
        scores = self._detector.score(features.values[checked])
        least = 1.0 / (1.0 + len(self._calibration))
        anomalous = (p_values(self._calibration, scores) <= max(self.rate, least)) | features.non_finite[checked]
        blue.alarm(checked[anomalous], np.minimum(scores[anomalous], LARGEST_SCORE))
        isolated = blue.quarantined
        verdict = self._quarantine.look(anomalous, isolated[checked], checked)
        self._score[checked] = scores
        pool = np.union1d(np.setdiff1d(np.flatnonzero(isolated), verdict.release), verdict.isolate)
        most = min(int(self.share_max * blue.n), blue.quarantine_limit)
        worst = pool[np.argsort(-self._score[pool], kind="stable")][:most]
        blue.release(np.setdiff1d(np.flatnonzero(isolated), worst))
        blue.isolate(np.setdiff1d(worst, np.flatnonzero(isolated)))

    def _collect(self, values: Floats, fitted: Bools, rng: np.random.Generator) -> None:
        """Keep some rows: over the warm-up about `rows_max` to fit to, and four times as many to calibrate."""
        rounds = self.warm_up - self.settle
        fitted = fitted if fitted.any() else ~fitted
        others = fitted if fitted.all() else ~fitted
        fit, calibrate = -(-self.rows_max // rounds), -(-4 * self.rows_max // rounds)
        self._seen.append((_at_most(fit, values[fitted], rng), _at_most(calibrate, values[others], rng)))

    def _learn(self, rng: np.random.Generator) -> Floats:
        """Fit to half of the daemons, and return the sorted calibration scores of the others."""
        fit, calibrate = (np.concatenate(rows) for rows in zip(*self._seen, strict=True))
        self._seen = []
        self._detector.fit(fit, calibrate)
        scores = np.sort(self._detector.score(calibrate))
        if not np.isfinite(scores).all():
            raise ParameterError(f"{self.detector} has no finite score for a normal daemon", where="detector")
        return scores


def _at_most(count: int, rows: Floats, rng: np.random.Generator) -> Floats:
    """All rows, or `count` of them drawn at random."""
    return rows if len(rows) <= count else rows[rng.choice(len(rows), size=count, replace=False)]
