"""The rows of a warm-up that a detector is fitted to, and those of other daemons that it is calibrated with."""

from __future__ import annotations

import numpy as np

from swarmsec.arrays import Bools, Floats


class TrainingRows:
    """Some rows of every round of a warm-up, split by daemon: about `rows_max` to fit to, four times as many others.

    Args:
        n: The number of daemons.
        rounds: The number of rounds that will be added.
        rows_max: The largest number of rows to fit to.
        rng: Draws the daemons to fit to, and the rows.
    """

    def __init__(self, n: int, *, rounds: int, rows_max: int, rng: np.random.Generator) -> None:
        self._fitted = rng.permutation(n) < max(1, n // 2)
        self._most = -(-rows_max // rounds), -(-4 * rows_max // rounds)
        self._rng = rng
        self._seen: list[tuple[Floats, Floats]] = []

    def add(self, values: Floats, joined: Bools) -> None:
        """Keep some rows of those daemons, (n, k), that take part, (n,)."""
        values, fitted = values[joined], self._fitted[joined]
        fitted = fitted if fitted.any() else ~fitted
        others = fitted if fitted.all() else ~fitted
        to_fit, to_calibrate = self._most
        self._seen.append((self._at_most(to_fit, values[fitted]), self._at_most(to_calibrate, values[others])))

    def split(self) -> tuple[Floats, Floats]:
        """The rows to fit to, and those to calibrate with, by time. Forgets them."""
        fit, calibrate = (np.concatenate(rows) for rows in zip(*self._seen, strict=True))
        self._seen = []
        return fit, calibrate

    def _at_most(self, count: int, rows: Floats) -> Floats:
        """All rows, or `count` of them drawn at random."""
        return rows if len(rows) <= count else rows[self._rng.choice(len(rows), size=count, replace=False)]
