"""A process that plays what it is told until whoever started it closes the pipe, or is gone."""

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
from threading import Thread
from typing import Any, NamedTuple

CHUNK_S = 0.1
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


class Reply(NamedTuple):
    """What came of one payload.

    Attributes:
        value: What the function returned, or the error that it raised.
        raised: Whether it is an error.
        seconds: How long it took.
    """

    value: Any
    raised: bool
    seconds: float


def serve(pipe: Connection, function: Callable[[Any], Any]) -> None:
    """Play chunk after chunk: a reply a payload, in their order, then None, which says that the next chunk may come.

    A chunk is given up between two payloads once it has taken `CHUNK_S`, and what was not begun is given back unsaid.
    Nothing is sent to a worker that has not said None; so neither side ever waits for the other to read.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever started this, who ends it.
    end_with_parent()
    try:
        pipe.send(None)
        while True:
            _play(pipe, function, pipe.recv())
            pipe.send(None)
    except (EOFError, OSError):
        return


def _play(pipe: Connection, function: Callable[[Any], Any], chunk: Sequence[Any]) -> None:
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
    except Exception as error:  # It does not pickle, or there is no memory for it; none of it was sent yet.
        pipe.send(Reply(RuntimeError(f"cannot be sent: {type(error).__name__}: {error}"), True, reply.seconds))


def end_with_parent() -> None:
    """Let this process end as soon as the one that started it is gone, however that went.

    A thread waits for it. Where compiled code keeps the interpreter to itself no thread gets a turn, so Linux is asked
    to kill this process itself when the parent's end of the pipe closes.
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
    """How processes are started: forked from a clean one that is warm already, where the system can do that."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    chosen = multiprocessing.get_context("forkserver")
    chosen.set_forkserver_preload(["swarmsec.runs.executors._warm"])
    return chosen


@contextmanager
def one_thread_each() -> Iterator[None]:
    """Processes that start now have one BLAS, OpenMP and numba thread."""
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
    """Let a daemonic process, such as dask's worker under its nanny, start others. Ours end with it by themselves."""
    config = multiprocessing.current_process()._config  # type: ignore[attr-defined] # noqa: SLF001
    before = config.pop("daemon", None)
    try:
        yield
    finally:
        if before is not None:
            config["daemon"] = before
