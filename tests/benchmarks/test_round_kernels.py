"""One round of the compiled rules, against plain Mesa, scipy, the memory, and each other.

`pytest tests/benchmarks` times single kernels; `rows()` makes the rows of PERFORMANCE.md that `table.py` prints.
No test here fails on a slow machine.
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any, NamedTuple

import mesa
import numpy as np
import pytest
from scipy.sparse import csr_array

from swarmsec.aggregation.kernels import rows as kernels
from swarmsec.aggregation.kernels.rows import Rows
from swarmsec.arrays import Floats

BYTES_AN_EDGE = 7.5
"""What a round of plain averaging must move at least, as PERFORMANCE.md counts it."""

Work = Callable[[], Any]


class Swarm(NamedTuple):
    """A network in which each daemon listens to `degree` random daemons, and a value for each daemon."""

    rows: Rows
    x: Floats
    out: Floats


def swarm(n: int, degree: int) -> Swarm:
    rng = np.random.default_rng(0)
    indices = rng.integers(0, n, n * degree, dtype=np.int32)
    return Swarm(Rows(np.arange(0, n * degree + 1, degree, dtype=np.int32), indices), rng.random(n), np.empty(n))


class Talker(mesa.Agent):
    """A daemon of plain Mesa, whose neighbors are objects."""

    def __init__(self, model: mesa.Model, value: float) -> None:
        super().__init__(model)
        self.value = self.average = value
        self.neighbors: list[Talker] = []

    def listen(self) -> None:
        self.average = (self.value + sum(other.value for other in self.neighbors)) / (1 + len(self.neighbors))

    def settle(self) -> None:
        self.value = self.average


def mesa_round(of: Swarm) -> Work:
    model = mesa.Model(rng=0)
    talkers = [Talker(model, float(value)) for value in of.x]
    for i, talker in enumerate(talkers):
        talker.neighbors = [talkers[j] for j in of.rows.senders[of.rows.indptr[i] : of.rows.indptr[i + 1]]]

    def work() -> None:
        model.agents.do("listen")
        model.agents.do("settle")

    return work


def scipy_product(of: Swarm) -> Work:
    n = of.rows.n
    matrix = csr_array((np.ones(of.rows.m), of.rows.senders.view(np.int32), of.rows.indptr), shape=(n, n))
    return lambda: matrix @ of.x


def mean(of: Swarm, **options: Any) -> Work:
    return lambda: kernels.mean(of.rows, of.x, out=of.out, **options)


def wmsr(of: Swarm, f: int) -> Work:
    return lambda: kernels.wmsr(of.rows, of.x, f, out=of.out)


def wmsr_per_edge(of: Swarm) -> Work:
    per_edge = of.x[of.rows.senders]
    return lambda: kernels.wmsr(of.rows, of.x, 1, per_edge=per_edge, out=of.out)


def copy(size: int, threads: int) -> Work:
    """Copy `size` float64 on `threads` threads: 16 bytes per value cross the memory bus."""
    source, target = np.zeros(size), np.zeros(size)
    parts = [slice(size * part // threads, size * (part + 1) // threads) for part in range(threads)]

    def work() -> None:
        helpers = [Thread(target=np.copyto, args=(target[part], source[part])) for part in parts[1:]]
        for helper in helpers:
            helper.start()
        np.copyto(target[parts[0]], source[parts[0]])
        for helper in helpers:
            helper.join()

    return work


def seconds(work: Work) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def ratio(slow: Work, fast: Work, *, repeats: int = 15) -> float:
    """How many times longer `slow` takes: the median over pairs of consecutive measurements."""
    slow(), fast()
    return statistics.median(seconds(slow) / seconds(fast) for _ in range(repeats))


def rows() -> Iterator[tuple[str, str, str, bool]]:
    """The rows of the table: the work, the result, the target, and whether it was met."""
    small = swarm(100_000, 8)
    times = ratio(mesa_round(small), mean(small), repeats=7)
    yield "average consensus, 1e5 daemons, degree 8, against plain Mesa", f"{times:.0f}× faster", "300×", times >= 300

    wide = swarm(1_000_000, 16)
    times = ratio(scipy_product(wide), mean(wide))
    yield "the same, 1e6, degree 16, against scipy CSR on one thread", f"{times:.2f}× faster", "1×", times >= 1

    cells = 8_000_000
    per_byte = 1 / (16 * cells)
    budget = BYTES_AN_EDGE * wide.rows.m * per_byte
    times = ratio(mean(wide, threads=2), copy(cells, 2)) / budget
    yield "the same, two threads, over its bytes at copy bandwidth", f"{times:.2f}×", "2.5×", times <= 2.5

    large = swarm(1_000_000, 8)
    for f, reach in ((1, 1.3), (2, 1.5), (3, 2.0), (4, 2.5)):
        times = ratio(wmsr(large, f), mean(large))
        yield f"W-MSR, F = {f}, 1e6, degree 8, over our plain mean", f"{times:.2f}×", f"{reach}×", times <= reach

    for name, work in (("plain mean", mean), ("W-MSR, F = 1", lambda of: wmsr(of, 1))):
        exponent = math.log10(ratio(work(large), work(swarm(10_000, 8)))) / 2
        yield f"growth from 1e4 to 1e6, {name}", f"exponent {exponent:.2f}", "1.05", exponent <= 1.05


KERNELS: dict[str, Callable[[Swarm], Work]] = {
    "mean": mean,
    "mean_on_two_threads": lambda of: mean(of, threads=2),
    "mean_told": lambda of: mean(of, per_edge=of.x[of.rows.senders]),
    "mean_weighted": lambda of: mean(of, weights=np.ones(of.rows.m)),
    "metropolis": lambda of: lambda: kernels.metropolis(of.rows, of.x, out=of.out),
    "wmsr_1": lambda of: wmsr(of, 1),
    "wmsr_4": lambda of: wmsr(of, 4),
    "wmsr_per_edge": wmsr_per_edge,
    "median": lambda of: lambda: kernels.median(of.rows, of.x, out=of.out),
    "median_and_mad": lambda of: lambda: kernels.median_and_mad(of.rows, of.x),
    "scipy_product": scipy_product,
}


@pytest.mark.parametrize("n", [10_000, 100_000, 1_000_000])
@pytest.mark.parametrize("kernel", KERNELS)
def test_time_of_one_exchange(benchmark: Any, kernel: str, n: int) -> None:
    work = KERNELS[kernel](swarm(n, 8))
    work()  # Compile, or load from the cache.
    benchmark.pedantic(work, rounds=9)
