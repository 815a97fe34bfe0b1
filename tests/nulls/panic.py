"""Sell everything at once, always: a defense that must be harmful in a market."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from swarmsec.arrays import Floats
from swarmsec.teams import BlueView, Defense, Surface, Vantage


@dataclass(kw_only=True)
class Panic(Defense):
    """Every daemon decides 0 from the first round on."""

    vantage = Vantage.LOCAL
    sees = Surface.SIGNAL

    def govern(self, decisions: Floats, blue: BlueView) -> Floats:
        """Decide 0."""
        return np.zeros_like(decisions)
