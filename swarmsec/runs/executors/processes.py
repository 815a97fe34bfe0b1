"""Jobs in processes on this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from swarmsec.runs.executors.pool import Pool
from swarmsec.runs.jobs import Job, JobResult, run_in_worker


class Processes:
    """Runs jobs in processes on this machine.

    Args:
        workers: How many processes.
        timeout_s: The most seconds that a job may take.
        retries: How often a job is run again after its process died.
        function: Runs a job in a worker process.
    """

    def __init__(
        self,
        workers: int,
        *,
        timeout_s: float | None = None,
        retries: int = 2,
        function: Callable[[Job], JobResult] = run_in_worker,
    ) -> None:
        self._pool = Pool(function, workers=workers, timeout_s=timeout_s, retries=retries)

    def run(self, jobs: Iterable[Job]) -> Iterator[JobResult]:
        """Run jobs, and give each result when its job ends."""
        for ended in self._pool.run(jobs):
            if ended.status == "crashed" or ended.status == "timed_out":
                yield JobResult(ended.payload.id, ended.status, error=ended.error)
            elif ended.status == "raised":
                raise ended.value  # An error of a plug-in is a result; this one is a bug of ours.
            else:
                yield ended.value

    def close(self) -> None:
        """End the processes."""
        self._pool.close()

    def stop(self) -> None:
        """End the processes from another thread; the one that runs jobs gets an `ExecutorError`."""
        self._pool.stop()
