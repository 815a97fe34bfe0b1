"""Hijack daemons, and copy an honest one that stands out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.teams import Attack, Floats, Ge, Help, Knowledge, RedView, Surface, Unit


@dataclass(kw_only=True)
class Mimic(Attack):
    """Hold the proposal of one honest daemon, x = x_v, so that its view counts several times.

    Every single value is honest, so no rule can exclude it; the swarm loses the views of the others. The victim v is
    the honest daemon with the largest z · x_v, where z is the direction of the largest variance of the honest proposals
    (Karimireddy, He and Jaggi, ICLR 2022). Mean and direction are running means over the first `warm_up` rounds, by one
    power iteration a round; then the victim stays the same.
    """

    surface = Surface.DAEMON
    knowledge = Knowledge.SIGNALS
    threats = ("T12", "T13")

    warm_up: Annotated[int, Ge(1), Unit("rounds"), Help("The rounds until the victim is chosen for good.")] = 10

    def begin(self, red: RedView) -> None:
        """No victim is chosen yet."""
        self._victim, self._seen = -1, 0
        self._mean: Floats = np.zeros(0)
        self._direction: Floats = np.zeros(0)

    def on_round(self, red: RedView) -> None:
        """Update the direction and the victim, while it is on and still warms up."""
        honest = red.honest
        if red.strength == 0.0 or self._seen >= self.warm_up or not len(honest):
            return
        proposals, seen = red.state[honest], self._seen
        if not seen:
            self._direction, self._mean = red.rng.standard_normal(proposals.shape[1:]), np.zeros(proposals.shape[1])
        self._mean = (seen * self._mean + proposals.mean(axis=0)) / (seen + 1)
        centered = proposals - self._mean
        step = _unit(centered.T @ (centered @ self._direction))
        self._direction = _unit((seen * self._direction + step) / (seen + 1))
        self._victim, self._seen = int(honest[np.argmax(proposals @ self._direction)]), seen + 1

    def on_daemons(self, state: Floats, red: RedView) -> Floats:
        """Write the present proposal of the victim for all hijacked daemons."""
        return state if self._victim < 0 else np.broadcast_to(red.state[self._victim], state.shape)


def _unit(vector: Floats) -> Floats:
    length = float(np.linalg.norm(vector))
    return vector / length if length > 0.0 else vector
