"""Average with neighbors, and pull every belief toward the daemon's own signal."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from swarmsec.aggregation import Rule
from swarmsec.arrays import Floats
from swarmsec.messages import Inbox, Messages
from swarmsec.parameters import Help, Interval
from swarmsec.protocols._base import NegotiationProtocol
from swarmsec.protocols.average_consensus import Weights, averaging


@dataclass(kw_only=True)
class FriedkinJohnsen(NegotiationProtocol):
    """z ← (1 − κ) W z + κ s: social influence with stubbornness κ toward the current signal (Friedkin & Johnsen 1990).

    The swarm's mean belief follows the mean signal as an exponential average with a memory of 1/κ exchanges.
    """

    decides_for = frozenset({"belief"})
    admits_newcomers = True

    weights: Weights = "metropolis"
    anchor: Annotated[float, Interval(ge=0, le=1), Help("κ, the weight of a daemon's own signal.")] = 0.1
    begins_at: Annotated[Literal["signals", "zero"], Help("The beliefs before round 0.")] = "signals"

    @property
    def averaging(self) -> Literal["metropolis", "uniform"]:
        """The weights of the parameter."""
        return self.weights

    @property
    def begins_with_signals(self) -> bool:
        """True unless beliefs begin at zero."""
        return self.begins_at == "signals"

    @property
    def reads_signals_after_start(self) -> bool:
        """True if κ is above 0."""
        return self.anchor > 0

    @property
    def memory_exchanges(self) -> float:
        """1/κ."""
        return 1.0 / self.anchor if self.anchor else math.inf

    def initial_state(self, signals: Floats) -> Floats:
        """The first signals, or zeros."""
        return signals if self.begins_at == "signals" else np.zeros_like(signals)

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        """The next proposals, z ← (1 − κ) rule(z, messages) + κ s."""
        agreed = (rule or averaging(self.weights)).over_neighborhoods(state, messages)
        return (1.0 - self.anchor) * agreed + self.anchor * signals

    def listen_one(self, daemon: int, heard: Inbox, rule: Rule | None, *, own: Floats, signal: Floats) -> Floats:
        """The same for one daemon."""
        agreed = (rule or averaging(self.weights)).over_one(own, heard)
        return (1.0 - self.anchor) * agreed + self.anchor * signal
