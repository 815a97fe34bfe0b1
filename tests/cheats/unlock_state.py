"""Make the arrays of the view writable, and write into them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from swarmsec.teams import Attack, Floats, Knowledge, RedView, Surface


@dataclass(kw_only=True)
class UnlockState(Attack):
    """Unlock signals, states and links of all daemons, and every array that they are views of, and overwrite them.

    It tells the truth through its hook, so that only the writing could do damage.
    """

    surface = Surface.SIGNAL
    knowledge = Knowledge.SIGNALS | Knowledge.TOPOLOGY

    def on_signals(self, readings: Floats, red: RedView) -> Floats:
        honest = readings.copy()
        for array in (readings, red.signals, red.state, red.targets, red.network.indices, red.network.indptr):
            while isinstance(array, np.ndarray):
                with suppress(ValueError):
                    array.flags.writeable = True
                    array[...] = -1
                array = array.base
        return honest
