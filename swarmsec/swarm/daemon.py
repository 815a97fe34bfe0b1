"""A daemon: a Mesa agent that is a light view on one row of the swarm's arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa
import numpy as np

from swarmsec.arrays import Floats, Ints, read_only
from swarmsec.messages import Addressed, Inbox

if TYPE_CHECKING:
    from swarmsec.swarm.model import SwarmModel


class Daemon(mesa.Agent):  # type: ignore[misc]  # Mesa has no types.
    """One autonomous agent of the swarm.

    With the engine `agents` Mesa steps every daemon, and `speak` and `listen` here are what it does. A subclass may
    do otherwise: `build(..., daemon_class=MyDaemon)`.

    Attributes:
        row: Its number, from 0: its row in every (n, d) array.
    """

    model: SwarmModel

    def __init__(self, model: SwarmModel, row: int) -> None:
        super().__init__(model)
        self.row = row

    @property
    def belief(self) -> Floats:
        """(d,) what it proposes now. Empty before the first round."""
        state = self.model.state
        if state is None:
            return np.empty(0)
        return read_only(self.model.protocol.proposals(state[self.row : self.row + 1])[0])

    @property
    def neighbors(self) -> Ints:
        """(k,) whom it listens to."""
        return self.model.network.neighbors(self.row)

    def speak(self, own: Floats) -> Floats | Addressed:
        """What it tells its neighbors, given what it holds: (D,) → (w,) to all of them, or to each its own."""
        return self.model.protocol.speak_one(self.row, own)

    def listen(self, heard: Inbox, own: Floats, signal: Floats) -> Floats:
        """What it holds next, given what it heard, held and sensed: (D,) → (D,)."""
        return self.model.protocol.listen_one(self.row, heard, self.model.blue.rule, own=own, signal=signal)
