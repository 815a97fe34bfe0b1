"""The progress display: a bar if standard error is a terminal, else occasional lines."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from swarmsec.cli.output import hint

LINE_SECONDS = 10.0
"""The time between two lines, if there is no terminal."""

FRAME_SECONDS = 0.1
"""The time between two updates of a bar."""

Text = str | Callable[[], str]
"""The text to show; a function if the text takes time to make and is rarely shown."""


class Progress:
    """Progress that is not shown.

    Args:
        name: The name of the work, such as the scenario's name.
        total: The number of steps; None while it is unknown.
    """

    pause_s = float("inf")

    def __init__(self, name: str, total: int | None = None) -> None:
        self.name, self.total, self.done = name, total, 0
        self._shown_at = time.monotonic()

    def update(self, done: int, text: Text = "", *, total: int | None = None, always: bool = False) -> None:
        """Show the number of finished steps, unless the last update was shown less than `pause_s` ago.

        Args:
            done: Steps done so far.
            text: What to show beside the name.
            total: The number of steps, if it has changed.
            always: Show it in any case, such as for the last step.
        """
        self.done, self.total = done, self.total if total is None else total
        now = time.monotonic()
        if always or now - self._shown_at >= self.pause_s:
            self._shown_at = now
            self.show(text() if callable(text) else text)

    def show(self, text: str) -> None:
        """Show `text` and the steps done."""


class ProgressLines(Progress):
    """Progress as lines on standard error."""

    pause_s = LINE_SECONDS

    def show(self, text: str) -> None:
        """Print a line."""
        hint(f"{self.name}: {text}")


class ProgressBar(Progress):
    """Progress as a bar.

    Args:
        name: The name of the work.
        total: The number of steps.
        bar: The progress bar of Rich.
    """

    pause_s = FRAME_SECONDS

    def __init__(self, name: str, total: int | None = None, *, bar: Any) -> None:
        super().__init__(name, total)
        self._bar = bar
        self._task = bar.add_task(name, total=total, text="")

    def show(self, text: str) -> None:
        """Move the bar."""
        self._bar.update(self._task, completed=self.done, total=self.total, text=text)


class RunProgress:
    """The progress of a run in rounds, over all of its arms and seeds.

    Args:
        shown: The display.
        seeds: The number of seeds.
        rounds: The number of rounds of each of the four arms of a seed.
    """

    def __init__(self, shown: Progress, *, seeds: int, rounds: int) -> None:
        self._shown, self._seeds, self._rounds = shown, seeds, rounds
        self._seeds_done = self._rounds_of_seed = 0
        shown.total = seeds * 4 * rounds

    def each_round(self, seed: int, arm: str, rounds: int) -> None:
        """Count one more round; `rounds` of this arm are done."""
        self._rounds_of_seed += 1
        done = self._done()
        self._shown.update(done, lambda: self._place(done, f"seed {seed}, {arm} arm, round {rounds:,}"))

    def each_seed(self, seed: int) -> None:
        """Count a seed with all arms done, in any process."""
        self._seeds_done, self._rounds_of_seed = self._seeds_done + 1, 0
        self._shown.update(self._done(), f"seed {seed} done, {self._seeds_done} of {self._seeds}", always=True)

    def _done(self) -> int:
        of_seed = 4 * self._rounds
        return min(self._seeds * of_seed, self._seeds_done * of_seed + self._rounds_of_seed)

    def _place(self, done: int, place: str) -> str:
        return f"{place} of {self._rounds:,} ({done / (self._seeds * 4 * self._rounds):.0%})"


@contextmanager
def progress(name: str, total: int | None = None, *, quiet: bool = False) -> Iterator[Progress]:
    """Show the progress of a command on standard error.

    Args:
        name: The name of the work, such as the scenario's name.
        total: The number of steps; `Progress.update` can set it later.
        quiet: Show nothing if there is no terminal.
    """
    from swarmsec.report.console import LiteralConsole

    announce_compilation()
    console = LiteralConsole(stderr=True)
    if not console.is_terminal:
        yield (Progress if quiet else ProgressLines)(name, total)
        return
    from swarmsec.report.progress_bar import FittingProgress

    with FittingProgress(console) as bar:
        yield ProgressBar(name, total, bar=bar)


def announce_compilation() -> None:
    """Print on standard error that the kernels must be compiled first, if they must."""
    from swarmsec.aggregation import kernels_are_compiled

    if not kernels_are_compiled():
        hint("compiling the kernels, once; this takes some seconds")
