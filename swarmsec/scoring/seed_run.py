"""The input of scoring: the arms of one seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from swarmsec.swarm.trace import Trace
from swarmsec.teams import Guarantee


@dataclass(frozen=True, eq=False)
class SeedRun:
    """The paired arms of one seed.

    Attributes:
        seed: The seed.
        traces: Arm → its trace, for every arm that was run.
        cpu_seconds: Arm → CPU time in seconds, the only figure that differs when a run is repeated.
        guarantees: One (kind, guarantee) a defense: whether its precondition held in the defended arm.
    """

    seed: int
    traces: Mapping[str, Trace]
    cpu_seconds: Mapping[str, float]
    guarantees: tuple[tuple[str, Guarantee], ...]
