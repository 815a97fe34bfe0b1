"""Run each job of a command once, even if several callers need its result."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Generic, TypeVar

from swarmsec.runs.executors import Executor
from swarmsec.runs.jobs import Job, JobResult

Kept = TypeVar("Kept")


class JobCache(Generic[Kept]):
    """Run each job id once through an executor, and keep the part of its result that callers need.

    Args:
        executor: Runs the jobs.
        keep: The part of a result to keep: `whole`, or a summary if there are too many whole results.

    Attributes:
        jobs_run: The number of jobs that were run so far.
    """

    def __init__(self, executor: Executor, keep: Callable[[JobResult], Kept]) -> None:
        self.jobs_run = 0
        self._executor, self._keep = executor, keep
        self._kept: dict[str, Kept] = {}

    def results(self, jobs: Sequence[Job]) -> Iterator[tuple[Job, Kept]]:
        """Run the jobs that were not run before, and yield each job with its result, in the order of `jobs`.

        Raises:
            ExecutorError: No worker process is left.
        """
        due = deque(jobs)
        new = {one.id: one for one in jobs if one.id not in self._kept}
        yield from self._ready(due)
        for result in self._executor.run(list(new.values())) if new else ():
            self.jobs_run += 1
            self._kept[result.id] = self._keep(result)
            yield from self._ready(due)

    def drop(self, ids: Iterable[str]) -> None:
        """Drop results that are no longer needed."""
        for one in ids:
            self._kept.pop(one, None)

    def _ready(self, due: deque[Job]) -> Iterator[tuple[Job, Kept]]:
        while due and due[0].id in self._kept:
            one = due.popleft()
            yield one, self._kept[one.id]


def whole(result: JobResult) -> JobResult:
    """Keep the whole result."""
    return result
