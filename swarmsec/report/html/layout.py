"""Positions of the daemons of a network in its picture.

The initial layout is a high-dimensional embedding (graph distances to a few pivots, then their two principal axes;
Harel & Koren 2002). Forces refine it (Fruchterman & Reingold 1991); each daemon is repelled by a sample of the others
in each step. All randomness comes from a separate stream, so that a network always has the same picture.
"""

from __future__ import annotations

import numpy as np

from swarmsec.arrays import Floats, Ints
from swarmsec.rng import stream

_PIVOTS = 12
_TURNS = 100
_REPELLED_BY = 12


def circle(n: int) -> Floats:
    """(n, 2) positions on a circle: daemon 0 on top, then clockwise. For ring-like networks."""
    angles = 2 * np.pi * np.arange(n) / max(n, 1)
    return 0.5 + 0.5 * np.stack([np.sin(angles), -np.cos(angles)], axis=1)


def layout(n: int, ends: Ints) -> Floats:
    """(n, 2) positions in the unit square.

    Args:
        n: The number of daemons.
        ends: (k, 2) the daemons at both ends of each edge, each edge once.
    """
    if n < 3:
        return circle(n)
    draw = stream(0, "", 0, "layout")
    places = _embedded(n, ends) + draw.normal(scale=0.02, size=(n, 2))
    for turn in range(_TURNS):
        push = _repulsion(places, draw) + _attraction(places, ends)
        size = np.sqrt((push**2).sum(axis=1, keepdims=True))
        step = 0.1 * (1 - turn / _TURNS) ** 1.5
        places += push * (np.minimum(size, step) / np.maximum(size, 1e-12))
    return _fitted(places)


def _repulsion(places: Floats, draw: np.random.Generator) -> Floats:
    """(n, 2) repulsion of each daemon by a sample of the others, scaled to all others."""
    n = len(places)
    count = min(_REPELLED_BY, n - 1)
    order = draw.permutation(n)
    push = np.zeros_like(places)
    for shift in draw.choice(n - 1, size=count, replace=False) + 1:
        rivals = np.empty(n, dtype=np.intp)
        rivals[order] = np.roll(order, int(shift))
        apart = places - places[rivals]
        push += apart / np.maximum((apart**2).sum(axis=1, keepdims=True), 1e-6)
    return push * ((n - 1) / (n * count))


def _attraction(places: Floats, ends: Ints) -> Floats:
    """(n, 2) attraction of each daemon by its neighbors."""
    n = len(places)
    apart = places[ends[:, 0]] - places[ends[:, 1]]
    pull = apart * (np.sqrt((apart**2).sum(axis=1, keepdims=True)) * np.sqrt(n))
    sums = [
        np.bincount(ends[:, 1], pull[:, axis], minlength=n) - np.bincount(ends[:, 0], pull[:, axis], minlength=n)
        for axis in (0, 1)
    ]
    return np.stack(sums, axis=1)


def _embedded(n: int, ends: Ints) -> Floats:
    """The two principal axes of the distances to some pivots, each as far as possible from earlier ones."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    graph = csr_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(n, n))
    pivot, nearest = 0, np.full(n, np.inf)
    columns = []
    for _ in range(min(_PIVOTS, n)):
        distance = dijkstra(graph, directed=False, unweighted=True, indices=pivot)
        apart = ~np.isfinite(distance)
        distance[apart] = 1.5 * distance[~apart].max() + 1.0
        columns.append(distance)
        nearest = np.minimum(nearest, distance)
        pivot = int(nearest.argmax())
    distances = np.stack(columns, axis=1)
    distances -= distances.mean(axis=0)
    # Not by BLAS: its sums depend on its number of threads, and the forces would amplify rounding differences.
    _, axes = np.linalg.eigh(np.einsum("ni,nj->ij", distances, distances))
    return _fitted(np.einsum("ni,ij->nj", distances, axes[:, [-1, -2]]))


def _fitted(places: Floats) -> Floats:
    """The positions, centered in the unit square, with one scale for both axes."""
    low, high = places.min(axis=0), places.max(axis=0)
    scale = max(float((high - low).max()), 1e-12)
    fitted: Floats = (places - (low + high) / 2) / scale + 0.5
    return fitted
