"""(r, s)-robustness by mixed-integer programs, for networks with too many sets to enumerate.

Let L be the Laplacian of the directed graph and b the 0-1 vector of a set. If i is in the set, (L b)_i is the number of
daemons outside the set that i listens to; otherwise it is at most 0. So r is the minimum of max(L b1, L b2) over
disjoint, nonempty sets.

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
"""The shortest time, in seconds, for which a program is started."""


def r_robustness(network: Network, least: int, most: int, deadline: float) -> tuple[int, Pair | None]:
    """A lower bound on r, and the best pair of sets found, whose reach is an upper bound.

    Args:
        network: A network.
        least: A known lower bound on r.
        most: A known upper bound on r.
        deadline: When to stop, in the time of `time.monotonic`.
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
    """The largest proven s of an r-robust network, and whether it is exact."""
    from scipy.sparse import block_array, diags_array, eye_array

    n, laplacian, eye = network.n, _laplacian(network), eye_array(network.n)
    # Minimize the sum of (y1, y2); y is 1 where a daemon of b listens to r or more outside: L b ≤ r − 1 + slack · y.
    slack = diags_array(-np.maximum(network.degrees - r + 1, 0).astype(float))
    reached = block_array([[laplacian, None, slack, None], [None, laplacian, None, slack]])
    within = block_array([[-eye, None, eye, None], [None, -eye, None, eye]])
    # Neither set may be r-reached in all its daemons.
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


def breaking_set(network: Network, f: int, deadline: float) -> tuple[int, ...] | Literal[True] | None:
    """At most f daemons without which the network is not (f+1)-robust.

    Returns:
        The daemons; True if there are none, None if time ran out.
    """
    from scipy.sparse import block_array, csr_array, eye_array

    n, laplacian, eye = network.n, _laplacian(network), eye_array(network.n)
    shape = (n, n)
    ignored = -csr_array((np.ones(network.m), network.indices, network.indptr), shape=shape)
    # Faulty daemons a do not count among those that a daemon listens to outside its set: L b + ignored · a ≤ f.
    reached = block_array([[laplacian, None, ignored], [None, laplacian, ignored]])
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
    """The constraints that b1 and b2 are disjoint and nonempty, and, without loss of generality, b1 is not larger."""
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
    """The integer solution that HiGHS finds until the deadline; None if there is no time left."""
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
