"""Swarm immunology: what daemons' behavior looks like, when it is strange, and what quarantine does about it.

Here belong features, detectors, thresholds and the quarantine; a whole defense is a file of `defenses/`.
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
