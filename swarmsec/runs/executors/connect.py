"""Connect to a dask cluster: an existing one, a local one, or one started through SLURM."""

from __future__ import annotations

import importlib
import json
import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

from swarmsec.errors import ExecutorError, UsageError
from swarmsec.runs.executors.worker import ONE_THREAD

_ANSWER_S = 10.0
_FILE_BYTES_MAX = 1 << 20
_FORMS = "must be tcp://HOST:PORT, a scheduler file, local:N, slurm or slurm:N"


class Address(NamedTuple):
    """The address of a cluster.

    Attributes:
        kind: `at`, a scheduler's address; `file`, a scheduler file; `local`, processes on this machine; or `slurm`.
        place: The address or the file.
        workers: The number of workers to start; 0 for an existing cluster.
    """

    kind: Literal["at", "file", "local", "slurm"]
    place: str = ""
    workers: int = 0


def address_of(where: str, *, jobs: int = 1) -> Address:
    """Parse the address of a cluster.

    Args:
        where: `tcp://HOST:PORT`, a scheduler file, `local:N`, `slurm` or `slurm:N`.
        jobs: The number of workers, if `where` gives none.

    Raises:
        UsageError: `where` has none of these forms.

    Examples:
        >>> address_of("local:4")
        Address(kind='local', place='', workers=4)
        >>> address_of("tcp://10.0.0.1:8786").kind
        'at'
    """
    kind, colon, count = where.partition(":")
    if kind in ("local", "slurm"):
        if colon and not (count.isdecimal() and int(count) > 0):
            raise UsageError(f"{where} given; {kind}:N takes a number of workers from 1", where="cluster")
        return Address("local" if kind == "local" else "slurm", workers=int(count) if colon else jobs)
    if "://" in where:
        return Address("at", where)
    if Path(where).is_file():
        return Address("file", where)
    raise UsageError(f"{where} given, which is not a file; {_FORMS}", where="cluster")


@contextmanager
def connected(where: str, jobs: int) -> Iterator[Any]:
    """Yield a client of the cluster, and at the end stop the workers started for it.

    Raises:
        UsageError: `where` is invalid, or a required library is not installed or not configured.
        ExecutorError: The cluster does not respond.
    """
    address = address_of(where, jobs=jobs)
    client_of = library("distributed").Client
    if address.kind in ("local", "slurm"):
        starting = local_cluster if address.kind == "local" else slurm_cluster
        with starting(address.workers) as cluster, client_of(cluster, set_as_default=False) as client:
            yield client
        return
    place = _address_in(Path(address.place)) if address.kind == "file" else address.place
    _check_scheduler(place, where)
    with _without_its_log(), _client_at(place, client_of, where) as client:
        yield client


def _address_in(file: Path) -> str:
    """The address in a scheduler file.

    Raises:
        UsageError: It has none, as when it is not yet completely written.
    """
    try:
        with file.open("rb") as opened:
            content = json.loads(opened.read(_FILE_BYTES_MAX))
        address = content["address"]
        if isinstance(address, str):
            return address
        problem = "its `address` is not a text"
    except OSError as error:
        problem = error.strerror or str(error)
    except (ValueError, TypeError, LookupError, RecursionError):
        problem = "it is not a JSON object with an `address`; perhaps it is not yet completely written"
    raise UsageError(f"{file} is not the file of a dask scheduler: {problem}", where="cluster")


def _check_scheduler(place: str, where: str) -> None:
    """Check the form of an address. Dask would wait, or leave an unfinished client behind.

    Raises:
        UsageError: It is not PROTOCOL://HOST:PORT, or dask does not know the protocol.
    """
    try:
        parts = urlsplit(place)
        complete = bool(parts.hostname and parts.port)
    except ValueError:
        complete = False
    protocols = sorted(library("distributed.comm.registry").backends)
    if not complete or parts.scheme not in protocols:
        known = ", ".join(protocols)
        raise UsageError(
            f"{place!r} given; must be PROTOCOL://HOST:PORT, with one of {known}", where=f"cluster {where}"
        )


def _client_at(place: str, client_of: Callable[..., Any], where: str) -> Any:
    """A client of the scheduler at an address.

    Raises:
        ExecutorError: No scheduler answers there.
    """
    ended: Queue[Any] = Queue()

    def connect() -> None:
        try:
            ended.put(client_of(place, timeout=_ANSWER_S, set_as_default=False))
        except Exception as error:
            ended.put(error)

    # Dask waits for ever for a port that accepts a connection and sends nothing, so another thread waits for dask.
    Thread(target=connect, daemon=True).start()
    try:
        client = ended.get(timeout=2 * _ANSWER_S)
    except Empty:
        client = TimeoutError("it accepts connections and says nothing that dask understands")
    if isinstance(client, Exception):
        raise ExecutorError(f"no dask scheduler answers there: {client}", where=where) from client
    return client


@contextmanager
def _without_its_log() -> Iterator[None]:
    """Silence dask's log of a lost scheduler; the caller raises an error for it."""
    utils = library("distributed.utils")
    with utils.silence_logging_cmgr(logging.CRITICAL), utils.silence_logging_cmgr(logging.CRITICAL, "tornado"):
        yield


def library(name: str) -> Any:
    """Import a library of the extra `cluster`; most of them have no type hints.

    Raises:
        UsageError: The library is not installed.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise UsageError(f"this needs {name} ({error}): pip install 'swarmsec[cluster]'", where="cluster") from error


@contextmanager
def local_cluster(workers: int) -> Iterator[Any]:
    """Yield a dask cluster of processes on this machine, one thread each."""
    with library("distributed").LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        processes=True,
        dashboard_address=None,
        silence_logs=logging.CRITICAL,
    ) as cluster:
        yield cluster


@contextmanager
def slurm_cluster(workers: int) -> Iterator[Any]:
    """Yield a dask cluster of SLURM jobs, configured by dask's `jobqueue.slurm`.

    Raises:
        UsageError: dask-jobqueue or SLURM is not installed, or the configuration is incomplete.
    """
    cluster_of = library("dask_jobqueue").SLURMCluster
    if shutil.which("sbatch") is None:
        raise UsageError("there is no SLURM here: no `sbatch` on the path", where="cluster slurm")
    config = library("dask").config.get("jobqueue.slurm", {})
    prologue = [*(config.get("job-script-prologue") or ()), *(f"export {name}=1" for name in ONE_THREAD)]
    scheduler = {"dashboard": False, **(config.get("scheduler-options") or {})}
    try:
        cluster = cluster_of(job_script_prologue=prologue, scheduler_options=scheduler)
    except (TypeError, ValueError) as error:
        raise UsageError(
            f"{error}; dask's configuration sets it under jobqueue.slurm (cores, memory, queue, walltime)",
            where="cluster slurm",
        ) from error
    with cluster:
        cluster.scale(jobs=workers)
        yield cluster
