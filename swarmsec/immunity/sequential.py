"""Tests over time: they add up small deviations that no single observation shows.

Each watches n streams at once. Where nothing is wrong, observations are standardized and independent; `Whitener` makes
them so. One that is NaN was not observed and changes nothing.
"""

from __future__ import annotations

import numpy as np

from swarmsec.arrays import Bools, Floats, Ints


class Cusum:
    """The two-sided cumulative sum: S⁺ ← max(0, S⁺ + z − k), S⁻ ← max(0, S⁻ − z − k); the score is the larger one.

    It is the fastest test for a shift of 2k deviations among those with its rate of false alarms (Page, Biometrika
    1954; Moustakides, Annals of Statistics 1986). With k = ½ a run without a shift ends by an alarm above 4 after 168
    observations on average, above 5 after 465.

    Args:
        n: The number of streams.
        k: The allowance, in deviations: half of the shift that is to be found.
    """

    def __init__(self, n: int, *, k: float = 0.5) -> None:
        self._k = k
        self._sums = np.zeros((2, n))

    def observe(self, z: Floats) -> Floats:
        """(n,) observations, in deviations → (n,) scores."""
        moves, missing = np.stack([z - self._k, -z - self._k]), np.isnan(z)
        if missing.any():
            moves[:, missing] = 0.0
        self._sums = np.maximum(self._sums + moves, 0.0)
        return self.scores

    @property
    def scores(self) -> Floats:
        """(n,) the larger of both sums."""
        return np.asarray(self._sums.max(axis=0))

    def reset(self, streams: Bools) -> None:
        """Begin again for the marked streams (n,), as after an alarm."""
        self._sums[:, streams] = 0.0

    def extend(self, places: Ints, n: int) -> None:
        """Go on with n streams, of which the former ones are at `places`."""
        self._sums = _placed(self._sums, places, n)


class PageTest:
    """One-sided sums of evidence with a ceiling, S ← min(ceiling, max(0, S + evidence)), of Page, Biometrika 1954.

    With log likelihood ratios as evidence it is optimal. The ceiling makes it forget a change soon after its end.

    Args:
        ceiling: The highest sum.
    """

    def __init__(self, ceiling: float) -> None:
        self._ceiling = ceiling
        self.sums: Floats = np.zeros(1)

    def observe(self, evidence: Floats) -> Floats:
        """Add evidence, of any one shape → the sums, of the same shape."""
        self.sums = np.clip(self.sums + evidence, 0.0, self._ceiling)
        return self.sums


class Ewma:
    """The exponentially weighted mean m ← (1 − λ) m + λ z; the score is |m| in its own deviations.

    The variance of m after t observations is λ/(2 − λ) · (1 − (1 − λ)^2t) (Roberts, Technometrics 1959).

    Args:
        n: The number of streams.
        weight: λ, the weight of the newest observation.
    """

    def __init__(self, n: int, *, weight: float = 0.1) -> None:
        self._weight = weight
        self._mean, self._seen = np.zeros(n), np.zeros(n)

    def observe(self, z: Floats) -> Floats:
        """(n,) observations, in deviations → (n,) scores."""
        there = ~np.isnan(z)
        self._seen += there
        self._mean = np.where(there, (1 - self._weight) * self._mean + self._weight * z, self._mean)
        variance = self._weight / (2 - self._weight) * (1 - (1 - self._weight) ** (2 * self._seen))
        return np.abs(self._mean) / np.sqrt(np.where(self._seen > 0, variance, 1.0))

    def reset(self, streams: Bools) -> None:
        """Begin again for the marked streams (n,)."""
        self._mean[streams] = self._seen[streams] = 0.0

    def extend(self, places: Ints, n: int) -> None:
        """Go on with n streams, of which the former ones are at `places`."""
        self._mean, self._seen = _placed(np.stack([self._mean, self._seen]), places, n)


class PageHinkley:
    """The Page–Hinkley test: how far Σ (z − mean of all so far − δ) has come from its lowest value, on both sides.

    Other than the CUSUM it needs no known mean: it compares with what the stream itself showed (Page 1954; Hinkley,
    Biometrika 1971).

    Args:
        n: The number of streams.
        delta: δ, the change that is tolerated.
        prior: How many observations of 0 each stream's mean begins with, such as those of a warm-up that whitened it.
    """

    def __init__(self, n: int, *, delta: float = 0.25, prior: float = 0.0) -> None:
        self._delta, self._prior = delta, prior
        self._mean, self._seen = np.zeros(n), np.full(n, prior)
        self._sums, self._lowest = np.zeros((2, n)), np.zeros((2, n))

    def observe(self, z: Floats) -> Floats:
        """(n,) observations → (n,) scores."""
        there = ~np.isnan(z)
        self._seen += there
        self._mean = np.where(there, self._mean + (z - self._mean) / np.maximum(self._seen, 1), self._mean)
        moves = np.stack([z - self._mean - self._delta, self._mean - z - self._delta])
        self._sums += np.where(there, moves, 0.0)
        self._lowest = np.minimum(self._lowest, self._sums)
        return np.asarray((self._sums - self._lowest).max(axis=0))

    def reset(self, streams: Bools) -> None:
        """Begin again for the marked streams (n,), which keep their means."""
        self._sums[:, streams] = self._lowest[:, streams] = 0.0

    def extend(self, places: Ints, n: int) -> None:
        """Go on with n streams, of which the former ones are at `places`."""
        self._mean, self._seen = _placed(np.stack([self._mean, self._seen - self._prior]), places, n)
        self._seen += self._prior
        self._sums, self._lowest = _placed(self._sums, places, n), _placed(self._lowest, places, n)


def sequential_test(kind: str, n: int, *, shift: float, warm_up: int) -> Cusum | Ewma | PageHinkley:
    """A test of n streams by its name: `cusum`, `ewma` or `page_hinkley`.

    Args:
        kind: The name.
        n: The number of streams.
        shift: The shift to be found, in deviations; the moving average has one weight for all.
        warm_up: The observations by which the streams were whitened.
    """
    if kind == "ewma":
        return Ewma(n)
    return Cusum(n, k=shift / 2) if kind == "cusum" else PageHinkley(n, delta=shift / 2, prior=warm_up)


def _placed(state: Floats, places: Ints, n: int) -> Floats:
    """(k, n) the state of each stream at its place, and 0 at all others."""
    placed = np.zeros((len(state), n))
    placed[:, places] = state
    return placed
