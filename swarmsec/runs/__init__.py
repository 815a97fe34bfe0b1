"""Running scenarios: the job, its executors, a run over seeds, nulls, sweeps, certificates, and a run's folder.

`write_folder` writes a run's folder and `read_folder` reads it; no other module does either.

The packages `swarm` and `scoring` below define an arm and its score; `report` and `cli` above present them.
"""

from __future__ import annotations

from swarmsec.runs.cache import JobCache, whole
from swarmsec.runs.nulls import NULLS, judged_beside_still, run_nulls, with_nulls
from swarmsec.runs.runner import run, run_scenario, subject_of
from swarmsec.runs.seeds import jobs_of, run_seeds, seed_run_of
from swarmsec.runs.simulation import build, simulate
from swarmsec.runs.sweeps import SweepPoint, run_points

__all__ = [
    "NULLS",
    "JobCache",
    "SweepPoint",
    "build",
    "jobs_of",
    "judged_beside_still",
    "run",
    "run_nulls",
    "run_points",
    "run_scenario",
    "run_seeds",
    "seed_run_of",
    "simulate",
    "subject_of",
    "whole",
    "with_nulls",
]
