"""A mask of daemons that defenses put under restraint: isolated ones, suspended ones."""

from __future__ import annotations

import numpy as np

from swarmsec.arrays import Bools, Ints


class Restraint:
    """The daemons under one kind of restraint, within the limit of the rules.

    Attributes:
        on: (n,) the daemons under restraint.
        count: Their number.
        most: The largest number so far.
        denied: How many requests exceeded the limit.
    """

    def __init__(self, n: int, limit: int, owners: int) -> None:
        self.on: Bools = np.zeros(n, dtype=bool)
        self.count = self.most = self.denied = 0
        self.limit = limit
        self._owned: list[Bools | None] = [None] * owners

    def apply(self, owner: int, daemons: Ints, *, reserved: int = 0) -> Ints:
        """Restrain daemons for a defense, in the order given; returns those that were free before.

        Args:
            owner: The number of the defense.
            daemons: (k,) the daemons.
            reserved: How much of the limit other acts use.
        """
        fresh = daemons[~self.on[daemons]]
        granted = fresh[: max(self.limit - self.count - reserved, 0)]
        self.denied += len(fresh) - len(granted)
        self.on[granted] = True
        owned = self._owned[owner]
        if owned is None:
            owned = self._owned[owner] = np.zeros(len(self.on), dtype=bool)
        owned[daemons[self.on[daemons]]] = True
        self._recount()
        return granted

    def lift(self, owner: int, daemons: Ints) -> Ints:
        """Free daemons for a defense, unless another restrains them too; returns those that are free now."""
        owned = self._owned[owner]
        if owned is not None:
            owned[daemons] = False
        others = [mask[daemons] for mask in self._owned if mask is not None]
        freed = daemons[self.on[daemons] & ~np.any(others, axis=0)] if others else daemons[:0]
        self.on[freed] = False
        self._recount()
        return freed

    def _recount(self) -> None:
        self.count = int(np.count_nonzero(self.on))
        self.most = max(self.most, self.count)
