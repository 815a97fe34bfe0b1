"""Find by dendritic cells which neighbors deviate in the same period in which the daemon itself is in danger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.immunity import DendriticCells, EdgeBaseline, OwnDanger, own_figures, places_on
from swarmsec.teams import BlueView, Defense, Floats, Ge, Gt, Help, Interval, Surface, Unit, Vantage


@dataclass(kw_only=True)
class DendriticCellDefense(Defense):
    """Every daemon has a population of dendritic cells, whose antigens are its neighbors.

    Danger D of a daemon is its own danger (`OwnDanger`: proposal minus signal, and the figures that the world shows to
    it) over `danger`, at most 2; its safe signal is S = max(0, 1 − D). A neighbor is sampled as much as its message is
    more than 2 deviations from the usual (`EdgeBaseline`). The deterministic dendritic cell algorithm
    (`DendriticCells`: csm = S + D, k = D − 2S; Greensmith & Aickelin, ICARIS 2008) gives K_α of each neighbor. It is
    ignored if K_α > `threshold` and more than `amount` was presented, and heard again when less than half of that is.
    Cells beat the mean of D − 2S over the same samples where danger follows the message by one to three rounds (area
    under the ROC curve 0.99 to 0.90 against 0.53 to 0.44), as an outcome does; where both come in one round, the mean
    is as good and the cells are redundant. In the arenas, whose lies last, a robust z or a CUSUM at equal cost without
    an attack prevents as much or a little more, since it acts some rounds sooner. It does not find a lie that does not
    move the receiver's own figures.
    """

    vantage = Vantage.LOCAL
    sees = Surface.MESSAGE | Surface.DAEMON | Surface.SIGNAL

    cells: Annotated[int, Interval(ge=1, le=100), Help("The number of cells of each daemon.")] = 6
    lifespan: Annotated[float, Gt(0), Unit("csm"), Help("The mean of S + D, added up, at which a cell presents.")] = 4.0
    danger: Annotated[float, Gt(0), Unit("deviations"), Help("The own danger that counts as D = 1.")] = 2.0
    threshold: Annotated[float, Help("The K_alpha above which a neighbor is ignored.")] = 0.0
    amount: Annotated[float, Gt(0), Unit("deviations"), Help("How much of a neighbor has to be presented.")] = 5.0
    warm_up: Annotated[int, Ge(2), Unit("rounds"), Help("Rounds in which it learns what is usual.")] = 200

    def begin(self, blue: BlueView) -> None:
        """Nothing is usual yet, and all cells are new."""
        self._network = blue.network
        self._usual, self._own = EdgeBaseline(blue.network), OwnDanger(blue.n)
        self._cells = DendriticCells(
            blue.network.receivers, blue.n, cells=self.cells, lifespan=self.lifespan, memory=0.5
        )
        self._signals: Floats | None = None

    def filter_signals(self, signals: Floats, blue: BlueView) -> Floats:
        """Note each daemon's own signal."""
        self._signals = signals
        return signals

    def respond(self, blue: BlueView) -> None:
        """Learn in the warm-up; then sample, and ignore neighbors that are presented in danger."""
        network, features = blue.network, blue.features
        outcomes = {} if blue.observed is None else blue.observed.own
        own = own_figures(blue.proposals, self._signals, outcomes)
        distance = features.column("distance")[:, None]
        if blue.round < self.warm_up:
            self._usual.collect(distance, network)
            self._own.collect(own)
            return
        if network is not self._network:
            self._cells.relink(network.receivers, places_on(network, self._network))
            self._network = network
        z = np.abs(self._usual.standardize(distance, network)[:, 0])
        danger = np.minimum(self._own.observe(own) / self.danger, 2.0)
        anomaly = self._cells.observe(danger, np.maximum(1.0 - danger, 0.0), np.clip(z - 2.0, 0.0, 8.0))
        presented, bad = self._cells.presented, features.non_finite
        guilty = (anomaly > self.threshold) & (presented > self.amount) | bad
        blue.ignore(np.flatnonzero(guilty & ~blue.ignored))
        blue.heed(np.flatnonzero(blue.ignored & ~bad & (presented < self.amount / 2)))
