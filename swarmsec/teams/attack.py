"""The base class of attacks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from swarmsec.arrays import Floats
from swarmsec.errors import ParameterError
from swarmsec.parameters import Ge, Help, Unit
from swarmsec.plugin import Family, Plugin
from swarmsec.teams.red_view import Channels, Links, RedView
from swarmsec.teams.selectors import Selector
from swarmsec.teams.traits import Knowledge, Surface


@dataclass(kw_only=True)
class Attack(Plugin):
    """An attack: its surface, its knowledge, and one hook a surface.

    The engine calls the hooks only while the attack is on (from `start` until `stop`, with a strength above 0), and
    accepts changes only of the rows of its targets and the channels of its hijacked daemons. A hook gets read-only
    arrays and returns new ones; rows that the attack's knowledge does not show are NaN.
    """

    family: ClassVar[Family] = "attacks"
    traits: ClassVar[Mapping[str, type[Any]]] = {"surface": Surface, "knowledge": Knowledge}

    surface: ClassVar[Surface]
    knowledge: ClassVar[Knowledge] = Knowledge.NONE
    spreads: ClassVar[bool] = False
    """Whether it may hijack more daemons than its targets."""

    daemons: Annotated[Selector, Help("The targeted daemons: all, 12, 5%, [3, 9], hubs, role=NAME.")] = "10%"
    start: Annotated[int, Ge(0), Unit("round"), Help("The first round in which it is on.")] = 0
    stop: Annotated[int | None, Ge(0), Unit("round"), Help("The first round in which it is off again.")] = None
    strength: Annotated[float, Ge(0), Help("Scales the effect; 0 is no attack.")] = 1.0
    ramp: Annotated[int, Ge(0), Unit("rounds"), Help("How long it takes to reach its full strength.")] = 0

    def check(self, n: int) -> None:
        """Check that `stop` is after `start`."""
        if self.stop is not None and self.stop <= self.start:
            raise ParameterError(f"{self.stop} given; must be more than start, {self.start}", where="stop")

    def intensity(self, round: int) -> float:
        """The strength in a round, with phase and ramp applied; 0 while the attack is off."""
        if round < self.start or (self.stop is not None and round >= self.stop):
            return 0.0
        return self.strength * min(1.0, (round - self.start + 1) / (self.ramp + 1))

    def begin(self, red: RedView) -> None:
        """Set up the attack's state that lasts from round to round. Called once, before round 0."""

    def on_signals(self, signals: Floats, red: RedView) -> Floats:
        """SIGNAL: the signals of all daemons, (n, d) → (n, d). Only rows of `red.targets` may change."""
        return signals

    def on_daemons(self, state: Floats, red: RedView) -> Floats:
        """DAEMON: the proposals of all daemons, (n, d) → (n, d). Only rows of `red.hijacked` may change."""
        return state

    def on_messages(self, messages: Channels, red: RedView) -> Channels:
        """MESSAGE: the messages of hijacked daemons on each of their channels."""
        return messages

    def on_network(self, links: Links, red: RedView) -> Links:
        """NETWORK and TIMING: which links of its targets carry messages in this exchange, and their delays."""
        return links
