"""Robust aggregation: how many values, some of them lies, become one.

Here belong rules and the messages that they work on; who lies and why belongs in teams. The functions combine the rows
of one (n, d) matrix; the classes are rules that daemons listen with, and `neighborhoods` has these as functions, over
every neighborhood of a network at once. Nothing here keeps state between calls or writes into an argument.
"""

from __future__ import annotations

from pathlib import Path

from swarmsec.aggregation._central import centered_clipping, geometric_median
from swarmsec.aggregation._messages import BYTES_A_COMPONENT, Heard, Messages
from swarmsec.aggregation._mixing import bucketing
from swarmsec.aggregation._nearest import bulyan, krum, multi_krum, nnm
from swarmsec.aggregation._neighborhoods import MAD_TO_DEVIATION, Neighborhoods, Spread
from swarmsec.aggregation._promises import krum_eta, robustness_coefficient
from swarmsec.aggregation._rules import Mean, Median, MetropolisMean, Rule, TrimmedMean, Wmsr
from swarmsec.aggregation._selecting import cge, fltrust, monna
from swarmsec.aggregation._sorted import meamed, mean, median, trimmed_mean
from swarmsec.aggregation._vector_rules import CenteredClipping, GeometricMedian, InvertedTolerance, Krum

__all__ = [
    "BYTES_A_COMPONENT",
    "MAD_TO_DEVIATION",
    "CenteredClipping",
    "GeometricMedian",
    "Heard",
    "InvertedTolerance",
    "Krum",
    "Mean",
    "Median",
    "Messages",
    "MetropolisMean",
    "Neighborhoods",
    "Rule",
    "Spread",
    "TrimmedMean",
    "Wmsr",
    "bucketing",
    "bulyan",
    "centered_clipping",
    "cge",
    "fltrust",
    "geometric_median",
    "kernels_are_compiled",
    "krum",
    "krum_eta",
    "meamed",
    "mean",
    "median",
    "monna",
    "multi_krum",
    "nnm",
    "robustness_coefficient",
    "trimmed_mean",
]


def kernels_are_compiled() -> bool:
    """Whether compiled kernels of an earlier run lie beside this file; if not, the first use takes some seconds."""
    return any((Path(__file__).parent / "__pycache__").glob("_compiled.*.nbi"))
