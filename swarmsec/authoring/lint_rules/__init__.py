"""The rules of `swarmsec lint`, one module for each subject. A rule is a function; its docstring is its explanation.

Codes are stable: a code never changes its meaning, and the code of a removed rule is not used again. SW100 and above
are the rules of `--deep`, in `deep`; `swarmsec.authoring.deep_lint` runs the scenario for them. A new module must be
imported below: the import registers its rules.
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
