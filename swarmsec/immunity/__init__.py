"""Anomaly detection for swarms: features of behavior, detectors, thresholds, and the quarantine.

Defenses that combine them are files of `defenses/`.
"""

from __future__ import annotations

from swarmsec.immunity.clonal_selection import ClonalSelection
from swarmsec.immunity.conformal import benjamini_hochberg, p_values
from swarmsec.immunity.cross_regulation import CrossRegulation
from swarmsec.immunity.dendritic_cells import DendriticCells
from swarmsec.immunity.detectors import LARGEST_SCORE, BatchInvariantDetector, check_detector, try_detector
from swarmsec.immunity.edge_baseline import EdgeBaseline
from swarmsec.immunity.edge_memory import EdgeMemory, edges_between, places_on
from swarmsec.immunity.features import FEATURES, BehaviorTracker, Features
from swarmsec.immunity.message_features import MESSAGE_FEATURES, MessageTracker
from swarmsec.immunity.negative_selection import NegativeSelection
from swarmsec.immunity.own_danger import OwnDanger, own_figures
from swarmsec.immunity.quarantine import Quarantine, Verdict
from swarmsec.immunity.sequential import Cusum, Ewma, PageHinkley
from swarmsec.immunity.signature_memory import SignatureMemory
from swarmsec.immunity.unit_cube import UnitCube
from swarmsec.immunity.warm_up import WarmUp
from swarmsec.immunity.whitening import Whitener

__all__ = [
    "FEATURES",
    "LARGEST_SCORE",
    "MESSAGE_FEATURES",
    "BatchInvariantDetector",
    "BehaviorTracker",
    "ClonalSelection",
    "CrossRegulation",
    "Cusum",
    "DendriticCells",
    "EdgeBaseline",
    "EdgeMemory",
    "Ewma",
    "Features",
    "MessageTracker",
    "NegativeSelection",
    "OwnDanger",
    "PageHinkley",
    "Quarantine",
    "SignatureMemory",
    "UnitCube",
    "Verdict",
    "WarmUp",
    "Whitener",
    "benjamini_hochberg",
    "check_detector",
    "edges_between",
    "own_figures",
    "p_values",
    "places_on",
    "try_detector",
]
