"""Jobs on a dask cluster: one fixed function, keyed by the job's id.

A job is not run by dask's worker itself but by a process that the worker starts and watches (`pool.py`), as on one
machine. So a plug-in that kills its process costs that process and not dask's worker with all that it holds, a limit
of time ends what runs too long, which a thread of dask's could not be, and a job is counted as crashed by what it
did, not by whom it was scheduled with. dask's own retries are for what dask alone can see: machines that go away.
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

_AHEAD = 3  # jobs in flight for each thread of the cluster
_COUNT_AGAIN = 64  # results between two looks at the cluster's size

_guard = threading.Lock()
_pools: dict[int, tuple[str, Processes]] = {}  # In dask's worker: thread → its session and process.


class Cluster:
    """Runs jobs on a dask cluster.

    Args:
        where: `tcp://HOST:PORT`, a scheduler file, `local:N`, `slurm` or `slurm:N`.
        jobs: How many SLURM jobs to ask for, where the address does not say.
        timeout_s: The most seconds that a job may take.
        retries: How often a job is run again after its process, or its dask worker, died.

    Raises:
        UsageError: No such cluster, or dask is not installed.
        ExecutorError: The cluster does not answer.
    """

    def __init__(self, where: str, *, jobs: int = 1, timeout_s: float | None = None, retries: int = 2) -> None:
        self._where = where
        self._timeout_s = timeout_s
        self._retries = retries
        self._session = uuid.uuid4().hex  # Names this client; no result depends on it.
        self._opened = ExitStack()
        self._client = self._opened.enter_context(connected(where, jobs))

    def run(self, jobs: Iterable[Job]) -> Iterator[JobResult]:
        """Run jobs, and give each result when its job ends.

        Raises:
            ExecutorError: The scheduler went away, or a worker has another swarmsec or other plug-ins.
        """
        source = iter(jobs)
        flying: dict[str, Any] = {}
        deaths: Counter[str] = Counter()
        try:
            with self._own_errors():
                completed = library("distributed").as_completed(
                    self._submitted(source, flying, self._room()),
                    loop=self._client.loop,
                    with_results=True,
                    raise_errors=False,
                )
                for number, (future, result) in enumerate(completed, 1):
                    played = self._settled(future, result, deaths)
                    if played is None:
                        completed.add(future)
                        continue
                    del flying[future.key]
                    room = self._room() - len(flying) if number % _COUNT_AGAIN == 0 else 1
                    for added in self._submitted(source, flying, room):
                        completed.add(added)
                    yield played
        finally:
            self._drop(flying)

    def close(self) -> None:
        """Leave the cluster, and end what was started for it."""
        if self._client.status == "running":
            with suppress(Exception):  # A process that cannot be stopped now ends with its worker.
                self._client.run(end_session, self._session, on_error="ignore")
        self._opened.close()

    def _submitted(self, source: Iterator[Job], flying: dict[str, Any], count: int) -> list[Any]:
        new = []
        for job in islice(source, max(0, count)):
            flying[job.id] = self._client.submit(
                run_on_cluster, job, self._session, self._timeout_s, self._retries, key=job.id, retries=0, pure=False
            )
            new.append(flying[job.id])
        return new

    def _room(self) -> int:
        return _AHEAD * max(1, sum(map(int, self._client.nthreads().values())))

    def _settled(self, future: Any, result: Any, deaths: Counter[str]) -> JobResult | None:
        """The result of a job; None if it was sent out again."""
        if future.status == "finished" and isinstance(result, JobResult):
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
                f"the cluster went away ({first_line}); what was given back stands", where=self._where
            ) from error
        except ImportError as error:
            raise ExecutorError(f"its workers cannot run jobs: {error}", where=self._where) from error

    def _drop(self, flying: dict[str, Any]) -> None:
        if flying and self._client.status == "running":
            with suppress(Exception):  # The cluster may go away at this very moment; then nothing is left to drop.
                self._client.cancel(list(flying.values()))
                self._client.run(end_session, self._session, on_error="ignore")


def run_on_cluster(job: Job, session: str, timeout_s: float | None, retries: int) -> JobResult:
    """Run a job for a session, in the process of this thread of dask's worker."""
    thread = threading.get_ident()
    with _guard:
        owner, processes = _pools.get(thread, ("", None))
        if owner != session or processes is None:
            if processes is not None:
                processes.stop()
            processes = Processes(1, timeout_s=timeout_s, retries=retries, function=run_verified_job)
            _pools[thread] = (session, processes)
    (played,) = processes.run([job])
    return played


def end_session(session: str) -> None:
    """End the processes of a session, in dask's worker."""
    with _guard:
        for thread, (owner, processes) in list(_pools.items()):
            if owner == session:
                del _pools[thread]
                processes.stop()
