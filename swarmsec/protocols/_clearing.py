"""Base classes of price negotiations: a mean that the daemons track together, and buyers of scarce goods."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from swarmsec.aggregation import MetropolisMeanRule, Rule
from swarmsec.arrays import Floats
from swarmsec.errors import ParameterError
from swarmsec.messages import LARGEST, Inbox, Messages, clip_finite
from swarmsec.parameters import Ge, Help, Interval, Unit
from swarmsec.protocols._base import NegotiationProtocol, ProtocolView

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

    mixing: Mixing = 1
    forgetting: Forgetting = 0.0

    def begin(self, view: ProtocolView) -> None:
        """Read the supply of the world, per daemon: one for all goods, or one for each. Reset the clock."""
        super().begin(view)
        self._n, self._exchange = view.n, 0
        self._supply = np.asarray(view.facts.get("supply", 1.0), dtype=np.float64)
        if self._supply.ndim and self._supply.shape != (view.width,):
            raise ParameterError(f"the world's `supply` is one for each of {self._supply.size} goods, not {view.width}")

    def begin_exchange(self) -> None:
        """Count the exchange."""
        self._exchange += 1

    def message_columns(self, width: int) -> tuple[str, ...]:
        """The tracked mean of each good, and where it is sent the price."""
        return tuple(name for name in ("mean", "price")[: self._sent_parts] for _ in range(width))

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

    def speak(self, state: Floats, signals: Floats) -> Floats:
        """y, or y and p."""
        return state[:, self._sent_columns(state.shape[1])]

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        """Average the messages, and act in every `mixing`-th exchange."""
        agreed = (rule or MetropolisMeanRule()).over_neighborhoods(
            state[:, self._sent_columns(state.shape[1])], messages.once()
        )
        return self._next(state, agreed, signals, slice(None))

    def speak_one(self, daemon: int, own: Floats, signal: Floats) -> Floats:
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

    The supply and c are facts of the world. x is the amount that a daemon takes, from 0 to the supply, and p its price.
    All daemons begin with their part of the supply and a price of 0. The goal is v − c x = p for all daemons with x >
    0, and Σ x equal to the supply. If the world has the fact `price_floor`, sellers sell nothing below it: then p is at
    least the floor, and Σ x is less than the supply where p is equal to it.
    """

    _sent_parts: ClassVar[int] = 2

    def begin(self, view: ProtocolView) -> None:
        """Read from the world how fast the value of a further unit falls, (n, 1), 1 by default, and the lowest price."""
        super().begin(view)
        self._floor = float(view.facts.get("price_floor", -math.inf))
        curvature = np.reshape(view.facts.get("curvature", 1.0), (-1, 1))
        self._curvature = np.broadcast_to(curvature, (view.n, 1)).astype(np.float64)
        if not (self._curvature > 0.0).all():
            raise ParameterError("with the world's `curvature` of 0 no price clears the market; must be more than 0")

    def _begin_with(self, signals: Floats) -> Floats:
        return np.stack([np.full(signals.shape, self._supply), np.zeros(signals.shape)])

    def _within(self, x: Floats) -> Floats:
        """Clip amounts to the range from 0 to the whole supply."""
        return np.clip(x, 0.0, np.minimum(self._n * self._supply, LARGEST))


def _parts(state: Floats) -> list[Floats]:
    return np.split(state, 3, axis=1)
