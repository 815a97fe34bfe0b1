"""Detect anomalous behavior with any pyod detector, and isolate daemons that stay anomalous."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

import numpy as np

from swarmsec.errors import ParameterError
from swarmsec.immunity import BatchInvariantDetector, Quarantine, benjamini_hochberg, check_detector, p_values
from swarmsec.teams import BlueView, Defense, Floats, Ge, Help, Interval, Surface, Unit, Vantage


@dataclass(kw_only=True)
class PyodDetector(Defense):
    """Fit a pyod detector to the behavior during the warm-up, calibrate it, and quarantine daemons by its alarms.

    Rows are the behavioral features of one daemon in one round (`swarmsec.immunity.FEATURES`). The detector is fitted
    once, to half of the daemons, and calibrated with the other half: p-values are conformal, and alarms are controlled
    over daemons by Benjamini–Hochberg (Bates et al. 2023). That may miss a single liar, so a score above all
    calibration scores also raises an alarm. The score of a row does not depend on other rows. It controls the rate
    of false alarms without attacks, and guarantees no limit of damage. MCD is fast. KNN detects more, in ten times the
    time. HBOS and PCA saturate outside the range of their training data, and detect little.
    """

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
    stride: Annotated[int, Ge(1), Unit("rounds"), Help("Rounds between two checks.")] = 10
    rate: Annotated[
        float, Interval(gt=0, lt=1), Unit("share"), Help("The tolerated share of false alarms among alarms.")
    ] = 0.01
    confirm: Annotated[int, Ge(1), Unit("checks"), Help("Anomalous checks in a row before isolation.")] = 2
    share_max: Annotated[
        float, Interval(gt=0, le=1), Unit("share"), Help("The largest share of the swarm that it isolates.")
    ] = 0.3
    release_after: Annotated[int, Ge(1), Unit("checks"), Help("Normal checks in a row before release.")] = 4
    rows_max: Annotated[
        int, Ge(50), Unit("rows"), Help("The largest number of rows that the detector is fitted to.")
    ] = 2000

    def __post_init__(self) -> None:
        check_detector(self.detector)
        if not any(round % self.stride == 0 for round in range(self.settle, self.warm_up)):
            raise ParameterError(
                f"{self.settle} given; with a stride of {self.stride} this leaves no check before round {self.warm_up}",
                where="settle",
            )

    def begin(self, blue: BlueView) -> None:
        """Draw the daemons to fit to; the others are for calibration."""
        seed = int(blue.rng.integers(2**31))
        self._detector = BatchInvariantDetector(self.detector, self.parameters, seed=seed)
        self._fitted = blue.rng.permutation(blue.n) < max(1, blue.n // 2)
        self._seen: list[Floats] = []
        self._calibration: Floats | None = None
        self._quarantine = Quarantine(blue.n, confirm=self.confirm, release_after=self.release_after)

    def respond(self, blue: BlueView) -> None:
        """Collect features in the warm-up; score, isolate and release after it."""
        if blue.round < self.warm_up:
            if blue.round >= self.settle and blue.round % self.stride == 0:
                self._seen.append(blue.features.values)
            return
        if self._calibration is None:
            self._calibration = self._learn(blue.rng)
        if blue.round % self.stride:
            return
        scores = self._detector.score(blue.features.values)
        anomalous = benjamini_hochberg(p_values(self._calibration, scores), self.rate) | (
            scores > self._calibration[-1]
        )
        blue.accuse(np.flatnonzero(anomalous))
        verdict = self._quarantine.look(anomalous, blue.quarantined)
        blue.release(verdict.release)
        free = int(self.share_max * blue.n) - int(np.count_nonzero(blue.quarantined))
        blue.isolate(verdict.isolate[: max(free, 0)])

    def _learn(self, rng: np.random.Generator) -> Floats:
        """Fit to half of the daemons, and return the sorted calibration scores of the others."""
        others = self._fitted if self._fitted.all() else ~self._fitted
        self._detector.fit(_at_most(self.rows_max, np.concatenate([seen[self._fitted] for seen in self._seen]), rng))
        rows = _at_most(4 * self.rows_max, np.concatenate([seen[others] for seen in self._seen]), rng)
        self._seen = []
        return np.sort(self._detector.score(rows))


def _at_most(count: int, rows: Floats, rng: np.random.Generator) -> Floats:
    """All rows, or `count` of them drawn at random."""
    return rows if len(rows) <= count else rows[np.sort(rng.choice(len(rows), size=count, replace=False))]
