"""Worker process: run payloads from a pipe until the parent closes it or dies."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from threading import Thread, Timer
from typing import Any, NamedTuple

CHUNK_S = 0.1
GRACE_S = 1.0
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


class Reply(NamedTuple):
    """The reply to one payload.

    Attributes:
        value: The return value of the function, or the error that it raised.
        raised: Whether the value is an error.
        seconds: The wall-clock time of the call.
    """

    value: Any
    raised: bool
    seconds: float


def serve(pipe: Connection, function: Callable[[Any], Any]) -> None:
    """Run chunks of payloads: send a reply for each payload, in order, then None to request the next chunk.

    A chunk ends between two payloads after `CHUNK_S` seconds; the parent queues payloads without a reply again.
    The parent sends nothing before it receives None, so the two sides cannot block each other.
    """
    leave_signals_to_parent()
    end_with_parent()
    try:
        pipe.send(None)
        while True:
            _run(pipe, function, pipe.recv())
            pipe.send(None)
    except (EOFError, OSError):
        return


def _run(pipe: Connection, function: Callable[[Any], Any], chunk: Sequence[Any]) -> None:
    begun = time.monotonic()
    for payload in chunk:
        start = time.monotonic()
        if start - begun > CHUNK_S:
            return
        _send(pipe, _called(function, payload, start))


def _called(function: Callable[[Any], Any], payload: Any, start: float) -> Reply:
    try:
        value = function(payload)
    except (Exception, SystemExit) as error:
        error.add_note(traceback.format_exc())
        return Reply(error, True, time.monotonic() - start)
    return Reply(value, False, time.monotonic() - start)


def _send(pipe: Connection, reply: Reply) -> None:
    try:
        pipe.send(reply)
    except (OSError, EOFError):
        raise
    except Exception as error:  # Pickling failed, or memory ran out; nothing was sent yet.
        pipe.send(Reply(RuntimeError(f"cannot be sent: {type(error).__name__}: {error}"), True, reply.seconds))


def leave_signals_to_parent() -> None:
    """Let the parent end this process, also where a signal is sent to both of them, as by a terminal.

    SIGTERM ends it after `GRACE_S`: so a process that ends stops its children, which it then waits for.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def end_soon(number: int, _frame: object) -> None:
        timer = Timer(GRACE_S, os._exit, (128 + number,))
        timer.daemon = True
        timer.start()

    signal.signal(signal.SIGTERM, end_soon)


def end_with_parent() -> None:
    """End this process as soon as its parent ends, for any reason.

    A thread waits for the parent. That thread cannot run while compiled code holds the GIL; so on Linux the kernel
    kills this process when the parent's end of the pipe closes.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    if sys.platform == "linux":
        import fcntl

        sentinel = parent.sentinel
        fcntl.fcntl(sentinel, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(sentinel, fcntl.F_SETSIG, signal.SIGKILL)
        fcntl.fcntl(sentinel, fcntl.F_SETFL, fcntl.fcntl(sentinel, fcntl.F_GETFL) | os.O_ASYNC)

    def wait() -> None:
        parent.join()
        os._exit(1)

    Thread(target=wait, name="end with parent", daemon=True).start()


def context() -> Any:
    """Return the start method of workers: a fork server with all modules loaded, or spawn if there is none."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    chosen = multiprocessing.get_context("forkserver")
    chosen.set_forkserver_preload(["swarmsec.runs.executors._warm"])
    return chosen


@contextmanager
def one_thread_each() -> Iterator[None]:
    """Limit processes started in this context to one BLAS, OpenMP and numba thread."""
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def may_have_children() -> Iterator[None]:
    """Let a daemonic process, such as dask's worker under its nanny, start workers; they end with it."""
    process = multiprocessing.current_process()
    if not process.daemon:
        yield
        return
    process.daemon = False  # Allowed within the process itself; its parent keeps its own copy of the flag.
    try:
        yield
    finally:
        process.daemon = True
