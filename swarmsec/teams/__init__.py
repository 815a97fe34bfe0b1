"""Red and blue: the base classes of attacks and defenses, their views, and the rules of engagement.

The attacks and defenses themselves are the files of `attacks/` and `defenses/`.
"""

from __future__ import annotations

from swarmsec.aggregation import Rule
from swarmsec.arrays import Bools, Floats, Ints
from swarmsec.immunity import Features
from swarmsec.messages import Admission, Claims, Messages
from swarmsec.parameters import Ge, Gt, Help, Interval, Le, Lt, Unit
from swarmsec.plugin import Plugin
from swarmsec.teams.attack import Attack, terms_of
from swarmsec.teams.blue_view import BlueState, BlueView
from swarmsec.teams.defense import Defense, rule_of
from swarmsec.teams.governor import Governor
from swarmsec.teams.guarantee import (
    Guarantee,
    ThreatCase,
    combine_guarantees,
    faulty_neighbors,
    honest_daemons,
    honest_majority,
    most_faulty_neighbors,
    rule_excludes,
    worst_over_seeds,
)
from swarmsec.teams.observed import Observed
from swarmsec.teams.red_view import Channels, Links, RedState, RedView
from swarmsec.teams.rule_defense import RuleDefense, require_minority
from swarmsec.teams.rules import BlueRules, RedRules, Rules
from swarmsec.teams.selectors import Amount, Selector, amount_of, needs_edges, same_as, select, size_of
from swarmsec.teams.terms import Terms, moved
from swarmsec.teams.traits import Knowledge, Surface, Vantage

__all__ = [
    "Admission",
    "Amount",
    "Attack",
    "BlueRules",
    "BlueState",
    "BlueView",
    "Bools",
    "Channels",
    "Claims",
    "Defense",
    "Features",
    "Floats",
    "Ge",
    "Governor",
    "Gt",
    "Guarantee",
    "Help",
    "Interval",
    "Ints",
    "Knowledge",
    "Le",
    "Links",
    "Lt",
    "Messages",
    "Observed",
    "Plugin",
    "RedRules",
    "RedState",
    "RedView",
    "Rule",
    "RuleDefense",
    "Rules",
    "Selector",
    "Surface",
    "Terms",
    "ThreatCase",
    "Unit",
    "Vantage",
    "amount_of",
    "combine_guarantees",
    "faulty_neighbors",
    "honest_daemons",
    "honest_majority",
    "most_faulty_neighbors",
    "moved",
    "needs_edges",
    "require_minority",
    "rule_excludes",
    "rule_of",
    "same_as",
    "select",
    "size_of",
    "terms_of",
    "worst_over_seeds",
]
