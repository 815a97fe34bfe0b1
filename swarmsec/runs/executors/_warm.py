"""Loads all modules in the fork server by a short run, so that no worker process loads them again."""

from __future__ import annotations

import gc
from contextlib import suppress

from swarmsec.runs.jobs import job, run_job
from swarmsec.scenario import load_scenario
from swarmsec.swarm.arms import Arm

with suppress(Exception):  # An error here happens in a worker, too, and is reported there.
    run_job(job(load_scenario("ring_with_a_liar", settings={"rounds": 2}), 0, Arm.DEFENDED))
gc.collect()
gc.freeze()  # Workers then skip the existing objects in garbage collection, and share their memory pages.
