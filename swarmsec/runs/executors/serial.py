"""One job after the other, in this process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from swarmsec.runs.jobs import Job, JobResult, run_job


class Serial:
    """Plays jobs in this process: nothing to start, and nothing that could be stopped from outside."""

    def run(self, jobs: Iterable[Job]) -> Iterator[JobResult]:
        """Play jobs in their order."""
        return map(run_job, jobs)

    def close(self) -> None:
        """Nothing was started."""
