"""Hijack a few daemons, then daemons that listen to them, and so on, until they recover or none is left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from swarmsec.teams import Attack, Floats, Ge, Help, Interval, RedView, Surface, Unit


@dataclass(kw_only=True)
class Hijack(Attack):
    """Lateral movement: every `dwell` rounds listeners of hijacked daemons are hijacked; some recover.

    A listener is hijacked with probability `spread` in a move, or `per` link with 1 − (1 − spread)^k, where k is the
    number of hijacked daemons that it hears. Hijacked daemons hold and send x_i = value, and act on the world by `act`.
    The spread is a discrete epidemic on the network: SI without recovery, SIS with it (Pastor-Satorras & Vespignani,
    PRL 2001), SIR if the recovered are `immune`. Per link and with dwell 1, SIS dies out if spread/recovery < 1/λ₁, the
    largest eigenvalue of the adjacency matrix. With spread = β/(2(n − 1)) on a complete network, the pairwise contact
    of Gu et al. (ICML 2024), it dies out iff β ≤ 2 · recovery, else settles at 1 − 2 · recovery/β.

    `prefer` names values (n,) on the team's board, such as the `listeners` of reconnaissance: a move takes as many
    daemons, those with the largest values first. Only the rules of engagement limit the spread; an isolated daemon can
    still steal credentials. The events note the blast radius, `reach`, at the start, and at the end how many were
    `hijacked` in all, and their `share_of_reach`.
    """

    surface = Surface.DAEMON
    threats = ("T3", "T13", "AML.T0012", "T1078")
    spreads = True

    value: Annotated[float | None, Unit("belief"), Help("What hijacked daemons propose; null: honestly.")] = -1.0
    act: Annotated[float | None, Unit("decision"), Help("How hijacked daemons act; by their proposals if none.")] = None
    dwell: Annotated[int, Ge(1), Unit("rounds"), Help("Rounds between two moves.")] = 10
    spread: Annotated[float, Interval(ge=0, le=1), Unit("probability"), Help("Of a listener in a move.")] = 0.1
    per: Annotated[Literal["listener", "link"], Help("Whether `spread` is per listener or per link.")] = "listener"
    recovery: Annotated[float, Interval(ge=0, le=1), Unit("probability"), Help("That one is free after a round.")] = 0.0
    immune: Annotated[bool, Help("Whether a daemon that recovered is not hijacked again.")] = False
    prefer: Annotated[str | None, Help("The values on the board whose largest come first; random without.")] = None

    def begin(self, red: RedView) -> None:
        """No daemon was hijacked or has recovered, and the blast radius is not known."""
        self._ever, self._recovered = np.zeros((2, red.n), dtype=bool)
        self._reach = 0

    def on_round(self, red: RedView) -> None:
        """Hijack more daemons every `dwell` rounds, and release some that recover."""
        since, held = red.round - red.start, red.hijacked
        if red.strength > 0 and since == 0:
            self._reach = red.reach
            red.note("reach", self._reach)
        elif red.strength > 0:
            if since % self.dwell == 0:
                self._move(red)
            if self.recovery > 0:
                free = held[red.rng.random(len(held)) < self.recovery]
                self._recovered[free] = True
                red.release(free)
        self._ever[red.hijacked] = True
        if red.round == min(red.rounds, red.stop or red.rounds) - 1 and self._reach:
            red.note("hijacked", self._ever.sum())
            red.note("share_of_reach", self._ever.sum() / self._reach)

    def on_daemons(self, state: Floats, red: RedView) -> Floats:
        """Write the proposals of hijacked daemons."""
        return state if self.value is None else np.full_like(state, self.value)

    def on_decisions(self, decisions: Floats, red: RedView) -> Floats:
        """Write their decisions; NaN, which the engine replaces by the honest one, where they act as they propose."""
        return np.full_like(decisions, np.nan if self.act is None else self.act)

    def _move(self, red: RedView) -> None:
        """Hijack listeners of hijacked daemons."""
        listeners, links = np.unique(red.trusted_by(red.hijacked, by_link=True), return_counts=True)
        closed = np.isin(listeners, red.hijacked) | (self._recovered[listeners] & self.immune)
        listeners, links = listeners[~closed], links[~closed]
        chance = self.spread if self.per == "listener" else 1 - (1 - self.spread) ** links
        taken = listeners[red.rng.random(len(listeners)) < chance]
        if self.prefer in red.board:
            taken = listeners[np.argsort(-red.board[self.prefer][listeners], kind="stable")[: len(taken)]]
        red.hijack(taken)
