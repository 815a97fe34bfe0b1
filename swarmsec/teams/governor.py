"""The base class of defenses that govern what daemons decide."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Annotated, Literal

from swarmsec.arrays import Floats
from swarmsec.parameters import Help
from swarmsec.teams.blue_view import BlueView
from swarmsec.teams.defense import Defense
from swarmsec.teams.traits import Surface, Vantage


@dataclass(kw_only=True)
class Governor(Defense, ABC):
    """A rule for decisions, which honest daemons follow, or which a gateway enforces on every act.

    A hijacked daemon follows no rule; a gateway binds it too. A subclass defines `govern`.
    """

    vantage = Vantage.LOCAL
    sees = Surface.SIGNAL | Surface.MESSAGE | Surface.DAEMON
    ignores = False

    at: Annotated[
        Literal["daemon", "gateway"], Help("Where it holds: gateway binds hijacked daemons too, daemon does not.")
    ] = "gateway"

    @property
    def is_gateway(self) -> bool:
        """As the parameter says."""
        return self.at == "gateway"

    @abstractmethod
    def govern(self, decisions: Floats, blue: BlueView) -> Floats:
        """The decisions that the rule allows."""

    def standstill(self, decisions: Floats, blue: BlueView) -> Floats:
        """(n, k) what daemons decide that do not act: what the world calls neutral, or else what they decided last."""
        neutral = blue.neutral(decisions)
        if neutral is not None:
            return neutral
        return decisions if blue.round == 0 else blue.decisions
