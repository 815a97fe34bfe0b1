"""Robust aggregation: combine several values, some of them Byzantine, into one.

The functions combine the rows of one (n, d) matrix. The classes are rules that daemons listen with, and
`neighborhoods` has these as functions, over every neighborhood of a network at once. Nothing here keeps state between
calls or writes into an argument. Attacks are files of `attacks/`.
"""

from __future__ import annotations

from pathlib import Path

from swarmsec.aggregation.matrix.bounds import krum_eta, robustness_coefficient
from swarmsec.aggregation.matrix.medians import centered_clipping, geometric_median
from swarmsec.aggregation.matrix.mixing import bucketing
from swarmsec.aggregation.matrix.nearest import bulyan, krum, multi_krum, nnm
from swarmsec.aggregation.matrix.selection import cge, fltrust, monna
from swarmsec.aggregation.matrix.trimming import meamed, mean, median, trimmed_mean
from swarmsec.aggregation.neighborhood_statistics import MAD_TO_DEVIATION, Neighborhoods, Spread, neighborhood_spread
from swarmsec.aggregation.rules import MeanRule, MedianRule, MetropolisMeanRule, Rule, TrimmedMeanRule, WmsrRule
from swarmsec.aggregation.vector_rules import CenteredClippingRule, GeometricMedianRule, InvertedToleranceRule, KrumRule

__all__ = [
    "MAD_TO_DEVIATION",
    "CenteredClippingRule",
    "GeometricMedianRule",
    "InvertedToleranceRule",
    "KrumRule",
    "MeanRule",
    "MedianRule",
    "MetropolisMeanRule",
    "Neighborhoods",
    "Rule",
    "Spread",
    "TrimmedMeanRule",
    "WmsrRule",
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
    "neighborhood_spread",
    "nnm",
    "robustness_coefficient",
    "trimmed_mean",
]


def kernels_are_compiled() -> bool:
    """Whether compiled kernels of an earlier run are cached on disk; if not, the first use takes some seconds."""
    return any((Path(__file__).parent / "kernels" / "__pycache__").glob("compiled_rows.*.nbi"))
