"""The base class of attacks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, final

from swarmsec.arrays import Floats
from swarmsec.errors import ParameterError
from swarmsec.messages import Claims
from swarmsec.parameters import Ge, Help, MinLen, Unit
from swarmsec.plugin import Family, Plugin
from swarmsec.teams.red_view import Channels, Links, RedView
from swarmsec.teams.selectors import Selector
from swarmsec.teams.terms import Terms
from swarmsec.teams.traits import Knowledge, Surface

_BUDGETS = {
    Surface.SIGNAL: ("feeds",),
    Surface.MESSAGE: ("daemons", "messages", "copies"),
    Surface.DAEMON: ("daemons",),
    Surface.NETWORK: ("links", "identities"),
    Surface.TIMING: ("links",),
}
"""The budgets of `rules.red` that an attack on a surface can spend; all also need rounds and strength."""


@dataclass(kw_only=True)
class Attack(Plugin):
    """An attack: its surface, its knowledge, and one hook a surface.

    The engine reads schedule and traits once, when it checks the rules, and calls the hooks only while the attack is on
    (from `start` until `stop`, with a strength above 0); `on_round` it calls in every round. A hook gets copies of the
    rows of its own daemons, and returns the lie at full strength. The engine moves each number from the truth to the
    lie by the strength: (1 − strength) · truth + strength · lie. A lie that is not finite takes effect from strength 1
    on, and the number of copies is rounded.

    In `on_network`, an attack on NETWORK may also ask for identities of the network's reserve by `links.join(peers)`.
    It runs them as hijacked daemons: if its surface compromises no daemon, `red.hijacked` are its identities alone, and
    `on_messages`, `on_claims` and `on_daemons` decide what these say and hold.
    """

    family: ClassVar[Family] = "attacks"
    traits: ClassVar[Mapping[str, type[Any]]] = {"surface": Surface, "knowledge": Knowledge, "threats": tuple}

    surface: ClassVar[Surface]
    knowledge: ClassVar[Knowledge] = Knowledge.NONE
    threats: ClassVar[tuple[str, ...]] = ()
    """Its ids in published lists of threats, see `swarmsec.threats`; empty where none fits."""
    spreads: ClassVar[bool] = False
    """Whether it may hijack more daemons than its targets."""

    daemons: Annotated[Selector, Help("The targets: all, 12, 5%, [3, 9], hubs, role=NAME, around:7, same:NAME.")] = (
        "10%"
    )
    start: Annotated[
        Annotated[int, Ge(0)] | Annotated[list[Annotated[int, Ge(0)]], MinLen(2)],
        Unit("round"),
        Help("The first round in which it is on; [first, last] to draw it, and `stop` then moves with it."),
    ] = 0
    stop: Annotated[int | None, Ge(0), Unit("round"), Help("The first round in which it is off again.")] = None
    strength: Annotated[float, Ge(0), Help("Scales the effect; 0 is no attack.")] = 1.0
    ramp: Annotated[int, Ge(0), Unit("rounds"), Help("How long it takes to reach its full strength.")] = 0

    @classmethod
    def trait_texts(cls) -> dict[str, str]:
        """Each trait as text, and the budgets of `rules.red` that it spends. That no published threat fits is said."""
        spent = [budget for surface, budgets in _BUDGETS.items() if surface in cls.surface for budget in budgets]
        spends = ", ".join(dict.fromkeys(spent)) or "none"
        return {**super().trait_texts(), "spends": spends, "threats": ", ".join(cls.threats) or "none"}

    def check(self, n: int) -> None:
        """Check that `stop` is after `start`."""
        if isinstance(self.start, list) and (len(self.start) != 2 or self.start[0] > self.start[1]):
            raise ParameterError(f"{self.start} given; must be the first and the last round", where="start")
        if self.stop is not None and self.stop <= self.first_start:
            raise ParameterError(f"{self.stop} given; must be more than start, {self.first_start}", where="stop")

    @property
    @final
    def first_start(self) -> int:
        """`start`, or the first of the rounds from which it is drawn."""
        return self.start[0] if isinstance(self.start, list) else self.start

    @final
    def intensity(self, round: int) -> float:
        """The strength in a round, with phase and ramp applied. The engine reads it once; see `Terms`."""
        return terms_of(self).intensity(round)

    def __init_subclass__(cls) -> None:
        """Refuse a class that brings its own `intensity`: the schedule is the engine's."""
        super().__init_subclass__()
        if "intensity" in vars(cls):
            raise TypeError(f"{cls.__name__} overrides `intensity`, which follows from start, stop, strength and ramp")

    def begin(self, red: RedView) -> None:
        """Set up the attack's state that lasts from round to round. Called once, before round 0."""

    def on_round(self, red: RedView) -> None:
        """Once a round, on or off, before anything is changed: listen, plan, and hijack while it is on."""

    def on_signals(self, readings: Floats, red: RedView) -> Floats:
        """SIGNAL: the readings of `red.targets`, (k, d) → (k, d), the lie at full strength."""
        return readings

    def on_daemons(self, state: Floats, red: RedView) -> Floats:
        """DAEMON: the proposals that the daemons in `red.hijacked` would hold if they were honest, (k, d) → (k, d)."""
        return state

    def on_messages(self, channels: Channels, red: RedView) -> Channels:
        """MESSAGE: the messages of hijacked daemons on each of their channels."""
        return channels

    def on_claims(self, claims: Claims, red: RedView) -> Claims:
        """MESSAGE: the claims of hijacked daemons over the channel of a defense, forged or withheld."""
        return claims

    def on_network(self, links: Links, red: RedView) -> Links:
        """NETWORK and TIMING: which links of its targets carry messages now, their delays, and who joins."""
        return links

    def on_decisions(self, decisions: Floats, red: RedView) -> Floats:
        """DAEMON: the decisions of the daemons in `red.hijacked`, (k, c) → (k, c): how they act."""
        return decisions


def terms_of(attack: Attack) -> Terms:
    """The terms of an attack as its parameters and traits are now."""
    return Terms(
        start=int(attack.first_start),
        stop=None if attack.stop is None else int(attack.stop),
        strength=float(attack.strength),
        ramp=int(attack.ramp),
        surface=attack.surface,
        knowledge=attack.knowledge,
        spreads=bool(attack.spreads),
    )
