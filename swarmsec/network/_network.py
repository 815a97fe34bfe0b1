"""The graph of a swarm: which daemon listens to which, as compressed sparse rows (CSR)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from swarmsec.arrays import Ints, frozen
from swarmsec.errors import ParameterError, UsageError
from swarmsec.network._delivery import RELIABLE, Delivery

if TYPE_CHECKING:
    import networkx as nx
    import numpy.typing as npt

FAULTS_SHOWN = 20
"""The most errors of one list of edges that are reported, apart from their number."""

EDGES_MAX = 2**31 - 1
"""The number of edges must fit into int32."""

Keys: TypeAlias = "npt.NDArray[np.int64]"
"""One number for each edge, receiver · n + sender. Sorted, they are the rows of the CSR."""


class Outgoing(NamedTuple):
    """The edges by sender: daemon j sends on the edges `edges[indptr[j]:indptr[j + 1]]`.

    Attributes:
        indptr: (n+1,) where each daemon's edges begin.
        edges: (m,) edge ids, ascending within a daemon.
    """

    indptr: Ints
    edges: Ints


@dataclass(frozen=True, eq=False, repr=False)
class Network:
    """A directed graph of daemons. Row i lists the daemons that daemon i listens to, ascending.

    An edge is identified by its position in `indices`: its sender is `indices[e]`, its receiver `receivers[e]`.
    There are no self-loops and no duplicate edges. The arrays are read-only.

    Attributes:
        indptr: (n+1,) int32, where each row begins.
        indices: (m,) int32, the senders, sorted within a row.
        delivery: Delays and losses of the links.
        reserve: How many identities may join the daemons in a run; see `with_rows`.

    Examples:
        >>> line = Network.from_edges(3, [(0, 1), (1, 2)])
        >>> line.neighbors(1).tolist()
        [0, 2]
        >>> line
        Network(n=3, m=4)
    """

    indptr: Ints
    indices: Ints
    delivery: Delivery = RELIABLE
    reserve: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "indptr", frozen(np.ascontiguousarray(self.indptr, dtype=np.int32)))
        object.__setattr__(self, "indices", frozen(np.ascontiguousarray(self.indices, dtype=np.int32)))
        assert self.indptr.ndim == 1 and self.indptr.size >= 1 and self.indptr[-1] == self.indices.size

    def __repr__(self) -> str:
        return f"Network(n={self.n}, m={self.m})"

    @property
    def n(self) -> int:
        """The number of daemons."""
        return self.indptr.size - 1

    @property
    def m(self) -> int:
        """The number of directed edges; an undirected edge counts twice."""
        return self.indices.size

    @cached_property
    def degrees(self) -> Ints:
        """(n,) the number of daemons that each daemon listens to."""
        return frozen(np.diff(self.indptr))

    @cached_property
    def listeners(self) -> Ints:
        """(n,) the number of daemons that listen to each daemon."""
        return frozen(np.diff(self.outgoing.indptr))

    @cached_property
    def receivers(self) -> Ints:
        """(m,) the receiver of each edge; `indices` holds the senders."""
        return frozen(np.repeat(np.arange(self.n, dtype=np.int32), self.degrees))

    @cached_property
    def outgoing(self) -> Outgoing:
        """The edges by sender."""
        # Sender and edge id in one number sort four times faster than a stable argsort of the senders.
        bits = max(1, self.m.bit_length())
        keys = (self.indices.astype(np.int64) << bits) | np.arange(self.m, dtype=np.int64)
        keys.sort()
        edges = (keys & ((1 << bits) - 1)).astype(np.int32)
        return Outgoing(frozen(_starts(np.bincount(self.indices, minlength=self.n))), frozen(edges))

    @cached_property
    def reverse(self) -> Ints:
        """(m,) the edge in the opposite direction of each edge, −1 where there is none."""
        n, order = self.n, self.outgoing.edges
        keys = self.receivers.astype(np.int64) * n + self.indices
        # By sender and then receiver, the keys of the opposite edges come in ascending order.
        opposite = self.indices[order].astype(np.int64) * n + self.receivers[order]
        reverse = np.full(self.m, -1, dtype=np.int32)
        if np.array_equal(keys, opposite):
            reverse[order] = np.arange(self.m, dtype=np.int32)
        else:
            found = np.minimum(np.searchsorted(keys, opposite), self.m - 1)
            there = keys[found] == opposite
            reverse[order[there]] = found[there]
        return frozen(reverse)

    @cached_property
    def regular_degree(self) -> int | None:
        """The number of daemons that every daemon listens to, or None if it differs between daemons."""
        first = int(self.degrees[0]) if self.n else 0
        return first if bool((self.degrees == first).all()) else None

    @cached_property
    def symmetric(self) -> bool:
        """Whether every edge has an edge in the opposite direction."""
        return bool((self.reverse >= 0).all())

    @cached_property
    def components(self) -> int:
        """The number of weakly connected components."""
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import connected_components

        ones = np.ones(self.m, dtype=np.int8)
        adjacency = csr_array((ones, self.indices, self.indptr), shape=(self.n, self.n))
        return int(connected_components(adjacency, directed=True, connection="weak", return_labels=False))

    def edges_from(self, daemons: npt.ArrayLike) -> Ints:
        """The edges on which any of `daemons` sends.

        Args:
            daemons: (k,) ids, in any order; duplicates are ignored.

        Returns:
            Edge ids, ascending. The cost is proportional to their number.
        """
        senders = np.unique(np.asarray(daemons, dtype=np.int32))
        indptr, edges = self.outgoing
        starts, counts = indptr[senders], indptr[senders + 1] - indptr[senders]
        total = int(counts.sum())
        skipped = np.repeat(starts - (np.cumsum(counts) - counts), counts)
        return np.sort(edges[skipped + np.arange(total)])

    def without(self, daemons: npt.ArrayLike) -> Network:
        """The network without some daemons; the others keep their order and are renumbered."""
        stays = np.ones(self.n, dtype=bool)
        stays[np.asarray(daemons, dtype=np.int64)] = False
        number = np.cumsum(stays) - 1
        between = stays[self.indices] & stays[self.receivers]
        edges = np.stack([number[self.indices[between]], number[self.receivers[between]]], axis=1)
        left = Network.from_edges(int(stays.sum()), edges, directed=True)
        return replace(left, delivery=self.delivery)

    def neighbors(self, daemon: int) -> Ints:
        """The daemons that `daemon` listens to, ascending; a read-only view."""
        return self.indices[self.indptr[daemon] : self.indptr[daemon + 1]]

    @classmethod
    def from_edges(
        cls, n: int, edges: Sequence[Sequence[int]] | npt.NDArray[np.integer[Any]], *, directed: bool = False
    ) -> Network:
        """Make a network from a list of edges.

        Args:
            n: The number of daemons.
            edges: (k, 2) pairs of sender and receiver.
            directed: Whether only the receiver listens; otherwise both listen to each other.

        Raises:
            ParameterError: Self-loops, duplicates, or daemons that do not exist: one error for each such edge.
        """
        pairs = _pairs(n, edges)
        ends = pairs if directed else np.concatenate([pairs, pairs[:, ::-1]])
        keys = ends[:, 1] * n + ends[:, 0]
        keys.sort()
        outside = pairs.size and (pairs.min() < 0 or pairs.max() >= n)
        if outside or (pairs[:, 0] == pairs[:, 1]).any() or (keys[1:] == keys[:-1]).any():
            raise ParameterError.of_several(_faults(n, pairs, directed=directed))
        return from_keys(n, keys)

    @classmethod
    def from_networkx(cls, graph: nx.Graph[Any]) -> Network:
        """Make a network from a networkx graph. In a directed graph, the edge (u, v) means that v listens to u.

        Nodes that are the numbers 0 to n−1 keep them; other nodes are numbered in the graph's order.
        """
        n = graph.number_of_nodes()
        names = list(graph.nodes)
        number = {name: i for i, name in enumerate(names)}
        if set(names) == set(range(n)):
            number = {name: int(name) for name in names}
        edges = np.array([(number[u], number[v]) for u, v in graph.edges()], dtype=np.int64).reshape(-1, 2)
        return cls.from_edges(n, edges, directed=graph.is_directed())

    def to_networkx(self) -> nx.Graph[int]:
        """The network as a networkx graph: a `Graph` if it is symmetric, a `DiGraph` otherwise.

        Raises:
            UsageError: networkx is not installed; it comes with the extra `networkx`.
        """
        try:
            import networkx as nx
        except ModuleNotFoundError:
            raise UsageError(
                "to_networkx needs the optional package networkx: pip install 'swarmsec[networkx]'"
            ) from None

        graph: nx.Graph[int] = nx.Graph() if self.symmetric else nx.DiGraph()
        graph.add_nodes_from(range(self.n))
        graph.add_edges_from(zip(self.indices.tolist(), self.receivers.tolist(), strict=True))
        return graph


def from_pairs(n: int, ends: npt.NDArray[np.integer[Any]], others: npt.NDArray[np.integer[Any]]) -> Network:
    """The undirected network of (k,) pairs, which are not checked."""
    check_size(2 * ends.size)
    keys = np.concatenate([ends.astype(np.int64) * n + others, others.astype(np.int64) * n + ends])
    keys.sort()
    return from_keys(n, keys)


def from_keys(n: int, keys: Keys) -> Network:
    """The network of keys, which must be sorted and without duplicates."""
    check_size(keys.size)
    receivers = keys // n
    return Network(_starts(np.bincount(receivers, minlength=n)), (keys - receivers * n).astype(np.int32))


def check_size(edges: int) -> None:
    """Refuse more edges than a network can hold.

    Raises:
        ParameterError: There are more.
    """
    if edges > EDGES_MAX:
        raise ParameterError(f"{edges:,} edges; a network holds at most {EDGES_MAX:,}. Fewer daemons or a sparser kind")


def _starts(counts: npt.NDArray[np.integer[Any]]) -> Ints:
    starts = np.zeros(counts.size + 1, dtype=np.int32)
    np.cumsum(counts, out=starts[1:])
    return starts


def _pairs(n: int, edges: Iterable[Sequence[int]] | npt.NDArray[np.integer[Any]]) -> npt.NDArray[np.int64]:
    """A list of edges as (k, 2) numbers."""
    if n < 1:
        raise ParameterError(f"{n} given; a network has at least 1 daemon", where="n")
    try:
        pairs = np.asarray(edges)
    except ValueError:
        pairs = np.zeros(0, dtype=object)
    if pairs.size == 0 and pairs.dtype != object:
        return np.zeros((0, 2), np.int64)
    if pairs.ndim != 2 or pairs.shape[1] != 2 or pairs.dtype.kind not in "iu":
        raise ParameterError("must be pairs of daemon numbers, [sender, receiver]", where="edges")
    return pairs.astype(np.int64)


def _faults(n: int, pairs: npt.NDArray[np.int64], *, directed: bool) -> list[ParameterError]:
    """One error for each wrong edge of a list: the first `FAULTS_SHOWN`, and how many more there are."""
    reasons: dict[int, str] = {}
    first: dict[tuple[int, int], int] = {}
    for row, (sender, receiver) in enumerate(pairs.tolist()):
        key = (sender, receiver) if directed else (min(sender, receiver), max(sender, receiver))
        if not (0 <= sender < n and 0 <= receiver < n):
            reasons[row] = f"names a daemon that does not exist; with n: {n} they are 0 to {n - 1}"
        elif sender == receiver:
            reasons[row] = "is a self-loop; no daemon listens to itself"
        elif first.setdefault(key, row) != row:
            either = "" if directed else "; list an undirected edge once, in either order"
            reasons[row] = f"is listed more than once, first as edges[{first[key]}]{either}"
    more = f" (and {len(reasons) - FAULTS_SHOWN:,} more such edges)" if len(reasons) > FAULTS_SHOWN else ""
    told = list(reasons.items())[:FAULTS_SHOWN]
    return [
        ParameterError(f"{pairs[row].tolist()} {why}{more if row == told[-1][0] else ''}", where=f"edges[{row}]")
        for row, why in told
    ]
