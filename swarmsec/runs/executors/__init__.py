"""Where jobs are run: in this process, in several processes, or on a cluster. Results do not depend on it.

An executor only turns jobs into results; its caller decides which jobs to run and which results to keep. Jobs do not
affect each other: an error of a plug-in, a dead process and an exceeded time limit are recorded in the result of that
job only.

dask is imported only if a cluster is requested.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol

from swarmsec.errors import UsageError
from swarmsec.runs.executors.pool import Pool, TaskOutcome
from swarmsec.runs.executors.processes import Processes
from swarmsec.runs.executors.serial import Serial
from swarmsec.runs.jobs import Job, JobResult
from swarmsec.runs.simulation import EachRound

__all__ = ["Executor", "Pool", "Processes", "Serial", "TaskOutcome", "open_executor"]


class Executor(Protocol):
    """Runs jobs."""

    def run(self, jobs: Iterable[Job]) -> Iterator[JobResult]:
        """Run jobs with different ids, and yield each result when its job ends, in any order.

        Jobs are taken from `jobs` as workers become free, with a short look-ahead. Closing the iterator stops the jobs.

        Raises:
            ExecutorError: No worker is left. The results yielded so far are valid.
        """
        ...

    def close(self) -> None:
        """End the processes that this executor started."""
        ...


@contextmanager
def open_executor(
    *,
    jobs: int = 1,
    cluster: str | None = None,
    timeout_s: float | None = None,
    retries: int = 2,
    each_round: EachRound | None = None,
) -> Iterator[Executor]:
    """Open an executor, and close it at the end, also after an error.

    Args:
        jobs: The number of processes on this machine. One without a time limit is this process.
        cluster: A dask cluster instead: `tcp://HOST:PORT`, a scheduler file, `local:N`, `slurm` or `slurm:N`.
        timeout_s: The time limit of a job, in seconds of wall-clock time; its process is killed then. No limit unless
            given.
        retries: How often a job is run again after its process died.
        each_round: Called after each round that is run in this process; other executors never call it.

    Raises:
        UsageError: No such cluster, or dask is not installed.
        ExecutorError: The cluster does not respond.
    """
    if jobs < 1:
        raise UsageError(f"{jobs} given; must be at least 1", where="jobs")
    if timeout_s is not None and not timeout_s > 0:
        raise UsageError(f"{timeout_s} given; must be more than 0 seconds", where="timeout")
    if retries < 0:
        raise UsageError(f"{retries} given; must be at least 0", where="retries")
    executor = _executor(jobs, cluster, timeout_s, retries, each_round)
    try:
        yield executor
    finally:
        executor.close()


def _executor(
    jobs: int, cluster: str | None, timeout_s: float | None, retries: int, each_round: EachRound | None
) -> Executor:
    if cluster is not None:
        from swarmsec.runs.executors.cluster import Cluster

        return Cluster(cluster, jobs=jobs, timeout_s=timeout_s, retries=retries)
    if jobs == 1 and timeout_s is None:
        return Serial(each_round=each_round)
    return Processes(jobs, timeout_s=timeout_s, retries=retries)
