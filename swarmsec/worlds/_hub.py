"""The centralized baseline of `supernodes`: one hub that staffs all tasks and learns from all trials."""

from __future__ import annotations

import numpy as np

from swarmsec.arrays import Floats, Ints
from swarmsec.objectives import loss

_SHARPNESS, _DRIFT, _NOISE = 30.0, 0.4, 0.75
"""The same step of consensus-based optimization as that of the protocol `supernode_formation`."""


class Hub:
    """It reads the feeds of all daemons, staffs the tasks, and keeps one population of points a desk.

    Tasks of the highest value are staffed first, by the daemons with the most spare capacity, wherever they are. The
    members of a task tell the hub all their trials, and work at the best point that any of them has found.
    """

    def __init__(self, desks: Ints, n: int, *, objective: str, box: float, particles: int, dimension: int) -> None:
        self._desks, self._n = desks, n
        self._objective, self._box = objective, box
        self._task = np.zeros(len(desks))
        self._points = np.zeros((len(desks), particles, dimension))
        self._best = np.zeros((len(desks), dimension))

    def decide(self, signals: Floats, starts: Floats, steps: Floats) -> Floats:
        """(n, 1 + d) the task and the point of every daemon, from the signals that the hub heard, (n, 4 + d).

        Args:
            signals: The signals of this round.
            starts: (D, P, d) points in the unit cube with which new tasks begin.
            steps: (D, P, d) normal exploring steps.
        """
        told = signals[self._desks]
        task = np.where((told[:, 0] > 0) & (np.mod(told[:, 0] - 1.0, self._n) == self._desks), told[:, 0], 0.0)
        size = np.clip(np.rint(told[:, 1]), 0, self._points.shape[1]).astype(np.int32)
        self._learn(task, size, told[:, 4:], starts, steps)
        return self._staffed(task, size, told[:, 2], signals[:, 3])

    def _staffed(self, task: Floats, size: Ints, value: Floats, spare: Floats) -> Floats:
        """Give the best daemons to the tasks of the highest value."""
        order = np.lexsort((task, -value))
        slots = np.repeat(order, np.where(task > 0, size, 0)[order])[: self._n]
        free = np.argsort(-spare, kind="stable")[: len(slots)]
        decisions = np.zeros((self._n, 1 + self._best.shape[1]))
        decisions[free, 0], decisions[free, 1:] = task[slots], self._best[slots]
        return decisions

    def _learn(self, task: Floats, size: Ints, target: Floats, starts: Floats, steps: Floats) -> None:
        """One step of every population; its points that belong to no member are not used."""
        fresh = (task != self._task)[:, None]
        self._task = task
        self._points = np.where(fresh[:, :, None], self._box * starts, self._points)
        self._best = np.where(fresh, self._points[:, 0], self._best)
        member = np.arange(self._points.shape[1]) < size[:, None]
        found = np.where(member, self._loss(self._points, target), np.inf)
        least = found.argmin(axis=1)
        rows = np.arange(len(task))
        better = found[rows, least] < loss(self._objective, self._best - target)
        self._best = np.where(better[:, None], self._points[rows, least], self._best)
        with np.errstate(all="ignore"):
            weight = np.exp(-_SHARPNESS * (found - found[rows, least][:, None]))
        weight = np.where(member, weight, 0.0)
        mean = (weight[:, :, None] * self._points).sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-300)[:, None]
        away = self._points - mean[:, None]
        moved = self._points - _DRIFT * away + _NOISE * np.abs(away) * steps
        self._points = np.clip(moved, -self._box, self._box)

    def _loss(self, points: Floats, target: Floats) -> Floats:
        """(D, P) the loss of every point, by the target that was heard."""
        flat = (points - target[:, None]).reshape(-1, points.shape[2])
        return loss(self._objective, flat).reshape(points.shape[:2])
