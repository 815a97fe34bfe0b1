"""Scoring: damage in four paired arms, the share prevented, detection, ratings, games, and statistics over seeds.

Scoring takes traces and bills; it runs no swarm and prints nothing.
"""

from __future__ import annotations

from swarmsec.scoring.damage import DamageScore, ScoringTerms, Verdict, score_damage
from swarmsec.scoring.detection import Detection
from swarmsec.scoring.intervals import Interval
from swarmsec.scoring.result import ArmScore, Null, Overhead, Result, Subject, score
from swarmsec.scoring.seed_run import SeedRun

__all__ = [
    "ArmScore",
    "DamageScore",
    "Detection",
    "Interval",
    "Null",
    "Overhead",
    "Result",
    "ScoringTerms",
    "SeedRun",
    "Subject",
    "Verdict",
    "score",
    "score_damage",
]
