"""Average precision of the alarms by their scores: the area under the curve of precision and recall (PR-AUC).

At each threshold the alarms are those with at least that score, and hits count net of such alarms in peace, as for
precision and recall. Without alarms in peace this is AP = Σ (R_k − R_{k−1}) P_k over the thresholds in descending
order. The curve ends at the lowest score: daemon-rounds without an alarm are not found at any threshold. Every
daemon-round has the same weight, without point adjustment, which would give high scores to detectors that guess (Kim et
al., AAAI 2022).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from swarmsec.arrays import Bools, Ints
from swarmsec.scoring.turns import Turn
from swarmsec.swarm.trace import Scores

UNSCORED = 1.0
"""The score of an alarm that was raised without one."""

_Indices = npt.NDArray[np.intp]


class Ranking:
    """Counts the alarms of one seed by their scores, turn by turn; a turn begins in each of `rounds`.

    A lasting alarm, such as an isolation, keeps its last score.

    Args:
        daemons: (k,) the daemons with a record, ascending.
        defended: The scores in the defended arm.
        guarded: The scores in the guarded arm.
    """

    def __init__(self, daemons: Ints, defended: Scores, guarded: Scores) -> None:
        given = [scores for _, _, scores in (*defended, *guarded)]
        self._levels = np.unique(np.concatenate([np.array([UNSCORED], dtype=np.float32), *given]))
        self._arms = [_Levels(daemons, self._levels, log) for log in (defended, guarded)]
        self._alarmed, self._hits, self._peace = (np.zeros(len(self._levels)) for _ in range(3))
        self._changed = 0
        self.rounds = sorted({round for round, _, _ in (*defended, *guarded)})

    def add(self, turn: Turn) -> None:
        """Count the daemon-rounds of a turn at the scores of their alarms."""
        level, level_in_peace = (
            arm.at(turn.start, mask) for arm, mask in zip(self._arms, (turn.alarmed, turn.peace), strict=True)
        )
        self._changed += turn.width * int(np.count_nonzero(turn.changed))
        np.add.at(self._alarmed, level[turn.alarmed], turn.width)
        np.add.at(self._hits, level[turn.alarmed & turn.changed], turn.width)
        np.add.at(self._peace, level_in_peace[turn.peace & turn.changed], turn.width)

    def average_precision(self) -> float:
        """The average precision over all turns; there must be daemon-rounds that red changed."""
        alarmed = np.cumsum(self._alarmed[::-1])
        hits = np.maximum(np.cumsum((self._hits - self._peace)[::-1]), 0.0)
        precision = np.divide(hits, alarmed, out=np.zeros_like(hits), where=alarmed > 0)
        area = float(np.sum(np.diff(hits / self._changed, prepend=0.0) * np.minimum(precision, 1.0)))
        return min(1.0, max(0.0, area))


class _Levels:
    """The level of the score of each daemon's alarm in one arm."""

    def __init__(self, daemons: Ints, levels: npt.NDArray[np.float32], log: Scores) -> None:
        self._daemons, self._levels = daemons, levels
        self._unscored = int(np.searchsorted(levels, UNSCORED))
        self._level: _Indices = np.full(len(daemons), self._unscored, dtype=np.intp)
        self._log = {round: (who, scores) for round, who, scores in log}

    def at(self, round: int, alarmed: Bools) -> _Indices:
        """(k,) the levels from a round on, in which these daemons (k,) have an alarm."""
        self._level[~alarmed] = self._unscored
        if round in self._log:
            who, scores = self._log[round]
            self._level[np.searchsorted(self._daemons, who)] = np.searchsorted(self._levels, scores)
        return self._level
