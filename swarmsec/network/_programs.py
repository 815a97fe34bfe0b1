"""(r, s)-robustness by mixed-integer programs, for networks with too many sets to go through.

With L the Laplacian of who listens to whom and b the 0-1 vector of a set, (L b)_i is how many i listens to outside
the set if it is in it, and at most 0 if it is not. So r is the least max(L b1, L b2) over disjoint, nonempty sets.

Source: Usevitch and Panagou, Determining r- and (r, s)-robustness of digraphs using mixed integer linear programming,
Automatica 2020. Solved by HiGHS.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from swarmsec.network._subsets import Pair

if TYPE_CHECKING:
    from swarmsec.network._network import Network

LEFT_MIN = 0.01
"""Seconds that a program needs at least to be worth starting."""


def r_robustness(network: Network, least: int, most: int, deadline: float) -> tuple[int, Pair | None]:
    """What r is at least, and the best pair of sets that was found: r is at most what that pair is reached by.

    Args:
        network: A network.
        least: What r is known to be at least.
        most: What r is known to be at most.
        deadline: When to stop, on `time.monotonic`.
    """
    from scipy.sparse import block_array, csr_array

    n, laplacian = network.n, _laplacian(network)
    level = csr_array(np.full((n, 1), -1.0))
    # Minimize t over (b1, b2, t), subject to L b ≤ t.
    reached = block_array([[laplacian, None, level], [None, laplacian, level]])
    constraints = [(reached, -np.inf, 0.0), *_two_sets(n, extra=1)]
    bounds = (np.r_[np.zeros(2 * n), least], np.r_[np.ones(2 * n), most])
    solved = _solve(np.r_[np.zeros(2 * n), 1.0], bounds, constraints, deadline)
    if solved is None:
        return least, None
    proven = least if solved.mip_dual_bound is None else max(least, math.ceil(solved.mip_dual_bound - 1e-6))
    return proven, None if solved.x is None else _pair(n, solved.x)


def s_robustness(network: Network, r: int, deadline: float) -> tuple[int, bool]:
    """The largest s that is proven for an r-robust network, and whether it is the largest that there is."""
    from scipy.sparse import block_array, diags_array, eye_array

    n, laplacian, eye = network.n, _laplacian(network), eye_array(network.n)
    # Minimize the sum of (y1, y2), where y is 1 if b's daemon hears r or more outside: L b ≤ r − 1 + slack · y.
    slack = diags_array(-np.maximum(network.degrees - r + 1, 0).astype(float))
    reached = block_array([[laplacian, None, slack, None], [None, laplacian, None, slack]])
    within = block_array([[-eye, None, eye, None], [None, -eye, None, eye]])
    # Neither set may be reached in all its daemons.
    ones = np.ones((1, n))
    some_not = np.block([[ones, 0 * ones, -ones, 0 * ones], [0 * ones, ones, 0 * ones, -ones]])
    constraints = [
        (reached, -np.inf, r - 1.0),
        (within, -np.inf, 0.0),
        (some_not, 1.0, np.inf),
        *_two_sets(n, extra=2 * n),
    ]
    cost = np.r_[np.zeros(2 * n), np.ones(2 * n)]
    solved = _solve(cost, (np.zeros(4 * n), np.ones(4 * n)), constraints, deadline)
    if solved is None:
        return 1, False
    if solved.status == 2:
        return n, True
    proven = 1 if solved.mip_dual_bound is None else max(1, math.ceil(solved.mip_dual_bound - 1e-6))
    return min(n, proven), solved.status == 0


def fooling(network: Network, f: int, deadline: float) -> tuple[int, ...] | Literal[True] | None:
    """At most f daemons without whom the network is not (f+1)-robust.

    Returns:
        Those daemons; True where there are none, None where time ran out.
    """
    from scipy.sparse import block_array, csr_array, eye_array

    n, laplacian, eye = network.n, _laplacian(network), eye_array(network.n)
    shape = (n, n)
    deaf = -csr_array((np.ones(network.m), network.indices, network.indptr), shape=shape)
    # Of what a daemon hears outside its set, the liars a do not count: L b + deaf · a ≤ f.
    reached = block_array([[laplacian, None, deaf], [None, laplacian, deaf]])
    count = np.r_[np.zeros(2 * n), np.ones(n)]
    constraints = [
        (reached, -np.inf, float(f)),
        (block_array([[eye, eye, eye]]), -np.inf, 1.0),
        (count[None], 0.0, float(f)),
        *_two_sets(n, extra=n)[1:],
    ]
    solved = _solve(count, (np.zeros(3 * n), np.ones(3 * n)), constraints, deadline)
    if solved is None:
        return None
    if solved.x is not None:
        return tuple(np.flatnonzero(solved.x[2 * n :] > 0.5).tolist())
    return True if solved.status == 2 else None


def _two_sets(n: int, *, extra: int) -> list[tuple[Any, float, float]]:
    """b1 and b2 are disjoint and nonempty, and b1 the smaller one, for the order does not matter."""
    from scipy.sparse import block_array, csr_array, eye_array

    eye, rest = eye_array(n), csr_array((n, extra))
    one, zero, none = np.ones(n), np.zeros(n), np.zeros(extra)
    return [
        (block_array([[eye, eye, rest]]), -np.inf, 1.0),
        (np.r_[one, zero, none][None], 1.0, float(n // 2)),
        (np.r_[zero, one, none][None], 1.0, float(n)),
        (np.r_[-one, one, none][None], 0.0, float(n)),
    ]


def _laplacian(network: Network) -> Any:
    """(n, n) in-degrees on the diagonal, −1 where the row listens to the column."""
    from scipy.sparse import csr_array, diags_array

    shape = (network.n, network.n)
    listens = csr_array((np.ones(network.m), network.indices, network.indptr), shape=shape)
    return (diags_array(network.degrees.astype(float)) - listens).tocsr()


def _solve(cost: Any, bounds: tuple[Any, Any], constraints: list[tuple[Any, float, float]], deadline: float) -> Any:
    """What HiGHS finds until the deadline, in whole numbers; None if there is no time left."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    left = deadline - time.monotonic()
    if left < LEFT_MIN:
        return None
    return milp(
        cost,
        integrality=np.ones(cost.size),
        bounds=Bounds(*bounds),
        constraints=[LinearConstraint(*constraint) for constraint in constraints],
        options={"time_limit": left, "mip_rel_gap": 0.0},
    )


def _pair(n: int, values: Any) -> Pair:
    first, second = (tuple(np.flatnonzero(half > 0.5).tolist()) for half in (values[:n], values[n : 2 * n]))
    return first, second
