"""Conformal test martingales: evidence over time that a stream has changed, with a bounded rate of false alarms."""

from __future__ import annotations

import numpy as np

from swarmsec.arrays import Bools, Floats, Ints

EXPONENTS = (0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9)
"""The power martingales that are mixed: small exponents gain by rare tiny p-values, large ones by many moderate."""


class PowerMartingale:
    """A mixture of power martingales, M_t = mean over ε of Π ε p^(ε − 1), for n streams of p-values.

    Each factor has expectation 1 under uniform p-values, and at most 1 under conservative ones. So P(sup M ≥ c) ≤ 1/c
    for a whole run (Ville 1939; Vovk, Nouretdinov, Gammerman, ICML 2003). With `restarts` each product is the larger of
    itself and 1 before the next factor, as in a CUSUM: it forgets the time without evidence, and the mean time to a
    false alarm is then at least c observations (Volkhonskiy et al. 2017; Vovk, Statistical Science 2021).

    Args:
        n: The number of streams.
        restarts: Whether the evidence before a change is forgotten.
    """

    def __init__(self, n: int, *, restarts: bool = True) -> None:
        self._restarts = restarts
        self._exponents = np.array(EXPONENTS)[:, None]
        self._logs = np.zeros((len(EXPONENTS), n))

    def observe(self, p: Floats) -> Floats:
        """(n,) p-values in (0, 1] → (n,) the logarithm of M. A NaN is no observation and changes nothing."""
        seen = ~np.isnan(p)
        gained = np.log(self._exponents) + (self._exponents - 1.0) * np.log(np.where(seen, p, 1.0))
        before = np.maximum(self._logs, 0.0) if self._restarts else self._logs
        self._logs = np.where(seen, before + gained, self._logs)
        return self.logs

    @property
    def logs(self) -> Floats:
        """(n,) the logarithm of M."""
        largest = self._logs.max(axis=0)
        found: Floats = largest + np.log(np.exp(self._logs - largest).mean(axis=0))
        return found

    def reset(self, streams: Bools) -> None:
        """Begin again for the marked streams (n,)."""
        self._logs[:, streams] = 0.0

    def extend(self, places: Ints, n: int) -> None:
        """Go on with n streams, of which the former ones are at `places`."""
        logs = np.zeros((len(self._logs), n))
        logs[:, places] = self._logs
        self._logs = logs


class SequentialRanks:
    """The conformal p-value of each observation among those of its own stream so far: #{i ≤ t: s_i ≥ s_t} / t.

    If a stream is exchangeable, its p-values are independent, and uniform up to ties, which make them larger (Vovk et
    al. 2003). An observation is ranked among at most `memory` others; then a stream begins again, which keeps them
    independent, and forgets what was usual.

    Args:
        n: The number of streams.
        memory: The largest number of observations that are kept of each.
    """

    def __init__(self, n: int, *, memory: int = 1000) -> None:
        self._seen = np.full((memory, n), np.nan)
        self._count = 0

    def observe(self, scores: Floats) -> Floats:
        """(n,) scores, higher is more anomalous → (n,) p-values; NaN where the score is."""
        if self._count == len(self._seen):
            self._count = 0
        self._seen[self._count] = scores
        self._count += 1
        seen = self._seen[: self._count]
        with np.errstate(invalid="ignore"):
            return np.asarray((seen >= scores).sum(axis=0) / (~np.isnan(seen)).sum(axis=0) + 0.0 * scores)
