"""How far a run is: a bar where standard error is a terminal, and a line now and then elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer

CALM_SECONDS = 10.0
"""Between two lines of one seed, where nobody looks at a bar."""

FRAME_SECONDS = 0.1
"""Between two moves of a bar."""


class Progress:
    """Counts rounds and seeds, and tells nobody.

    Args:
        name: The scenario's.
        seeds: How many seeds are played.
        rounds: How many rounds each of a seed's four arms has.
    """

    pause = float("inf")
    """Seconds between two times that rounds are told."""

    def __init__(self, name: str, *, seeds: int, rounds: int) -> None:
        self.name, self.seeds, self.rounds = name, seeds, rounds
        self.seeds_done = 0
        self._rounds_done = 0
        self._told_at = time.monotonic()

    @property
    def total(self) -> int:
        """Rounds in all."""
        return self.seeds * 4 * self.rounds

    @property
    def done(self) -> int:
        """Rounds so far."""
        return min(self.total, self.seeds_done * 4 * self.rounds + self._rounds_done)

    def each_round(self, seed: int, arm: str, played: int) -> None:
        """A round of an arm is played."""
        self._rounds_done += 1
        if (now := time.monotonic()) - self._told_at >= self.pause:
            self._told_at = now
            self.tell_round(seed, arm, played)

    def each_seed(self, seed: int) -> None:
        """A seed is done, with all of its arms."""
        self.seeds_done, self._rounds_done, self._told_at = self.seeds_done + 1, 0, time.monotonic()
        self.tell_seed(seed)

    def tell_round(self, seed: int, arm: str, played: int) -> None:
        """Show how far it is within a seed."""

    def tell_seed(self, seed: int) -> None:
        """Show that a seed is done."""


class Lines(Progress):
    """A line for every seed, and one now and then while a long one is played."""

    pause = CALM_SECONDS

    def tell_round(self, seed: int, arm: str, played: int) -> None:
        """Say where it is."""
        share = f"{self.done / self.total:.0%}"
        typer.echo(f"{self.name}: seed {seed}, {arm} arm, round {played:,} of {self.rounds:,} ({share})", err=True)

    def tell_seed(self, seed: int) -> None:
        """Say which seed is done."""
        typer.echo(f"{self.name}: seed {seed} done, {self.seeds_done} of {self.seeds}", err=True)


class Bar(Progress):
    """A bar that moves with the rounds."""

    pause = FRAME_SECONDS

    def __init__(self, name: str, *, seeds: int, rounds: int, bar: Any) -> None:
        super().__init__(name, seeds=seeds, rounds=rounds)
        self._bar = bar
        self._task = bar.add_task(name, total=self.total, where="")

    def tell_round(self, seed: int, arm: str, played: int) -> None:
        """Move it."""
        self._bar.update(self._task, completed=self.done, where=f"seed {seed}, {arm}")

    def tell_seed(self, seed: int) -> None:
        """Move it."""
        self._bar.update(self._task, completed=self.done, where=f"{self.seeds_done} of {self.seeds} seeds")


@contextmanager
def progress(name: str, *, seeds: int, rounds: int, quiet: bool = False) -> Iterator[Progress]:
    """Show on standard error how far a run is.

    Args:
        name: The scenario's.
        seeds: How many seeds are played.
        rounds: How many rounds each arm has.
        quiet: Say nothing where there is no terminal.
    """
    from rich.console import Console

    from swarmsec.aggregation import kernels_are_compiled

    if not kernels_are_compiled():
        typer.echo("compiling the kernels, once; this takes some seconds", err=True)
    console = Console(stderr=True)
    if not console.is_terminal:
        yield (Progress if quiet else Lines)(name, seeds=seeds, rounds=rounds)
        return
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as RichProgress

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[where]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with RichProgress(*columns, console=console, transient=True) as bar:
        yield Bar(name, seeds=seeds, rounds=rounds, bar=bar)
