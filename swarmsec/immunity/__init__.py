"""Anomaly detection for swarms: features of behavior, detectors, thresholds, quarantine, reputations, and governance.

Defenses that combine them are files of `defenses/`.
"""

from __future__ import annotations

from swarmsec.immunity.accusations import accusers
from swarmsec.immunity.claim_test import ClaimTest
from swarmsec.immunity.clonal_selection import ClonalSelection
from swarmsec.immunity.conformal import benjamini_hochberg, p_values
from swarmsec.immunity.corroboration import supporters
from swarmsec.immunity.cross_regulation import CrossRegulation
from swarmsec.immunity.dendritic_cells import DendriticCells
from swarmsec.immunity.detectors import LARGEST_SCORE, BatchInvariantDetector, check_detector, try_detector
from swarmsec.immunity.edge_baseline import EdgeBaseline
from swarmsec.immunity.edge_lookup import edges_between, places_on
from swarmsec.immunity.edge_memory import EdgeMemory
from swarmsec.immunity.eigentrust import local_trust, trust_step
from swarmsec.immunity.equivocation import contradictions, relays
from swarmsec.immunity.features import FEATURES, LARGEST_PAYLOAD, BehaviorTracker, Features
from swarmsec.immunity.governance import is_drastic, limit_change, share_budget, yielding
from swarmsec.immunity.granuloma import Granuloma, Stage, within_quorum
from swarmsec.immunity.message_features import MESSAGE_FEATURES, MessageTracker, surroundings
from swarmsec.immunity.negative_selection import NegativeSelection
from swarmsec.immunity.own_danger import OwnDanger, own_figures
from swarmsec.immunity.peer_residual import PeerResidual, Residual, mean_message
from swarmsec.immunity.quarantine import Quarantine, Verdict
from swarmsec.immunity.reputation import expected_reputation, remember
from swarmsec.immunity.sequential import Cusum, Ewma, PageHinkley, PageTest
from swarmsec.immunity.signature_memory import SignatureMemory
from swarmsec.immunity.suspicion import arrived, deviations, listeners_doubt
from swarmsec.immunity.testimony import check_claims_fit, told_by_edge
from swarmsec.immunity.unit_cube import UnitCube
from swarmsec.immunity.warm_up import WarmUp
from swarmsec.immunity.whitening import Whitener

__all__ = [
    "FEATURES",
    "LARGEST_PAYLOAD",
    "LARGEST_SCORE",
    "MESSAGE_FEATURES",
    "BatchInvariantDetector",
    "BehaviorTracker",
    "ClaimTest",
    "ClonalSelection",
    "CrossRegulation",
    "Cusum",
    "DendriticCells",
    "EdgeBaseline",
    "EdgeMemory",
    "Ewma",
    "Features",
    "Granuloma",
    "MessageTracker",
    "NegativeSelection",
    "OwnDanger",
    "PageHinkley",
    "PageTest",
    "PeerResidual",
    "Quarantine",
    "Residual",
    "SignatureMemory",
    "Stage",
    "UnitCube",
    "Verdict",
    "WarmUp",
    "Whitener",
    "accusers",
    "arrived",
    "benjamini_hochberg",
    "check_claims_fit",
    "check_detector",
    "contradictions",
    "deviations",
    "edges_between",
    "expected_reputation",
    "is_drastic",
    "limit_change",
    "listeners_doubt",
    "local_trust",
    "mean_message",
    "own_figures",
    "p_values",
    "places_on",
    "relays",
    "remember",
    "share_budget",
    "supporters",
    "surroundings",
    "told_by_edge",
    "trust_step",
    "try_detector",
    "within_quorum",
    "yielding",
]
