"""Anomaly detection for swarms: features of behavior, detectors, thresholds, and the quarantine.

Defenses that combine them are files of `defenses/`.
"""

from __future__ import annotations

from swarmsec.immunity.claim_test import ClaimTest
from swarmsec.immunity.conformal import benjamini_hochberg, p_values
from swarmsec.immunity.detectors import LARGEST_SCORE, BatchInvariantDetector, check_detector, try_detector
from swarmsec.immunity.edge_memory import EdgeMemory
from swarmsec.immunity.features import FEATURES, BehaviorTracker, Features
from swarmsec.immunity.message_features import MESSAGE_FEATURES, MessageTracker
from swarmsec.immunity.peer_residual import PeerResidual, Residual, mean_message
from swarmsec.immunity.quarantine import Quarantine, Verdict
from swarmsec.immunity.sequential import Cusum, Ewma, PageHinkley, PageTest
from swarmsec.immunity.warm_up import WarmUp
from swarmsec.immunity.whitening import Whitener

__all__ = [
    "FEATURES",
    "LARGEST_SCORE",
    "MESSAGE_FEATURES",
    "BatchInvariantDetector",
    "BehaviorTracker",
    "ClaimTest",
    "Cusum",
    "EdgeMemory",
    "Ewma",
    "Features",
    "MessageTracker",
    "PageHinkley",
    "PageTest",
    "PeerResidual",
    "Quarantine",
    "Residual",
    "Verdict",
    "WarmUp",
    "Whitener",
    "benjamini_hochberg",
    "check_detector",
    "mean_message",
    "p_values",
    "try_detector",
]
