"""Run jobs on a dask cluster: one fixed function, keyed by the job's id.

dask's worker does not run a job itself: it starts and watches a process for it (`pool.py`), as on one machine.
- A plug-in that kills its process does not kill dask's worker, or the other jobs there.
- A time limit can end a job, which is impossible in a thread of dask's worker.
- A job counts as crashed only if its own process died.
Jobs are also retried after the loss of a whole dask worker, which only dask detects.
"""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import islice
from typing import Any

from swarmsec.errors import ExecutorError
from swarmsec.runs.executors.connect import connected, library
from swarmsec.runs.executors.processes import Processes
from swarmsec.runs.jobs import Job, JobResult, run_verified_job

_AHEAD = 3  # jobs in flight per thread of the cluster
_COUNT_AGAIN = 64  # results between two queries of the cluster's size

_guard = threading.Lock()
_pools: dict[int, tuple[str, Processes]] = {}  # In dask's worker: thread → its session and process.


class Cluster:
    """Runs jobs on a dask cluster.

    Args:
        where: `tcp://HOST:PORT`, a scheduler file, `local:N`, `slurm` or `slurm:N`.
        jobs: The number of workers to start, if `where` gives none.
        timeout_s: The time limit of a job, in seconds.
        retries: How often a job is run again after the death of its process or dask worker.

    Raises:
        UsageError: No such cluster, or dask is not installed.
        ExecutorError: The cluster does not respond.
    """

    def __init__(self, where: str, *, jobs: int = 1, timeout_s: float | None = None, retries: int = 2) -> None:
        self._where = where
        self._timeout_s = timeout_s
        self._retries = retries
        self._session = uuid.uuid4().hex  # Names this client; no result depends on it.
        self._opened = ExitStack()
        self._client = self._opened.enter_context(connected(where, jobs))

    def run(self, jobs: Iterable[Job]) -> Iterator[JobResult]:
        """Run jobs, and yield each result when its job ends.

        Raises:
            ExecutorError: The scheduler is lost, or a worker has another version of swarmsec or of a plug-in.
        """
        source = iter(jobs)
        submitted: dict[str, Any] = {}
        deaths: Counter[str] = Counter()
        try:
            with self._own_errors():
                completed = library("distributed").as_completed(
                    self._submitted(source, submitted, self._capacity()),
                    loop=self._client.loop,
                    with_results=True,
                    raise_errors=False,
                )
                for number, (future, result) in enumerate(completed, 1):
                    ended = self._settled(future, result, deaths)
                    if ended is None:
                        completed.add(future)
                        continue
                    del submitted[future.key]
                    free = self._capacity() - len(submitted) if number % _COUNT_AGAIN == 0 else 1
                    for added in self._submitted(source, submitted, free):
                        completed.add(added)
                    yield ended
        finally:
            self._drop(submitted)

    def close(self) -> None:
        """Close the client, and end the processes and workers started for it."""
        if self._client.status == "running":
            with suppress(Exception):  # A process that cannot be stopped here ends with its worker.
                self._client.run(end_session, self._session, on_error="ignore")
        self._opened.close()

    def _submitted(self, source: Iterator[Job], submitted: dict[str, Any], count: int) -> list[Any]:
        new = []
        for job in islice(source, max(0, count)):
            submitted[job.id] = self._client.submit(
                run_on_cluster, job, self._session, self._timeout_s, self._retries, key=job.id, retries=0, pure=False
            )
            new.append(submitted[job.id])
        return new

    def _capacity(self) -> int:
        return _AHEAD * max(1, sum(map(int, self._client.nthreads().values())))

    def _settled(self, future: Any, result: Any, deaths: Counter[str]) -> JobResult | None:
        """Return the result of a job, or None if the job was retried."""
        if isinstance(result, JobResult):  # Also if it is lost by now, because its worker died after it sent it.
            return result
        error = result[1] if isinstance(result, tuple) and len(result) == 3 else result
        if isinstance(error, library("distributed").KilledWorker):
            deaths[future.key] += 1
            if deaths[future.key] > self._retries:
                return JobResult(future.key, "crashed", error="the workers of the cluster that ran it died")
            future.retry()
            return None
        if isinstance(error, BaseException):
            raise error
        raise ConnectionError(f"a job was {future.status}")

    @contextmanager
    def _own_errors(self) -> Iterator[None]:
        try:
            yield
        except (OSError, TimeoutError, library("distributed").CancelledError, RuntimeError) as error:
            if isinstance(error, RuntimeError) and self._client.status == "running":
                raise
            first_line = f"{type(error).__name__}: {error}".splitlines()[0]
            raise ExecutorError(
                f"the connection to the cluster was lost ({first_line}); the results received so far are valid",
                where=self._where,
            ) from error
        except ImportError as error:
            raise ExecutorError(f"its workers cannot run jobs: {error}", where=self._where) from error

    def _drop(self, submitted: dict[str, Any]) -> None:
        if submitted and self._client.status == "running":
            with suppress(Exception):  # The cluster may be lost at this point; then there is nothing to cancel.
                self._client.cancel(list(submitted.values()))
                self._client.run(end_session, self._session, on_error="ignore")


def run_on_cluster(job: Job, session: str, timeout_s: float | None, retries: int) -> JobResult:
    """Run a job of a session, in the process that belongs to this thread of dask's worker."""
    thread = threading.get_ident()
    with _guard:
        owner, processes = _pools.get(thread, ("", None))
        if owner != session or processes is None:
            if processes is not None:
                processes.stop()
            processes = Processes(1, timeout_s=timeout_s, retries=retries, function=run_verified_job)
            _pools[thread] = (session, processes)
    (ended,) = processes.run([job])
    return ended


def end_session(session: str) -> None:
    """End the processes of a session in this dask worker."""
    with _guard:
        for thread, (owner, processes) in list(_pools.items()):
            if owner == session:
                del _pools[thread]
                processes.stop()
