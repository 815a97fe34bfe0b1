"""The claims of daemons in a vote, and the number of daemons that make each claim."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from swarmsec.arrays import Bools, Floats, Ints

PROPOSAL, VOTE, LOCK, DECISION = range(4)
"""The claims of a daemon, in the order of the columns; each has a view and a value of d numbers."""

CLAIMS = ("proposal", "vote", "lock", "decision")
"""Their names."""

NEVER = -1.0
"""The view of a claim that was not made."""


class Counted(NamedTuple):
    """The most frequent claim that each counting daemon received.

    Attributes:
        voices: (n,) the number of daemons that make it; 0 if there is no claim.
        view: (n,) its view.
        value: (n, d) its value.
    """

    voices: Ints
    view: Floats
    value: Floats


@dataclass(frozen=True, eq=False)
class Ballots:
    """All claims that some daemons received in an exchange, including their own.

    Attributes:
        claims: (m, 4 (1 + d)) the four claims of each message.
        receivers: (m,) the receiver of each message.
        senders: (m,) the sender of each message.
        arrived: (m,) whether the message arrived.
        n: The number of daemons that count.
        d: The number of components of a value.
    """

    claims: Floats
    receivers: Ints
    senders: Ints
    arrived: Bools
    n: int
    d: int

    def count(self, claim: int) -> Counted:
        """The most frequent claim of a kind; of equally frequent ones the one with the latest view."""
        view, value = claim_of(self.claims, claim)
        valid = self.arrived & (view >= 0) & np.isfinite(view) & np.isfinite(value).all(axis=1)
        listeners, view, value = self.receivers[valid], view[valid], value[valid]
        counted = Counted(np.zeros(self.n, dtype=np.int32), np.full(self.n, NEVER), np.zeros((self.n, self.d)))
        if not len(listeners):
            return counted
        order = np.lexsort((*value.T[::-1], view, listeners))
        keys = np.concatenate([listeners[:, None], view[:, None], value], axis=1)[order]
        starts = np.flatnonzero(np.append(True, (keys[1:] != keys[:-1]).any(axis=1)))
        voices = np.diff(np.append(starts, len(keys)))
        groups = keys[starts]
        best = np.lexsort((groups[:, 1], voices, groups[:, 0]))
        last = best[np.append(groups[best][1:, 0] != groups[best][:-1, 0], True)]
        receivers = groups[last, 0].astype(np.int64)
        counted.voices[receivers] = voices[last]
        counted.view[receivers], counted.value[receivers] = groups[last, 1], groups[last, 2:]
        return counted

    def proposal_of(self, leader: int, view: int) -> tuple[Bools, Floats]:
        """Whether each daemon received the leader's proposal of a view, (n,), and its value, (n, d)."""
        of, value = claim_of(self.claims, PROPOSAL)
        valid = self.arrived & (self.senders == leader) & (of == view) & np.isfinite(value).all(axis=1)
        proposed, values = np.zeros(self.n, dtype=bool), np.zeros((self.n, self.d))
        proposed[self.receivers[valid]] = True
        values[self.receivers[valid]] = value[valid]
        return proposed, values


def claim_of(claims: Floats, claim: int) -> tuple[Floats, Floats]:
    """Views on the columns of one claim: its view (k,), and its value (k, d)."""
    d = claims.shape[1] // 4 - 1
    start = claim * (1 + d)
    return claims[:, start], claims[:, start + 1 : start + 1 + d]


def put(claims: Floats, claim: int, view: Floats, value: Floats, where: Bools) -> None:
    """Replace a claim in some rows."""
    views, values = claim_of(claims, claim)
    values[where] = value[where]
    views[where] = view[where]
