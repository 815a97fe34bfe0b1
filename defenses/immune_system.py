"""x"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

import numpy as np

from swarmsec.immunity import ClaimTest, Cusum, PeerResidual, Quarantine, mean_message
from swarmsec.messages import Admission
from swarmsec.teams import BlueView, Defense, Floats, Ge, Gt, Help, Messages, Surface, Unit, Vantage

Layer = Literal["feeds", "outcome", "messages", "quarantine", "restore", "rate"]


@dataclass(kw_only=True)
class ImmuneSystem(Defense):
    """x"""

    ignores = False
    vantage = Vantage.MONITOR
    sees = Surface.SIGNAL | Surface.MESSAGE | Surface.DAEMON

    layers: Annotated[list[Layer], Help("The layers that work.")] = field(
        default_factory=lambda: ["outcome", "feeds", "rate", "messages", "quarantine", "restore"]
    )
    warm_up: Annotated[int, Ge(10), Unit("rounds"), Help("Rounds.")] = 50
    gate: Annotated[float, Gt(0), Unit("deviations"), Help("x")] = 4.5
    alarm: Annotated[float, Gt(0), Unit("deviations"), Help("x")] = 8.0
    follow: Annotated[float, Ge(0), Help("x")] = 0.05
    confirm: Annotated[int, Ge(1), Help("x")] = 2
    release_after: Annotated[int, Ge(1), Help("x")] = 10

    def begin(self, blue: BlueView) -> None:
        self._feeds = PeerResidual(follow=self.follow, normal=float(__import__("os").environ.get("NO", "4.5")))
        self._said: list[PeerResidual] = []
        self._claims = ClaimTest(claim=0.3, factor=3.0, threshold=4.0, evidence=4.0, warm_up=4 * self.warm_up)
        self._shift: Cusum | None = None
        self._quarantine = Quarantine(blue.n, confirm=self.confirm, release_after=self.release_after)
        self._exchange = 0
        self._explained = np.zeros(blue.n, dtype=bool)
        self._score = np.zeros(blue.n)

    def filter_signals(self, signals: Floats, blue: BlueView) -> Floats:
        if "outcome" in self.layers:
            signals = self._claims.believe(signals, blue.round)
        if "feeds" not in self.layers:
            return signals
        if blue.round < self.warm_up:
            self._feeds.collect(signals, blue.network)
            return signals
        if not self._feeds.learned:
            self._feeds.learn()
            self._shift = Cusum(signals.size, k=float(__import__("os").environ.get("CK", "1")))
        z, _, among, expected, _ = self._feeds.observe(signals, blue.network)
        self._explained = (np.abs(among) > 3.0).any(axis=1)
        far = np.abs(z) > self.gate
        sums = self._shift.observe(np.clip(z, -self.gate, self.gate).ravel()).reshape(z.shape)
        far |= sums > 8.0
        self._shift._sums = np.minimum(self._shift._sums, 12.0)
        return np.where(far, expected, signals) if far.any() else signals

    def weigh(self, messages: Messages, blue: BlueView) -> Admission | Floats | None:
        k, self._exchange = self._exchange, self._exchange + 1
        if k == len(self._said):
            self._said.append(PeerResidual(follow=self.follow, normal=float(__import__("os").environ.get("NO", "4.5"))))
        residual, values = self._said[k], mean_message(messages)
        once = None
        if "rate" in self.layers and messages.copies is not None:
            once = np.minimum(messages.copies, 1).astype(np.int32)
        weights = None
        if blue.round < self.warm_up:
            residual.collect(values, blue.network)
        else:
            if not residual.learned:
                residual.learn()
            z, least, among, expected, deviation = residual.observe(values, blue.network)
            score = np.abs(z).max(axis=1)
            if messages.per_edge is not None:
                by = messages.senders
                apart = np.abs(messages.per_edge - expected[by]) / deviation[by]
                edges = np.where(messages.received, np.nan_to_num(apart, nan=np.inf).max(axis=1), 0.0)
                worst = np.zeros(blue.n)
                np.maximum.at(worst, by, edges)
                score = np.maximum(score, worst)
            else:
                score = np.where(np.isfinite(messages.broadcast).all(axis=1), score, np.inf)
                edges = None
            drastic = np.abs(least).max(axis=1)
            if edges is not None:
                drastic = np.maximum(drastic, np.where(worst - np.abs(z).max(axis=1) > self.alarm, worst, 0))
            drastic = np.where(np.isinf(score), np.inf, drastic)
            self._score = np.maximum(self._score, drastic)
            self._stands_out = np.abs(among).max(axis=1) > 3.0
            if "messages" in self.layers and (score > self.alarm).any():
                edges = score[messages.senders] if edges is None else edges
                weights = np.where(edges > self.alarm, 0.0, 1.0)
        return weights if once is None else Admission(once, weights)

    def respond(self, blue: BlueView) -> None:
        seen = blue.observed
        self._exchange = 0
        if seen is not None and "volume_usd" in seen.public:
            own = np.abs(seen.own.get("bought_shares", np.zeros(blue.n)))
            self._claims.see(seen.public["volume_usd"], blue.n * own * seen.public.get("price_usd", 0.0), blue.round)
        if "quarantine" not in self.layers:
            return
        suspicious, self._score = self._score > self.alarm, np.zeros(blue.n)
        verdict = self._quarantine.look(suspicious, blue.quarantined)
        blue.release(verdict.release)
        taken = blue.isolate(verdict.isolate)
        if "restore" in self.layers:
            blue.restore(taken[(self._stands_out & ~self._explained)[taken]])
