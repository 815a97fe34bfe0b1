"""Scoring: damage in four paired arms, how much of it was prevented, detection, and statistics over seeds.

Nothing here runs a swarm or prints anything.
"""

from __future__ import annotations

from swarmsec.scoring.detection import Detection
from swarmsec.scoring.intervals import Interval
from swarmsec.scoring.result import ArmScore, Null, Overhead, Result, Subject, Verdict, score
from swarmsec.scoring.runs import SeedRun

__all__ = ["ArmScore", "Detection", "Interval", "Null", "Overhead", "Result", "SeedRun", "Subject", "Verdict", "score"]
