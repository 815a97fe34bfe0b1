"""Jobs in processes on this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from swarmsec.runs.executors.pool import Pool
from swarmsec.runs.jobs import Job, JobResult, run_job


class Processes:
    """Plays jobs in processes on this machine.

    Args:
        workers: How many.
        timeout_s: How long a job may take.
        retries: How often a job is played again whose process died.
        function: What plays a job there.
    """

    def __init__(
        self,
        workers: int,
        *,
        timeout_s: float | None = None,
        retries: int = 2,
        function: Callable[[Job], JobResult] = run_job,
    ) -> None:
        self._pool = Pool(function, workers=workers, timeout_s=timeout_s, retries=retries)

    def run(self, jobs: Iterable[Job]) -> Iterator[JobResult]:
        """Play jobs, and give what came of each as it ends."""
        for ended in self._pool.run(jobs):
            if ended.status == "crashed" or ended.status == "timed_out":
                yield JobResult(ended.payload.id, ended.status, error=ended.error)
            elif ended.status == "raised":
                raise ended.value  # Every error of a plug-in comes as a result: this one is of ours.
            else:
                yield ended.value

    def close(self) -> None:
        """End the processes."""
        self._pool.close()

    def stop(self) -> None:
        """End the processes from another thread than the one that plays; that one is told by an `ExecutorError`."""
        self._pool.stop()
