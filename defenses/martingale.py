"""Isolate daemons against whose usual behavior a conformal martingale has collected enough evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.immunity import PowerMartingale, Quarantine, Whitener, p_values
from swarmsec.teams import BlueView, Defense, Floats, Ge, Gt, Help, Surface, Unit, Vantage

_ROWS_MAX = 5_000
"""The largest number of residuals that p-values are computed with."""


@dataclass(kw_only=True)
class MartingaleMonitor(Defense):
    """A monitor bets against each daemon's usual deviation, and isolates it when the bets have multiplied enough.

    z = the feature `deviation` of a daemon, whitened by the first two thirds of the `warm_up` (`Whitener`); p = its
    conformal p-value, two-sided, among all |z| of the last third; M = the mixture of power martingales Π ε p^(ε − 1)
    with restarts (`PowerMartingale`; Vovk, Nouretdinov, Gammerman 2003; Volkhonskiy et al. 2017). An alarm is
    M ≥ `odds`, after which M begins again: if the whitened deviations of all daemons are exchangeable, the mean time
    between two false alarms of a daemon is at least `odds` rounds. In a short warm-up the estimates of its own center
    and deviation are not exact, so that it is less. It needs no number of alarms in a row. It does not detect behavior
    that was there in the warm-up, or that leaves the mean of a daemon's messages as it was.
    """

    ignores = False
    vantage = Vantage.MONITOR
    sees = Surface.SIGNAL | Surface.MESSAGE | Surface.DAEMON

    odds: Annotated[float, Gt(1), Unit("rounds"), Help("The evidence that isolates: rounds to a false alarm.")] = 1e5
    warm_up: Annotated[int, Ge(9), Unit("rounds"), Help("Rounds in which it learns what is usual.")] = 200
    release_after: Annotated[int, Ge(1), Unit("rounds"), Help("Rounds without an alarm before release.")] = 20

    def begin(self, blue: BlueView) -> None:
        """Nothing is known, and there is no evidence."""
        self._whitener = Whitener(blue.n)
        self._martingale = PowerMartingale(blue.n)
        self._seen: list[Floats] = []
        self._calibration = np.empty(0)
        self._score = np.zeros(blue.n)
        self._quarantine = Quarantine(blue.n, confirm=1, release_after=self.release_after)

    def respond(self, blue: BlueView) -> None:
        """Learn and calibrate in the warm-up; bet, isolate and release after it."""
        features, joined, learned = blue.features, blue.joined, 2 * self.warm_up // 3
        x = np.where(joined, features.column("deviation"), np.nan)
        if blue.round < learned:
            self._whitener.collect(x)
            return
        if blue.round == learned:
            self._whitener.learn()
        surprise = np.abs(self._whitener.whiten(x))
        if blue.round < self.warm_up:
            self._seen.append(surprise[np.isfinite(surprise)])
            return
        if self._seen:
            every = np.concatenate(self._seen)
            self._calibration, self._seen = np.sort(every[:: -(-len(every) // _ROWS_MAX)]), []
        p = np.where(np.isnan(surprise), np.nan, p_values(self._calibration, surprise))
        logs = self._martingale.observe(p)
        alarmed = joined & ((logs >= np.log(self.odds)) | features.non_finite)
        isolated = blue.quarantined
        verdict = self._quarantine.look(alarmed, isolated)
        if not (alarmed.any() or isolated.any()):
            return
        self._martingale.reset(alarmed)
        blue.alarm(np.flatnonzero(alarmed), logs[alarmed])
        self._score[alarmed] = logs[alarmed]
        verdict = verdict.within(blue.quarantine_limit, isolated=isolated, scores=self._score)
        blue.release(verdict.release)
        blue.isolate(verdict.isolate)
