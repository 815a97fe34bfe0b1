"""Each job is run once in a command, however often its result is asked for."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Generic, TypeVar

from swarmsec.runs.executors import Executor
from swarmsec.runs.jobs import Job, JobResult

Kept = TypeVar("Kept")


class JobCache(Generic[Kept]):
    """Runs jobs through an executor, each id once, and keeps what a caller needs of their results.

    Args:
        executor: Where jobs are run.
        keep: What is kept of a result: `whole`, or a summary where there are too many to keep whole.

    Attributes:
        jobs_run: How many jobs were run so far.
    """

    def __init__(self, executor: Executor, keep: Callable[[JobResult], Kept]) -> None:
        self.jobs_run = 0
        self._executor, self._keep = executor, keep
        self._kept: dict[str, Kept] = {}

    def results(self, jobs: Sequence[Job]) -> Iterator[tuple[Job, Kept]]:
        """Run the jobs that were not run before, and give each job with its result, in the order of `jobs`.

        Raises:
            ExecutorError: No process is left that could run jobs.
        """
        due = deque(jobs)
        new = {one.id: one for one in jobs if one.id not in self._kept}
        yield from self._ready(due)
        for result in self._executor.run(list(new.values())) if new else ():
            self.jobs_run += 1
            self._kept[result.id] = self._keep(result)
            yield from self._ready(due)

    def drop(self, ids: Iterable[str]) -> None:
        """Forget results that are not needed any more."""
        for one in ids:
            self._kept.pop(one, None)

    def _ready(self, due: deque[Job]) -> Iterator[tuple[Job, Kept]]:
        while due and due[0].id in self._kept:
            one = due.popleft()
            yield one, self._kept[one.id]


def whole(result: JobResult) -> JobResult:
    """Keep a result as it is."""
    return result
