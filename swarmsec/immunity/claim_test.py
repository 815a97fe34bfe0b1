"""The test of a claim against its outcome: does a public figure confirm the news that a feed announces?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from swarmsec.aggregation import MAD_TO_DEVIATION
from swarmsec.arrays import Bools, Floats
from swarmsec.immunity.sequential import PageTest
from swarmsec.immunity.warm_up import WarmUp

_SHIFT = 0.5  # Deviations per round that a feed's own noise does not exceed on average.
_SURPRISE_MAX = 8.0  # A single round counts for no more than this log likelihood ratio.


class ClaimTest:
    """Two sequential tests beside each other (Page, Biometrika 1954): of every daemon's feed, and of a public figure.

    Args:
        claim: How far below its usual value a feed is in news.
        factor: How many times its usual value the figure has in news.
        threshold: The sum of deviations above which a feed announces news.
        evidence: The log likelihood ratio at which the figure confirms news.
        warm_up: The rounds in which both are learned.
        figure: The public figure, by its name.
        own: The figure of each daemon's own that is its part of that, in units of `price`.
        price: The public figure that `own` is multiplied by.
    """

    def __init__(
        self,
        *,
        claim: float = 0.3,
        factor: float = 3.0,
        threshold: float = 4.0,
        evidence: float = 4.0,
        warm_up: int = 200,
        figure: str = "volume_usd",
        own: str = "bought_shares",
        price: str = "price_usd",
    ) -> None:
        self._names = figure, own, price
        self._claim, self._news = claim, float(np.log(factor))
        self._threshold, self._needed, self._warm_up = threshold, evidence, warm_up
        self._feeds, self._figures = WarmUp(warm_up), np.full(warm_up, np.nan)
        self._announced, self._exceeding = PageTest(2 * threshold), PageTest(2 * threshold)
        self._evidence = PageTest(2 * evidence)
        self._center = self._spread = float("nan")

    def believe(self, signals: Floats, round: int) -> Floats:
        """(n, d) → (n, d): readings that announce unconfirmed news, or more than confirmed news, are replaced."""
        if round < self._warm_up:
            self._feeds.add(round, signals)
            return signals
        if self._feeds:
            self._usual, deviation = self._feeds.center_and_deviation()
            self._deviation = np.where(deviation > 0, deviation, 1.0)
            self._learn_figure()
        below = (self._usual - signals) / self._deviation
        announced = self._announced.observe(below - _SHIFT) > self._threshold
        exceeding = self._exceeding.observe(below - self._claim / self._deviation - _SHIFT) > self._threshold
        if np.isnan(self._spread):
            return signals
        replaced = np.where(
            self.confirmed[:, None],
            np.where(exceeding, self._usual - self._claim, signals),
            np.where(announced, self._usual, signals),
        )
        return replaced if (replaced != signals).any() else signals

    def see(self, public: Mapping[str, float], own: Mapping[str, Floats], n: int, round: int) -> None:
        """Take the figure of a round into account, without what the swarm added to it.

        A daemon knows its own part alone, and believes that all n did as it did. A figure that is not shown, or not
        above 0, tells nothing.
        """
        name, part, price = self._names
        figure = public.get(name, 0.0)
        if not figure > 0.0:
            return
        if round < self._warm_up:
            self._figures[round] = np.log(figure)
        elif not np.isnan(self._spread):
            added = n * np.abs(own.get(part, np.zeros(n))) * public.get(price, 0.0)
            louder = np.log(np.maximum(figure - added, np.finfo(np.float64).tiny)) - self._center
            ratio = (louder - self._news / 2) * self._news / self._spread**2
            self._evidence.observe(np.clip(ratio, -_SURPRISE_MAX, _SURPRISE_MAX))

    @property
    def confirmed(self) -> Bools:
        """(n,) whether the figure confirms news to each daemon; (1,) before it was seen after the warm-up."""
        return np.asarray(self._evidence.sums >= self._needed)

    def _learn_figure(self) -> None:
        known = self._figures[np.isfinite(self._figures)]
        if len(known):
            self._center = float(np.median(known))
            self._spread = MAD_TO_DEVIATION * float(np.median(np.abs(known - self._center))) or 1.0
