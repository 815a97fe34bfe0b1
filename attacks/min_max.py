"""Hijack daemons, and move from the honest mean as far as the distances between honest daemons allow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from scipy.spatial.distance import cdist

from swarmsec.teams import Attack, Floats, Help, Knowledge, RedView, Surface

_BLOCK = 1024


@dataclass(kw_only=True)
class MinMax(Attack):
    """Hold x = μ + γ p with the largest γ that a bound allows; μ is the mean of the honest proposals x_i.

    `max`: max_i |x − x_i| ≤ max_ij |x_i − x_j|, which is a quadratic equation in γ for each i.
    `sum`: Σ_i |x − x_i|² ≤ max_i Σ_j |x_i − x_j|², which gives γ = max_i |x_i − μ| / |p|.
    The direction p is −μ/|μ|, minus the deviations of the honest proposals, or minus their signs (Shejwalkar and
    Houmansadr, Manipulating the Byzantine, NDSS 2021: the attacks that know no defense).
    """

    surface = Surface.DAEMON
    knowledge = Knowledge.SIGNALS
    threats = ("T12", "T13")

    bound: Annotated[Literal["max", "sum"], Help("Which distances of the lie are bounded.")] = "max"
    direction: Annotated[Literal["unit", "deviation", "sign"], Help("The direction from the mean.")] = "deviation"

    def on_daemons(self, state: Floats, red: RedView) -> Floats:
        """Write the same value for all hijacked daemons."""
        honest = red.state[red.honest]
        if not len(honest):
            return state
        mean = honest.mean(axis=0)
        towards = {"unit": mean, "deviation": honest.std(axis=0), "sign": np.sign(mean)}[self.direction]
        length = float(np.linalg.norm(towards))
        if length == 0.0:
            return np.broadcast_to(mean, state.shape)
        scale = float(np.abs(honest - mean).max()) or 1.0  # Squares of large values would overflow.
        p, centered = -towards / length, (honest - mean) / scale
        gamma = _diameter_bound(centered, p) if self.bound == "max" else np.linalg.norm(centered, axis=1).max()
        return np.broadcast_to(mean + gamma * scale * p, state.shape)


def _diameter_bound(centered: Floats, p: Floats) -> float:
    """The largest γ for which |γ p − c_i| is at most the diameter of all c_i, with |p| = 1."""
    if len(p) == 1:
        diameter = float(np.ptp(centered))
    else:
        blocks = range(0, len(centered), _BLOCK)
        diameter = max(float(cdist(centered[i : i + _BLOCK], centered).max()) for i in blocks)
    along = centered @ p
    across = (centered**2).sum(axis=1) - along**2
    return float((along + np.sqrt(np.maximum(diameter**2 - across, 0.0))).min())
