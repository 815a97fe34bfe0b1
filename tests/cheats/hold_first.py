"""Switch the swarm off after some rounds."""

from __future__ import annotations

from dataclasses import dataclass

from swarmsec.teams import BlueView, Defense, Floats


@dataclass(kw_only=True)
class HoldFirst(Defense):
    """Every daemon repeats its decision of round 20, and is free before.

    As `frozen`, only that the swarm has agreed by then.
    """

    def begin(self, blue: BlueView) -> None:
        self._held: Floats | None = None

    def govern(self, decisions: Floats, blue: BlueView) -> Floats:
        if self._held is None and blue.round >= 20:
            self._held = decisions.copy()
        return decisions if self._held is None else self._held.copy()
