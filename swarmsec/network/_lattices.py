"""Networks that leave nothing to chance: from complete to hypercube, and explicit edges."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.errors import ParameterError
from swarmsec.network._network import Keys, Network, check_size, from_pairs
from swarmsec.network._topology_base import Daemons, Topology
from swarmsec.parameters import Ge, Help, Interval, MinLen

Rows = Annotated[int, Ge(1), Help("How many rows; from n and columns unless given.")]
Columns = Annotated[int, Ge(1), Help("How many columns; from n and rows unless given.")]


@dataclass(frozen=True, kw_only=True)
class Complete(Topology):
    """Everyone listens to everyone. Its robustness, ⌈n/2⌉, is the most that n daemons can have."""

    n: Daemons

    def build(self, rng: np.random.Generator) -> Network:
        """Row i is every number but i."""
        check_size(self.n * (self.n - 1))
        others = np.arange(self.n - 1, dtype=np.int32)
        indices = others + (others >= np.arange(self.n, dtype=np.int32)[:, None])
        return Network(np.arange(self.n + 1, dtype=np.int32) * (self.n - 1), indices.ravel())


@dataclass(frozen=True, kw_only=True)
class Ring(Topology):
    """Every daemon and the next, and the last and the first."""

    n: Annotated[Daemons, Ge(3)]

    def build(self, rng: np.random.Generator) -> Network:
        """A circulant with the one offset 1."""
        here = np.arange(self.n)
        return from_pairs(self.n, here, (here + 1) % self.n)


@dataclass(frozen=True, kw_only=True)
class Path(Topology):
    """Every daemon and the next."""

    n: Daemons

    def build(self, rng: np.random.Generator) -> Network:
        """A ring that is cut once."""
        here = np.arange(self.n - 1)
        return from_pairs(self.n, here, here + 1)


@dataclass(frozen=True, kw_only=True)
class Circulant(Topology):
    """Daemons on a ring, each joined to those that are `offsets` places away, on both sides."""

    n: Daemons
    offsets: Annotated[
        list[Annotated[int, Ge(1)]], MinLen(1), Help("Distances on the ring at which two daemons are joined.")
    ]

    def __post_init__(self) -> None:
        seen: dict[int, int] = {}
        for i, offset in enumerate(self.offsets):
            if offset >= self.n:
                right = f"from 1 to {self.n - 1}" if self.n > 1 else "absent, for one daemon has nobody to listen to"
                raise ParameterError(f"{offset} given; with n: {self.n} must be {right}", where=f"offsets[{i}]")
            distance = min(offset, self.n - offset)
            if distance in seen:
                same = f"joins the same daemons as {seen[distance]}; name each distance once"
                raise ParameterError(f"{offset} {same}", where=f"offsets[{i}]")
            seen[distance] = offset

    def build(self, rng: np.random.Generator) -> Network:
        """One ring an offset; halfway round, two daemons share one edge."""
        here = np.arange(self.n)
        halves = [here[: self.n // 2] if 2 * offset == self.n else here for offset in self.offsets]
        ends = [(half + offset) % self.n for half, offset in zip(halves, self.offsets, strict=True)]
        return from_pairs(self.n, np.concatenate(halves), np.concatenate(ends))


@dataclass(frozen=True, kw_only=True)
class Grid(Topology):
    """Rows and columns, each daemon joined to the four around it, fewer at the rim.

    Two of n, rows and columns give the third; n alone gives the rectangle nearest to a square. Daemon i stands in
    row i // columns.
    """

    n: Daemons | None = None
    rows: Rows | None = None
    columns: Columns | None = None

    def __post_init__(self) -> None:
        _rectangle(self.n, self.rows, self.columns, shortest=1)

    def build(self, rng: np.random.Generator) -> Network:
        """Join each place to the one on its right and the one below."""
        rows, columns = _rectangle(self.n, self.rows, self.columns, shortest=1)
        place = np.arange(rows * columns).reshape(rows, columns)
        return _joined(rows * columns, [(place[:, :-1], place[:, 1:]), (place[:-1], place[1:])])


@dataclass(frozen=True, kw_only=True)
class Torus(Topology):
    """A grid whose last row is joined to the first, and last column to the first: everyone has four neighbors.

    Two of n, rows and columns give the third; n alone gives the rectangle nearest to a square. Both sides are at
    least 3, for otherwise the same two daemons would be joined twice.
    """

    n: Daemons | None = None
    rows: Annotated[Rows, Ge(3)] | None = None
    columns: Annotated[Columns, Ge(3)] | None = None

    def __post_init__(self) -> None:
        _rectangle(self.n, self.rows, self.columns, shortest=3)

    def build(self, rng: np.random.Generator) -> Network:
        """Join each place to the one on its right and the one below, around the edge."""
        rows, columns = _rectangle(self.n, self.rows, self.columns, shortest=3)
        place = np.arange(rows * columns).reshape(rows, columns)
        return _joined(rows * columns, [(place, np.roll(place, -1, axis=1)), (place, np.roll(place, -1, axis=0))])


@dataclass(frozen=True, kw_only=True)
class Star(Topology):
    """Daemon 0 in the middle, joined to each of the others; they hear nobody else."""

    n: Annotated[Daemons, Ge(2)]

    def build(self, rng: np.random.Generator) -> Network:
        """One spoke for each daemon but the first."""
        rim = np.arange(1, self.n)
        return from_pairs(self.n, np.zeros_like(rim), rim)


@dataclass(frozen=True, kw_only=True)
class Wheel(Topology):
    """A star whose rim is a ring: daemon 0 is the hub."""

    n: Annotated[Daemons, Ge(4)]

    def build(self, rng: np.random.Generator) -> Network:
        """Spokes, and the ring of 1 to n−1."""
        rim = np.arange(1, self.n)
        return _joined(self.n, [(np.zeros_like(rim), rim), (rim, np.roll(rim, -1))])


@dataclass(frozen=True, kw_only=True)
class Hypercube(Topology):
    """2^dimension daemons, joined where their numbers differ in one bit.

    Its connectivity is its dimension, its robustness only 1: opposite faces hold one another off. That is why
    connectivity says nothing about resilient consensus (LeBlanc et al. 2013).
    """

    n: Daemons | None = None
    dimension: Annotated[int, Interval(ge=0, le=23), Help("How many bits; log2 of n unless given.")] | None = None

    def __post_init__(self) -> None:
        if self.n is None and self.dimension is None:
            raise ParameterError("missing; give it, or n, a power of two", where="dimension")
        if self.n is not None and self.n != 2 ** self._bits():
            right = f"{2 ** self._bits()}, two to the power of {self._bits()}"
            if self.dimension is None:
                right = f"a power of two, such as {2 ** self._bits()} or {2 ** (self._bits() + 1)}"
            raise ParameterError(f"{self.n} given; must be {right}", where="n")

    def _bits(self) -> int:
        return self.dimension if self.dimension is not None else (self.n or 1).bit_length() - 1

    def build(self, rng: np.random.Generator) -> Network:
        """Row i is i with each bit flipped in turn."""
        bits = self._bits()
        n = 2**bits
        check_size(n * bits)
        rows = np.arange(n, dtype=np.int32)[:, None] ^ (1 << np.arange(bits, dtype=np.int32))
        rows.sort(axis=1)
        return Network(np.arange(n + 1, dtype=np.int32) * bits, rows.ravel())


@dataclass(frozen=True, kw_only=True)
class Edges(Topology):
    """Exactly these edges, from a list of [sender, receiver]; both ways unless directed."""

    n: Daemons
    edges: Annotated[list[tuple[int, int]], Help("Pairs of daemons, [sender, receiver].")]
    directed: Annotated[bool, Help("Whether only the receiver listens.")] = False

    def __post_init__(self) -> None:
        Network.from_edges(self.n, self.edges, directed=self.directed)

    def build(self, rng: np.random.Generator) -> Network:
        """The edges, checked."""
        return Network.from_edges(self.n, self.edges, directed=self.directed)


def _joined(n: int, pairs: list[tuple[Keys, Keys]]) -> Network:
    """The undirected network of several arrays of ends, of any shape."""
    return from_pairs(n, *(np.concatenate([pair[end].ravel() for pair in pairs]) for end in (0, 1)))


def _rectangle(n: int | None, rows: int | None, columns: int | None, *, shortest: int) -> tuple[int, int]:
    """Rows and columns from any two of the three, or from n alone as near to a square as its divisors allow."""
    if n is None:
        if rows is None or columns is None:
            raise ParameterError("missing; give rows and columns, or n", where="columns" if rows else "rows")
        if rows * columns > 10_000_000:
            raise ParameterError(f"{rows} × {columns} is more than 10,000,000 daemons", where="rows")
        return rows, columns
    if rows is None and columns is None:
        rows = next(side for side in range(math.isqrt(n), 0, -1) if n % side == 0)
        if rows < shortest:
            raise ParameterError(f"{n} given; must be a product of two sides of at least {shortest}", where="n")
        return rows, n // rows
    if rows is None or columns is None:
        side = rows or columns or 1
        other = n // side
        if n % side or other < shortest:
            least = f" and at least {shortest * side}" if shortest > 1 else ""
            raise ParameterError(f"{n} given; must be a multiple of {side}{least}", where="n")
        return (rows, other) if rows is not None else (other, side)
    if rows * columns != n:
        raise ParameterError(f"{n} given; must be {rows * columns}, which is rows × columns", where="n")
    return rows, columns
