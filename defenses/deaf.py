"""Hear nobody: a null that a defense must do better than."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from swarmsec.teams import BlueView, Defense, Floats, Messages, Vantage


@dataclass(kw_only=True)
class Deaf(Defense):
    """No daemon admits any message.

    It shows how much damage the end of all cooperation prevents: no message can mislead, and none can help.
    """

    vantage = Vantage.LOCAL

    def weigh(self, messages: Messages, blue: BlueView) -> Floats:
        """Weight 0 for every message."""
        return np.zeros(blue.network.m)
