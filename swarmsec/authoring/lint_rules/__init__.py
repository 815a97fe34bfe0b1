"""The rules of `swarmsec lint`, by what they look at; a rule is one function, and its docstring is its explanation.

Codes are stable: a code never changes its meaning, and that of a rule that was dropped is not given again. From SW100
on are the rules of `--deep`, which play the scenario; only their texts are here, the rest is `exercise/deep_lint.py`.
"""

from __future__ import annotations

from swarmsec.authoring.lint_rules import deep, document, negotiation, red_and_blue, rules_of_engagement, timing
from swarmsec.authoring.lint_rules._case import LintCase
from swarmsec.authoring.lint_rules._rule import RULES, Fix, LintRule, Remark, Severity

__all__ = [
    "RULES",
    "Fix",
    "LintCase",
    "LintRule",
    "Remark",
    "Severity",
    "deep",
    "document",
    "negotiation",
    "red_and_blue",
    "rules_of_engagement",
    "timing",
]
