"""Quarantine as a state machine: isolate on a confirmed suspicion, release after good behavior."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from swarmsec.arrays import Bools, Ints


class Verdict(NamedTuple):
    """What to do with whom.

    Attributes:
        isolate: (k,) daemons to isolate, the longest suspected first.
        release: (k,) daemons to release.
    """

    isolate: Ints
    release: Ints


class Quarantine:
    """Counts looks, so that one odd look isolates nobody and one good look releases nobody.

    Args:
        n: How many daemons there are.
        confirm: So many suspicious looks in a row isolate a daemon.
        release_after: So many harmless looks in a row release it.
    """

    def __init__(self, n: int, *, confirm: int, release_after: int) -> None:
        self._confirm = confirm
        self._release_after = release_after
        self._suspected = np.zeros(n, dtype=np.int64)
        self._harmless = np.zeros(n, dtype=np.int64)

    def look(self, suspicious: Bools, isolated: Bools) -> Verdict:
        """One more look at every daemon.

        Args:
            suspicious: (n,) who looks strange now.
            isolated: (n,) who is in quarantine now.
        """
        self._suspected = np.where(suspicious, self._suspected + 1, 0)
        self._harmless = np.where(suspicious | ~isolated, 0, self._harmless + 1)
        due = np.flatnonzero((self._suspected >= self._confirm) & ~isolated)
        return Verdict(
            isolate=due[np.argsort(-self._suspected[due], kind="stable")].astype(np.int32),
            release=np.flatnonzero((self._harmless >= self._release_after) & isolated).astype(np.int32),
        )
