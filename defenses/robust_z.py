"""Ignore neighbors whose messages stay far from those of a daemon's other neighbors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.immunity import EdgeVerdicts, WarmUp, message_deviations
from swarmsec.teams import BlueView, Defense, Floats, Ge, Gt, Help, Surface, Unit, Vantage


@dataclass(kw_only=True)
class RobustZ(Defense):
    """A daemon ignores a neighbor whose robust z stays above the threshold, until its messages are normal again.

    z = |x_j − m_i| / max(σ_i, u_i), with m_i and σ_i the median and 1.4826 MAD of the messages that arrived at daemon i
    (Iglewicz & Hoaglin 1993; Leys et al. 2013), and u_i the median of its own σ_i over the `warm_up`: a few neighbors
    may agree by chance. Of several components the largest z counts. A non-finite message is suspicious. While fewer
    than half of a neighborhood lie, m_i is among honest messages; a lying majority gets the honest ones ignored. It
    does not detect a lie within the threshold, however long it lasts.
    """

    vantage = Vantage.LOCAL
    sees = Surface.MESSAGE | Surface.DAEMON | Surface.SIGNAL

    threshold: Annotated[
        float, Gt(0), Unit("robust deviations"), Help("The distance above which a message is suspicious.")
    ] = 5.0
    warm_up: Annotated[int, Ge(0), Unit("rounds"), Help("Rounds in which it measures the usual deviation.")] = 200
    confirm: Annotated[int, Ge(1), Unit("messages"), Help("Suspicious messages in a row before it ignores.")] = 2
    release_after: Annotated[int, Ge(1), Unit("messages"), Help("Normal messages in a row before it heeds again.")] = 5

    def begin(self, blue: BlueView) -> None:
        """Nothing is known, and nobody ignored."""
        self._seen = WarmUp(self.warm_up)
        self._usual: Floats | float = 0.0
        self._verdicts = EdgeVerdicts(blue.network, confirm=self.confirm, release_after=self.release_after)

    def respond(self, blue: BlueView) -> None:
        """Measure in the warm-up; ignore and heed after it."""
        distance, spread, non_finite = message_deviations(blue.inbox)
        if blue.round < self.warm_up:
            self._seen.add(blue.round, spread)
            return
        if self._seen:
            self._usual = self._seen.center_and_deviation()[0]
        scale = np.maximum(spread, self._usual)[blue.network.receivers]
        far: Floats = (np.abs(distance) / scale).max(axis=1)
        verdict = self._verdicts.look(blue.network, (far > self.threshold) | non_finite, ~np.isnan(far) | non_finite)
        if len(verdict.ignore):
            blue.ignore(verdict.ignore)
        if len(verdict.heed):
            blue.heed(verdict.heed)
