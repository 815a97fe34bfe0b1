"""Signatures of confirmed attackers' behavior, as each daemon remembers them."""

from __future__ import annotations

import numpy as np

from swarmsec.arrays import Bools, Floats, Ints

LARGEST = 1e100
"""A signature with a larger entry is refused."""


class SignatureMemory:
    """Up to `slots` signatures a daemon; when all are taken, the oldest one is forgotten.

    A signature is a vector μ of standardized features, 0 being the usual. A behavior z matches if |z − μ| is at most
    radius · |μ|, and signatures of |μ| < `least` are refused. So no behavior matches that is within
    (1 − radius) · least deviations of the usual, whoever taught the signature: the most that a poisoned memory can do.

    Args:
        n: The number of daemons.
        features: The length k of a signature.
        slots: How many signatures a daemon remembers.
        radius: The largest distance of a match, in units of |μ|.
        least: The smallest |μ| that is accepted, in deviations.
    """

    def __init__(self, n: int, features: int, *, slots: int = 4, radius: float = 0.5, least: float = 4.0) -> None:
        self._known = np.full((n, slots, features), np.nan)
        self._next = np.zeros(n, dtype=np.int64)
        self._radius, self._least = radius, least

    @property
    def counts(self) -> Ints:
        """(n,) how many signatures each daemon remembers."""
        return np.asarray((~np.isnan(self._known[:, :, 0])).sum(axis=1), dtype=np.int32)

    def matches(self, daemons: Ints, behaviors: Floats) -> Bools:
        """(m,) whether each of (m, k) behaviors matches a signature of the daemon (m,) that saw it."""
        found = np.zeros(len(daemons), dtype=bool)
        for slot in range(self._known.shape[1]):
            known = self._known[:, slot]
            if not np.isnan(known).all():
                reach = self._radius * np.linalg.norm(known, axis=1)
                found |= np.linalg.norm(behaviors - known[daemons], axis=1) <= reach[daemons]
        return found

    def learn(self, daemons: Ints, signatures: Floats) -> Bools:
        """Remember (c, k) signatures, of those that are new to a daemon (c,) the largest one.

        Returns:
            (n,) the daemons that have learned one.
        """
        size = np.linalg.norm(np.clip(signatures, -LARGEST, LARGEST), axis=1)
        new = (np.abs(signatures) <= LARGEST).all(axis=1) & (size >= self._least)
        new[new] = ~self.matches(daemons[new], signatures[new])
        daemons, signatures, size = daemons[new], signatures[new], size[new]
        order = np.lexsort((size, daemons))
        last = order[np.flatnonzero(np.diff(daemons[order], append=-1))]
        learning = daemons[last]
        self._known[learning, self._next[learning]] = signatures[last]
        self._next[learning] = (self._next[learning] + 1) % self._known.shape[1]
        learned: Bools = np.zeros(len(self._known), dtype=bool)
        learned[learning] = True
        return learned

    def newest(self) -> Floats:
        """(n, k) the signature that each daemon has learned last; NaN of one that has none."""
        return self._known[np.arange(len(self._known)), self._next - 1].copy()
