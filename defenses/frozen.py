"""Decide nothing new: a null that a defense must do better than."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from swarmsec.teams import BlueView, Defense, Floats, Ge, Help, Unit, Vantage


@dataclass(kw_only=True)
class Frozen(Defense):
    """Every daemon repeats its decision of round `at` for ever.

    It shows how much damage standing still prevents: a swarm that decides nothing new cannot be misled, and cannot
    respond to its world either.
    """

    vantage = Vantage.LOCAL

    at: Annotated[int, Ge(0), Unit("round"), Help("The round whose decisions are repeated.")] = 0

    def begin(self, blue: BlueView) -> None:
        """Remember no decision yet."""
        self._kept: Floats | None = None

    def govern(self, decisions: Floats, blue: BlueView) -> Floats:
        """Each daemon's own decision of that round, from that round on."""
        if blue.round < self.at:
            return decisions
        if self._kept is None:
            self._kept = decisions.copy()
        return self._kept.copy()
