"""Believe a feed that announces news only while a public figure of the world confirms it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from swarmsec.immunity import ClaimTest
from swarmsec.teams import BlueView, Defense, Floats, Ge, Gt, Help, Surface, Unit, Vantage


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
    is only as good as the figure: where news hardly moves it, waiting for evidence costs 40% of the damage of the lie
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
        self._test = ClaimTest(
            claim=self.claim,
            factor=self.factor,
            threshold=self.threshold,
            evidence=self.evidence,
            warm_up=self.warm_up,
            figure=self.figure,
            own=self.own,
            price=self.price,
        )

    def filter_signals(self, signals: Floats, blue: BlueView) -> Floats:
        """Replace readings that announce news which nothing confirms, and what exceeds confirmed news."""
        return self._test.believe(signals, blue.round)

    def respond(self, blue: BlueView) -> None:
        """Look at the figure, without what the swarm itself added to it."""
        if blue.observed is not None:
            self._test.see(blue.observed.public, blue.observed.own, blue.n, blue.round)
