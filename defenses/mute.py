"""Ignore all feeds: a null that a defense must do better than."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from swarmsec.teams import BlueView, Defense, Floats, Vantage


@dataclass(kw_only=True)
class Mute(Defense):
    """Every daemon takes every reading of its feed for 0.

    It shows how much damage prevention by not looking costs: no feed can mislead, and none can inform.
    """

    vantage = Vantage.LOCAL

    def filter_signals(self, signals: Floats, blue: BlueView) -> Floats:
        """0 for every signal."""
        return np.zeros_like(signals)
