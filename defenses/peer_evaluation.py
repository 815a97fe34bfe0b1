"""Evaluate the points that others claim, and ignore a sender whose claimed fitness is false."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.objectives import Objective, loss
from swarmsec.teams import BlueView, Defense, Floats, Ge, Help, Interval, Messages, Surface, Vantage


@dataclass(kw_only=True)
class PeerEvaluation(Defense):
    """A receiver evaluates the point of a message itself, and ignores the sender if the claimed fitness is not true.

    A message says: at the point x the loss is f, for the task whose data is at y. The receiver evaluates the black box
    once, and compares:

        |f − objective(x − y)| > tolerance · (1 + |objective(x − y)|).

    A message that fails is dropped, and its sender is ignored by this receiver for the rest of the run: a fitness is a
    fact that everybody can check, so that a false one is proof. A false y does not help, because protocols read only
    messages about their own y. Of the messages the share `audit` is checked, drawn for each one, so that the cost is
    audit · degree evaluations for a daemon and exchange; a liar with one message an exchange is caught by a receiver
    after 1/audit exchanges on average. It cannot see a liar that tells the truth about bad points, and within the
    tolerance a liar can still be preferred. It needs messages with the columns `point` and `fitness`, and knows the
    objective: all that work on a task can evaluate it. In volunteer computing results are checked in the same way by
    sampling (Sarmenta, Future Generation Computer Systems 18, 2002).
    """

    vantage = Vantage.LOCAL
    sees = Surface.MESSAGE

    objective: Objective = "rastrigin"
    tolerance: Annotated[float, Ge(0), Help("The relative error of a fitness that is accepted.")] = 1e-6
    audit: Annotated[float, Interval(gt=0, le=1), Help("The share of the messages that are checked.")] = 1.0

    def weigh(self, messages: Messages, blue: BlueView) -> Floats | None:
        """0 for messages with a false fitness, whose senders are ignored from the next exchange on."""
        columns = np.array(blue.columns)
        point, fitness = np.flatnonzero(columns == "point"), np.flatnonzero(columns == "fitness")
        if not len(point) or len(fitness) != 1:
            return None
        false = messages.by_edge(self._is_false(messages.rows, columns, point, int(fitness[0])))
        if self.audit < 1.0:
            false = false & (blue.rng.random(len(false)) < self.audit)
        caught = np.flatnonzero(false & (messages.admission > 0))
        if not len(caught):
            return None
        blue.ignore(caught)
        weights = np.ones(len(false))
        weights[caught] = 0.0
        return weights

    def _is_false(self, rows: Floats, columns: np.ndarray, point: np.ndarray, fitness: int) -> np.ndarray:
        """(k,) whether the claimed fitness of each message, (k, w), differs from that of its point."""
        target = np.flatnonzero(columns == "target")
        where = rows[:, point] - rows[:, target] if len(target) == len(point) else rows[:, point]
        true = loss(self.objective, where)
        with np.errstate(all="ignore"):
            return np.asarray(~(np.abs(rows[:, fitness] - true) <= self.tolerance * (1.0 + true)))
