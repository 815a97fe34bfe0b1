"""The deterministic dendritic cell algorithm, for many populations of cells at once."""

from __future__ import annotations

import numpy as np

from swarmsec.arrays import Bools, Floats, Ints


class DendriticCells:
    """Populations of cells correlate the antigens that they sample with the signals in the same period.

    Each cell of population r adds up csm ← csm + S + D and k ← k + D − 2S of the danger D and safe signal S of its
    population, and keeps the antigens that it sampled. When csm reaches the cell's lifespan, it presents them with its
    k, and begins again. The anomaly metric of an antigen is K_α = Σ k / Σ antigens over its presentations (Greensmith &
    Aickelin, ICARIS 2008), where each sample is presented with the k of its cell. Lifespans are spread evenly over
    [½, 1½] of the mean, so that cells look through windows of different lengths. All cells of a population sample every
    antigen alike, in equal shares. When all its cells have presented once more, the share `memory` of what was
    presented before is left, so that the metric follows a change.

    Args:
        populations: (a,) the population that samples each antigen.
        n: The number of populations.
        cells: The number of cells of each.
        lifespan: The mean csm at which a cell presents; with S + D about 1, so many observations.
        memory: The share of earlier presentations that is left after each generation of cells.
    """

    def __init__(
        self, populations: Ints, n: int, *, cells: int = 10, lifespan: float = 5.0, memory: float = 0.9
    ) -> None:
        self._populations, self._memory = populations, memory
        self._lifespans = lifespan * (np.linspace(0.5, 1.5, cells) if cells > 1 else np.ones(1))
        self._csm, self._k = np.zeros((2, n, cells))
        self._sampled = np.zeros((cells, len(populations)))
        self._presented_k, self._presented = np.zeros((2, len(populations)))

    def observe(self, danger: Floats, safe: Floats, antigens: Floats) -> Floats:
        """The anomaly metric of each antigen after one more observation.

        Args:
            danger: (n,) the danger signal of each population, from 0.
            safe: (n,) its safe signal, from 0.
            antigens: (a,) how much of each antigen is there, from 0.

        Returns:
            (a,) K_α; 0 of an antigen that was not presented yet.
        """
        self._csm += (danger + safe)[:, None]
        self._k += (danger - 2.0 * safe)[:, None]
        self._sampled += antigens / len(self._lifespans)
        mature = self._csm >= self._lifespans
        if mature.any():
            self._present(mature)
        return self.k_alpha

    @property
    def k_alpha(self) -> Floats:
        """(a,) the mean k with which each antigen was presented."""
        return self._presented_k / np.where(self._presented > 0, self._presented, 1.0)

    @property
    def presented(self) -> Floats:
        """(a,) how much of each antigen was presented, with older presentations forgotten."""
        return self._presented

    def relink(self, populations: Ints, places: Ints) -> None:
        """Go on with more antigens; those of before are now at `places`."""
        for name in ("_sampled", "_presented_k", "_presented"):
            before: Floats = getattr(self, name)
            after = np.zeros((*before.shape[:-1], len(populations)))
            after[..., places] = before
            setattr(self, name, after)
        self._populations = populations

    def _present(self, mature: Bools) -> None:
        """Cells that are mature present what they sampled."""
        from swarmsec.immunity.kernels import present

        share = self._memory ** mature.mean(axis=1)
        kept = share[self._populations]
        self._presented_k *= kept
        self._presented *= kept
        present(mature, self._k, self._populations, self._sampled, self._presented, self._presented_k)
        self._csm[mature] = self._k[mature] = 0.0
