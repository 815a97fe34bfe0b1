"""Jobs in processes on this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from swarmsec.runs.executors.pool import Pool
from swarmsec.runs.jobs import Job, JobResult, run_in_worker


class Processes:
    """Runs jobs in processes on this machine.

    Args:
        workers: The number of processes.
        timeout_s: The time limit of a job, in seconds.
        retries: The number of times that a job is retried after its process died.
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
        """Run jobs, and yield each result when its job ends."""
        for ended in self._pool.run(jobs):
            if ended.status == "crashed" or ended.status == "timed_out":
                yield JobResult(ended.payload.id, ended.status, error=ended.error)
            elif ended.status == "raised":
                raise ended.value  # An error of a plug-in is a result, so this error is a bug in swarmsec.
            else:
                yield ended.value

    def close(self) -> None:
        """End the processes."""
        self._pool.close()

    def stop(self) -> None:
        """End the processes from another thread; the thread that runs jobs gets an `ExecutorError`."""
        self._pool.stop()
