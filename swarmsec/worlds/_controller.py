"""How green time is divided among zones: rationing, and the central controllers."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Literal

import numpy as np

from swarmsec.worlds._water_filling import fill_to_level

if TYPE_CHECKING:
    from swarmsec.arrays import Floats

ControllerKind = Literal["adaptive", "size", "uniform"]

_HEARD_MAX = 1e3
"""Readings above this many times the whole green are cut, so that sums stay finite."""


def rationed(asked: Floats, total: float, *, cap: float) -> Floats:
    """(zones,) the green of each zone: what it asks for, cut to one water level if all ask for more than there is.

    Args:
        asked: (zones,) the green that zones ask for, vehicles per hour.
        total: The green that there is.
        cap: The largest share of the total that a zone can have.

    Examples:
        >>> import numpy as np
        >>> rationed(np.array([160.0, 20.0, 20.0]), 100.0, cap=0.6).tolist()
        [60.0, 20.0, 20.0]
        >>> rationed(np.array([70.0, 20.0]), 100.0, cap=0.6).tolist()
        [60.0, 20.0]
    """
    if asked.sum() <= total:
        return np.minimum(asked, cap * total)
    return divided(asked, total, cap=cap)


def divided(weights: Floats, total: float, *, cap: float) -> Floats:
    """(zones,) the whole green, divided in proportion to weights of at least 0, as far as the cap allows.

    Args:
        weights: (zones,) the weights, not all 0.
        total: The green that there is.
        cap: The largest share of the total that a zone can have.
    """
    highest = cap * total
    return fill_to_level(min(total, highest * np.count_nonzero(weights)), weights, caps=highest)


class Controller:
    """A controller for the whole city.

    `uniform` gives all zones the same green, `size` each as much as it has junctions. `adaptive` divides by the demand
    that it heard some rounds ago, in proportion: so all zones are equally saturated (Webster 1958).
    """

    def __init__(self, kind: ControllerKind, *, junctions: Floats, total: float, cap: float, age: int) -> None:
        """Prepare a run.

        Args:
            kind: The rule.
            junctions: (zones,) the number of junctions.
            total: The green of all zones, vehicles per hour.
            cap: The largest share of it that a zone can have.
            age: How many rounds old the readings are that `adaptive` uses.
        """
        self._kind, self._junctions, self._total, self._cap = kind, junctions, total, cap
        self._heard: deque[Floats] = deque(maxlen=1 + age)

    def hear(self, demand: Floats) -> None:
        """Keep the readings of a round, (zones,) vehicles per hour."""
        self._heard.append(np.clip(demand, 0.0, _HEARD_MAX * self._total))

    def shares(self) -> Floats:
        """(zones,) the shares of the green."""
        if self._kind == "uniform":
            exists = (self._junctions > 0).astype(np.float64)
            return exists / exists.sum()
        if self._kind == "size" or not self._heard or not self._heard[0].any():
            return self._junctions / self._junctions.sum()
        return divided(self._heard[0], self._total, cap=self._cap) / self._total
