"""Hijack daemons, bid to get into groups, and claim that a bad point is the best of all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.teams import Attack, Channels, Floats, Help, RedView, Surface


@dataclass(kw_only=True)
class FalseOptimum(Attack):
    """Send point ← target + offset and fitness ← `fitness` in every message, and the bid `bid` for every task.

    A softmin mean believes the lowest fitness: all that hear the liar move to its point, which is bad. A false fitness
    alone is not enough, because a liar with an honest point moves to the best point as the others do and then tells it;
    so this one holds its point. A high bid gets it a place that stays empty. It goes on to speak as a member of the
    last task that it bid for or worked on, whether or not its desk took it: members believe whoever speaks of their
    task, so that it does nearly as much with a true bid. In protocols without a `target` the point is the offset. No
    paper is known for it; consensus-based optimization assumes that agents tell their true fitness (Pinnau, Totzeck,
    Tse and Martin 2017).
    """

    surface = Surface.MESSAGE
    threats = ("T12", "T13")

    offset: Annotated[float, Help("The distance of its point from the target, in each component.")] = 2.5
    fitness: Annotated[float, Help("The fitness that it claims.")] = -1e6
    bid: Annotated[float | None, Help("The bid that it claims; null for the true one.")] = 1e6

    def begin(self, red: RedView) -> None:
        """No task is known yet."""
        self._task: Floats = np.zeros((red.n, 1))
        self._target: Floats | None = None

    def on_messages(self, channels: Channels, red: RedView) -> Channels:
        """Replace the task, the target, the bid, the point and the fitness where the message has them."""
        named = set(channels.columns)
        if not {"point", "fitness"} <= named:
            return channels
        if {"task", "target"} <= named:
            channels = self._as_member(channels, red.n)
        center = channels["target"] if "target" in named else 0.0
        point = np.broadcast_to(center + self.offset, channels["point"].shape)
        lie = channels.saying(point=point, fitness=np.full(len(channels.sender), self.fitness))
        if "bid" in named and self.bid is not None:
            lie = lie.saying(bid=np.full(lie["bid"].shape, self.bid))
        return lie

    def _as_member(self, channels: Channels, n: int) -> Channels:
        """Speak of the last task that each liar has bid for or worked on, if it has none now."""
        task, target, sender = channels["task"], channels["target"], channels.sender
        if self._target is None:
            self._target = np.zeros((n, target.shape[1]))
        busy = task[:, 0] > 0
        self._task[sender[busy]], self._target[sender[busy]] = task[busy], target[busy]
        return channels.saying(
            task=np.where(busy[:, None], task, self._task[sender]),
            target=np.where(busy[:, None], target, self._target[sender]),
        )
