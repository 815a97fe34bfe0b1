"""Anomaly detection for swarms: features of behavior, detectors, thresholds, and the quarantine.

Defenses that combine them are files of `defenses/`.
"""

from __future__ import annotations

from swarmsec.immunity.calibration import simulated_threshold
from swarmsec.immunity.conformal import benjamini_hochberg, p_values
from swarmsec.immunity.detector_classes import SKLEARN_CLASSES, check_detector
from swarmsec.immunity.detectors import LARGEST_SCORE, BatchInvariantDetector, try_detector
from swarmsec.immunity.deviations import Deviations, message_deviations
from swarmsec.immunity.edge_memory import EdgeMemory, edge_places
from swarmsec.immunity.edge_verdicts import EdgeVerdict, EdgeVerdicts
from swarmsec.immunity.features import FEATURES, BehaviorTracker, Features
from swarmsec.immunity.half_space_trees import HalfSpaceTrees, check_river
from swarmsec.immunity.influence import StubbornnessTracker, leave_one_out
from swarmsec.immunity.mahalanobis import TrimmedMahalanobis
from swarmsec.immunity.martingale import PowerMartingale, SequentialRanks
from swarmsec.immunity.message_features import MESSAGE_FEATURES, MessageTracker
from swarmsec.immunity.own_features import OWN_FEATURES, OutcomeFeatures, OwnFeatures, UsualSelf
from swarmsec.immunity.quarantine import Quarantine, Verdict
from swarmsec.immunity.sequential import Cusum, Ewma, PageHinkley, sequential_test
from swarmsec.immunity.training_rows import TrainingRows
from swarmsec.immunity.warm_up import WarmUp
from swarmsec.immunity.whitening import Whitener, group_medians

__all__ = [
    "FEATURES",
    "LARGEST_SCORE",
    "MESSAGE_FEATURES",
    "OWN_FEATURES",
    "SKLEARN_CLASSES",
    "BatchInvariantDetector",
    "BehaviorTracker",
    "Cusum",
    "Deviations",
    "EdgeMemory",
    "EdgeVerdict",
    "EdgeVerdicts",
    "Ewma",
    "Features",
    "HalfSpaceTrees",
    "MessageTracker",
    "OutcomeFeatures",
    "OwnFeatures",
    "PageHinkley",
    "PowerMartingale",
    "Quarantine",
    "SequentialRanks",
    "StubbornnessTracker",
    "TrainingRows",
    "TrimmedMahalanobis",
    "UsualSelf",
    "Verdict",
    "WarmUp",
    "Whitener",
    "benjamini_hochberg",
    "check_detector",
    "check_river",
    "edge_places",
    "group_medians",
    "leave_one_out",
    "message_deviations",
    "p_values",
    "sequential_test",
    "simulated_threshold",
    "try_detector",
]
