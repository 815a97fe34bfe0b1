"""Base classes of price negotiations: a mean that the daemons track together, and buyers of scarce goods."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from swarmsec.aggregation import MetropolisMeanRule, Rule
from swarmsec.arrays import Floats
from swarmsec.errors import ParameterError
from swarmsec.messages import LARGEST, Inbox, Messages, clip_finite
from swarmsec.parameters import Ge, Gt, Help, Interval, Unit
from swarmsec.protocols._base import NegotiationProtocol, ProtocolView

Supply = Annotated[float, Gt(0), Unit("units per daemon"), Help("The supply of each good, per daemon.")]
Mixing = Annotated[
    int, Ge(1), Unit("exchanges"), Help("Daemons average in every exchange, and act in every mixing-th one.")
]
Forgetting = Annotated[
    float, Interval(ge=0, lt=1), Help("Share of the tracked mean that a step replaces by the daemon's own part.")
]


@dataclass(kw_only=True)
class Tracking(NegotiationProtocol, ABC):
    """The state is [x, y, p], d numbers each: the daemon's part x, its estimate y of the mean of all x, and p.

    A daemon sends y, or (y, p), and averages these over its neighborhood, by Metropolis weights or by the rule of a
    defense. Every `mixing` exchanges it acts, which changes x to x', and adds the change to its estimate:
    y ← ȳ + x' − x (dynamic average consensus, Zhu & Martínez 2010). So the mean of all y equals the mean of all x. On a
    complete network, where one exchange averages exactly, every daemon knows this mean at each step.

    These properties hold on undirected networks with reliable links. A lost, late or repeated message leaves a
    permanent error in y. With `forgetting` f it fades, y ← (1 − f) y + f x; this causes no bias on a complete network,
    but some on any other.
    """

    decides_for = frozenset({"quantity"})
    reads_signals_after_start = True
    keeps_agreement: ClassVar[bool] = False
    _sent_parts: ClassVar[int] = 1
    """1 if messages contain y only, 2 if they contain y and p."""

    supply: Supply = 1.0
    mixing: Mixing = 1
    forgetting: Forgetting = 0.0

    def begin(self, view: ProtocolView) -> None:
        """Reset the clock."""
        self._n, self._exchange = view.n, 0

    def begin_exchange(self) -> None:
        """Count the exchange."""
        self._exchange += 1

    @abstractmethod
    def _begin_with(self, signals: Floats) -> Floats:
        """The initial x and p, from the first signals: (n, d) → (2, n, d)."""

    @abstractmethod
    def _act(self, x: Floats, mean: Floats, p: Floats, signals: Floats, rows: slice) -> tuple[Floats, Floats]:
        """The next x and p of some daemons, from their x, estimates of the mean, p and signals: (k, d) each."""

    def initial_state(self, signals: Floats) -> Floats:
        """[x, y, p] with y = x: (n, d) → (n, 3d)."""
        x, p = self._begin_with(signals)
        return clip_finite(np.hstack([x, x, p]), np.zeros((len(signals), 3 * signals.shape[1])))

    def proposals(self, state: Floats) -> Floats:
        """The part x."""
        return _parts(state)[0]

    def override_proposals(self, state: Floats, proposals: Floats) -> Floats:
        """The given x; the change is added to y, as in every other step."""
        x, y, p = _parts(state)
        return np.hstack([proposals, y + (proposals - x), p])

    def speak(self, state: Floats) -> Floats:
        """y, or y and p."""
        return state[:, self._sent_columns(state.shape[1])]

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        """Average the messages, and act in every `mixing`-th exchange."""
        agreed = (rule or MetropolisMeanRule()).over_neighborhoods(
            state[:, self._sent_columns(state.shape[1])], messages.once()
        )
        return self._next(state, agreed, signals, slice(None))

    def speak_one(self, daemon: int, own: Floats) -> Floats:
        """The same for one daemon."""
        return own[self._sent_columns(len(own))]

    def listen_one(self, daemon: int, heard: Inbox, rule: Rule | None, *, own: Floats, signal: Floats) -> Floats:
        """The same for one daemon."""
        agreed = (rule or MetropolisMeanRule()).over_one(own[self._sent_columns(len(own))], heard.once())
        after: Floats = self._next(own[None], agreed[None], signal[None], slice(daemon, daemon + 1))[0]
        return after

    def _next(self, state: Floats, agreed: Floats, signals: Floats, rows: slice) -> Floats:
        d = signals.shape[1]
        x, y, p = state[:, :d], agreed[:, :d], agreed[:, d:] if self._sent_parts == 2 else state[:, 2 * d :]
        if self._exchange % self.mixing == 0:
            new, p = self._act(x, y, p, signals, rows)
            y = y + (new - x)
            x, y = new, (1.0 - self.forgetting) * y + self.forgetting * new
        return clip_finite(np.hstack([x, y, p]), state)

    def _sent_columns(self, width: int) -> slice:
        """The columns of a state that a daemon sends."""
        return slice(width // 3, (1 + self._sent_parts) * width // 3)


@dataclass(kw_only=True)
class Clearing(Tracking, ABC):
    """Buyers with the utility U(x) = v x − c x² / 2 for each good search for a clearing price; v is the signal.

    x is the amount that a daemon takes, from 0 to the whole supply, and p its price. All daemons begin with their part
    of the supply and a price of 0. In equilibrium v − c x = p for all daemons with x > 0, and Σ x is the supply.
    """

    _sent_parts: ClassVar[int] = 2

    curvature: Annotated[
        Annotated[float, Gt(0)] | list[Annotated[float, Gt(0)]],
        Unit("value per unit"),
        Help("c, the decrease in value of each further unit; one for all, or one for each daemon."),
    ] = 1.0

    def check(self, n: int) -> None:
        """Check that there is one curvature for each daemon."""
        if isinstance(self.curvature, list) and len(self.curvature) != n:
            raise ParameterError(
                f"{len(self.curvature):,} values for {n:,} daemons; must be one a daemon", where="curvature"
            )

    def begin(self, view: ProtocolView) -> None:
        """Expand the curvature to (n, 1)."""
        super().begin(view)
        self._curvature = np.broadcast_to(np.reshape(self.curvature, (-1, 1)), (view.n, 1)).astype(np.float64)

    def _begin_with(self, signals: Floats) -> Floats:
        return np.stack([np.full(signals.shape, self.supply), np.zeros(signals.shape)])

    def _within(self, x: Floats) -> Floats:
        """Clip amounts to the range from 0 to the whole supply."""
        return np.clip(x, 0.0, min(self._n * self.supply, LARGEST))


def _parts(state: Floats) -> list[Floats]:
    return np.split(state, 3, axis=1)
