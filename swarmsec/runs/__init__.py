"""Exercises: play an arm, play a scenario over seeds and processes, and keep what came of it.

What a run means is decided below (engine, scoring); how it is shown, above.
"""

from __future__ import annotations

from swarmsec.runs.nulls import NULLS, run_nulls
from swarmsec.runs.runner import run, seed_runs, subject_of
from swarmsec.runs.simulation import build, play_seed, simulate
from swarmsec.runs.sweeps import SweepPoint, run_points

__all__ = [
    "NULLS",
    "SweepPoint",
    "build",
    "play_seed",
    "run",
    "run_nulls",
    "run_points",
    "seed_runs",
    "simulate",
    "subject_of",
]
