"""Signals that end the command in order: Ctrl-C, SIGTERM and SIGHUP, with exit code 128 + the signal's number."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


def ending_signals() -> list[signal.Signals]:
    """SIGINT, and SIGTERM and SIGHUP where the system has them and they are not ignored, such as by `nohup`."""
    others = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    return [signal.SIGINT, *(number for number in others if signal.getsignal(number) != signal.SIG_IGN)]


@contextmanager
def one_interrupt() -> Iterator[list[signal.Signals]]:
    """Let the first signal interrupt, and ignore further ones, so that the cleanup is completed.

    Yields:
        The received signal, once there is one.
    """
    received: list[signal.Signals] = []
    if threading.current_thread() is not threading.main_thread():
        yield received
        return
    numbers = ending_signals()

    def interrupt(number: int, _frame: object) -> None:
        received.append(signal.Signals(number))
        for one in numbers:
            signal.signal(one, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in numbers}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
