"""The memory that a scenario needs, estimated before anything is allocated, and the memory that there is.

Measured peaks of whole runs, with the estimate: see `tests/scenario/test_size.py`.
"""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from swarmsec.errors import TooLargeError, UsageError
from swarmsec.scenario.load import Scenario
from swarmsec.scenario.model import seed_list

_PROCESS_BYTES = 300_000_000
"""Python, libraries and compiled code."""

_DAEMON_BYTES = 250
_EDGE_BYTES = 28
_AGENT_BYTES = 2_000
_ROUND_BYTES = 800
"""Some 25 figures in each of four arms, kept for every seed."""

_MASK_BYTES = 8
"""Who is hijacked and who is attacked, in four arms, kept for every seed."""

_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


class ScenarioSize(NamedTuple):
    """The size of a scenario.

    Attributes:
        daemons: The number of daemons.
        edges: About how many directed edges its network has.
        rounds: The number of rounds of a run.
        seeds: The number of seeds.
        memory_bytes: About how much memory a run takes, in all its processes.
    """

    daemons: int
    edges: int
    rounds: int
    seeds: int
    memory_bytes: int

    def __str__(self) -> str:
        return f"{self.daemons:,} daemons, {self.edges:,} edges, {self.rounds:,} rounds and {self.seeds:,} seeds"


def size_of(scenario: Scenario, *, seeds: int | None = None, jobs: int = 1) -> ScenarioSize:
    """Estimate the size of a scenario from its parameters; nothing is drawn.

    Args:
        scenario: The scenario.
        seeds: The number of seeds; the scenario's own unless given.
        jobs: The number of processes that run arms.
    """
    topology = scenario.parts.topology.plugin
    n, m, rounds = scenario.n, topology.edges_expected(), scenario.rounds
    seeds = len(seed_list(scenario.document["seeds"])) if seeds is None else seeds
    delay: Any = topology.delay
    in_transit = (max(delay) if isinstance(delay, list | tuple) else delay) * m * 8
    arm = n * _DAEMON_BYTES + m * _EDGE_BYTES + in_transit + min(n, 20_000) * _AGENT_BYTES
    kept = seeds * (rounds * _ROUND_BYTES + n * _MASK_BYTES)
    workers = jobs * (_PROCESS_BYTES + arm) if jobs > 1 else arm
    return ScenarioSize(n, m, rounds, seeds, _PROCESS_BYTES + workers + kept)


def check_fits(size: ScenarioSize, limit_bytes: int | None = None) -> None:
    """Check that the memory suffices.

    Args:
        size: The size of the scenario.
        limit_bytes: The limit; what this machine has available unless given.

    Raises:
        TooLargeError: It does not.
    """
    limit = available_bytes() if limit_bytes is None else limit_bytes
    if limit is not None and size.memory_bytes > limit:
        source = "this machine has" if limit_bytes is None else "--limit allows"
        raise TooLargeError(
            f"{size} take about {size.memory_bytes / 1e9:,.1f} GB of memory, and {source} {limit / 1e9:,.1f} GB; "
            "fewer of them or a sparser network take less, and --limit sets another limit"
        )


def available_bytes() -> int | None:
    """The memory that this process may still take: of the machine, its container, and `ulimit -v`. None if unknown."""
    found = []
    with suppress(OSError, LookupError, ValueError):
        meminfo = Path("/proc/meminfo").read_text(encoding="ascii")
        found.append(int(re.findall(r"MemAvailable:\s*(\d+) kB", meminfo)[0]) * 1024)
    with suppress(OSError, ValueError):  # `max` stands for no limit.
        group = Path("/sys/fs/cgroup")
        most = int((group / "memory.max").read_text(encoding="ascii"))
        found.append(most - int((group / "memory.current").read_text(encoding="ascii")))
    with suppress(ImportError):  # Windows has none.
        import resource

        address_space, _ = resource.getrlimit(resource.RLIMIT_AS)
        if address_space != resource.RLIM_INFINITY:
            found.append(address_space)
    return min(found, default=None)


def bytes_of(text: str) -> int:
    """The number of bytes of an option.

    Raises:
        UsageError: It is not a number with a unit.

    Examples:
        >>> bytes_of("4GB")
        4000000000
        >>> bytes_of("500M")
        500000000
    """
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]?)B?\s*", text, re.IGNORECASE | re.ASCII)
    if not match:
        raise UsageError(f"{text!r} given; must be an amount of memory, such as 4GB or 500MB", where="--limit")
    return int(float(match[1]) * _UNITS[match[2].upper()])
