"""A dask cluster plays as one machine does, and what dies there costs no more than it must."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress

import pytest

from swarmsec.errors import ExecutorError, UsageError
from swarmsec.runs.executors import open_executor
from swarmsec.runs.executors.connect import Address, address_of
from swarmsec.runs.executors.worker import ONE_THREAD
from swarmsec.runs.jobs import run_job
from tests.runs.test_executors import digests, start_driver
from tests.runs.troublemakers import folder_of_trouble, jobs_with, of_session, runs, short_jobs, until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kills processes and looks for them in /proc")
pytest.importorskip("dask_jobqueue")
needs_dask = pytest.mark.slow


@pytest.fixture
def trouble(tmp_path):
    return folder_of_trouble(tmp_path)


def test_what_is_said_of_a_cluster_is_read(tmp_path):
    file = tmp_path / "scheduler.json"
    file.touch()
    assert address_of("tcp://10.0.0.1:8786") == Address("at", "tcp://10.0.0.1:8786")
    assert address_of(str(file)) == Address("file", str(file))
    assert address_of("local:3") == Address("local", workers=3)
    assert address_of("slurm", jobs=5) == Address("slurm", workers=5)
    assert address_of("slurm:7", jobs=5) == Address("slurm", workers=7)


@pytest.mark.parametrize("wrong", ["local:0", "local:many", "slurm:-1", "nowhere.json", ""])
def test_what_is_no_cluster_is_refused(wrong):
    with pytest.raises(UsageError), open_executor(cluster=wrong):
        pass


def test_without_dask_the_error_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)  # What an import of it then says is that it is not there.
    with pytest.raises(UsageError, match=r"pip install 'swarmsec\[cluster\]'"), open_executor(cluster="local:1"):
        pass


def test_where_nobody_answers_is_a_clear_error(monkeypatch):
    monkeypatch.setattr("swarmsec.runs.executors.connect._ANSWER_S", 1.0)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        where = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ExecutorError, match="no dask scheduler answers there"), open_executor(cluster=where):
            pass


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b'{"type": "Scheduler", "id": "Sched',
        b"{}",
        b"[]",
        b"null",
        b'{"address": 5}',
        b'{"address": "zork"}',
        b'{"address": "zork://host:80"}',
        b'{"address": "tcp://host:many"}',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_a_half_written_scheduler_file_is_a_clear_error(tmp_path, content):
    file = tmp_path / "scheduler.json"
    file.write_bytes(content)
    with pytest.raises(UsageError, match=r"scheduler|PROTOCOL://HOST:PORT"), open_executor(cluster=str(file)):
        pass


@pytest.mark.parametrize("words", [b"", b"SSH-2.0-OpenSSH_9.6\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n", bytes(64)])
def test_a_port_where_no_scheduler_speaks_is_a_clear_error(monkeypatch, words):
    monkeypatch.setattr("swarmsec.runs.executors.connect._ANSWER_S", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as server:
        where = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        kept = []  # An accepted connection stays open.

        def accept():
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    connection.sendall(words)
                    kept.append(connection)

        threading.Thread(target=accept, daemon=True).start()
        with pytest.raises(ExecutorError, match="no dask scheduler answers there"), open_executor(cluster=where):
            pass


SBATCH = """#!/bin/sh
cp "$1" {folder}/script
setsid sh {folder}/script > /dev/null 2>&1 &
echo $! > {folder}/session
echo "Submitted batch job $!"
"""
SCANCEL = """#!/bin/sh
kill -s KILL -- -"$1"
"""


@pytest.fixture
def slurm(tmp_path, monkeypatch):
    """A SLURM of one machine, which starts at once what it is given; the folder where it keeps the last script."""
    for name, text in (("sbatch", SBATCH), ("scancel", SCANCEL)):
        (tmp_path / name).write_text(text.format(folder=tmp_path))
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    yield tmp_path
    if (tmp_path / "session").exists():
        for pid in of_session(int((tmp_path / "session").read_text())):
            os.kill(pid, signal.SIGKILL)


@needs_dask
def test_slurm_is_asked_for_workers_with_one_thread_as_dask_is_configured(slurm):
    import dask

    options = {"cores": 1, "memory": "2GB", "queue": "night", "job-script-prologue": ["# ours comes first"]}
    jobs = short_jobs(8)
    configured = dask.config.set({f"jobqueue.slurm.{key}": value for key, value in options.items()})
    with configured, open_executor(cluster="slurm:1") as executor:
        assert digests(executor.run(jobs)) == digests(run_job(one) for one in jobs)
    lines = (slurm / "script").read_text().splitlines()
    assert "#SBATCH -p night" in lines
    prologue = ["# ours comes first", *(f"export {name}=1" for name in ONE_THREAD)]
    assert [line for line in lines if line in prologue] == prologue
    assert any("distributed.cli.dask_worker tcp://" in line and "--nthreads 1" in line for line in lines)
    assert until(lambda: of_session(int((slurm / "session").read_text())) == [], seconds=10)


def test_slurm_that_is_not_configured_says_what_to_set(slurm):
    with pytest.raises(UsageError, match=r"jobqueue\.slurm"), open_executor(cluster="slurm"):
        pass


def test_where_there_is_no_slurm_that_is_said(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="there is no SLURM here"), open_executor(cluster="slurm"):
        pass


@contextmanager
def external_cluster(folder, *, workers=2):
    """A scheduler and workers that were started by hand: the scheduler file, the scheduler, the workers."""
    file = folder / "scheduler.json"

    def start(module, *options):
        return subprocess.Popen(
            [
                sys.executable,
                "-m",
                f"distributed.cli.{module}",
                "--scheduler-file",
                str(file),
                "--no-dashboard",
                *options,
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd=folder,
        )

    started = [start("dask_scheduler", "--port", "0", "--host", "127.0.0.1")]
    try:
        assert until(file.exists, seconds=60)
        started += [start("dask_worker", "--nthreads", "1", "--no-nanny") for _ in range(workers)]
        yield file, started[0], started[1:]
    finally:
        for process in started:
            for pid in of_session(process.pid):
                os.kill(pid, signal.SIGKILL)
            process.wait()


@needs_dask
def test_a_local_cluster_gives_the_same_digests_and_poison_costs_itself_alone(trouble):
    jobs = short_jobs(24)
    kill, hang, fail = (jobs_with(how, trouble)[0] for how in ("kill", "spin", "raise"))
    with open_executor(cluster="local:2", timeout_s=10, retries=1) as executor:
        assert digests(executor.run(jobs)) == digests(run_job(one) for one in jobs)
        played = {one.id: one for one in executor.run([*jobs[:4], kill, hang, fail, *jobs[4:]])}
    assert [played[one.id].status for one in (kill, hang, fail)] == ["crashed", "timed_out", "failed"]
    assert [played[one.id].status for one in jobs] == ["done"] * len(jobs)
    assert (trouble / "deaths").read_text() == "xx"
    assert not runs(int((trouble / "spinning").read_text()))


@needs_dask
def test_when_a_worker_of_dasks_is_killed_its_jobs_are_played_elsewhere(tmp_path):
    jobs = short_jobs(120, rounds=60)
    with external_cluster(tmp_path) as (file, _, workers), open_executor(cluster=str(file)) as executor:
        played = []
        for one in executor.run(jobs):
            played.append(one)
            if len(played) == 20:
                workers[0].kill()
        assert digests(played) == digests(run_job(one) for one in jobs)
        assert until(lambda: of_session(workers[0].pid) == [], seconds=10), "what it started ends with it"


@needs_dask
def test_when_the_scheduler_is_killed_that_is_an_error_and_what_was_given_stands(tmp_path):
    jobs = short_jobs(200, rounds=60)
    played = []
    with external_cluster(tmp_path) as (file, scheduler, workers):

        def play():
            with open_executor(cluster=str(file)) as executor:
                for one in executor.run(jobs):
                    played.append(one)
                    if len(played) == 20:
                        scheduler.kill()

        with pytest.raises(ExecutorError, match="the connection to the cluster was lost") as told:
            play()
        assert "\n" not in str(told.value)
        assert until(lambda: not any(of_session(worker.pid) for worker in workers), seconds=20)
    assert digests(played) <= digests(run_job(one) for one in jobs)
    assert len(played) >= 20


@needs_dask
def test_workers_with_other_plugins_are_refused(tmp_path, trouble):
    jobs = jobs_with("none", trouble, count=3)
    (trouble / "trouble.py").write_text((trouble / "trouble.py").read_text() + "\n# Another one.\n")
    with (
        pytest.raises(ExecutorError, match="or other plug-ins, than the machine that sent the job"),
        open_executor(cluster="local:1") as executor,
    ):
        list(executor.run(jobs))


@needs_dask
def test_who_leaves_a_cluster_leaves_no_process_on_it(tmp_path, trouble):
    with external_cluster(tmp_path) as (file, _, workers):
        with open_executor(cluster=str(file)) as executor:
            playing = executor.run([*jobs_with("deaf", trouble), *short_jobs(4000)])
            while not (trouble / "sleeping").exists():
                next(playing)
            asleep = int((trouble / "sleeping").read_text())
            assert runs(asleep)
        playing.close()
        assert until(lambda: not runs(asleep), seconds=10)
        assert [worker.poll() for worker in workers] == [None, None]
        with open_executor(cluster=str(file)) as executor:
            assert [one.status for one in executor.run(short_jobs(4))] == ["done"] * 4


@needs_dask
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_no_process_of_a_local_cluster_outlives_the_one_that_started_it(trouble, number):
    driver = start_driver(trouble, {"cluster": "local:2"}, "spin")
    try:
        assert until((trouble / "spinning").exists, seconds=180), driver.poll()
        driver.send_signal(number)
        assert until(lambda: of_session(driver.pid) == [], seconds=10)
    finally:
        for pid in of_session(driver.pid):
            os.kill(pid, signal.SIGKILL)
        driver.wait()
