"""Worker processes on this machine, each with its own pipe.

With one pipe per worker, the death of a worker does not affect the others: if it is killed, even in the middle of a
reply, only its own pipe breaks, and its earlier replies have arrived. Its current payload is the first one without a
reply. With a shared pipe, a worker that dies while it holds the pipe leaves half a message and a lock behind, and the
others wait forever.
"""

from __future__ import annotations

import itertools
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, Literal, NamedTuple, TypeVar

from swarmsec.errors import ExecutorError
from swarmsec.runs.executors.worker import CHUNK_S, Reply, context, may_have_children, one_thread_each, serve

Payload = TypeVar("Payload")

_CHUNK_MAX = 64  # payloads
_REPLIES_MAX = 64  # replies not yet yielded; at this number workers get no more payloads
_STARTS_MAX = 3  # the most consecutive workers that may end before they are ready
_PATIENCE_S = 1.0


class TaskOutcome(NamedTuple, Generic[Payload]):
    """The outcome of a payload.

    Attributes:
        payload: The payload.
        status: `returned`; `raised`; `crashed`, its process died in every attempt; or `timed_out`.
        value: The return value of the function, or its exception; None otherwise.
        error: The error in one line, if the process was lost.
    """

    payload: Payload
    status: Literal["returned", "raised", "crashed", "timed_out"]
    value: Any = None
    error: str = ""


@dataclass
class _Task(Generic[Payload]):
    payload: Payload
    deaths: int = 0


@dataclass(eq=False)
class _Worker(Generic[Payload]):
    process: Any
    pipe: Connection
    ready: bool = False  # It has requested work at least once.
    free: bool = False
    given: deque[_Task[Payload]] = field(default_factory=deque)  # The first task is running.
    since: float = 0.0

    def end(self) -> int | None:
        """Kill the worker if it still runs, and return its exit code."""
        self.pipe.close()
        self.process.kill()
        self.process.join()
        code: int | None = self.process.exitcode
        self.process.close()
        return code


class Pool(Generic[Payload]):
    """Calls a function on payloads in several processes.

    Processes start when there is work for them. Short payloads are sent in chunks of about `CHUNK_S` seconds.

    Args:
        function: Takes one payload; defined in a module, since workers import it by name.
        workers: The largest number of processes.
        timeout_s: The time limit of a payload, in seconds; its process is killed then.
        retries: How often a payload is retried after its process died.
    """

    def __init__(
        self, function: Callable[[Payload], Any], *, workers: int, timeout_s: float | None = None, retries: int = 2
    ) -> None:
        self._function = function
        self._most = workers
        self._timeout_s = timeout_s
        self._retries = retries
        self._workers: list[_Worker[Payload]] = []
        self._failed_starts = 0
        self._seconds = CHUNK_S  # Moving average of the time per payload.
        self._queue: deque[_Task[Payload]] = deque()
        self._exhausted = False
        self._stopped = False

    def run(self, payloads: Iterable[Payload]) -> Iterator[TaskOutcome[Payload]]:
        """Yield the outcome of each payload when it ends, in any order. One call at a time.

        Raises:
            ExecutorError: No worker can be started.
        """
        source, self._exhausted = map(_Task, payloads), False
        ended: deque[TaskOutcome[Payload]] = deque()
        try:
            while True:
                if len(ended) < _REPLIES_MAX:
                    self._hand_out(source)
                ended.extend(self._received(block=not ended))
                if ended:
                    yield ended.popleft()
                elif self._exhausted and not self._queue and not any(worker.given for worker in self._workers):
                    return
        finally:
            self._drop()

    def close(self) -> None:
        """End all processes: busy ones at once, and idle ones by closing their pipes."""
        self._drop()
        for worker in self._workers:
            worker.pipe.close()
        for worker in self._workers:
            worker.process.join(_PATIENCE_S)
        while self._workers:
            self._workers.pop().end()

    def stop(self) -> None:
        """End all processes, called from another thread; the thread in `run` gets an `ExecutorError`."""
        self._stopped = True
        for worker in list(self._workers):
            with suppress(ValueError):  # The other thread has already closed it.
                worker.process.kill()

    def _drop(self) -> None:
        """Drop the unfinished payloads, and end the workers that run them."""
        self._queue.clear()
        for worker in [worker for worker in self._workers if worker.given]:
            self._workers.remove(worker)
            worker.end()

    def _hand_out(self, source: Iterator[_Task[Payload]]) -> None:
        """Give every free worker a chunk, and start workers for the remaining payloads."""
        free = [worker for worker in self._workers if worker.free]
        starting = sum(not worker.ready for worker in self._workers)
        vacant = self._most - len(self._workers)
        chunk = max(1, min(_CHUNK_MAX, int(CHUNK_S / max(self._seconds, 1e-6))))
        wanted = max(0, len(free) * chunk + starting + vacant - len(self._queue))
        taken = list(itertools.islice(source, wanted))
        self._exhausted = len(taken) < wanted
        self._queue.extend(taken)
        for rest, worker in zip(range(len(free), 0, -1), free, strict=True):
            share = -(-len(self._queue) // rest)
            self._give(worker, [self._queue.popleft() for _ in range(min(chunk, share))])
        for _ in range(min(vacant, len(self._queue) - starting)):
            self._start()

    def _give(self, worker: _Worker[Payload], tasks: list[_Task[Payload]]) -> None:
        if not tasks:
            return
        try:
            worker.pipe.send([task.payload for task in tasks])
        except OSError:  # It died while idle, so no payload caused it.
            self._workers.remove(worker)
            worker.end()
            self._queue.extendleft(reversed(tasks))
            return
        worker.free, worker.since = False, time.monotonic()
        worker.given.extend(tasks)

    def _start(self) -> None:
        made = context()
        ours, theirs = made.Pipe()
        try:
            with one_thread_each(), may_have_children():
                process = made.Process(target=serve, args=(theirs, self._function), name="swarmsec worker", daemon=True)
                process.start()
        except (OSError, EOFError) as error:
            ours.close()
            shorter = "; set TMPDIR to a shorter path" if "AF_UNIX" in str(error) else ""
            raise ExecutorError(f"no process can be started: {error}{shorter}") from error
        finally:
            theirs.close()  # Then the pipe closes when the worker ends.
        self._workers.append(_Worker(process, ours))

    def _received(self, *, block: bool) -> Iterator[TaskOutcome[Payload]]:
        """Yield the replies of workers, and the payloads that timed out."""
        busy = {worker.pipe: worker for worker in self._workers if not worker.free}
        if not busy:
            return
        for pipe in wait(list(busy), self._until_overdue() if block else 0):
            yield from self._receive(busy[pipe])  # type: ignore[index]
        yield from self._overdue()

    def _receive(self, worker: _Worker[Payload]) -> Iterator[TaskOutcome[Payload]]:
        try:
            reply: Reply | None = worker.pipe.recv()
        except Exception:  # End of file, half a message, or bytes that a plug-in wrote into the pipe.
            yield from self._lost(worker)
            return
        if reply is None:
            self._failed_starts = 0
            worker.ready = worker.free = True
            self._queue.extendleft(reversed(worker.given))
            worker.given.clear()
            return
        task = worker.given.popleft()
        worker.since = time.monotonic()
        self._seconds = (self._seconds + reply.seconds) / 2
        yield TaskOutcome(task.payload, "raised" if reply.raised else "returned", reply.value)

    def _lost(self, worker: _Worker[Payload]) -> Iterator[TaskOutcome[Payload]]:
        """Handle a dead worker: retry or give up its current payload, and queue the rest of its chunk again."""
        self._workers.remove(worker)
        worker.process.join(_PATIENCE_S)  # Its end of the pipe closes a moment before its exit code is set.
        ending = _describe_exit(worker.end())
        if self._stopped:
            raise ExecutorError("stopped")
        if not worker.ready:
            self._failed_starts += 1
            if self._failed_starts == _STARTS_MAX:
                raise ExecutorError(
                    f"processes end before they are ready ({ending}); a script that uses several processes does so "
                    "under `if __name__ == '__main__':`"
                )
        if not worker.given:
            return
        task = worker.given.popleft()
        self._queue.extendleft(reversed(worker.given))
        task.deaths += 1
        if task.deaths > self._retries:
            times = f", {task.deaths} times" if task.deaths > 1 else ""
            yield TaskOutcome(task.payload, "crashed", error=f"the process that ran it died ({ending}){times}")
        else:
            self._queue.appendleft(task)

    def _overdue(self) -> Iterator[TaskOutcome[Payload]]:
        if self._timeout_s is None:
            return
        deadline = time.monotonic() - self._timeout_s
        for worker in [worker for worker in self._workers if worker.given and worker.since < deadline]:
            if not worker.pipe.poll():
                self._workers.remove(worker)
                worker.end()
                task = worker.given.popleft()
                self._queue.extendleft(reversed(worker.given))
                yield TaskOutcome(task.payload, "timed_out", error=f"took more than {self._timeout_s:g} s")

    def _until_overdue(self) -> float | None:
        since = [worker.since for worker in self._workers if worker.given]
        if self._timeout_s is None or not since:
            return None
        return max(0.0, min(since) + self._timeout_s - time.monotonic()) + 1e-3


def _describe_exit(code: int | None) -> str:
    if code is None or code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
