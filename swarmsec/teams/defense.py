"""The base class of defenses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from swarmsec.aggregation import Rule
from swarmsec.arrays import Floats
from swarmsec.errors import ScenarioError
from swarmsec.messages import Messages
from swarmsec.plugin import Family, Plugin
from swarmsec.teams.blue_view import BlueView
from swarmsec.teams.guarantee import Guarantee, ThreatCase
from swarmsec.teams.traits import Surface, Vantage


@dataclass(kw_only=True)
class Defense(Plugin):
    """A defense: its vantage, and its hooks, of which a subclass overrides those that it needs.

    The defenses of a scenario act in their order: each filters and governs the result of the one before, and weights
    multiply. At most one of them has an aggregation rule.
    """

    family: ClassVar[Family] = "defenses"
    traits: ClassVar[Mapping[str, type[Any]]] = {"vantage": Vantage, "sees": Surface}

    vantage: ClassVar[Vantage] = Vantage.LOCAL
    sees: ClassVar[Surface] = ~Surface.NONE
    """The surfaces on which it can detect or limit an attack; lint warns if a scenario's attack is on none of them."""

    keeps_range: ClassVar[bool] = False
    """Whether its guarantee includes that honest proposals stay, by component, in the range of the honest first ones.
    A run inside the guarantee measures it."""

    def begin(self, blue: BlueView) -> None:
        """Set up the defense's state that lasts from round to round. Called once, before round 0."""

    def filter_signals(self, signals: Floats, blue: BlueView) -> Floats:
        """The signals that daemons use, (n, d) → (n, d). A changed row counts as an alarm about its feed."""
        return signals

    def weigh(self, messages: Messages, blue: BlueView) -> Floats | None:
        """The weight of each message at its receiver, (m,) in [0, 1]; 0 drops it. None admits all."""
        return None

    @property
    def rule(self) -> Rule | None:
        """The aggregation rule that daemons use, or None for the protocol's own."""
        return None

    def govern(self, decisions: Floats, blue: BlueView) -> Floats:
        """The decisions after caps, vetoes or arbitration, (n, k) → (n, k)."""
        return decisions

    def respond(self, blue: BlueView) -> None:
        """Observe the round, then isolate, release or accuse daemons."""

    def guarantee(self, case: ThreatCase) -> Guarantee:
        """Whether the guarantee of this defense covers the case."""
        return Guarantee(None, "it has no guarantee that can be checked")


def rule_of(defenses: Sequence[Defense]) -> Rule | None:
    """The aggregation rule of these defenses, or None.

    Raises:
        ScenarioError: Two of them have one.
    """
    with_rule = [defense for defense in defenses if defense.rule is not None]
    if len(with_rule) > 1:
        names = " and ".join(type(defense).__name__ for defense in with_rule)
        raise ScenarioError(
            f"{names} each have an aggregation rule, and a daemon can use only one: remove the others", where="defenses"
        )
    return with_rule[0].rule if with_rule else None
