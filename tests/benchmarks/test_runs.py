"""Whole runs and commands, against the sum of their parts.

`rows()` makes the rows of PERFORMANCE.md that `table.py` prints; both sides of a ratio run in turn, in one process.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import swarmsec
from swarmsec.aggregation.kernels import rows as kernels
from swarmsec.rng import Streams
from swarmsec.runs.simulation import build
from swarmsec.scenario import load_scenario
from swarmsec.worlds import WorldView

SEEDS = 2

DETECTORS = (
    "robust_z",
    "cusum",
    "mahalanobis",
    "martingale",
    "half_space_trees",
    "pyod_detector",
    "negative_selection",
    "clonal_selection",
    "dendritic_cells",
    "danger_signals",
    "immune_memory",
    "cross_regulation",
    "granuloma",
    "beta_reputation",
    "corroboration",
    "eigentrust",
    "accusations",
    "equivocation_proof",
    "immune_system",
    "median_gate",
    "claim_against_outcome",
    "oddi_c",
)
"""Every defense that looks at what daemons send or sense."""


def seconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def ratio(work: Callable[[], Any], yardstick: Callable[[], Any], *, repeats: int = 5) -> float:
    """The median of paired ratios, after one warm-up of each."""
    work(), yardstick()
    return statistics.median(seconds(work) / seconds(yardstick) for _ in range(repeats))


def blackswarm() -> None:
    swarmsec.run("blackswarm", seeds=SEEDS)


def blackswarms_parts() -> None:
    """The kernels and world steps of those runs only: four arms per seed, with the gate's medians in two of them."""
    scenario = load_scenario("blackswarm")
    for seed in range(SEEDS):
        for guarded in (False, False, True, True):
            setup = scenario.setup(seed)
            world, n = setup.world, setup.network.n
            world.begin(WorldView(setup.network, setup.rounds, Streams("x", seed).of("world"), np.ones(n, dtype=bool)))
            rows, state = kernels.rows_of(setup.network), np.zeros(n)
            for _ in range(setup.rounds):
                signals = world.sense()[:, 0]
                if guarded:
                    kernels.median_and_mad(rows, signals)
                state = 0.9 * kernels.metropolis(rows, state) + 0.1 * signals
                world.apply(world.decide(state[:, None]))


def watched(detector: str | None) -> Callable[[], Any]:
    """Rounds of BlackSwarm with 1,000 daemons, without an attack, after the warm-up, with or without a detector."""
    document = {**load_scenario("blackswarm").document, "defenses": [{"kind": detector}] if detector else []}
    document |= {"network": {**document["network"], "n": 1000}, "rounds": 100_000}
    model = build(document, arm="guarded")
    while model.round < 250:
        model.step()

    def rounds() -> None:
        for _ in range(50):
            model.step()

    return rounds


def command(*arguments: str) -> Callable[[], Any]:
    return lambda: subprocess.run([sys.executable, *arguments], capture_output=True, check=True)


def cli(*arguments: str) -> Callable[[], Any]:
    return command("-c", "from swarmsec.cli import main; main()", *arguments)


def rows() -> Iterator[tuple[str, str, str, bool]]:
    def row(what: str, measured: float, reach: float) -> tuple[str, str, str, bool]:
        return what, f"{measured:.2f}×", f"{reach:g}×", measured <= reach

    yield row("run blackswarm over its kernels and world steps", ratio(blackswarm, blackswarms_parts), 2)
    unwatched = watched(None)
    for kind in DETECTORS:
        yield row(f"{kind} over the round without", ratio(watched(kind), unwatched, repeats=9), 2)
    imports = command("-c", "import typer, rich")
    yield row("swarmsec --help over importing typer and rich", ratio(cli("--help"), imports), 2)
    yield row("swarmsec list over importing typer and rich", ratio(cli("list"), imports), 2)
    yield row("swarmsec validate over importing typer and rich", ratio(cli("validate", "blackswarm"), imports), 2)
    parsing = command("-c", "import typer, rich, pydantic, ruamel.yaml")
    yield row("the same over typer, rich, pydantic and ruamel.yaml", ratio(cli("validate", "blackswarm"), parsing), 2)


def test_time_of_a_run_of_blackswarm(benchmark: Any) -> None:
    benchmark.pedantic(blackswarm, rounds=3, warmup_rounds=1)


def test_time_of_the_parts_of_that_run(benchmark: Any) -> None:
    benchmark.pedantic(blackswarms_parts, rounds=3, warmup_rounds=1)
