"""Quarantine neighbors that deviate, in steps, and readmit those that behave again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.immunity import EdgeMemory, Granuloma, arrived, deviations, within_quorum
from swarmsec.teams import BlueView, Defense, Floats, Ge, Gt, Help, Interval, Messages, Surface, Unit, Vantage


@dataclass(kw_only=True)
class GranulomaQuarantine(Defense):
    """A daemon weakens, isolates, probes and readmits each of its neighbors by how far its messages deviate.

    A message is suspicious if it is farther than `threshold` robust deviations from the median of what its receiver
    heard. Each one in a row halves the sender's weight; `confirm` isolate it for `hold` rounds, and for twice as long
    after every relapse, up to `longest`. Then it is observed until `release_after` normal messages readmit it (Ismail &
    Timmis, ICECCS 2010; Timmis, Ismail, Bjerknes, Winfield, BioSystems 146, 2016). A receiver goes on hearing at least
    a share `quorum` of its neighbors. The weights count under any aggregation rule: W-MSR drops its f from those that
    are left.

    With less than half of a neighborhood lying, the median is among honest values, so that a lie beyond the threshold
    is dropped after `confirm` rounds. A lie within it passes, a lying majority turns it against the honest ones, and it
    does not see false signals of which a daemon's neighbors hear no more than the daemon's proposal.
    """

    vantage = Vantage.LOCAL
    sees = Surface.DAEMON | Surface.MESSAGE

    threshold: Annotated[float, Gt(0), Unit("robust deviations"), Help("Beyond it a message is suspicious.")] = 4.0
    confirm: Annotated[int, Ge(1), Unit("rounds"), Help("Suspicious messages in a row before isolation.")] = 3
    hold: Annotated[int, Ge(1), Unit("rounds"), Help("How long the first isolation lasts.")] = 10
    release_after: Annotated[int, Ge(1), Unit("rounds"), Help("Normal messages in a row before readmission.")] = 5
    longest: Annotated[int, Ge(1), Unit("rounds"), Help("How long an isolation lasts at most.")] = 160
    quorum: Annotated[float, Interval(ge=0, le=1), Unit("share"), Help("The neighbors heard in any case.")] = 0.5

    def begin(self, blue: BlueView) -> None:
        """All neighbors are healthy."""
        self._steps = Granuloma(
            confirm=self.confirm, hold=self.hold, release_after=self.release_after, longest=self.longest
        )
        self._states = EdgeMemory(blue.network, columns=Granuloma.columns)
        self._scores = EdgeMemory(blue.network)

    def weigh(self, messages: Messages, blue: BlueView) -> Floats | None:
        """The weights of the last round's states, within the quorum; those beyond it count least."""
        weights = self._steps.weights(self._states.on(messages.network))
        dropped = weights == 0.0
        if not dropped.any():
            return None if (weights == 1.0).all() else weights
        scores = self._scores.on(messages.network)
        allowed = within_quorum(messages.network, dropped, messages.received, scores, self.quorum)
        return np.where(dropped & ~allowed, 0.5**6, weights)

    def respond(self, blue: BlueView) -> None:
        """Observe the messages of the round."""
        features = blue.features
        score = deviations(features)
        states = self._states.on(blue.network)
        self._states.keep(self._steps.look(states, score > self.threshold, arrived(features)))
        self._scores.on(blue.network)
        self._scores.keep(score)
