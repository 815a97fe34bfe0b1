"""What scoring needs to know of the arms of one seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from swarmsec.swarm.trace import Trace
from swarmsec.teams import Guarantee


@dataclass(frozen=True, eq=False)
class SeedRun:
    """The paired arms of one seed.

    Attributes:
        seed: Which seed.
        traces: Each arm that was played, by name.
        cpu_seconds: What each arm took of a processor; the one figure that another run will not repeat.
        guarantees: For each defense, by its kind: whether its precondition held in the defended arm.
    """

    seed: int
    traces: Mapping[str, Trace]
    cpu_seconds: Mapping[str, float]
    guarantees: tuple[tuple[str, Guarantee], ...]
