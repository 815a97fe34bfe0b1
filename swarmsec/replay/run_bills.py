"""The bills of jobs, whoever plays them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from swarmsec.arrays import Floats
from swarmsec.errors import ExecutorError, PluginError
from swarmsec.runs.executors import Executor
from swarmsec.runs.jobs import Job, job
from swarmsec.scenario import Scenario
from swarmsec.swarm.arms import Arm

Advanced = Callable[[int, int], None]
"""Called as jobs end: how many are done, and of how many."""


class Bills(NamedTuple):
    """What jobs ran up.

    Attributes:
        unit: Of all of them.
        of: Job's id → (rounds,) the scored bill after each round.
    """

    unit: str
    of: Mapping[str, Floats]

    def last(self, jobs: Sequence[Job]) -> Floats:
        """(k,) the bill of each job in the end."""
        return np.array([float(self.of[one.id][-1]) for one in jobs])


def jobs_of(scenario: Scenario, seeds: Sequence[int], arm: Arm) -> list[Job]:
    """The jobs of an arm, one a seed."""
    return [job(scenario, seed, arm) for seed in seeds]


def play_bills(jobs: Iterable[Job], executor: Executor, advanced: Advanced | None = None) -> Bills:
    """Play jobs, each different one once.

    Args:
        jobs: At least one.
        executor: Who plays them.
        advanced: Called as they end.

    Raises:
        PluginError: One failed.
        ExecutorError: A process died, or took too long.
    """
    asked = {one.id: one for one in jobs}
    found: dict[str, Floats] = {}
    unit = ""
    for played in executor.run(list(asked.values())):
        where = f"seed {asked[played.id].seed}, {asked[played.id].arm} arm"
        if played.status == "failed":
            raise PluginError(played.error, where=where)
        if played.trace is None:
            raise ExecutorError(played.error, where=where)
        found[played.id], unit = played.trace.bill, played.trace.unit
        if advanced:
            advanced(len(found), len(asked))
    return Bills(unit, found)
