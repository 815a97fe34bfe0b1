"""The base class of defenses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from swarmsec.aggregation import Rule
from swarmsec.arrays import Floats
from swarmsec.errors import ScenarioError
from swarmsec.messages import Admission, Messages
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

    gateway: ClassVar[bool] = False
    """Whether every act passes through it, also one of a hijacked daemon, so that `govern` binds those too."""

    ignores: ClassVar[bool] = True
    """Whether it may call `blue.ignore`. Certification assumes it, because a theorem may need every message; a defense
    that sets it to False is refused the call."""

    keeps_range: ClassVar[bool] = False
    """Whether its guarantee includes that honest proposals stay, by component, in the range of the honest first ones.
    A run inside the guarantee measures it."""

    @property
    def is_gateway(self) -> bool:
        """The trait `gateway`, unless a parameter decides it. Read once, before round 0."""
        return self.gateway

    @property
    def raises_alarms(self) -> bool:
        """Whether it overrides a hook through which it can raise an alarm; an aggregation rule raises none."""
        hooks = ("filter_signals", "weigh", "govern", "respond")
        return any(getattr(type(self), hook) is not getattr(Defense, hook) for hook in hooks)

    def begin(self, blue: BlueView) -> None:
        """Set up the defense's state that lasts from round to round. Called once, before round 0."""

    def filter_signals(self, signals: Floats, blue: BlueView) -> Floats:
        """The signals that daemons use, (n, d) → (n, d). A changed row counts as an alarm about its feed.

        Below `Vantage.MONITOR` a row may depend on the same row, and on what neighbors told: `blue.neighborhoods`,
        `blue.tell`. Python cannot keep a filter from reading other rows; `swarmsec.testing` finds one that does.
        """
        return signals

    def weigh(self, messages: Messages, blue: BlueView) -> Floats | Admission | None:
        """The weight of each message at its receiver, (m,) in [0, 1]; below 0.01 is an alarm about its sender.

        An `Admission` also limits the copies of each message that count against the receiver's inbox. None admits all.
        A message that did not arrive is NaN with weight 0, as is one that an earlier defense dropped (weight 0 only).
        """
        return None

    @property
    def rule(self) -> Rule | None:
        """The aggregation rule that daemons use, or None for the protocol's own."""
        return None

    def govern(self, decisions: Floats, blue: BlueView) -> Floats:
        """The decisions after caps, vetoes or arbitration, (n, k) → (n, k). A changed row is an alarm about its daemon.

        A hijacked daemon does what red decides all the same, unless the defense is a `gateway`.
        """
        return decisions

    def respond(self, blue: BlueView) -> None:
        """Observe the round, then raise alarms, ignore messages, or isolate, suspend and restore daemons."""

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
