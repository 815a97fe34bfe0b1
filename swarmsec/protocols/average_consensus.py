"""Agree on the average by averaging with neighbors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from swarmsec.aggregation import MeanRule, MetropolisMeanRule, Rule
from swarmsec.arrays import Floats
from swarmsec.messages import Inbox, Messages
from swarmsec.parameters import Help
from swarmsec.protocols._base import NegotiationProtocol

Weights = Annotated[
    Literal["metropolis", "uniform"],
    Help("metropolis keeps the swarm's average; uniform gives a daemon and its neighbors equal weights."),
]


@dataclass(kw_only=True)
class AverageConsensus(NegotiationProtocol):
    """Every daemon moves to a weighted average of its neighborhood: x ← W x, starting from its first signal.

    With Metropolis weights on a connected undirected network x tends to the exact average, and the error falls by ρ
    an exchange, ρ being the second largest eigenvalue modulus of W (Xiao & Boyd 2004). Later signals are not read.
    """

    decides_for = frozenset({"belief"})
    begins_with_signals = True
    rule_decides = True
    admits_newcomers = True

    weights: Weights = "metropolis"

    @property
    def averaging(self) -> Literal["metropolis", "uniform"]:
        """The weights of the parameter."""
        return self.weights

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        """The next proposals, x ← rule(x, messages)."""
        return (rule or averaging(self.weights)).over_neighborhoods(state, messages)

    def listen_one(self, daemon: int, heard: Inbox, rule: Rule | None, *, own: Floats, signal: Floats) -> Floats:
        """The same for one daemon."""
        return (rule or averaging(self.weights)).over_one(own, heard)


def averaging(weights: str) -> Rule:
    """The averaging rule with these weights."""
    return MeanRule() if weights == "uniform" else MetropolisMeanRule()
