"""The base class of defenses by an aggregation rule."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from swarmsec.aggregation import Rule
from swarmsec.errors import ParameterError
from swarmsec.teams.defense import Defense
from swarmsec.teams.guarantee import Guarantee, ThreatCase, rule_excludes
from swarmsec.teams.traits import Surface, Vantage

ASSUMED = "signals and links are not attacked, {}and the rule alone computes the next proposal"


@dataclass(kw_only=True)
class RuleDefense(Defense, ABC):
    """A defense by an aggregation rule: with it every daemon combines its neighbors' values and its own.

    A subclass defines `rule`. If a theorem holds for the rule, it also defines `promise`, `source`, `threat` and
    `holds`.
    """

    vantage = Vantage.LOCAL
    sees = Surface.DAEMON | Surface.MESSAGE

    subject: ClassVar[str]
    """The rule, as the subject of a sentence."""
    promise: ClassVar[str] = ""
    """The conclusion of the theorem; empty if there is none."""
    source: ClassVar[str] = ""
    """The theorem and its paper."""
    needs_every_message: ClassVar[bool] = True
    """Whether the promise fails if messages are lost or late."""

    @property
    @abstractmethod
    def rule(self) -> Rule:
        """The rule that daemons use."""

    @property
    def threat(self) -> str:
        """The faulty daemons that the promise tolerates: how many, and where."""
        return ""

    def holds(self, case: ThreatCase) -> tuple[bool | None, str]:
        """Whether the case meets the assumption about faulty daemons, and the reason with the numbers."""
        return None, "it has no guarantee that can be checked"

    def guarantee(self, case: ThreatCase) -> Guarantee:
        """Outside if surface, links or protocol exclude every theorem about rules; else the result of `holds`."""
        if not self.promise:
            return Guarantee(*self.holds(case))
        excluded = rule_excludes(case, self.subject, needs_every_message=self.needs_every_message)
        every = "every neighbor's message arrives in every exchange, " if self.needs_every_message else ""
        return Guarantee(
            *((False, excluded) if excluded else self.holds(case)),
            promise=self.promise,
            assumption=f"{self.threat}; {ASSUMED.format(every)}",
            source=self.source,
        )


def require_minority(f: int, n: int) -> None:
    """Refuse an `f` that is half of `n` daemons or more.

    Raises:
        ParameterError: `f` is too large; its place is `f`.
    """
    if n > 1 and 2 * f >= n:
        raise ParameterError(
            f"{f} liars of {n} daemons are too many; must be less than half, so at most {(n - 1) // 2}", where="f"
        )
