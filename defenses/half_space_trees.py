"""Isolate daemons whose behavior falls into cells of half-space trees that hold little of the warm-up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from swarmsec.errors import ParameterError
from swarmsec.immunity import HalfSpaceTrees, Quarantine, TrainingRows, check_river, p_values
from swarmsec.teams import BlueView, Defense, Floats, Ge, Help, Interval, Surface, Unit, Vantage


@dataclass(kw_only=True)
class HalfSpaceTreesMonitor(Defense):
    """A monitor scores the features of daemons by half-space trees, and isolates those that stay anomalous.

    Random trees split the space of features; a row in cells with few rows of the warm-up has a high score (Tan, Ting &
    Liu, IJCAI 2011). They are fitted to half of the daemons, and calibrated with the others: an alarm is a conformal
    p-value of at most `rate`, or a non-finite message. Each daemon is checked every `stride` rounds. Trees split one
    feature at a time, at random: a row that is far away in a single one of ten is found less often than by a distance.
    It guarantees no limit of damage.
    """

    ignores = False
    vantage = Vantage.MONITOR
    sees = Surface.SIGNAL | Surface.MESSAGE | Surface.DAEMON

    package: Annotated[
        Literal["numpy", "river"], Help("What grows the trees; the package river is an optional extra.")
    ] = "numpy"
    trees: Annotated[int, Ge(1), Unit("trees"), Help("The number of trees.")] = 25
    height: Annotated[int, Interval(ge=1, le=15), Unit("splits"), Help("The number of splits above a cell.")] = 8
    warm_up: Annotated[int, Ge(10), Unit("rounds"), Help("Rounds whose rows it is fitted to and calibrated with.")] = (
        200
    )
    settle: Annotated[int, Ge(0), Unit("rounds"), Help("The first rounds of the warm-up, which it ignores.")] = 5
    stride: Annotated[int, Ge(1), Unit("rounds"), Help("Rounds between two checks of a daemon.")] = 5
    rate: Annotated[
        float, Interval(gt=0, lt=1), Unit("share"), Help("The share of checks of normal daemons with a false alarm.")
    ] = 0.005
    confirm: Annotated[int, Ge(1), Unit("checks"), Help("Anomalous checks in a row before isolation.")] = 2
    release_after: Annotated[int, Ge(1), Unit("checks"), Help("Normal checks in a row before release.")] = 4
    rows_max: Annotated[int, Ge(50), Unit("rows"), Help("The largest number of rows that it is fitted to.")] = 500

    def __post_init__(self) -> None:
        if self.package == "river":
            check_river()
        if self.settle >= self.warm_up:
            raise ParameterError(f"{self.settle} given; must be below the warm-up of {self.warm_up}", where="settle")

    def begin(self, blue: BlueView) -> None:
        """Draw the daemons to fit to, while the others are for calibration, and the round of each daemon's check."""
        seed, rounds = int(blue.rng.integers(2**31)), self.warm_up - self.settle
        self._trees = HalfSpaceTrees(trees=self.trees, height=self.height, seed=seed, package=self.package)
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
            fit, calibrate = self._rows.split()
            self._trees.fit(fit)
            self._calibration = np.sort(self._trees.score(calibrate))
        checked, isolated = np.flatnonzero((self._turn == blue.round % self.stride) & joined), blue.quarantined
        scores = self._trees.score(features.values[checked])
        least = 1.0 / (1.0 + len(self._calibration))
        anomalous = (p_values(self._calibration, scores) <= max(self.rate, least)) | features.non_finite[checked]
        self._score[checked] = scores
        verdict = self._quarantine.look(anomalous, isolated[checked], checked)
        if not (anomalous.any() or isolated.any()):
            return
        blue.alarm(checked[anomalous], scores[anomalous])
        verdict = verdict.within(blue.quarantine_limit, isolated=isolated, scores=self._score)
        blue.release(verdict.release)
        blue.isolate(verdict.isolate)
