"""The unit of work of every executor: one arm of one seed, told in plain data.

A worker is told what to play and makes everything itself: no plug-in, scenario or generator travels. Only what plays
in an arm is part of its job, so that the clean arm of a scenario and seed is one job, whoever attacks and defends in
the other arms; it is played once and shared.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import socket
import sys
import time
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from swarmsec._version import __version__
from swarmsec.errors import ExecutorError, PluginError
from swarmsec.runs.simulation import run_arm
from swarmsec.scenario import Scenario, load_scenario
from swarmsec.swarm.arms import Arm
from swarmsec.swarm.model import SIM_SEMANTICS
from swarmsec.swarm.trace import Trace
from swarmsec.teams import Guarantee

Status = Literal["done", "failed", "crashed", "timed_out"]


@dataclass(frozen=True)
class Job:
    """One arm of one seed.

    Attributes:
        id: SHA-256 of all that decides the outcome; equal jobs have equal ids, on every machine.
        document: The resolved scenario with only the teams that play in this arm.
        folders: Folders of plug-ins beyond those that are installed.
        seed: Which seed.
        arm: Which arm.
    """

    id: str
    document: Mapping[str, Any]
    folders: tuple[str, ...]
    seed: int
    arm: Arm


class JobResult(NamedTuple):
    """What came of a job.

    Attributes:
        id: The job's.
        status: `done`; `failed`, a plug-in's or the scenario's error; `crashed`, the worker died; or `timed_out`.
        trace: What was recorded, without the last state; None unless done.
        guarantees: For each defense, by its kind: whether its precondition held. Empty but in the defended arm.
        cpu_seconds: What it took of a processor; not the same in another run.
        error: What went wrong, in one line.
        digest: SHA-256 of the exact trace, equal for equal runs on every machine; empty unless done.
    """

    id: str
    status: Status
    trace: Trace | None = None
    guarantees: tuple[tuple[str, Guarantee], ...] = ()
    cpu_seconds: float = 0.0
    error: str = ""
    digest: str = ""


def job(scenario: Scenario, seed: int, arm: Arm) -> Job:
    """The job of one arm and seed of a scenario."""
    playing = {**scenario.document, "sweep": {}}  # A sweep may point at teams that do not play in this arm.
    if not arm.has_red:
        playing["attacks"] = []
    if not arm.has_blue:
        playing["defenses"] = []
    played = dataclasses.replace(scenario, document=playing)
    decisive = [played.digest, seed, str(arm), played.plugin_digests, SIM_SEMANTICS]
    identity = hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()
    return Job(identity, playing, tuple(str(folder) for folder in scenario.registry.folders), seed, arm)


def run_job(job: Job) -> JobResult:
    """Play a job in this process. Whatever a plug-in does wrong is told in what comes back, and never raised."""
    start = time.process_time()
    try:
        with redirect_stdout(sys.stderr):  # What a plug-in prints is none of the results.
            trace, guarantees = run_arm(_scenario(_canonical(job.document), job.folders), job.seed, job.arm)
    except (Exception, SystemExit) as error:
        where = error if isinstance(error, PluginError) else f"{type(error).__name__}: {error}"
        return JobResult(job.id, "failed", cpu_seconds=time.process_time() - start, error=str(where))
    cpu_seconds = time.process_time() - start
    return JobResult(job.id, "done", trace, guarantees, cpu_seconds, digest=trace_digest(trace))


def run_verified_job(asked: Job) -> JobResult:
    """Play a job for another machine, if it means here what it means there.

    Raises:
        ExecutorError: The scenario cannot be loaded here, or the engine or a plug-in is another one.
    """
    try:
        with redirect_stdout(sys.stderr):
            here = job(_scenario(_canonical(asked.document), asked.folders), asked.seed, asked.arm)
    except (Exception, SystemExit) as error:
        raise ExecutorError(f"{socket.gethostname()} cannot load the scenario: {error}") from error
    if here.id != asked.id:
        raise ExecutorError(
            f"{socket.gethostname()} has another swarmsec {__version__}, or other plug-ins, than the one that asked; "
            "install the same everywhere"
        )
    return run_job(asked)


def trace_digest(trace: Trace) -> str:
    """SHA-256 of everything that a trace of a scored run says, but the time it took."""
    digest = hashlib.sha256()
    told = [trace.arm, trace.seed, trace.unit, sorted(trace.central.items()), dataclasses.astuple(trace.watch)]
    told += [event.to_dict() for event in trace.events]
    digest.update(json.dumps(told, sort_keys=True).encode())
    for name in sorted(trace.metrics):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(trace.metrics[name], dtype="<f8").tobytes())
    for mask in (trace.compromised, trace.attacked):
        digest.update(np.packbits(mask).tobytes())
    return digest.hexdigest()


def _canonical(document: Mapping[str, Any]) -> str:
    return json.dumps(document, sort_keys=True)


@lru_cache(maxsize=64)
def _scenario(document: str, folders: tuple[str, ...]) -> Scenario:
    """The scenario of a document; a worker meets the same one in job after job."""
    return load_scenario(json.loads(document), plugins=[Path(folder) for folder in folders])
