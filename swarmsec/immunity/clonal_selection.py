"""Clonal selection: antibodies mature towards anomalies that were confirmed."""

from __future__ import annotations

import numpy as np

from swarmsec.arrays import Bools, Floats


class ClonalSelection:
    """CLONALG in the unit cube: selection by affinity, cloning, hypermutation, and memory (de Castro & Von Zuben 2002).

    The affinity of an antibody b to a row x is 1 − |b − x|/√k. For a confirmed anomaly, an antigen, the `selected`
    antibodies of highest affinity are cloned, the i-th best round(β N/i) times; clones mutate by normal steps of size
    exp(−ρ a), a the affinity of their parent, so that the better ones change less. Those that fall within `self_radius`
    of a sample of self are dropped. The best clone becomes the memory cell of the antigen, unless a memory cell within
    half of the radius of recognition is as good; the `renewed` worst antibodies are replaced at random. A memory cell
    recognizes rows within `radius`. Of more than `memory_max` memory cells the oldest are dropped.

    Args:
        rng: Draws antibodies and mutations.
        own: (r, k) samples of self in the unit cube.
        antibodies: N, their number.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        own: Floats,
        *,
        antibodies: int = 50,
        selected: int = 10,
        renewed: int = 5,
        beta: float = 0.5,
        rho: float = 5.0,
        self_radius: float = 0.05,
        radius: float = 0.1,
        memory_max: int = 32,
    ) -> None:
        from scipy.spatial import cKDTree

        self._rng, self._tree, self._width = rng, cKDTree(own), own.shape[1]
        self._selected, self._renewed, self._beta, self._rho = selected, renewed, beta, rho
        self._self_radius, self._radius, self._most = self_radius, radius, memory_max
        self._antibodies = rng.random((antibodies, self._width))
        self.memory: Floats = np.zeros((0, self._width))

    def apart(self, rows: Floats) -> Floats:
        """(r,) the distance of each row (r, k) to the nearest sample of self."""
        return np.asarray(self._tree.query(rows)[0])

    def mature(self, antigen: Floats, generations: int = 10) -> float:
        """Let antibodies mature towards one antigen (k,), and return the affinity of its memory cell."""
        if self.recognizes(antigen[None], self._radius / 2)[0]:
            return float(self._affinity(self.memory, antigen).max())
        best, best_affinity = antigen, -np.inf
        for _ in range(generations):
            clones = self._mutated_clones(antigen)
            if not len(clones):
                continue
            affinity = self._affinity(clones, antigen)
            order = np.argsort(-affinity, kind="stable")
            if affinity[order[0]] > best_affinity:
                best, best_affinity = clones[order[0]], float(affinity[order[0]])
            keep = len(self._antibodies) - self._renewed
            pool = np.concatenate([clones[order[: self._selected]], self._antibodies])
            ranked = pool[np.argsort(-self._affinity(pool, antigen), kind="stable")][:keep]
            self._antibodies = np.concatenate([ranked, self._rng.random((self._renewed, self._width))])
        if np.isfinite(best_affinity):
            self.memory = np.concatenate([self.memory, best[None]])[-self._most :]
        return best_affinity

    def recognizes(self, rows: Floats, radius: float | None = None) -> Bools:
        """(r,) whether each row (r, k) is near a memory cell."""
        if not len(self.memory):
            return np.zeros(len(rows), dtype=bool)
        apart = np.linalg.norm(rows[:, None] - self.memory, axis=2)
        return np.asarray(apart.min(axis=1) <= (self._radius if radius is None else radius))

    def _mutated_clones(self, antigen: Floats) -> Floats:
        """Clones of the best antibodies after mutation, without those that match self."""
        affinity = self._affinity(self._antibodies, antigen)
        best = np.argsort(-affinity, kind="stable")[: self._selected]
        number = np.maximum(np.round(self._beta * len(self._antibodies) / np.arange(1, len(best) + 1)), 1).astype(int)
        parents = np.repeat(best, number)
        step = np.exp(-self._rho * affinity[parents])[:, None]
        clones = np.clip(
            self._antibodies[parents] + step * self._rng.standard_normal((len(parents), self._width)), 0, 1
        )
        return np.asarray(clones[self.apart(clones) > self._self_radius])

    def _affinity(self, antibodies: Floats, antigen: Floats) -> Floats:
        return np.asarray(1.0 - np.linalg.norm(antibodies - antigen, axis=1) / np.sqrt(self._width))
