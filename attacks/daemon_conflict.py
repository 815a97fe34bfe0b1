"""Give two groups of daemons goals that set them against each other: what one does, the other has to undo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.teams import Attack, Floats, Ge, Help, Knowledge, RedView, Selector, Surface, Unit


@dataclass(kw_only=True)
class DaemonConflict(Attack):
    """Move each target's signal away from what the other group proposes: s_i ← s_i + gain (x_i − mean x of the others).

    Each group reacts to the other's reaction, and no daemon is hijacked. Where all hear all, a daemon that weighs its
    signal by κ moves the gap between the groups to κ (T + 2 gain · gap) in a round, where T is the gap between their
    true signals. So the conflict settles if 2 κ gain < 1, and otherwise grows up to `limit`; two controllers that act
    on one plant destabilize each other in the same way. No paper is known for it.
    """

    surface = Surface.SIGNAL
    knowledge = Knowledge.SIGNALS
    threats = ("T5",)

    rivals: Annotated[Selector | None, Help("The second group, of the targets; every other target if none.")] = None
    gain: Annotated[float, Ge(0), Help("How strongly a group reacts to the other.")] = 3.0
    limit: Annotated[float, Ge(0), Unit("signal"), Help("The largest shift of a signal.")] = 5.0

    def on_signals(self, readings: Floats, red: RedView) -> Floats:
        """Shift the signals of both groups away from each other."""
        second = np.arange(len(readings)) % 2 == 1
        if self.rivals is not None:
            second = np.isin(red.targets, red.named("rivals"))
        held = red.state[red.targets]
        if second.all() or not second.any():
            return readings
        others = np.where(second[:, None], held[~second].mean(axis=0), held[second].mean(axis=0))
        shift: Floats = np.clip(self.gain * (held - others), -self.limit, self.limit)
        return readings + shift
