"""A plug-in's own aggregation rule: it sees copies of what arrived, and gives numbers of the right shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from swarmsec import aggregation
from swarmsec.aggregation import Rule
from swarmsec.arrays import Floats, frozen
from swarmsec.messages import Inbox, Messages, as_arrived
from swarmsec.swarm.active_defense import ActiveDefense
from swarmsec.swarm.hooks import call_function, floats
from swarmsec.swarm.setup import PluginSpec
from swarmsec.teams import Defense

_SHIPPED = frozenset(
    thing for thing in vars(aggregation).values() if isinstance(thing, type) and hasattr(thing, "over_neighborhoods")
)


def guarded_rule(defenses: Sequence[ActiveDefense]) -> Rule | None:
    """The aggregation rule of these defenses, of which at most one has one; a rule of swarmsec's own as it is."""
    for defense in defenses:
        rule = defense.spec.plugin.rule
        if rule is not None:
            return rule if type(rule) in _SHIPPED else _GuardedRule(defense.spec, rule)
    return None


class _GuardedRule:
    """Shows a rule of a plug-in copies of what arrived: no engine memory, no cause, no word behind messages by edge."""

    def __init__(self, spec: PluginSpec[Defense], rule: Rule) -> None:
        self._spec, self._rule = spec, rule

    def over_neighborhoods(self, own: Floats, messages: Messages) -> Floats:
        """As the rule has it."""
        shown = as_arrived(messages)
        if messages.weights is not None:
            shown = replace(shown, weights=frozen(messages.weights))
        given = call_function(self._spec, "rule", self._rule.over_neighborhoods, frozen(own), shown)
        return floats(given, own.shape, f"{self._spec.kind}.rule").copy()

    def over_one(self, own: Floats, inbox: Inbox) -> Floats:
        """As the rule has it."""
        missing = ~inbox.received
        shown = Inbox(
            senders=frozen(inbox.senders),
            degrees=frozen(inbox.degrees),
            values=frozen(np.where(missing[:, None], np.nan, inbox.values)),
            copies=frozen(inbox.copies),
            weights=frozen(inbox.weights),
        )
        given = call_function(self._spec, "rule", self._rule.over_one, frozen(own), shown)
        return floats(given, own.shape, f"{self._spec.kind}.rule").copy()
