"""Isolate daemons that stay far from self, and at once those that antibodies of earlier ones recognize."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.immunity import ClonalSelection, Quarantine, SelfRows, UnitCube
from swarmsec.teams import BlueView, Defense, Ge, Help, Interval, Surface, Unit, Vantage

_SEEN = ("distance", "deviation", "deviation_ewma")
_MATURING_MOST = 4


@dataclass(kw_only=True)
class ClonalSelectionDefense(Defense):
    """Antibodies mature towards confirmed anomalies and recognize their like (CLONALG; de Castro & Von Zuben 2002).

    Rows are distance, deviation and its moving average of every daemon, in the unit cube of the warm-up (`UnitCube`). A
    daemon farther than `self_radius` from all rows of the warm-up in `confirm` rounds in a row is isolated, and its row
    becomes an antigen (`ClonalSelection`, at most four a round). From then on a daemon that a memory cell recognizes,
    and that is not self, is isolated in its first round. It is released after `release_after` normal rounds. The first
    attacker is found as late as by the distance to self alone; what maturation adds is the response to later ones, and
    there the row itself would be as good an example as the antibody that matured towards it: affinity maturation gains
    nothing over remembering. Lies within the self radius, or told in the warm-up, are not found.
    """

    ignores = False
    vantage = Vantage.MONITOR
    sees = Surface.SIGNAL | Surface.MESSAGE | Surface.DAEMON

    antibodies: Annotated[int, Interval(ge=20, le=1000), Help("The number of antibodies.")] = 50
    radius: Annotated[float, Interval(gt=0, lt=1), Help("How near a memory cell recognizes, in the cube.")] = 0.15
    self_radius: Annotated[float, Interval(gt=0, lt=1), Help("How far around a row of self is self, in the cube.")] = (
        0.1
    )
    confirm: Annotated[int, Ge(1), Unit("rounds"), Help("Anomalous rounds in a row before isolation.")] = 6
    release_after: Annotated[int, Ge(1), Unit("rounds"), Help("Normal rounds in a row before release.")] = 10
    warm_up: Annotated[int, Ge(2), Unit("rounds"), Help("Rounds whose behavior is self.")] = 200

    def begin(self, blue: BlueView) -> None:
        """There is no self yet, and no antibody."""
        self._rows = SelfRows(self.warm_up, blue.rng)
        self._cube: UnitCube | None = None
        self._quarantine = Quarantine(blue.n, confirm=self.confirm, release_after=self.release_after)

    def respond(self, blue: BlueView) -> None:
        """Collect self in the warm-up; then detect, mature, isolate and release."""
        features, joined = blue.features, blue.joined
        rows = features.columns(_SEEN)
        if blue.round < self.warm_up:
            self._rows.add(rows, joined)
            return
        if self._cube is None:
            own = self._rows.take()
            self._cube = UnitCube(own)
            self._cells = ClonalSelection(
                blue.rng,
                self._cube.place(own),
                antibodies=self.antibodies,
                radius=self.radius,
                self_radius=self.self_radius,
            )
        places = self._cube.place(rows)
        apart = np.where(joined, self._cells.apart(places), 0.0)
        anomalous = ((apart > self.self_radius) | features.non_finite) & joined
        isolated = blue.quarantined
        verdict = self._quarantine.look(anomalous, isolated)
        if not (anomalous.any() or isolated.any()):
            return
        recognized = np.flatnonzero(anomalous)
        recognized = recognized[self._cells.recognizes(places[recognized])]
        blue.alarm(np.flatnonzero(anomalous), apart[anomalous])
        for daemon in verdict.isolate[np.argsort(-apart[verdict.isolate], kind="stable")][:_MATURING_MOST]:
            self._cells.mature(places[daemon])
        blue.release(verdict.release)
        due = np.union1d(verdict.isolate, recognized)
        blue.isolate(due[np.argsort(-apart[due], kind="stable")])
