"""Suspend daemons that deviate, and restore those that go on, which ends a hijack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.immunity import Quarantine, listeners_doubt
from swarmsec.teams import BlueView, Defense, Ge, Gt, Help, Interval, Surface, Unit, Vantage

_UNUSUAL = 2.0
"""How many times as far as ever in the warm-up a daemon must deviate."""


@dataclass(kw_only=True)
class Restoration(Defense):
    """A monitor suspends daemons whose messages deviate, and takes down those that go on, to bring them back clean.

    A daemon is suspicious if most of its listeners hear it farther than `threshold` robust deviations from the median
    of what they hear, and on average twice as far as ever in the `warm_up`, in which nobody is suspended: some honest
    daemons always deviate. After `confirm` rounds in a row it is suspended: it decides what the world calls neutral.
    After `patience` more it is restored: for the downtime of the rules it says nothing and stands still, and then its
    hijack is over: proactive recovery, which bounds how long an intruder stays (Castro & Liskov, TOCS 20, 2002). At
    most `share_max` of the swarm is suspended or down at once, the most suspicious first. Neutral decisions and
    downtime are paid for in the world's bill. Against a hijack that spreads it is the only response that takes
    credentials back; red may hijack again. Where standing still is dear and values differ, as in an auction, false
    alarms cost more than they prevent.
    """

    ignores = False
    vantage = Vantage.MONITOR
    sees = Surface.DAEMON | Surface.MESSAGE

    warm_up: Annotated[int, Ge(0), Unit("rounds"), Help("Rounds in which it measures usual deviations.")] = 200
    threshold: Annotated[float, Gt(0), Unit("robust deviations"), Help("Beyond it a message is suspicious.")] = 4.0
    confirm: Annotated[int, Ge(1), Unit("rounds"), Help("Suspicious rounds in a row before suspension.")] = 2
    patience: Annotated[int, Ge(0), Unit("rounds"), Help("Further suspicious rounds before restoration.")] = 1
    release_after: Annotated[int, Ge(1), Unit("rounds"), Help("Normal rounds in a row that end a suspension.")] = 5
    share_max: Annotated[
        float, Interval(ge=0, le=1), Unit("share"), Help("How much of the swarm may be suspended or down at once.")
    ] = 0.2

    def begin(self, blue: BlueView) -> None:
        """Nobody is suspected."""
        self._quarantine = Quarantine(blue.n, confirm=self.confirm, release_after=self.release_after)
        self._strikes = np.zeros(blue.n, dtype=np.int64)
        self._usual = np.zeros(blue.n)

    def respond(self, blue: BlueView) -> None:
        """Suspend, restore and resume."""
        down = blue.down
        doubted, score = listeners_doubt(blue.inbox, self.threshold)
        if blue.round < self.warm_up:
            self._usual = np.maximum(self._usual, score)
            return
        suspicious = doubted & (score > _UNUSUAL * self._usual) & blue.joined & ~down
        self._strikes = np.where(suspicious, self._strikes + 1, 0)
        alarming = self._strikes >= self.confirm
        blue.alarm(np.flatnonzero(alarming), score[alarming])
        verdict = self._quarantine.look(suspicious, blue.suspended)
        blue.resume(verdict.release)
        room = int(self.share_max * int(blue.joined.sum())) - int(np.count_nonzero(blue.suspended | down))
        worst = verdict.isolate[np.argsort(-score[verdict.isolate], kind="stable")]
        blue.suspend(worst[: max(room, 0)])
        due = np.flatnonzero(blue.suspended & (self._strikes >= self.confirm + self.patience))
        restored = blue.restore(due[np.argsort(-score[due], kind="stable")])
        blue.resume(restored)
        self._strikes[restored] = 0
