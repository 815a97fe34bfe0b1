"""Hijack a few daemons, then daemons that listen to them, and so on, until they recover or none is left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from swarmsec.teams import Attack, Floats, Ge, Help, Interval, Ints, RedView, Surface, Unit


@dataclass(kw_only=True)
class Hijack(Attack):
    """Lateral movement: every `dwell` rounds listeners of hijacked daemons fall; each round some hijacked ones recover.

    A listener falls with probability `spread` in a move, or `per` link with 1 − (1 − spread)^k, where k is the number
    of hijacked daemons that it hears. Hijacked daemons hold and send x_i = value, and act on the world by `act`. The
    spread is a discrete epidemic on the network: SI without recovery, SIS with it (Pastor-Satorras & Vespignani, PRL
    2001), SIR if the recovered are `immune`. Per link and with dwell 1, SIS dies out if spread/recovery < 1/λ₁, the
    largest eigenvalue of the adjacency matrix. With spread = β/(2(n − 1)) on a complete network, the pairwise contact
    of Gu et al. (ICML 2024), it dies out iff β ≤ 2 · recovery, else settles at 1 − 2 · recovery/β.

    Only the rules of engagement limit the spread. Quarantine does not: an isolated daemon can still steal credentials.
    The events note the blast radius, `reach`, when it begins; the metric `compromised` counts all that fell.
    """

    surface = Surface.DAEMON
    threats = ("T3", "T13", "AML.T0012", "T1078")
    spreads = True

    value: Annotated[float, Unit("belief"), Help("The proposal of hijacked daemons.")] = -1.0
    act: Annotated[float | None, Unit("decision"), Help("How hijacked daemons act; by their proposals if none.")] = None
    dwell: Annotated[int, Ge(1), Unit("rounds"), Help("Rounds between two moves.")] = 10
    spread: Annotated[
        float, Interval(ge=0, le=1), Unit("probability"), Help("That a listener is hijacked in a move.")
    ] = 0.1
    per: Annotated[Literal["listener", "link"], Help("Whether `spread` is of a listener or of a link to it.")] = (
        "listener"
    )
    recovery: Annotated[
        float, Interval(ge=0, le=1), Unit("probability"), Help("That a hijacked daemon is free again after a round.")
    ] = 0.0
    immune: Annotated[bool, Help("Whether a daemon that recovered is not hijacked again.")] = False

    def begin(self, red: RedView) -> None:
        """Nobody has recovered, and no channel is known."""
        self._free = np.zeros(red.n, dtype=bool)
        self._charted = np.zeros(red.n, dtype=bool)
        self._channels = np.empty((0, 2), dtype=np.int32)

    def on_round(self, red: RedView) -> None:
        """Hijack more daemons every `dwell` rounds, and let some recover."""
        since = red.round - self.start
        if red.strength > 0 and since == 0:
            red.note("reach", red.reach)
        elif red.strength > 0:
            held = red.hijacked[~self._free[red.hijacked]]
            if since % self.dwell == 0:
                self._move(held, red)
            if self.recovery > 0:
                self._free[held[red.rng.random(len(held)) < self.recovery]] = True

    def on_daemons(self, state: Floats, red: RedView) -> Floats:
        """Write the proposals of all hijacked daemons, except those that recovered."""
        return np.where(self._free[red.hijacked, None], state, self.value)

    def on_decisions(self, decisions: Floats, red: RedView) -> Floats:
        """Write their decisions; NaN, which the engine replaces by the honest one, where they act as they propose."""
        act = np.nan if self.act is None else self.act
        return np.where(self._free[red.hijacked, None], np.nan, np.full_like(decisions, act))

    def _move(self, held: Ints, red: RedView) -> None:
        """Hijack listeners of the daemons that are held."""
        listeners = np.setdiff1d(red.trusted_by(held), held)
        listeners = listeners[~(self._free[listeners] & self.immune)]
        chance = self.spread if self.per == "listener" else 1 - (1 - self.spread) ** self._heard(held, red)[listeners]
        self._free[red.hijack(listeners[red.rng.random(len(listeners)) < chance])] = False

    def _heard(self, held: Ints, red: RedView) -> Ints:
        """(n,) how many of the daemons that are held each daemon hears. The channels of each are looked up once."""
        fresh = held[~self._charted[held]]
        if len(fresh):
            found = [np.column_stack(np.broadcast_arrays(one, red.trusted_by(one))) for one in fresh[:, None]]
            self._channels = np.concatenate([self._channels, *found])
            self._charted[fresh] = True
        mask = np.zeros(red.n, dtype=bool)
        mask[held] = True
        return np.bincount(self._channels[mask[self._channels[:, 0]], 1], minlength=red.n).astype(np.int32)
