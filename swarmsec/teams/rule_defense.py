"""The base class of defenses that are an aggregation rule."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from swarmsec.aggregation import Rule
from swarmsec.errors import ParameterError
from swarmsec.teams.defense import Defense
from swarmsec.teams.guarantee import Guarantee, ThreatCase, rule_excludes
from swarmsec.teams.traits import Surface, Vantage

ALONE = "signals and links are left alone, {}and the rule alone makes the next proposal"


@dataclass(kw_only=True)
class RuleDefense(Defense, ABC):
    """A defense by an aggregation rule: every daemon combines its neighbors' values and its own by it.

    A subclass gives the rule. If a theorem holds for it, it also gives `promise`, `source`, `threat` and `holds`.
    """

    vantage = Vantage.LOCAL
    sees = Surface.DAEMON | Surface.MESSAGE

    subject: ClassVar[str]
    """The rule, as the subject of a sentence."""
    promise: ClassVar[str] = ""
    """What holds if the assumption is met; empty if nothing is proven."""
    source: ClassVar[str] = ""
    """The theorem and its paper."""
    needs_every_message: ClassVar[bool] = True
    """Whether the promise fails if messages are lost or late."""

    @property
    @abstractmethod
    def rule(self) -> Rule:
        """The rule that daemons listen with."""

    @property
    def threat(self) -> str:
        """The faulty daemons that the promise tolerates: how many, and where."""
        return ""

    def holds(self, case: ThreatCase) -> tuple[bool | None, str]:
        """Whether the case meets the assumption about faulty daemons, and the reason with the numbers."""
        return None, "it promises nothing that can be checked"

    def guarantee(self, case: ThreatCase) -> Guarantee:
        """Outside where signals, links or the protocol rule out every theorem about rules; else as `holds` decides."""
        if not self.promise:
            return Guarantee(*self.holds(case))
        excluded = rule_excludes(case, self.subject, needs_every_message=self.needs_every_message)
        every = "every neighbor is heard in every exchange, " if self.needs_every_message else ""
        return Guarantee(
            *((False, excluded) if excluded else self.holds(case)),
            promise=self.promise,
            assumption=f"{self.threat}; {ALONE.format(every)}",
            source=self.source,
        )


def require_minority(f: int, n: int) -> None:
    """Refuse an `f` of at least half of `n` daemons.

    Raises:
        ParameterError: With `f` as its place.
    """
    if n > 1 and 2 * f >= n:
        raise ParameterError(
            f"{f} liars of {n} daemons are too many; must be less than half, so at most {(n - 1) // 2}", where="f"
        )
