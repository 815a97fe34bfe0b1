"""Believe a feed that announces news only while a public figure of the world confirms it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.aggregation import MAD_TO_DEVIATION
from swarmsec.immunity import PageTest, WarmUp
from swarmsec.teams import BlueView, Defense, Floats, Ge, Gt, Help, Surface, Unit, Vantage

_SHIFT = 0.5  # Deviations per round that a feed's own noise does not exceed on average.
_SURPRISE_MAX = 8.0  # A single round counts for no more than this log likelihood ratio.


@dataclass(kw_only=True)
class ClaimAgainstOutcome(Defense):
    """A daemon compares what its feed claims with what its world shows: news that is true moves a public figure.

    Two sequential tests (Page, Biometrika 1954) run beside each other. The first adds up how far the daemon's own feed
    is below its usual value: above `threshold` the feed announces news. The second adds up the log likelihood ratio of
    the public `figure` being `factor` times its usual value, log-normal with the deviation of the `warm_up`, against
    being as usual: at `evidence` the figure confirms news. What the swarm itself adds to the figure is taken out, or
    its sales in true news would confirm a lie that follows: `own` times the public `price`, as if all daemons did what
    this one does. A reading that announces news which the figure does not confirm is replaced by the feed's usual
    value, and one that claims more than the confirmed news by the usual value minus `claim`.

    Every daemon uses its own feed and trades, and public figures, so a lie in all feeds is found like one in a few. It
    is only as good as the figure: where news hardly moves it, waiting for evidence costs more than the lie
    (`blackswarm_quiet`). It cannot find news that a feed conceals. Where the world does not show the figure, it does
    nothing.
    """

    vantage = Vantage.LOCAL
    sees = Surface.SIGNAL

    claim: Annotated[float, Gt(0), Unit("signal"), Help("How far below its usual value a feed is in news.")] = 0.3
    figure: Annotated[str, Help("The public figure that news moves.")] = "volume_usd"
    factor: Annotated[float, Gt(1), Help("How many times its usual value the figure has in news.")] = 3.0
    own: Annotated[str, Help("A daemon's own part of the figure, in units of `price`.")] = "bought_shares"
    price: Annotated[str, Help("The public figure that `own` is multiplied by.")] = "price_usd"
    threshold: Annotated[float, Gt(0), Unit("deviations"), Help("The sum above which a feed announces news.")] = 4.0
    evidence: Annotated[float, Gt(0), Help("The log likelihood ratio at which the figure confirms news.")] = 4.0
    warm_up: Annotated[int, Ge(2), Unit("rounds"), Help("Rounds in which it learns what is usual.")] = 200

    def begin(self, blue: BlueView) -> None:
        """Nothing is announced, and nothing confirmed."""
        self._seen = WarmUp(self.warm_up)
        self._announced, self._exceeding = PageTest(2 * self.threshold), PageTest(2 * self.threshold)
        self._confirmed = PageTest(2 * self.evidence)
        self._figures: list[float] = []
        self._known = False

    def filter_signals(self, signals: Floats, blue: BlueView) -> Floats:
        """Replace readings that announce news which nothing confirms, and what exceeds confirmed news."""
        if blue.round < self.warm_up:
            self._seen.add(blue.round, signals)
            return signals
        if self._seen:
            self._usual, deviation = self._seen.center_and_deviation()
            self._deviation = np.where(deviation > 0, deviation, 1.0)
        below = (self._usual - signals) / self._deviation
        announced = self._announced.observe(below - _SHIFT) > self.threshold
        exceeding = self._exceeding.observe(below - self.claim / self._deviation - _SHIFT) > self.threshold
        if not self._known:
            return signals
        confirmed = (self._confirmed.sums >= self.evidence)[:, None]
        believed = np.where(exceeding, self._usual - self.claim, signals)
        replaced = np.where(confirmed, believed, np.where(announced, self._usual, signals))
        return replaced if (replaced != signals).any() else signals

    def respond(self, blue: BlueView) -> None:
        """Compare the figure with its usual value."""
        seen = blue.observed
        if seen is None or not seen.public.get(self.figure, 0.0) > 0.0:
            return
        figure = seen.public[self.figure]
        if blue.round < self.warm_up:
            self._figures.append(figure)
            return
        if not self._known and self._figures:
            logs = np.log(self._figures)
            self._center = float(np.median(logs))
            self._spread = MAD_TO_DEVIATION * float(np.median(np.abs(logs - self._center))) or 1.0
            self._known = True
        if self._known:
            added = blue.n * np.abs(seen.own.get(self.own, np.zeros(blue.n))) * seen.public.get(self.price, 0.0)
            louder = np.log(np.maximum(figure - added, np.finfo(np.float64).tiny)) - self._center
            self._confirmed.observe(self._evidence_of(louder))

    def _evidence_of(self, louder: Floats) -> Floats:
        """The log likelihood ratio of news, for the log of the figure over its usual value."""
        news = np.log(self.factor)
        ratio: Floats = np.clip((louder - news / 2) * news / self._spread**2, -_SURPRISE_MAX, _SURPRISE_MAX)
        return ratio
