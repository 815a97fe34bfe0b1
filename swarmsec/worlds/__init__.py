"""Worlds: the tasks of swarms, one a file. A world computes the bill, and only a world knows the truth.

In every round a world senses: it gives each daemon its signal, which is what the daemon's feed reports.

The registry finds a world by its file name; no other module imports it.
"""

from __future__ import annotations

from swarmsec.teams.observed import Observed
from swarmsec.worlds._base import Outcome, World, WorldView, divide
from swarmsec.worlds._declarations import (
    CENTRAL,
    Bill,
    Chart,
    Column,
    Flow,
    FlowMap,
    Metric,
    Picture,
    PublishedClaim,
    UnmeasuredClaim,
    figures_of_run,
)

__all__ = [
    "CENTRAL",
    "Bill",
    "Chart",
    "Column",
    "Flow",
    "FlowMap",
    "Metric",
    "Observed",
    "Outcome",
    "Picture",
    "PublishedClaim",
    "UnmeasuredClaim",
    "World",
    "WorldView",
    "divide",
    "figures_of_run",
]
