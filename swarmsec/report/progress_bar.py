"""The progress bar of a terminal, with as many of its columns as fit."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.measure import Measurement
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

_BAR_WIDTHS = (40, 20, 8)


class FittingProgress(Progress):
    """A progress bar that leaves columns out where they do not fit, and shortens no number.

    Args:
        console: The console of standard error.
    """

    def __init__(self, console: Console) -> None:
        name, text = (TextColumn(field, markup=False) for field in ("{task.description}", "{task.fields[text]}"))
        share, elapsed, remaining = (
            TaskProgressColumn("{task.percentage:>3.0f}%", markup=False),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
        )
        self._layouts: list[tuple[ProgressColumn, ...]] = [
            *((name, BarColumn(width), share, text, elapsed, remaining) for width in _BAR_WIDTHS),
            (name, share, text, elapsed, remaining),
            (name, share, text),
            (share, text),
            (share,),
        ]
        self._shown_on = console  # Rich makes the first table before it sets its own console.
        super().__init__(*self._layouts[0], console=console, transient=True)

    def make_tasks_table(self, tasks: Iterable[Task]) -> Table:
        """The widest table that fits."""
        tasks = list(tasks)
        for layout in self._layouts:
            self.columns = layout
            table = super().make_tasks_table(tasks)
            if Measurement.get(self._shown_on, self._shown_on.options, table).maximum < self._shown_on.width:
                break
        return table
