"""The aggregation rules: over (n, d) against byzfl on NumPy, and over all neighborhoods against a Python loop.

`rows()` makes the rows of PERFORMANCE.md that `table.py` prints. Both sides run in turn, on one thread.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from swarmsec import aggregation
from swarmsec.aggregation import neighborhoods
from swarmsec.network import topology
from tests.benchmarks.peers import ONE_THREAD, ROOT, Peer, PeerError

SHAPES = ((100, 1000), (1000, 100))
FASTER_THAN_BYZFL = {
    "mean": {},
    "median": {},
    "trimmed_mean": {},
    "krum": {},
    "multi_krum": {},
    "geometric_median": {},
    "centered_clipping": {"center": 0.0, "tau": 10.0},
    "meamed": {},
    "monna": {"own": 0},
    "nnm": {},
    "bucketing": {"s": 2, "rng": np.random.default_rng(0)},
}
"""The rules that byzfl has too, with the options that make it the same work."""

REACH = {("krum", (100, 1000)): 10.0, ("krum", (1000, 100)): 8.0}


def liars(n: int) -> int:
    return n // 5


def points(n: int, d: int) -> Any:
    return np.random.default_rng(0).normal(size=(n, d))


def seconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def ours(rule: str, n: int, d: int) -> Callable[[], Any]:
    x = points(n, d)
    return lambda: getattr(aggregation, rule)(x, f=0 if rule == "bucketing" else liars(n), **FASTER_THAN_BYZFL[rule])


def times_faster(peer: Peer, rule: str, n: int, d: int, repeats: int = 21) -> float:
    """The median ratio over pairs of consecutive measurements, each of as many calls as take milliseconds."""
    call = ours(rule, n, d)
    call()
    calls = max(1, min(50, int(0.003 / seconds(call))))
    request = {"rule": rule, "n": n, "d": d, "f": liars(n), "calls": calls}

    def work() -> None:
        for _ in range(calls):
            call()

    work(), peer.ask(**request)
    return statistics.median(peer.ask(**request) / seconds(work) for _ in range(repeats))


def compared_with_byzfl() -> Iterator[tuple[str, str, str, bool]]:
    try:
        peer = Peer("byzfl")
    except PeerError as error:
        yield "aggregation over (n, d) beside byzfl", f"not installed: {error}", "1×", False
        return
    for n, d in SHAPES:
        for rule in FASTER_THAN_BYZFL:
            reach = REACH.get((rule, (n, d)), 1.0)
            what = f"{rule} over ({n} × {d}), against byzfl on NumPy"
            try:
                times = times_faster(peer, rule, n, d)
            except PeerError as error:
                yield what, f"byzfl: {error}", f"{reach:g}×", False
                continue
            yield what, f"{times:.2f}× faster", f"{reach:g}×", times >= reach
    peer.close()


LOOPED: dict[str, tuple[dict[str, Any], Callable[[Any], Any]]] = {
    "trimmed_mean": ({"f": 2}, lambda rows: aggregation.trimmed_mean(rows, f=2)),
    "median": ({}, aggregation.median),
    "krum": ({"f": 2}, lambda rows: aggregation.krum(rows, f=2)),
    "geometric_median": ({}, aggregation.geometric_median),
    "centered_clipping": ({"tau": 1.0}, lambda rows: aggregation.centered_clipping(rows, center=rows[0], tau=1.0)),
}
"""The rules over every neighborhood, and over the matrix of one."""

DAEMONS, SAMPLE = 100_000, 500


def compared_with_a_loop(d: int) -> Iterator[tuple[str, str, str, bool]]:
    """Run the loop over a sample of the daemons, and scale its time to all daemons."""
    network = topology("random_regular", n=DAEMONS, degree=8, seed=0)
    x = np.random.default_rng(0).normal(size=(DAEMONS, d))
    for name, (options, over_rows) in LOOPED.items():

        def looped(over_rows: Callable[[Any], Any] = over_rows) -> None:
            for i in range(SAMPLE):
                over_rows(np.concatenate([x[i : i + 1], x[network.neighbors(i)]]))

        def at_once(name: str = name, options: dict[str, Any] = options) -> None:
            getattr(neighborhoods, name)(network, x, **options)

        looped(), at_once()
        times = statistics.median(seconds(looped) * (DAEMONS / SAMPLE) / seconds(at_once) for _ in range(7))
        what = f"{name} of 1e5 neighborhoods, d = {d}, against a Python loop"
        yield what, f"{times:.0f}× faster", "100×", times >= 100


def rows() -> Iterator[tuple[str, str, str, bool]]:
    """Measure in a separate process, because the number of BLAS threads is fixed when NumPy is imported."""
    command = [sys.executable, str(Path(__file__))]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, **ONE_THREAD, "PYTHONPATH": str(ROOT)}
    )
    assert process.stdout is not None
    for line in process.stdout:
        what, measured, reach, met = line.rstrip("\n").split("\t")
        yield what, measured, reach, met == "yes"
    if process.wait():
        yield "aggregation rules", "the measurement failed", "", False


@pytest.mark.parametrize(("n", "d"), SHAPES)
@pytest.mark.parametrize("rule", FASTER_THAN_BYZFL)
def test_time_of_a_rule(benchmark: Any, rule: str, n: int, d: int) -> None:
    work = ours(rule, n, d)
    work()
    benchmark.pedantic(work, rounds=9)


if __name__ == "__main__":
    for row in chain(compared_with_byzfl(), compared_with_a_loop(1), compared_with_a_loop(2)):
        print(*row[:3], "yes" if row[3] else "no", sep="\t", flush=True)
