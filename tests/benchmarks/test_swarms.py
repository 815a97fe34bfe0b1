"""Whole rounds of large swarms against their kernels, their growth and memory, and networkx's generators.

`rows()` makes the rows of PERFORMANCE.md that `table.py` prints; both sides of a ratio run in turn, in one process.
networkx has no (r, s)-robustness, so only its generators are a peer.
"""

from __future__ import annotations

import gc
import math
import statistics
import time
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import networkx as nx
import numpy as np

from swarmsec.aggregation.kernels import rows as kernels
from swarmsec.network import Network, topology
from swarmsec.runs.simulation import build
from swarmsec.swarm.model import SwarmModel

Work = Callable[[], Any]

GENERATORS: dict[str, tuple[Work, Work]] = {
    "random_regular": (
        lambda: topology("random_regular", n=10_000, degree=8),
        lambda: nx.random_regular_graph(8, 10_000, seed=0),
    ),
    "small_world": (
        lambda: topology("small_world", n=10_000, neighbors=8),
        lambda: nx.watts_strogatz_graph(10_000, 8, 0.1, seed=0),
    ),
    "scale_free": (
        lambda: topology("scale_free", n=10_000, attachments=4),
        lambda: nx.barabasi_albert_graph(10_000, 4, seed=0),
    ),
    "erdos_renyi": (
        lambda: topology("erdos_renyi", n=10_000, p=8e-4),
        lambda: nx.fast_gnp_random_graph(10_000, 8e-4, seed=0),
    ),
}


def seconds(work: Work) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def ratio(slow: Work, fast: Work, *, repeats: int = 9) -> float:
    """How many times longer `slow` takes: the median over pairs of consecutive measurements."""
    slow(), fast()
    return statistics.median(seconds(slow) / seconds(fast) for _ in range(repeats))


def defended(n: int) -> SwarmModel:
    """The first rounds of `a_million` with n daemons and F = 1, attacked and defended."""
    document = {
        "name": "bench",
        "world": {"kind": "beliefs", "initial": "uniform"},
        "network": {"kind": "random_regular", "n": n, "degree": 8},
        "protocol": {"kind": "average_consensus", "weights": "uniform"},
        "rounds": 5_000,
        "attacks": [{"kind": "stubborn", "daemons": "0.1%", "value": 100.0}],
        "defenses": [{"kind": "wmsr", "f": 1}],
    }
    model = build(document, arm="defended")
    model.step(), model.step()
    return model


def rounds(model: SwarmModel, count: int = 1) -> Work:
    return lambda: [model.step() for _ in range(count)]


def wmsr(model: SwarmModel) -> Work:
    """The kernel of such a round, on the arrays of the swarm."""
    rows = kernels.rows_of(model.network)
    assert model.state is not None
    x = np.ascontiguousarray(model.state[:, 0])
    out = np.empty_like(x)
    return lambda: kernels.wmsr(rows, x, 1, out=out)


def held_over_arrays(n: int) -> float:
    """The peak memory of a swarm in a round, relative to the network and four (n,) arrays of messages and beliefs."""
    defended(1_000)  # The memory of imports is not part of the swarm.
    gc.collect()
    tracemalloc.start()
    try:
        model = defended(n)
        gc.collect()
        tracemalloc.reset_peak()
        model.step()
        _, peak = tracemalloc.get_traced_memory()
        network: Network = model.network
        return peak / (network.indptr.nbytes + network.indices.nbytes + 4 * 8 * n)
    finally:
        tracemalloc.stop()


def rows() -> Iterator[tuple[str, str, str, bool]]:
    """The rows of the table: the work, the result, the target, and whether it was met."""
    large, small = defended(1_000_000), defended(10_000)
    times = ratio(rounds(large), wmsr(large))
    yield "a whole defended round, 1e6, degree 8, over its kernel", f"{times:.2f}×", "1.5×", times <= 1.5

    exponent = math.log10(ratio(rounds(large), rounds(small))) / 2
    yield "growth from 1e4 to 1e6, a whole defended round", f"exponent {exponent:.2f}", "1.05", exponent <= 1.05

    medium = defended(100_000)
    exponent = math.log10(ratio(rounds(large), rounds(medium)))
    yield "growth from 1e5 to 1e6, a whole defended round", f"exponent {exponent:.2f}", "1.05", exponent <= 1.05
    del large, medium, small

    times = held_over_arrays(1_000_000)
    yield "memory in a round at 1e6, degree 8, over its arrays alone", f"{times:.2f}×", "1.5×", times <= 1.5

    for kind, (ours, theirs) in GENERATORS.items():
        times = ratio(theirs, ours, repeats=5)
        yield f"a {kind} network of 1e4, degree 8, against networkx", f"{times:.0f}× faster", "1×", times >= 1


def test_time_of_a_defended_round_of_a_million(benchmark: Any) -> None:
    benchmark.pedantic(rounds(defended(1_000_000)), rounds=5)


def test_time_of_a_random_regular_network_of_a_million(benchmark: Any) -> None:
    benchmark.pedantic(lambda: topology("random_regular", n=1_000_000, degree=8), rounds=3)
