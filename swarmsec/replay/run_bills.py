"""The bills of jobs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from swarmsec.arrays import Floats
from swarmsec.errors import PluginError
from swarmsec.runs.executors import Executor
from swarmsec.runs.jobs import Job, require_done

Advanced = Callable[[int, int], None]
"""Called after each job with the numbers of finished jobs and of all jobs."""


class Bills(NamedTuple):
    """The bills of some jobs.

    Attributes:
        unit: The unit of all bills.
        of: Job's id → (rounds,) the scored bill after each round.
    """

    unit: str
    of: Mapping[str, Floats]

    def last(self, jobs: Sequence[Job]) -> Floats:
        """(k,) the final bill of each job."""
        return np.array([float(self.of[one.id][-1]) for one in jobs])


def run_bills(jobs: Iterable[Job], executor: Executor, advanced: Advanced | None = None) -> Bills:
    """Run jobs; equal jobs run once.

    Args:
        jobs: At least one.
        executor: Runs them.
        advanced: Called when one ends.

    Raises:
        PluginError: A plug-in breaks its contract, ends its process or takes too long; the place names seed and arm.
    """
    asked = {one.id: one for one in jobs}
    found: dict[str, Floats] = {}
    unit = ""
    for result in executor.run(list(asked.values())):
        one = asked[result.id]
        try:
            trace = require_done(one, result)
        except PluginError as error:
            raise PluginError(str(error), where=f"seed {one.seed}, {one.arm} arm") from error
        found[result.id], unit = trace.bill, trace.unit
        if advanced:
            advanced(len(found), len(asked))
    return Bills(unit, found)
