"""Anomaly detection for swarms: features of behavior, detectors, thresholds, quarantine, reputations, and governance.

Defenses that combine them are files of `defenses/`.
"""

from __future__ import annotations

from swarmsec.immunity.accusations import accusers
from swarmsec.immunity.calibration import simulated_threshold
from swarmsec.immunity.claim_test import ClaimTest
from swarmsec.immunity.clonal_selection import ClonalSelection
from swarmsec.immunity.conformal import benjamini_hochberg, p_values
from swarmsec.immunity.corroboration import supporters
from swarmsec.immunity.cross_regulation import CrossRegulation
from swarmsec.immunity.dendritic_cells import DendriticCells
from swarmsec.immunity.detector_classes import SKLEARN_CLASSES, check_detector
from swarmsec.immunity.detectors import LARGEST_SCORE, BatchInvariantDetector, try_detector
from swarmsec.immunity.edge_baseline import EdgeBaseline
from swarmsec.immunity.edge_deviations import Deviations, message_deviations
from swarmsec.immunity.edge_lookup import edges_between, places_on
from swarmsec.immunity.edge_memory import EdgeMemory
from swarmsec.immunity.edge_verdicts import EdgeVerdict, EdgeVerdicts
from swarmsec.immunity.eigentrust import local_trust, trust_step
from swarmsec.immunity.equivocation import contradictions, relays
from swarmsec.immunity.features import FEATURES, LARGEST_PAYLOAD, BehaviorTracker, Features
from swarmsec.immunity.feed_gate import FeedGate
from swarmsec.immunity.governance import is_drastic, limit_change, share_budget, yielding
from swarmsec.immunity.granuloma import Granuloma, Stage, within_quorum
from swarmsec.immunity.half_space_trees import HalfSpaceTrees, check_river
from swarmsec.immunity.influence import StubbornnessTracker, leave_one_out
from swarmsec.immunity.mahalanobis import TrimmedMahalanobis
from swarmsec.immunity.martingale import PowerMartingale, SequentialRanks
from swarmsec.immunity.message_features import MESSAGE_FEATURES, MessageTracker, surroundings
from swarmsec.immunity.negative_selection import NegativeSelection
from swarmsec.immunity.own_danger import OwnDanger, own_figures
from swarmsec.immunity.own_features import OWN_FEATURES, OutcomeFeatures, OwnFeatures, UsualSelf
from swarmsec.immunity.peer_residual import PeerResidual, Residual
from swarmsec.immunity.quarantine import Quarantine, Verdict
from swarmsec.immunity.reputation import expected_reputation, remember
from swarmsec.immunity.self_rows import SelfRows
from swarmsec.immunity.sender_scores import Scores, SenderScores
from swarmsec.immunity.sequential import Cusum, Ewma, PageHinkley, PageTest, sequential_test
from swarmsec.immunity.signature_memory import SignatureMemory
from swarmsec.immunity.suspicion import arrived, deviations, listeners_doubt
from swarmsec.immunity.testimony import check_claims_fit, told_by_edge
from swarmsec.immunity.training_rows import TrainingRows
from swarmsec.immunity.unit_cube import UnitCube
from swarmsec.immunity.warm_up import WarmUp
from swarmsec.immunity.whitening import Whitener, group_medians

__all__ = [
    "FEATURES",
    "LARGEST_PAYLOAD",
    "LARGEST_SCORE",
    "MESSAGE_FEATURES",
    "OWN_FEATURES",
    "SKLEARN_CLASSES",
    "BatchInvariantDetector",
    "BehaviorTracker",
    "ClaimTest",
    "ClonalSelection",
    "CrossRegulation",
    "Cusum",
    "DendriticCells",
    "Deviations",
    "EdgeBaseline",
    "EdgeMemory",
    "EdgeVerdict",
    "EdgeVerdicts",
    "Ewma",
    "Features",
    "FeedGate",
    "Granuloma",
    "HalfSpaceTrees",
    "MessageTracker",
    "NegativeSelection",
    "OutcomeFeatures",
    "OwnDanger",
    "OwnFeatures",
    "PageHinkley",
    "PageTest",
    "PeerResidual",
    "PowerMartingale",
    "Quarantine",
    "Residual",
    "Scores",
    "SelfRows",
    "SenderScores",
    "SequentialRanks",
    "SignatureMemory",
    "Stage",
    "StubbornnessTracker",
    "TrainingRows",
    "TrimmedMahalanobis",
    "UnitCube",
    "UsualSelf",
    "Verdict",
    "WarmUp",
    "Whitener",
    "accusers",
    "arrived",
    "benjamini_hochberg",
    "check_claims_fit",
    "check_detector",
    "check_river",
    "contradictions",
    "deviations",
    "edges_between",
    "expected_reputation",
    "group_medians",
    "is_drastic",
    "leave_one_out",
    "limit_change",
    "listeners_doubt",
    "local_trust",
    "message_deviations",
    "own_figures",
    "p_values",
    "places_on",
    "relays",
    "remember",
    "sequential_test",
    "share_budget",
    "simulated_threshold",
    "supporters",
    "surroundings",
    "told_by_edge",
    "trust_step",
    "try_detector",
    "within_quorum",
    "yielding",
]
