"""Isolate daemons whose behavior stays far from that of the warm-up, by a trimmed Mahalanobis distance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.errors import ParameterError
from swarmsec.immunity import (
    LARGEST_SCORE,
    Quarantine,
    TrainingRows,
    TrimmedMahalanobis,
    benjamini_hochberg,
    p_values,
)
from swarmsec.teams import BlueView, Bools, Defense, Floats, Ge, Help, Interval, Surface, Unit, Vantage


@dataclass(kw_only=True)
class MahalanobisMonitor(Defense):
    """A monitor isolates daemons whose distance from usual behavior stays significant among all daemons.

    d² = (x − c)ᵀ S⁻¹ (x − c), with x the features of one daemon in one round (`swarmsec.immunity.FEATURES`), c and S
    those of the most central 75% of the rows of the warm-up (`TrimmedMahalanobis`; Rousseeuw & Van Driessen 1999). It
    is fitted to half of the daemons; with the rows of the others d gets a conformal p-value. Benjamini–Hochberg (1995)
    across the daemons keeps the expected share of false alarms among those of a round at `rate`, if daemons behave as
    in the warm-up. A non-finite message is an alarm. After `confirm` alarms in a row a daemon is isolated, and after
    `release_after` rounds without one it is released. Outliers in the warm-up do not move c and S, but they are among
    the rows for calibration, and lower the power. Honest daemons beside many liars look anomalous as well. It
    guarantees no limit of damage.
    """

    ignores = False
    vantage = Vantage.MONITOR
    sees = Surface.SIGNAL | Surface.MESSAGE | Surface.DAEMON

    warm_up: Annotated[int, Ge(10), Unit("rounds"), Help("Rounds whose rows it is fitted to and calibrated with.")] = (
        200
    )
    settle: Annotated[int, Ge(0), Unit("rounds"), Help("The first rounds of the warm-up, which it ignores.")] = 5
    rate: Annotated[
        float, Interval(gt=0, lt=1), Unit("share"), Help("The expected share of false alarms among those of a round.")
    ] = 0.05
    confirm: Annotated[int, Ge(1), Unit("rounds"), Help("Alarms in a row before isolation.")] = 2
    release_after: Annotated[int, Ge(1), Unit("rounds"), Help("Rounds without an alarm before release.")] = 5
    rows_max: Annotated[int, Ge(50), Unit("rows"), Help("The largest number of rows that it is fitted to.")] = 2000

    def __post_init__(self) -> None:
        if self.settle >= self.warm_up:
            raise ParameterError(f"{self.settle} given; must be below the warm-up of {self.warm_up}", where="settle")

    def begin(self, blue: BlueView) -> None:
        """Draw the daemons to fit to, while the others are for calibration."""
        rounds = self.warm_up - self.settle
        self._rows = TrainingRows(blue.n, rounds=rounds, rows_max=self.rows_max, rng=blue.rng)
        self._distance = TrimmedMahalanobis()
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
            fit, calibrate = self._rows.split()
            self._distance.fit(fit)
            self._calibration = np.sort(self._distance.score(calibrate))
        checked, isolated = np.flatnonzero(joined), blue.quarantined
        scores = np.minimum(self._distance.score(features.values[checked]), LARGEST_SCORE)
        anomalous = self._significant(scores) | features.non_finite[checked]
        self._score[checked] = scores
        verdict = self._quarantine.look(anomalous, isolated[checked], checked)
        if not (anomalous.any() or isolated.any()):
            return
        blue.alarm(checked[anomalous], scores[anomalous])
        verdict = verdict.within(blue.quarantine_limit, isolated=isolated, scores=self._score)
        blue.release(verdict.release)
        blue.isolate(verdict.isolate)

    def _significant(self, scores: Floats) -> Bools:
        """Benjamini–Hochberg over all daemons; with few rows for calibration, at the least rate that can find one."""
        assert self._calibration is not None
        least = len(scores) / (1.0 + len(self._calibration))
        return benjamini_hochberg(p_values(self._calibration, scores), max(self.rate, least))
