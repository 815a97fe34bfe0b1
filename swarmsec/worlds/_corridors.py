"""Route choice between two corridors, by user equilibrium (Wardrop 1952)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

_HALVINGS = 60
"""Steps of a bisection, after which a flow is exact to the last bits."""


class Routes(NamedTuple):
    """The choice of routes.

    Attributes:
        flows: Vehicles per hour on the congestible link of each corridor; those who change corridors are on both.
        minutes: The time of the routes in use, by the drivers' estimate.
    """

    flows: tuple[float, float]
    minutes: float


@dataclass(frozen=True, kw_only=True)
class Corridors:
    """Two corridors, each with a congestible link and a link of fixed length.

    The time on the congestible link is t(v) = free + delay · (v / capacity)^power, minutes, which is the curve of the
    Bureau of Public Roads (1964) with delay = 0.15 · free and power = 4. The first corridor has the congestible link
    first, the second has it last, so that a shortcut from one to the other passes both: Braess's network (1968).

    Attributes:
        free: Minutes on each congestible link if it is empty.
        delay: Further minutes if the flow equals the capacity.
        power: The exponent.
        fixed: Minutes on each fixed link.
        shortcut: Minutes on the shortcut; None without one.
    """

    free: tuple[float, float]
    delay: tuple[float, float]
    power: float
    fixed: tuple[float, float]
    shortcut: float | None

    def equilibrium(self, demand: float, capacities: tuple[float, float]) -> Routes:
        """The flows with which no driver gains by another route.

        Args:
            demand: Vehicles per hour.
            capacities: Of the two congestible links, vehicles per hour; more than 0.
        """

        def congestible(link: int, flow: float) -> float:
            return self.free[link] + self.delay[link] * (flow / capacities[link]) ** self.power

        def first(shared: float) -> float:
            """The flow that uses only the first corridor, if `shared` use both links."""
            return _root(
                lambda flow: (
                    congestible(0, flow + shared) + self.fixed[0] - congestible(1, demand - flow) - self.fixed[1]
                ),
                demand - shared,
            )

        def advantage_lost(shared: float) -> float:
            """How much longer the shortcut takes than the faster corridor."""
            flow = first(shared)
            one, other = congestible(0, flow + shared), congestible(1, demand - flow)
            return one + (self.shortcut or 0.0) + other - min(one + self.fixed[0], other + self.fixed[1])

        shared = 0.0 if self.shortcut is None else _root(advantage_lost, demand)
        flow = first(shared)
        flows = flow + shared, demand - flow
        one, other = (congestible(link, flows[link]) for link in (0, 1))
        routes = [(flow, one + self.fixed[0]), (demand - flow - shared, other + self.fixed[1])]
        if self.shortcut is not None:
            routes.append((shared, one + self.shortcut + other))
        used = [minutes for amount, minutes in routes if amount > 1e-9 * demand]
        return Routes(flows, max(used, default=min(minutes for _, minutes in routes)))


def _root(rises: Callable[[float], float], high: float) -> float:
    """Where a function that never falls is 0, from 0 to `high`; the end of the range if it is 0 nowhere."""
    low = 0.0
    if rises(low) >= 0.0:
        return low
    if rises(high) <= 0.0:
        return high
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        if rises(middle) < 0.0:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)
