"""The rules of `swarmsec lint`, by what they look at; a rule is one function, and its docstring is its explanation.

Codes are stable: a code never changes its meaning, and that of a rule that was dropped is not given again. From SW100
on are the rules of `--deep` (`deep.py`), which look at the outcomes of a few runs of the scenario.
"""

from __future__ import annotations

from swarmsec.authoring.lint_rules import deep, document, negotiation, red_and_blue, rules_of_engagement, timing
from swarmsec.authoring.lint_rules._case import Case
from swarmsec.authoring.lint_rules._rule import RULES, Fix, Remark, Rule, Severity

__all__ = [
    "RULES",
    "Case",
    "Fix",
    "Remark",
    "Rule",
    "Severity",
    "deep",
    "document",
    "negotiation",
    "red_and_blue",
    "rules_of_engagement",
    "timing",
]
