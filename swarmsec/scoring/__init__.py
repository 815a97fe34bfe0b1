"""Scoring: damage in four paired arms, how much of it was prevented, detection, and statistics over seeds.

Nothing here runs a swarm or prints anything.
"""

from __future__ import annotations

from swarmsec.scoring.damage import Outcome, Verdict, outcome
from swarmsec.scoring.detection import Detection
from swarmsec.scoring.intervals import Interval
from swarmsec.scoring.result import ArmScore, Null, Overhead, Result, Subject, score
from swarmsec.scoring.runs import SeedRun

__all__ = [
    "ArmScore",
    "Detection",
    "Interval",
    "Null",
    "Outcome",
    "Overhead",
    "Result",
    "SeedRun",
    "Subject",
    "Verdict",
    "outcome",
    "score",
]
