"""The picture of a swarm: its network, and the attacked, hijacked and isolated daemons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from swarmsec.arrays import Bools, Floats, Ints
from swarmsec.network import Network
from swarmsec.report.html.layout import circle, layout
from swarmsec.runs.ground_truth import mask_of

NODES_MAX = 2_000
PAIRS_MAX = 6_000
_NAMED_MAX = 40
_RINGS = {"ring", "circulant", "small_world", "complete"}
"""Topologies whose daemons are drawn on a circle, in the order of their numbers."""

_NAME_AWAY = 42
_CROWDED, _OUTWARD = 200, 1.03
"""On a circle of more daemons than this, attacked daemons are drawn a little outside of it."""

_SIZE, _MARGIN, _MARGIN_NAMED = 1000, 30, 70


class Marks(NamedTuple):
    """The daemons of one state.

    Attributes:
        fate: `untouched`, `attacked`, `hijacked`, or `isolated`, which can be combined with any other.
        total: Their number in the whole swarm.
        path: The marks of the shown daemons.
    """

    fate: str
    total: int
    path: str


class Name(NamedTuple):
    """A daemon's number, and the position of its label."""

    x: int
    y: int
    text: str


class Picture(NamedTuple):
    """A drawing in a square of 1000 by 1000.

    Attributes:
        n: The number of daemons.
        edges: The number of directed edges.
        shown: The number of daemons drawn.
        around: The daemon at the center of the drawn ones; None if all are drawn.
        pairs: The number of connected pairs among the drawn daemons.
        pairs_shown: The number of pairs drawn.
        radius: The radius of a mark.
        links: The path of the drawn pairs.
        marks: The daemons by fate.
        names: The labels of the daemons of a small swarm.
        known: Whether the fates are known.
    """

    n: int
    edges: int
    shown: int
    around: int | None
    pairs: int
    pairs_shown: int
    radius: float
    links: str
    marks: tuple[Marks, ...]
    names: tuple[Name, ...]
    known: bool


def picture(network: Network, kind: str, truth: Mapping[str, Any] | None) -> Picture:
    """Draw a network.

    Args:
        network: The network.
        kind: Its topology.
        truth: The ground truth of the manifest; None if it has none.
    """
    n = network.n
    fates = _fates(truth, n)
    touched = np.flatnonzero(fates["hijacked"] | fates["attacked"])
    around = None if n <= NODES_MAX else int(touched[0]) if len(touched) else 0
    chosen = np.arange(n, dtype=np.int32) if around is None else _nearest(network, around)
    ends = _ends(network, chosen)
    on_ring = kind in _RINGS and around is None
    places = circle(len(chosen)) if on_ring else layout(len(chosen), ends)
    if on_ring and len(chosen) > _CROWDED:
        places[touched] = 0.5 + _OUTWARD * (places[touched] - 0.5)
    margin = _MARGIN_NAMED if len(chosen) <= _NAMED_MAX else _MARGIN
    spots = np.rint(margin + (_SIZE - 2 * margin) * places).astype(int)
    radius = round(min(13.0, max(3.6, 110 / len(chosen) ** 0.5)), 1)
    drawn = ends[np.linspace(0, len(ends) - 1, PAIRS_MAX).astype(int)] if len(ends) > PAIRS_MAX else ends
    return Picture(
        n=n,
        edges=network.m,
        shown=len(chosen),
        around=around,
        pairs=len(ends),
        pairs_shown=len(drawn),
        radius=radius,
        links=_links(spots, drawn),
        marks=tuple(
            Marks(fate, int(mask.sum()), _dots(spots[mask[chosen]], fate, radius)) for fate, mask in fates.items()
        ),
        names=_names(chosen, places, spots) if len(chosen) <= _NAMED_MAX else (),
        known=truth is not None,
    )


def _fates(truth: Mapping[str, Any] | None, n: int) -> dict[str, Bools]:
    """Fate → (n,) mask; hijacked daemons are not also counted as attacked."""
    masks = {name: mask_of(str((truth or {}).get(name, "")), n) for name in ("isolated", "attacked", "hijacked")}
    masks["attacked"] &= ~masks["hijacked"]
    untouched = ~(masks["attacked"] | masks["hijacked"])
    return {"isolated": masks["isolated"], "untouched": untouched} | {
        fate: masks[fate] for fate in ("attacked", "hijacked")
    }


def _graph(network: Network) -> Any:
    from scipy.sparse import csr_array

    ones = np.ones(network.m, dtype=np.int8)
    return csr_array((ones, network.indices, network.indptr), shape=(network.n, network.n))


def _nearest(network: Network, center: int) -> Ints:
    """The daemons with the fewest hops from `center`, in ascending order of number."""
    from scipy.sparse.csgraph import breadth_first_order

    order = breadth_first_order(_graph(network), center, directed=False, return_predecessors=False)
    return np.sort(order[:NODES_MAX]).astype(np.int32)


def _ends(network: Network, chosen: Ints) -> Ints:
    """(k, 2) the edges among the chosen daemons, as indices into `chosen`, each once."""
    place = np.full(network.n, -1, dtype=np.int32)
    place[chosen] = np.arange(len(chosen), dtype=np.int32)
    ends = np.stack([place[network.receivers], place[network.indices]], axis=1)
    ends = np.sort(ends[(ends >= 0).all(axis=1)], axis=1)
    return np.unique(ends, axis=0).astype(np.int32) if len(ends) else np.zeros((0, 2), dtype=np.int32)


def _links(spots: Ints, ends: Ints) -> str:
    lines = np.concatenate([spots[ends[:, 0]], spots[ends[:, 1]] - spots[ends[:, 0]]], axis=1).tolist()
    return "".join(f"M{x} {y}l{right} {down}" for x, y, right, down in lines).replace(" -", "-")


def _dots(spots: Ints, fate: str, radius: float) -> str:
    """The path of the marks: triangles for attacked daemons, squares for hijacked ones, else dots."""
    r = radius * 1.15
    shape = {
        "attacked": f"m0-{1.2 * r:.1f}l{1.1 * r:.1f} {1.9 * r:.1f}h-{2.2 * r:.1f}z",
        "hijacked": f"m-{r:.1f}-{r:.1f}h{2 * r:.1f}v{2 * r:.1f}h-{2 * r:.1f}z",
    }.get(fate, "h0")
    return "".join(f"M{x} {y}{shape}" for x, y in spots.tolist())


def _names(chosen: Ints, places: Floats, spots: Ints) -> tuple[Name, ...]:
    """The labels, each a little further from the center than its daemon."""
    away = places - 0.5
    away /= np.maximum(np.sqrt((away**2).sum(axis=1, keepdims=True)), 1e-9)
    written = np.rint(spots + _NAME_AWAY * away).astype(int)
    return tuple(Name(x, y, str(daemon)) for (x, y), daemon in zip(written.tolist(), chosen.tolist(), strict=True))
