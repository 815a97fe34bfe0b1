"""Stop all decisions for some rounds when figures move unusually fast."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.teams import BlueView, Floats, Ge, Governor, Gt, Help, Unit, Vantage


@dataclass(kw_only=True)
class CircuitBreaker(Governor):
    """When a figure moves within `window` rounds more than `factor` times as far as ever in the warm-up, nobody acts.

    The figures are the mean decision of each component, and what the world shows to all, such as a price. For `halt`
    rounds all daemons decide what the world calls neutral, or what they decided last; then the figures are watched
    anew. It is the halt of an exchange (Brady report 1988; NYSE Rule 80B). It also stops honest reactions to true news
    of a kind that the warm-up did not show, and a slow attack never trips it.
    """

    vantage = Vantage.MONITOR

    warm_up: Annotated[int, Ge(2), Unit("rounds"), Help("Rounds in which it learns how far figures move.")] = 200
    window: Annotated[int, Ge(1), Unit("rounds"), Help("The rounds in which a move is measured.")] = 10
    factor: Annotated[float, Gt(0), Help("How much farther than in the warm-up a figure may move.")] = 3.0
    halt: Annotated[int, Ge(1), Unit("rounds"), Help("How long nobody acts.")] = 20

    def begin(self, blue: BlueView) -> None:
        """Nothing was observed, and decisions are free."""
        self._seen: list[Floats] = []
        self._most: Floats | float = 0.0
        self._until = 0

    def govern(self, decisions: Floats, blue: BlueView) -> Floats:
        """Watch the figures, and stop all decisions while the halt lasts."""
        if blue.round >= max(self._until, 1):  # In round 0 the world has shown nothing yet.
            self._watch(self._figures(decisions, blue), blue.round)
        return self.standstill(decisions, blue) if blue.round < self._until else decisions

    def _watch(self, figures: Floats, round: int) -> None:
        """Compare the figures with those of the last rounds."""
        self._seen = [*self._seen[-self.window :], figures]
        moved = np.ptp(np.stack(self._seen), axis=0)
        if round < self.warm_up:
            self._most = np.maximum(self._most, moved)
        elif (moved > self.factor * self._most).any():
            self._until, self._seen = round + self.halt, []

    def _figures(self, decisions: Floats, blue: BlueView) -> Floats:
        """The mean decision, and the public figures of the last round."""
        public = {} if blue.observed is None else blue.observed.public
        shown = [value for _, value in sorted(public.items())]
        return np.concatenate([decisions[blue.joined].mean(axis=0), shown])
