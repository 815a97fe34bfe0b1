"""A daemon: a Mesa agent that is a light view on one row of the swarm's arrays."""

from __future__ import annotations

import mesa
import numpy as np

from swarmsec.arrays import Floats, Ints, read_only
from swarmsec.messages import Addressed, Inbox
from swarmsec.swarm.interface import Swarm


class Daemon(mesa.Agent):  # type: ignore[misc]  # Mesa has no types.
    """One autonomous agent of the swarm.

    With the engine `agents` Mesa steps every daemon by its `speak` and `listen`. A subclass may override both:
    `build(..., daemon_class=MyDaemon)`.

    Attributes:
        model: The swarm, a `SwarmModel`.
        row: Its number, from 0: its row in every (n, d) array.
    """

    model: Swarm

    def __init__(self, model: Swarm, row: int) -> None:
        super().__init__(model)
        self.row = row

    @property
    def belief(self) -> Floats:
        """(d,) its current proposal. Empty before the first round."""
        state = self.model.state
        if state is None:
            return np.empty(0)
        return read_only(self.model.protocol.proposals(state[self.row : self.row + 1])[0])

    @property
    def neighbors(self) -> Ints:
        """(k,) the daemons that it listens to."""
        return self.model.network.neighbors(self.row)

    def speak(self, own: Floats, signal: Floats) -> Floats | Addressed:
        """The payload that it sends, given its state (D,) and signal (d,): (w,) to all listeners, or one for each."""
        return self.model.protocol.speak_one(self.row, own, signal)

    def listen(self, inbox: Inbox, own: Floats, signal: Floats) -> Floats:
        """Its next state, given its inbox, its state and its signal: (D,) → (D,)."""
        return self.model.protocol.listen_one(self.row, inbox, self.model.blue.rule, own=own, signal=signal)
