"""Take over a few daemons, then whoever trusts them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.teams import Attack, Floats, Ge, Help, Interval, RedView, Surface, Unit


@dataclass(kw_only=True)
class Hijack(Attack):
    """Lateral movement: every `dwell` rounds a hijacked daemon's channels open each listener with probability `spread`.

    Hijacked daemons say and hold `value`; strength moves them there from what they held before. This is the hijacked
    daemon that opens a swarm's whole negotiation: an epidemic along trust (a discrete SI process, the SIS process of
    Pastor-Satorras & Vespignani 2001 without recovery; one draw a listener), ended only by the rules of engagement.
    Quarantine does not end it: who is isolated can still steal credentials.
    """

    surface = Surface.DAEMON
    spreads = True

    value: Annotated[float, Unit("belief"), Help("What hijacked daemons hold.")] = -1.0
    dwell: Annotated[int, Ge(1), Unit("rounds"), Help("Rounds from one move to the next.")] = 10
    spread: Annotated[float, Interval(ge=0, le=1), Unit("probability"), Help("That a listener falls in a move.")] = 0.1

    def begin(self, red: RedView) -> None:
        """Nobody has moved yet."""
        self._moved_in = -1

    def on_daemons(self, state: Floats, red: RedView) -> Floats:
        """Move when it is time, then write what is held."""
        since = red.round - self.start
        if since > 0 and since % self.dwell == 0 and red.round != self._moved_in:
            self._moved_in = red.round
            listeners = np.setdiff1d(red.trusted_by(red.hijacked), red.hijacked)
            red.hijack(listeners[red.rng.random(len(listeners)) < self.spread])
        held = state.copy()
        held[red.hijacked] = (1.0 - red.strength) * red.before[red.hijacked] + red.strength * self.value
        return held
