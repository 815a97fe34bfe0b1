"""What price negotiations share: buyers of a good of which there is so much, and a mean that they track together."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from swarmsec.aggregation import MetropolisMean, Rule
from swarmsec.arrays import Floats
from swarmsec.errors import ParameterError
from swarmsec.messages import LARGEST, Inbox, Messages, clip_finite
from swarmsec.parameters import Ge, Gt, Help, Interval, Unit
from swarmsec.protocols._base import NegotiationProtocol, ProtocolView

Supply = Annotated[float, Gt(0), Unit("units per daemon"), Help("How much there is of each good, a daemon's part.")]
Mixing = Annotated[int, Ge(1), Unit("exchanges"), Help("Every how many exchanges daemons act; they average in all.")]
Forgetting = Annotated[
    float, Interval(ge=0, lt=1), Help("Share of the tracked mean that is replaced by one's own part, a step.")
]


@dataclass(kw_only=True)
class Tracking(NegotiationProtocol, ABC):
    """Every daemon holds [x, y, p], d numbers each: its part of something, its belief in the mean of all x, and p.

    It says y, or (y, p), and averages what is said over its neighborhood, by Metropolis weights or by the rule that a
    defense brings. Every `mixing` exchanges it then acts, which makes x' of x, and tells the change on: y ← ȳ + x' − x
    (dynamic average consensus, Zhu & Martínez 2010). So the mean of all y stays the mean of all x, and on a complete
    network, where one exchange averages exactly, everybody knows it at each step.

    That holds on undirected networks whose links lose and delay nothing. What is lost, late or heard twice leaves an
    error in y that stays; `forgetting` f makes it fade, y ← (1 − f) y + f x, which costs nothing on a complete
    network and leaves some bias on any other.
    """

    decides_for = frozenset({"quantity"})
    reads_signals_after_start = True
    keeps_agreement: ClassVar[bool] = False
    _says: ClassVar[int] = 1
    """Whether only y is said and averaged, 1, or p as well, 2."""

    supply: Supply = 1.0
    mixing: Mixing = 1
    forgetting: Forgetting = 0.0

    def begin(self, view: ProtocolView) -> None:
        """No exchange yet."""
        self._n, self._exchange = view.n, 0

    def begin_exchange(self) -> None:
        """Count the exchange."""
        self._exchange += 1

    @abstractmethod
    def _begin_with(self, signals: Floats) -> Floats:
        """X and p before the first exchange, from the first signals: (n, d) → (2, n, d)."""

    @abstractmethod
    def _act(self, x: Floats, mean: Floats, p: Floats, signals: Floats, who: slice) -> tuple[Floats, Floats]:
        """The next x and p of some daemons, by their x, what they believe of the mean, p and signals: (k, d) each."""

    def initial_state(self, signals: Floats) -> Floats:
        """[x, y, p], y being one's own x: (n, d) → (n, 3d)."""
        x, p = self._begin_with(signals)
        return clip_finite(np.hstack([x, x, p]), np.zeros((len(signals), 3 * signals.shape[1])))

    def proposals(self, state: Floats) -> Floats:
        """X."""
        return _parts(state)[0]

    def override_proposals(self, state: Floats, proposals: Floats) -> Floats:
        """Another x, told on like any other change of it."""
        x, y, p = _parts(state)
        return np.hstack([proposals, y + (proposals - x), p])

    def speak(self, state: Floats) -> Floats:
        """What is tracked together."""
        return state[:, self._said(state.shape[1])]

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        """Average what is said, and act when it is time."""
        agreed = (rule or MetropolisMean()).over_neighborhoods(state[:, self._said(state.shape[1])], messages.once())
        return self._next(state, agreed, signals, slice(None))

    def speak_one(self, daemon: int, own: Floats) -> Floats:
        """The same for one daemon."""
        return own[self._said(len(own))]

    def listen_one(self, daemon: int, heard: Inbox, rule: Rule | None, *, own: Floats, signal: Floats) -> Floats:
        """The same for one daemon."""
        agreed = (rule or MetropolisMean()).over_one(own[self._said(len(own))], heard.once())
        after: Floats = self._next(own[None], agreed[None], signal[None], slice(daemon, daemon + 1))[0]
        return after

    def _next(self, state: Floats, agreed: Floats, signals: Floats, who: slice) -> Floats:
        d = signals.shape[1]
        x, y, p = state[:, :d], agreed[:, :d], agreed[:, d:] if self._says == 2 else state[:, 2 * d :]
        if self._exchange % self.mixing == 0:
            new, p = self._act(x, y, p, signals, who)
            y = y + (new - x)
            x, y = new, (1.0 - self.forgetting) * y + self.forgetting * new
        return clip_finite(np.hstack([x, y, p]), state)

    def _said(self, width: int) -> slice:
        """Which columns of a state are said."""
        return slice(width // 3, (1 + self._says) * width // 3)


@dataclass(kw_only=True)
class Clearing(Tracking, ABC):
    """Buyers with utilities U(x) = v x − c x² / 2 for each good, v being the signal, who look for a clearing price.

    x is what a daemon takes, between nothing and all that there is, and p its price. All begin with their part of the
    supply and a price of 0, and shall end where v − c x = p for everybody who takes some, and Σ x is the supply.
    """

    _says: ClassVar[int] = 2

    curvature: Annotated[
        Annotated[float, Gt(0)] | list[Annotated[float, Gt(0)]],
        Unit("value per unit"),
        Help("c, how fast the value of a further unit falls; one for all, or one a daemon."),
    ] = 1.0

    def check(self, n: int) -> None:
        """Given curvatures must be one a daemon."""
        if isinstance(self.curvature, list) and len(self.curvature) != n:
            raise ParameterError(
                f"{len(self.curvature):,} values for {n:,} daemons; must be one a daemon", where="curvature"
            )

    def begin(self, view: ProtocolView) -> None:
        """Everybody's curvature, (n, 1)."""
        super().begin(view)
        self._curvature = np.broadcast_to(np.reshape(self.curvature, (-1, 1)), (view.n, 1)).astype(np.float64)

    def _begin_with(self, signals: Floats) -> Floats:
        return np.stack([np.full(signals.shape, self.supply), np.zeros(signals.shape)])

    def _within(self, x: Floats) -> Floats:
        """Nobody takes less than nothing, or more than there is."""
        return np.clip(x, 0.0, min(self._n * self.supply, LARGEST))


def _parts(state: Floats) -> list[Floats]:
    return np.split(state, 3, axis=1)
