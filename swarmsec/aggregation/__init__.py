"""Robust aggregation: how many values, some of them lies, become one.

Here belong rules and the messages that they work on; who lies and why belongs in teams. Nothing here keeps state
between calls or writes into an argument.
"""

from __future__ import annotations

from pathlib import Path

from swarmsec.aggregation._messages import BYTES_A_COMPONENT, Heard, Messages
from swarmsec.aggregation._neighborhoods import MAD_TO_DEVIATION, Neighborhoods, Spread
from swarmsec.aggregation._rules import Mean, MetropolisMean, Rule, Wmsr

__all__ = [
    "BYTES_A_COMPONENT",
    "MAD_TO_DEVIATION",
    "Heard",
    "Mean",
    "Messages",
    "MetropolisMean",
    "Neighborhoods",
    "Rule",
    "Spread",
    "Wmsr",
    "kernels_are_compiled",
]


def kernels_are_compiled() -> bool:
    """Whether compiled kernels of an earlier run lie beside this file; if not, the first use takes some seconds."""
    return any((Path(__file__).parent / "__pycache__").glob("_compiled.*.nbi"))
