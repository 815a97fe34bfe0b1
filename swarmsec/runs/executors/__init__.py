"""Who plays jobs: this process, several of them, or a cluster. What comes back does not depend on who.

An executor is given jobs and gives back what came of them, and knows of nothing else: what is to be played, what is
kept and what is done already is its caller's. A job's trouble never becomes another job's: a plug-in's error, a death
of the process and a run that takes too long are each told in what comes back of that job.

dask is imported by those who ask for a cluster, and by nobody else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol

from swarmsec.errors import UsageError
from swarmsec.runs.executors.pool import Ended, Pool
from swarmsec.runs.executors.processes import Processes
from swarmsec.runs.executors.serial import Serial
from swarmsec.runs.jobs import Job, JobResult

__all__ = ["Ended", "Executor", "Pool", "Processes", "Serial", "open_executor"]


class Executor(Protocol):
    """Plays jobs."""

    def run(self, jobs: Iterable[Job]) -> Iterator[JobResult]:
        """Play jobs, each with an id of its own, and give what came of each as it ends, in any order.

        Jobs are taken as there is somebody to play them, with a short look-ahead. Who stops listening stops the jobs.

        Raises:
            ExecutorError: There is nobody left who could play. What was given back stands.
        """
        ...

    def close(self) -> None:
        """End the processes that it started."""
        ...


@contextmanager
def open_executor(
    *, jobs: int = 1, cluster: str | None = None, timeout_s: float | None = None, retries: int = 2
) -> Iterator[Executor]:
    """An executor, closed in the end whatever happens.

    Args:
        jobs: How many processes on this machine. One, without a limit of time, is this process itself.
        cluster: A dask cluster instead: `tcp://HOST:PORT`, a scheduler file, `local:N`, `slurm` or `slurm:N`.
        timeout_s: How long a job may take, in seconds of the clock; its process is ended then. No limit unless given.
        retries: How often a job is played again whose process died.

    Raises:
        UsageError: No such cluster, or dask is not installed.
        ExecutorError: The cluster does not answer.
    """
    if jobs < 1:
        raise UsageError(f"{jobs} given; must be at least 1", where="jobs")
    if timeout_s is not None and not timeout_s > 0:
        raise UsageError(f"{timeout_s} given; must be more than 0 seconds", where="timeout")
    if retries < 0:
        raise UsageError(f"{retries} given; must be at least 0", where="retries")
    executor = _executor(jobs, cluster, timeout_s, retries)
    try:
        yield executor
    finally:
        executor.close()


def _executor(jobs: int, cluster: str | None, timeout_s: float | None, retries: int) -> Executor:
    if cluster is not None:
        from swarmsec.runs.executors.cluster import Cluster

        return Cluster(cluster, jobs=jobs, timeout_s=timeout_s, retries=retries)
    if jobs == 1 and timeout_s is None:
        return Serial()
    return Processes(jobs, timeout_s=timeout_s, retries=retries)
