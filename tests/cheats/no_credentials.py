"""Hijack daemons without credentials for them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from swarmsec.teams import Attack, Floats, RedView, Surface


@dataclass(kw_only=True)
class NoCredentials(Attack):
    """Ask for all daemons of the swarm, the last one first, whoever listens to the hijacked ones.

    It may spread, so that only the credentials are missing.
    """

    surface = Surface.DAEMON
    spreads = True

    def on_round(self, red: RedView) -> None:
        if red.strength > 0:
            red.hijack(np.arange(red.n)[::-1])

    def on_daemons(self, state: Floats, red: RedView) -> Floats:
        return np.full_like(state, -1.0)
