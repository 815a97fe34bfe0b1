"""Hijack daemons, and hold a value within the spread of the honest ones: A Little Is Enough."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Annotated, Literal

import numpy as np

from swarmsec.teams import Attack, Floats, Help, Knowledge, RedView, Surface, Unit


@dataclass(kw_only=True)
class Alie(Attack):
    """Hold x = μ − z σ, with the mean μ and the deviation σ of the honest proposals, in each component.

    Without `z` it is the largest one at which enough honest daemons lie beyond the lie to make up a majority with the m
    hijacked ones: z = Φ⁻¹((n − m − s)/(n − m)), s = ⌊n/2 + 1⌋ − m (Baruch, Baruch and Goldberg, A Little Is Enough,
    NeurIPS 2019), or Φ⁻¹((n − s)/n) in the first version on arXiv. If few daemons are hijacked it can be negative.
    `own` estimates μ and σ from what the hijacked daemons would hold if they were honest.
    """

    surface = Surface.DAEMON
    knowledge = Knowledge.SIGNALS
    threats = ("T12", "T13")

    estimate: Annotated[Literal["honest", "own"], Help("The daemons from which mean and deviation are taken.")] = (
        "honest"
    )
    form: Annotated[Literal["neurips", "arxiv"], Help("The version of the formula for z.")] = "neurips"
    z: Annotated[float | None, Unit("deviations"), Help("The distance from the mean; null: by the formula.")] = None

    def on_daemons(self, state: Floats, red: RedView) -> Floats:
        """Write the same value for all hijacked daemons."""
        honest = red.honest
        sample = state if self.estimate == "own" else red.state[honest]
        if not len(sample):
            return state
        z = z_max(len(honest) + len(state), len(state), self.form) if self.z is None else self.z
        return np.broadcast_to(sample.mean(axis=0) - z * sample.std(axis=0), state.shape)


def z_max(n: int, m: int, form: str = "neurips") -> float:
    """The z of the paper for m hijacked daemons of n, with the share kept inside of (0, 1)."""
    s, honest = n // 2 + 1 - m, max(n - m, 1)
    share = (n - m - s) / honest if form == "neurips" else (n - s) / n
    return NormalDist().inv_cdf(min(max(share, 0.5 / honest), 1 - 0.5 / honest))
