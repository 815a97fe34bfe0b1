"""Anomaly detection for swarms: features of behavior, detectors, thresholds, and the quarantine.

Defenses that combine them are files of `defenses/`.
"""

from __future__ import annotations

from swarmsec.immunity.conformal import benjamini_hochberg, p_values
from swarmsec.immunity.detectors import BatchInvariantDetector, check_detector
from swarmsec.immunity.features import FEATURES, BehaviorTracker, Features
from swarmsec.immunity.quarantine import Quarantine, Verdict

__all__ = [
    "FEATURES",
    "BatchInvariantDetector",
    "BehaviorTracker",
    "Features",
    "Quarantine",
    "Verdict",
    "benjamini_hochberg",
    "check_detector",
    "p_values",
]
