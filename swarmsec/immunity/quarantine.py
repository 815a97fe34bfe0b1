"""Quarantine as a state machine: isolate on repeated suspicion, release after normal behavior."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from swarmsec.arrays import Bools, Daemons, Floats, Ints


class Verdict(NamedTuple):
    """The daemons to isolate and to release after an observation.

    Attributes:
        isolate: (k,) daemons to isolate, the longest suspected first.
        release: (k,) daemons to release.
    """

    isolate: Ints
    release: Ints

    def within(self, most: int, *, isolated: Bools, scores: Floats) -> Verdict:
        """The same, if no more than `most` daemons may be in quarantine: those with the highest scores are.

        Args:
            most: The largest number of daemons in quarantine.
            isolated: (n,) who is in quarantine now.
            scores: (n,) the last score of every daemon.
        """
        now = np.flatnonzero(isolated)
        pool = np.union1d(np.setdiff1d(now, self.release), self.isolate).astype(np.int32)
        kept = pool[np.argsort(-scores[pool], kind="stable")][:most]
        return Verdict(isolate=np.setdiff1d(kept, now), release=np.setdiff1d(now, kept))


class Quarantine:
    """Count consecutive observations, so that a single one neither isolates nor releases a daemon.

    Args:
        n: The number of daemons.
        confirm: The number of consecutive suspicious observations that isolate a daemon.
        release_after: The number of consecutive normal observations that release it.
    """

    def __init__(self, n: int, *, confirm: int, release_after: int) -> None:
        self._confirm = confirm
        self._release_after = release_after
        self._suspected = np.zeros(n, dtype=np.int64)
        self._harmless = np.zeros(n, dtype=np.int64)

    def look(self, suspicious: Bools, isolated: Bools, checked: Daemons | None = None) -> Verdict:
        """Count one more observation of some daemons, and decide which of them to isolate and release.

        Args:
            suspicious: (k,) whether each looks anomalous now.
            isolated: (k,) whether each is in quarantine now.
            checked: (k,) the daemons that were observed; None for all of them.
        """
        daemons = np.arange(len(self._suspected)) if checked is None else checked
        suspected = np.where(suspicious, self._suspected[daemons] + 1, 0)
        harmless = np.where(suspicious | ~isolated, 0, self._harmless[daemons] + 1)
        self._suspected[daemons], self._harmless[daemons] = suspected, harmless
        due = np.flatnonzero((suspected >= self._confirm) & ~isolated)
        return Verdict(
            isolate=daemons[due[np.argsort(-suspected[due], kind="stable")]].astype(np.int32),
            release=daemons[(harmless >= self._release_after) & isolated].astype(np.int32),
        )
