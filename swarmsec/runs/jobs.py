"""The unit of work of every command: one arm of one seed, as plain data.

A worker process receives a document and a seed, and builds the rest itself; no plug-in or generator is sent.
A job's document has only the teams of its arm. So the clean arm of a scenario and seed is one job for all attacks
and defenses of the other arms; it is run once and shared.
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
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal, NamedTuple

import numpy as np

from swarmsec._version import __version__
from swarmsec.errors import ExecutorError, PluginError, SwarmsecError, out_of_memory
from swarmsec.registry import Registry
from swarmsec.runs.networks import NetworkCache
from swarmsec.runs.simulation import EachRound, run_arm
from swarmsec.scenario import Scenario, load_scenario
from swarmsec.scenario.build import plugin_names
from swarmsec.swarm.arms import Arm
from swarmsec.swarm.model import SIM_SEMANTICS
from swarmsec.swarm.trace import Trace
from swarmsec.teams import Guarantee

Status = Literal["done", "failed", "crashed", "timed_out"]


@dataclass(frozen=True)
class Job:
    """One arm of one seed.

    Attributes:
        id: SHA-256 of everything that decides the outcome; equal jobs have equal ids, on every machine.
        document: The resolved scenario with only the teams of this arm.
        folders: Folders of plug-ins beyond those that are installed.
        seed: The seed.
        arm: The arm.
    """

    id: str
    document: Mapping[str, Any]
    folders: tuple[str, ...]
    seed: int
    arm: Arm
    _checked: Scenario | None = field(default=None, repr=False, compare=False)

    @property
    def scenario(self) -> Scenario:
        """The checked scenario of the job; in another process it is loaded from the document."""
        return self._checked or _loaded(_canonical(self.document), self.folders)

    def __reduce__(self) -> tuple[Any, ...]:
        return Job, (self.id, self.document, self.folders, self.seed, self.arm)  # Plain data only.


class JobResult(NamedTuple):
    """The result of a job.

    Attributes:
        id: The job's id.
        status: `done`; `failed`, an error of a plug-in or of the scenario; `crashed`, the worker died; or `timed_out`.
        trace: The recorded arm, without the final state; None unless done.
        guarantees: For each defense, by its kind: whether its precondition held. Empty except in the defended arm.
        cpu_seconds: CPU time of the arm's rounds; differs from run to run.
        error: The error in one line.
        digest: SHA-256 of the exact trace, equal for equal runs on every machine; empty unless done.
        exception: The error itself, for the command that ran the job; never stored.
    """

    id: str
    status: Status
    trace: Trace | None = None
    guarantees: tuple[tuple[str, Guarantee], ...] = ()
    cpu_seconds: float = 0.0
    error: str = ""
    digest: str = ""
    exception: BaseException | None = None


def job(scenario: Scenario, seed: int, arm: Arm) -> Job:
    """The job of one arm and seed of a scenario."""
    of_arm = scenario.for_arm(arm)
    folders = tuple(str(folder) for folder in scenario.registry.folders)
    return Job(job_id(of_arm.digest, seed, arm, of_arm.plugin_digests), of_arm.document, folders, seed, arm, of_arm)


def job_id(scenario_digest: str, seed: int, arm: Arm, plugin_digests: Mapping[str, str]) -> str:
    """The id of the job of a document with only the teams of an arm."""
    decisive = [scenario_digest, seed, str(arm), plugin_digests, SIM_SEMANTICS]
    return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()


def run_job(job: Job, *, networks: NetworkCache | None = None, each_round: EachRound | None = None) -> JobResult:
    """Run a job in this process. An error of a plug-in becomes a result and is not raised.

    Args:
        job: The job.
        networks: A cache through which the arms of one seed share a network; each arm draws its own unless given.
        each_round: Called after each round.
    """
    start = time.process_time()
    try:
        with redirect_stdout(sys.stderr):  # Output of a plug-in is not part of the results.
            scenario = job.scenario
            network = networks.network_of(scenario, job.seed) if networks else None
            ran = run_arm(scenario, job.seed, job.arm, network=network, each_round=each_round)
    except KeyboardInterrupt:
        raise
    except BaseException as raised:  # A plug-in can also raise SystemExit and the like, and before its first hook.
        error = out_of_memory(raised) if isinstance(raised, MemoryError) else raised
        message = str(error) if isinstance(error, PluginError) else f"{type(error).__name__}: {error}"
        seconds = time.process_time() - start
        return JobResult(job.id, "failed", cpu_seconds=seconds, error=message, exception=error)
    return JobResult(job.id, "done", ran.trace, ran.guarantees, ran.cpu_seconds, digest=trace_digest(ran.trace))


def run_in_worker(job: Job) -> JobResult:
    """Run a job in a worker process, which keeps the last network. Only errors of swarmsec's own types are sent."""
    result = run_job(job, networks=_WORKER_NETWORKS)
    error = result.exception
    ours = isinstance(error, SwarmsecError) and type(error).__module__.startswith("swarmsec.")
    return result if ours else result._replace(exception=None)


def run_verified_job(sent: Job) -> JobResult:
    """Run a job of another machine in a worker process here, if it has the same id here.

    Raises:
        ExecutorError: The scenario cannot be loaded here, or the engine or a plug-in differs.
    """
    try:
        with redirect_stdout(sys.stderr):
            here = job(sent.scenario, sent.seed, sent.arm)
    except (Exception, SystemExit) as error:
        raise ExecutorError(f"{socket.gethostname()} cannot load the scenario: {error}") from error
    if here.id != sent.id:
        raise ExecutorError(
            f"{socket.gethostname()} has another swarmsec {__version__}, or other plug-ins, than the machine that "
            "sent the job; install the same everywhere"
        )
    return run_in_worker(sent)


def require_done(job: Job, result: JobResult) -> Trace:
    """The trace of a job that is done.

    Raises:
        SwarmsecError: The plug-in's error, unchanged where it is known.
        PluginError: The worker process died, the job took too long, or the plug-in's error cannot be sent.
    """
    if result.trace is not None:
        return result.trace
    where = f"seed {job.seed}, {job.arm} arm"
    if result.status == "crashed":
        raise PluginError(f"{result.error}; a plug-in ended it, or there was too little memory", where=where)
    if result.status == "timed_out":
        raise PluginError(result.error, where=where)
    if isinstance(result.exception, Exception):
        raise result.exception
    if result.exception is not None:
        raise PluginError(result.error, where=where) from result.exception
    raise PluginError(result.error, where=where)


def trace_digest(trace: Trace) -> str:
    """SHA-256 of the trace of a scored run.

    CPU times, scores of alarms and honest messages are left out; earlier versions did not record the latter two.
    """
    digest = hashlib.sha256()
    fields = [
        trace.arm,
        trace.seed,
        trace.unit,
        sorted(trace.central.items()),
        dataclasses.astuple(trace.watch),
        trace.spent,
    ]
    fields += [event.to_dict() for event in trace.events]
    digest.update(json.dumps(fields, sort_keys=True).encode())
    for name in sorted(trace.metrics):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(trace.metrics[name], dtype="<f8").tobytes())
    for log in (trace.alarms, trace.changed):
        for round, daemons in log or ():
            digest.update(f"{round}:".encode() + daemons.astype("<i4").tobytes())
    for mask in (trace.compromised, trace.attacked):
        digest.update(np.packbits(mask).tobytes())
    return digest.hexdigest()


_WORKER_NETWORKS = NetworkCache()


def _canonical(document: Mapping[str, Any]) -> str:
    return json.dumps(document, sort_keys=True)


@lru_cache(maxsize=64)
def _loaded(document: str, folders: tuple[str, ...]) -> Scenario:
    """The scenario of a document; cached, because a worker receives the same document with many jobs.

    Only the needed files of the folders are imported.
    """
    found = json.loads(document)
    return load_scenario(found, registry=Registry(folders, only={kind for _, kind in plugin_names(found)}))
