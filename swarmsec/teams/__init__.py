"""Red and blue: the base classes of attacks and defenses, what each may see, and the rules of engagement.

No technique belongs here: those are the files of `attacks/` and `defenses/`.
"""

from __future__ import annotations

from swarmsec.aggregation import Rule
from swarmsec.arrays import Bools, Floats, Ints
from swarmsec.immunity import Features
from swarmsec.messages import Messages
from swarmsec.parameters import Ge, Gt, Help, Interval, Le, Lt, Unit
from swarmsec.plugin import Plugin
from swarmsec.teams.attack import Attack
from swarmsec.teams.blue_view import BlueView
from swarmsec.teams.defense import Defense, rule_of
from swarmsec.teams.guarantee import (
    Guarantee,
    ThreatCase,
    combine_guarantees,
    honest_majority,
    rule_excludes,
    threatened_in,
    worst_over_seeds,
)
from swarmsec.teams.red_view import Channels, Links, RedView
from swarmsec.teams.rules import BlueRules, RedRules, Rules
from swarmsec.teams.selectors import Amount, Selector, amount_of, select, size_of
from swarmsec.teams.traits import Knowledge, Surface, Vantage

__all__ = [
    "Amount",
    "Attack",
    "BlueRules",
    "BlueView",
    "Bools",
    "Channels",
    "Defense",
    "Features",
    "Floats",
    "Ge",
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
    "Plugin",
    "RedRules",
    "RedView",
    "Rule",
    "Rules",
    "Selector",
    "Surface",
    "ThreatCase",
    "Unit",
    "Vantage",
    "amount_of",
    "combine_guarantees",
    "honest_majority",
    "rule_excludes",
    "rule_of",
    "select",
    "size_of",
    "threatened_in",
    "worst_over_seeds",
]
