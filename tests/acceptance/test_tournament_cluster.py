"""A tournament on an external dask cluster: a killed process there neither loses nor repeats a run.

The scheduler and the workers are the commands that a user would start. A process is killed when the store has a given
number of runs, never after a given time.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import pytest

from swarmsec.errors import ExitCode
from tests.acceptance.test_cli_tournament import processes_of, recorded_runs, until

pytest.importorskip("distributed")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="kills processes and looks for them in /proc"),
]

ATTACKS = ("stubborn:daemons=[0]", "hijack:daemons=[0]", "equivocation:daemons=[0]")
DEFENSES = ("signal_clip", "wmsr", "median_gate", "geometric_median")
SEEDS = 10
RUNS = SEEDS * (1 + len(ATTACKS) + len(DEFENSES) + len(ATTACKS) * len(DEFENSES))
CUP = (
    "ring_with_a_liar", *(word for attack in ATTACKS for word in ("--attack", attack)),
    *(word for defense in DEFENSES for word in ("--defense", defense)),
    "--set", "rounds=80", "--seeds", str(SEEDS), "--no-nulls",
)  # fmt: skip
STORE = Path("runs/tournaments.sqlite")
WAIT_S = 180.0
GONE_S = 10.0


@dataclass
class Cluster:
    """A scheduler and workers, each in a session."""

    folder: Path
    scheduler: subprocess.Popen[bytes] | None = None
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    address: str = ""

    def start(self, workers: int = 2) -> Cluster:
        self.folder.mkdir()
        file = self.folder / "scheduler.json"
        self.scheduler = self._dask(
            "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", file
        )
        until(file.exists, WAIT_S)
        self.address = json.loads(file.read_text(encoding="utf-8"))["address"]
        for _ in range(workers):
            self.join()
        return self

    def join(self, *options: str) -> subprocess.Popen[bytes]:
        """Start another worker with one thread."""
        worker = self._dask("worker", self.address, "--nthreads", "1", "--no-dashboard", *(options or ("--no-nanny",)))
        self.workers.append(worker)
        return worker

    def end(self) -> None:
        for process in [self.scheduler, *self.workers]:
            if process is not None:
                for pid in processes_of(process.pid):
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                process.wait()

    def _dask(self, *arguments: object) -> subprocess.Popen[bytes]:
        with (self.folder / f"{arguments[0]}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", *map(str, arguments)],
                cwd=self.folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )


class Driven(NamedTuple):
    """A tournament in its own session, which writes to files: a pipe that nothing reads can fill up before it ends."""

    process: subprocess.Popen[bytes]
    output: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def code(self) -> int | None:
        """The exit code; None while it runs."""
        return self.process.poll()

    @property
    def out(self) -> str:
        return self.output.with_suffix(".out").read_text(encoding="utf-8")

    @property
    def err(self) -> str:
        return self.output.with_suffix(".err").read_text(encoding="utf-8")

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Pause it, so that it cannot end; the cluster continues with what it has."""
        self.process.send_signal(signal.SIGSTOP)
        yield
        self.process.send_signal(signal.SIGCONT)


@pytest.fixture
def clusters(tmp_path):
    """Start clusters, and end all their processes afterwards."""
    begun = []

    def start(workers=2):
        begun.append(Cluster(tmp_path / f"cluster-{len(begun)}"))
        return begun[-1].start(workers)

    yield start
    for cluster in begun:
        cluster.end()


@pytest.fixture
def driven(program, tmp_path):
    """Start the tournament in a new session, and end all its processes afterwards."""
    begun = []

    def start(*arguments):
        output = tmp_path / f"driven-{len(begun)}"
        with output.with_suffix(".out").open("wb") as out, output.with_suffix(".err").open("wb") as err:
            process = subprocess.Popen(
                [*program, "tournament", *CUP, *map(str, arguments), "--json"],
                cwd=tmp_path,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )
        begun.append(Driven(process, output))
        return begun[-1]

    yield start
    for driver in begun:
        for pid in processes_of(driver.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        driver.process.wait()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory, program):
    """The document of the tournament as one process runs it without interruption."""
    folder = tmp_path_factory.mktemp("undisturbed")
    done = subprocess.run(
        [*program, "tournament", *CUP, "--json"], cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def acknowledged(process, count):
    """Wait until the store of an unfinished tournament has `count` runs, and return them."""

    def enough():
        assert process.code is None, process.err
        return len(recorded_runs(STORE)) >= count

    until(enough, WAIT_S)
    return recorded_runs(STORE)


def finished(process):
    process.process.wait(timeout=WAIT_S)
    assert process.code == 0, process.out + process.err
    return json.loads(process.out)


def assert_ended(*processes):
    """Assert that the session ends in time."""
    until(lambda: not any(processes_of(process.pid) for process in processes), GONE_S)


def parent_of(pid):
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
    return 0


def job_processes(worker):
    """The processes that run jobs for a dask worker: the children of its fork server."""
    beside = (parent_of(worker.pid), worker.pid)
    return [pid for pid in processes_of(worker.pid) if parent_of(pid) not in beside]


def assert_no_run_is_repeated(earlier, document, store=STORE):
    """Assert that every run has one row, and that earlier rows are unchanged."""
    assert len(recorded_runs(store)) == RUNS == document["counts"]["planned"] == document["counts"]["done"]
    assert earlier.items() <= recorded_runs(store).items(), "a run that was acknowledged was lost, or written again"


def test_runs_of_a_killed_dask_worker_are_taken_by_the_others_and_a_new_one_while_the_store_is_read(
    clusters, driven, undisturbed, cli
):
    cluster = clusters()
    process = driven("--cluster", cluster.address)
    acknowledged(process, 1)
    seen = [read(cli)]
    acknowledged(process, 0.2 * RUNS)
    with process.paused():
        cluster.workers[0].kill()
        assert_ended(cluster.workers[0])
        seen.append(read(cli))
    before = acknowledged(process, 0.5 * RUNS)
    with process.paused():
        assert job_processes(cluster.workers[1])
        cluster.workers[1].kill()  # No worker is left now.
        assert_ended(cluster.workers[1])
        seen.append(read(cli))
    assert len(before) <= seen[-1] < RUNS
    fresh = cluster.join()
    until(lambda: seen.append(read(cli)) or process.code is not None, WAIT_S)
    assert seen == sorted(seen)
    document = finished(process)
    assert document == undisturbed
    assert_no_run_is_repeated(before, document)
    assert_ended(process)
    until(lambda: not job_processes(fresh), GONE_S)
    fresh.terminate()
    assert_ended(fresh)


def read(cli):
    """Read a store in another process than the writer: its number of runs."""
    listed = cli("results", STORE, "--json")
    assert listed.code == 0, listed.err
    (one,) = listed.json["tournaments"]
    assert one["planned"] == RUNS == one["done"] + one["left"]
    for page in ("--leaderboard", "--matrix"):
        shown = cli("results", STORE, page, "--json")
        assert shown.code == 0, shown.err
        assert shown.json["tournament"]["id"] == one["id"]
    return one["done"]


def worker_under(nanny):
    """The worker process of a nanny: the one of its children that has children."""

    def one_with_children():
        parents = {pid: parent_of(pid) for pid in processes_of(nanny.pid)}
        return [pid for pid, parent in parents.items() if parent == nanny.pid and pid in parents.values()]

    (worker,) = until(one_with_children, WAIT_S)
    return worker


def test_a_worker_that_its_nanny_restarts_continues(clusters, driven, undisturbed):
    cluster = clusters(workers=0)
    nanny = cluster.join("--nanny")
    process = driven("--cluster", cluster.address)
    before = acknowledged(process, 0.4 * RUNS)
    killed = worker_under(nanny)
    os.kill(killed, signal.SIGKILL)
    document = finished(process)
    assert document == undisturbed
    assert_no_run_is_repeated(before, document)
    assert_ended(process)
    assert worker_under(nanny) != killed
    nanny.terminate()
    assert_ended(nanny)


def test_a_killed_scheduler_is_one_clear_error_and_loses_no_acknowledged_run(clusters, driven, undisturbed, tmp_path):
    first = clusters()
    process = driven("--cluster", first.address)
    before = acknowledged(process, 0.4 * RUNS)
    first.scheduler.kill()
    process.process.wait(timeout=WAIT_S)
    assert process.code == ExitCode.USAGE
    error = json.loads(process.out)["error"]
    assert error["kind"] == "ExecutorError"
    assert error["message"].startswith(f"{first.address}: the connection to the cluster was lost")
    assert "Traceback" not in process.err
    assert process.err.splitlines()[-1].startswith(f"runs so far are in {STORE}; to continue: swarmsec tournament")
    assert process.err.splitlines()[-1].endswith("--resume")
    assert_ended(process, first.scheduler, *first.workers)
    left = recorded_runs(STORE)
    assert before.items() <= left.items()
    assert len(left) < RUNS
    shutil.copytree(STORE.parent, tmp_path / "copy")
    for store, where in ((STORE, ("--cluster", clusters(workers=1).address)), (tmp_path / "copy" / STORE.name, ())):
        again = driven(*where, "--resume", "--store", store)
        document = finished(again)
        assert document == undisturbed
        assert_no_run_is_repeated(left, document, store)
        assert_ended(again)
