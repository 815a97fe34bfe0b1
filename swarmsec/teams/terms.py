"""The terms of an attack: its schedule and its traits, read once when the rules are checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from swarmsec.teams.traits import Knowledge, Surface


class Terms(NamedTuple):
    """What the rules of engagement were checked against. The engine runs an attack by these, and not by the plug-in.

    Attributes:
        start: The first round in which the attack is on.
        stop: The first round in which it is off again; None: never.
        strength: How far what it touches is moved from the truth to the lie.
        ramp: The number of rounds until it has its full strength.
        surface: The surfaces that it changes.
        knowledge: What it knows beyond its own targets.
        spreads: Whether it may hijack daemons that are not its targets.
    """

    start: int
    stop: int | None
    strength: float
    ramp: int
    surface: Surface
    knowledge: Knowledge
    spreads: bool

    def intensity(self, round: int) -> float:
        """The strength in a round, with phase and ramp applied; 0 while the attack is off."""
        if round < self.start or (self.stop is not None and round >= self.stop):
            return 0.0
        return self.strength * min(1.0, (round - self.start + 1) / (self.ramp + 1))


def moved(start: int | Sequence[int], rng: np.random.Generator) -> int:
    """How many rounds after the first possible one an attack starts; 0 unless its start is drawn."""
    if isinstance(start, int):
        return 0
    first, last = start
    return int(rng.integers(last - first + 1))
