"""Hijack daemons that agree on one lie, and stay close together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from swarmsec.teams import Attack, Floats, Ge, Help, RedView, Surface, Unit


@dataclass(kw_only=True)
class Collusion(Attack):
    """Hold x_i = μ + offset + width · u_i, a tight clique that moves along with the swarm and drags it.

    μ is the mean of what the hijacked daemons would hold if they were honest, and u_i a standard normal number, drawn
    once for each. The lie keeps its distance from the honest values, so that it never grows into an outlier, and each
    member has the others as near neighbors: a rule that selects by distances, such as Krum, can select the clique.
    The similarity of its members is what gives it away. Source: the supporters of a lie in the attack on Krum of Fang,
    Cao, Jia and Gong, USENIX Security 2020.
    """

    surface = Surface.DAEMON
    threats = ("T12", "T13")

    offset: Annotated[float, Unit("belief"), Help("The distance of the lie from the honest mean of the members.")] = 1.0
    width: Annotated[float, Ge(0), Unit("belief"), Help("The standard deviation of the members around the lie.")] = 0.01

    def begin(self, red: RedView) -> None:
        """Draw the place of every daemon in the clique."""
        self._places = red.rng.standard_normal((red.n, 1))

    def on_daemons(self, state: Floats, red: RedView) -> Floats:
        """Write the common lie, and each member's own distance from it."""
        if not len(state):
            return state
        lie: Floats = state.mean(axis=0) + self.offset + self.width * self._places[red.hijacked]
        return lie
