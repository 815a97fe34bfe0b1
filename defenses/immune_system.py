"""Several defenses in layers: of feeds, of messages, and against daemons that stay anomalous."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

import numpy as np

from swarmsec.immunity import ClaimTest, FeedGate, Quarantine, SenderScores
from swarmsec.messages import Admission
from swarmsec.teams import BlueView, Defense, Floats, Ge, Gt, Help, Interval, Messages, Surface, Unit, Vantage

Layer = Literal["outcome", "feeds", "rate", "messages", "quarantine", "restore"]

_LAYERS: tuple[Layer, ...] = ("outcome", "feeds", "rate", "messages", "quarantine", "restore")
_EXPLAINED = 3.0  # Deviations among all daemons: a feed that is as far away explains an anomalous message.


@dataclass(kw_only=True)
class ImmuneSystem(Defense):
    """Six layers, in the order in which a lie meets them; each works on the output of the one before.

    1. `outcome`: a reading that announces news which no public figure confirms is replaced, as `claim_against_outcome`
       does; it needs four times the `warm_up`.
    2. `feeds`: a reading s with |z| above `gate`, or with a sum of z − 1 above 8 (Page 1954), is replaced by m + c.
       z = (s − m − c) / σ, with m the median of the neighbors' readings, and c and σ the median and 1.4826 MAD of
       s − m in the `warm_up` (`PeerResidual`).
    3. `rate`: one copy of each message is admitted.
    4. `messages`: a message whose |z|, against those of the sender's neighbors, is above `alarm` has no weight.
    5. `quarantine`: a daemon that was above `alarm` in `confirm` rounds in a row is isolated, and released after
       `release_after` normal rounds.
    6. `restore`: an isolated daemon that is anomalous for `restore_after` rounds is restored, if its messages also
       stand out among those of all daemons, and its feed does not.

    The first four act at once, and only on readings and messages, so that a false alarm costs little. The last two are
    drastic and need more evidence, against the daemon's own past and against all daemons, since the past may be
    poisoned. It sees all traffic. It does not see lies within the noise of honest daemons (`alie`, `min_max`), and
    cannot undo what links lose (`delay`, `withhold`, `partition`). Where most neighbors lie, their median is a lie. It
    has no guarantee.
    """

    ignores = False
    vantage = Vantage.MONITOR
    sees = Surface.SIGNAL | Surface.MESSAGE | Surface.DAEMON

    layers: Annotated[list[Layer], Help("The layers that work; leave one out to see what it does.")] = field(
        default_factory=lambda: list(_LAYERS)
    )
    warm_up: Annotated[int, Ge(10), Unit("rounds"), Help("Rounds in which it learns what is usual.")] = 50
    gate: Annotated[float, Gt(0), Unit("deviations"), Help("The residual above which a reading is replaced.")] = 4.5
    alarm: Annotated[float, Gt(0), Unit("deviations"), Help("The residual above which a message is dropped.")] = 8.0
    follow: Annotated[
        float, Interval(ge=0, le=1), Unit("share"), Help("How fast what is usual follows normal residuals.")
    ] = 0.05
    confirm: Annotated[int, Ge(1), Unit("rounds"), Help("Anomalous rounds in a row before isolation.")] = 2
    restore_after: Annotated[
        int, Ge(1), Unit("rounds"), Help("Anomalous rounds in isolation, the first included, before it restores.")
    ] = 1
    release_after: Annotated[int, Ge(1), Unit("rounds"), Help("Normal rounds in a row before release.")] = 10

    def begin(self, blue: BlueView) -> None:
        """Nothing is known yet."""
        self._claims = ClaimTest(warm_up=4 * self.warm_up)
        self._gate = FeedGate(threshold=self.gate, follow=self.follow, normal=3.0)
        self._senders = SenderScores(follow=self.follow, normal=3.0)
        self._quarantine = Quarantine(blue.n, confirm=self.confirm, release_after=self.release_after)
        self._exchange = 0
        self._drastic: Floats = np.zeros(blue.n)
        self._among: Floats = np.zeros(blue.n)
        self._unchanged = np.zeros(blue.n, dtype=np.int64)

    def filter_signals(self, signals: Floats, blue: BlueView) -> Floats:
        """Replace readings that nothing confirms, and those far from what the peers' feeds let expect."""
        if "outcome" in self.layers:
            signals = self._claims.believe(signals, blue.round)
        if blue.round < self.warm_up:
            self._gate.collect(signals, blue.network)
            return signals
        filtered = self._gate.filter(signals, blue.network)
        return filtered if "feeds" in self.layers else signals

    def weigh(self, messages: Messages, blue: BlueView) -> Floats | Admission | None:
        """Drop messages far from what the peers of their senders let expect, and all copies but one."""
        exchange, self._exchange = self._exchange, self._exchange + 1
        weights = None
        if blue.round < self.warm_up:
            self._senders.collect(messages, exchange)
        elif scores := self._senders.observe(messages, exchange):
            self._drastic = np.maximum(self._drastic, scores.drastic)
            self._among = np.maximum(self._among, scores.among)
            if "messages" in self.layers and (scores.messages > self.alarm).any():
                weights = np.where(scores.above(self.alarm, messages), 0.0, 1.0)
        if "rate" in self.layers and messages.copies is not None:
            return Admission(np.minimum(messages.copies, 1), weights)
        return weights

    def respond(self, blue: BlueView) -> None:
        """Compare the world with the feeds; isolate, release and restore daemons."""
        if blue.observed is not None:
            self._claims.see(blue.observed.public, blue.observed.own, blue.n, blue.round)
        anomalous, stand_out = self._drastic > self.alarm, self._among > _EXPLAINED
        self._exchange, self._drastic, self._among = 0, np.zeros(blue.n), np.zeros(blue.n)
        if "quarantine" not in self.layers:
            return
        verdict = self._quarantine.look(anomalous, blue.quarantined)
        blue.release(verdict.release)
        blue.isolate(verdict.isolate)
        if "restore" in self.layers:
            self._unchanged = np.where(anomalous & blue.quarantined, self._unchanged + 1, 0)
            due = (self._unchanged == self.restore_after) & stand_out
            if self._gate.apart is not None:
                due &= self._gate.apart <= _EXPLAINED
            blue.restore(np.flatnonzero(due))
