"""Whether a daemon's own outcome has become unusual: the danger signal of a daemon about itself."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from swarmsec.arrays import Bools, Floats
from swarmsec.immunity.sequential import Ewma

ROUNDS_MAX = 64
"""How many rounds of a warm-up are kept, the newest."""


class OwnDanger:
    """The largest moving average of a daemon's own figures, in deviations from its own warm-up.

    Each figure x of each daemon is standardized by the mean and the standard deviation of that daemon's warm-up, and
    averaged with weight λ (`Ewma`). The danger is the largest score among the figures. A figure that was constant in
    the warm-up, or is not finite, shows nothing.

    Args:
        n: The number of daemons.
        weight: λ, the weight of the newest observation.
    """

    def __init__(self, n: int, *, weight: float = 0.2) -> None:
        self._weight = weight
        self._seen: list[Floats] = []
        self._mean = self._deviation = np.zeros((n, 0))
        self._test = Ewma(0, weight=weight)

    def collect(self, figures: Floats) -> None:
        """Note (n, k) figures in a round of the warm-up."""
        self._seen = [*self._seen[1 - ROUNDS_MAX :], np.nan_to_num(figures, posinf=0.0, neginf=0.0)]

    def observe(self, figures: Floats) -> Floats:
        """(n, k) figures → (n,) dangers, in deviations; the first call ends the warm-up."""
        if self._seen:
            seen, self._seen = np.stack(self._seen), []
            self._mean, self._deviation = seen.mean(axis=0), seen.std(axis=0)
            self._test = Ewma(self._mean.size, weight=self._weight)
        if not self._mean.size:
            return np.zeros(len(figures))
        scores = self._test.observe(self._standard(figures).ravel())
        return np.asarray(scores.reshape(figures.shape).max(axis=1))

    def _standard(self, figures: Floats) -> Floats:
        mean, deviation = self._mean, self._deviation
        shows: Bools = np.isfinite(figures) & (deviation > 1e-9 * (1.0 + np.abs(mean)))
        z = (np.where(shows, figures, 0.0) - mean) / np.where(shows, deviation, 1.0)
        return np.where(shows, np.clip(z, -10.0, 10.0), np.nan)


def own_figures(proposals: Floats, signals: Floats | None, observed: Mapping[str, Floats]) -> Floats:
    """(n, k) what a daemon can judge itself by: how far its proposal is from its signal, and its own outcomes.

    Args:
        proposals: (n, d) its proposal.
        signals: (n, d) its signal; None if there is none.
        observed: name → (n,) what the world shows to it.
    """
    width = proposals.shape[1] if signals is None else min(proposals.shape[1], signals.shape[1])
    strain = proposals[:, :width] - (0.0 if signals is None else signals[:, :width])
    return np.column_stack([strain, *(observed[name] for name in sorted(observed))])
