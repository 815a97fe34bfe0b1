"""Helpers of grids, tori and wheels: the sides of a rectangle, and edges from arrays of any shape."""

from __future__ import annotations

import math
from typing import Annotated

import numpy as np

from swarmsec.errors import ParameterError
from swarmsec.network._network import Keys, Network, from_pairs
from swarmsec.network.topologies._base import DAEMONS_MAX
from swarmsec.parameters import Ge, Help

Rows = Annotated[int, Ge(1), Help("How many rows; from n and columns unless given.")]
Columns = Annotated[int, Ge(1), Help("How many columns; from n and rows unless given.")]


def joined(n: int, pairs: list[tuple[Keys, Keys]]) -> Network:
    """The undirected network of `n` daemons with the edges of several pairs of arrays, each pair of one shape."""
    return from_pairs(n, *(np.concatenate([pair[end].ravel() for pair in pairs]) for end in (0, 1)))


def sides(n: int | None, rows: int | None, columns: int | None, *, shortest: int) -> tuple[int, int]:
    """Rows and columns from any two of the three, or from n alone as near to a square as its divisors allow.

    Raises:
        ParameterError: Too few are given, they contradict each other, or a side is below `shortest`.
    """
    if n is None:
        if rows is None or columns is None:
            raise ParameterError("missing; give rows and columns, or n", where="columns" if rows else "rows")
        if rows * columns > DAEMONS_MAX:
            raise ParameterError(f"{rows} × {columns} is more than {DAEMONS_MAX:,} daemons", where="rows")
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
