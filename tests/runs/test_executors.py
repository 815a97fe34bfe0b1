"""All executors give equal results, and a failing job affects no other job."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import textwrap
from collections import Counter
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from swarmsec.errors import PluginError, UsageError
from swarmsec.runs import run
from swarmsec.runs.executors import Pool, Processes, Serial, open_executor
from swarmsec.runs.jobs import job, run_job, run_verified_job
from swarmsec.scenario import load_scenario
from swarmsec.swarm.arms import Arm
from tests.runs.troublemakers import folder_of_trouble, jobs_with, of_session, runs, short_jobs, until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kills processes and looks for them in /proc")


@pytest.fixture
def trouble(tmp_path):
    return folder_of_trouble(tmp_path)


def workers_of(executor):
    return [worker.process.pid for worker in executor._pool._workers]


def digests(played):
    found = [(one.id, one.status, one.digest) for one in played]
    assert len({id for id, _, _ in found}) == len(found), "a job was returned twice"
    return set(found)


def test_digests_do_not_depend_on_the_executor_or_the_order():
    jobs = short_jobs(24)
    expected = digests(run_job(one) for one in jobs)
    assert {status for _, status, _ in expected} == {"done"}
    shuffled = [jobs[index] for index in np.random.default_rng(1).permutation(len(jobs))]
    for options in ({}, {"jobs": 1, "timeout_s": 60}, {"jobs": 2}, {"jobs": 4}):
        with open_executor(**options) as executor:
            assert digests(executor.run(shuffled)) == expected


def test_jobs_run_in_this_process_only_without_parallelism_and_timeout():
    with open_executor() as executor:
        assert isinstance(executor, Serial)
    with open_executor(jobs=1, timeout_s=5) as executor:
        assert isinstance(executor, Processes)


@pytest.mark.parametrize("wrong", [{"jobs": 0}, {"timeout_s": 0}, {"retries": -1}])
def test_invalid_options_are_refused(wrong):
    with pytest.raises(UsageError, match=r"given; must be"), open_executor(**wrong):
        pass


@pytest.mark.parametrize(("how", "message"), [("kill", "SIGKILL"), ("exit", "exit code 3")])
def test_a_job_that_kills_its_process_is_retried_and_fails_alone(trouble, how, message):
    others = short_jobs(40)
    (poison,) = jobs_with(how, trouble)
    with open_executor(jobs=2, retries=2) as executor:
        played = list(executor.run([*others[:20], poison, *others[20:]]))
    assert digests(one for one in played if one.id != poison.id) == digests(run_job(one) for one in others)
    (crashed,) = [one for one in played if one.id == poison.id]
    assert crashed.status == "crashed"
    assert crashed.error == f"the process that ran it died ({message}), 3 times"
    if how == "kill":
        assert (trouble / "deaths").read_text() == "xxx"


def test_several_crashing_jobs_do_not_affect_other_jobs(trouble):
    poison = jobs_with("kill", trouble, count=6)
    others = short_jobs(12)
    mixed = [one for pair in zip(others, [*poison, *poison][: len(others)], strict=True) for one in pair]
    mixed = list({one.id: one for one in mixed}.values())
    with open_executor(jobs=2, retries=0) as executor:
        statuses = {one.id: one.status for one in executor.run(mixed)}
    assert statuses == {one.id: "done" for one in others} | {one.id: "crashed" for one in poison}
    assert (trouble / "deaths").read_text() == "x" * len(poison)


def test_a_job_that_crashes_once_is_run_again(trouble):
    with open_executor(jobs=2) as executor:
        (played,) = executor.run(jobs_with("kill_once", trouble))
    assert played.status == "done"


def test_killed_workers_do_not_change_the_results():
    jobs = short_jobs(120)
    expected = digests(run_job(one) for one in jobs)
    with open_executor(jobs=2) as executor:
        played = []
        for one in executor.run(jobs):
            played.append(one)
            if len(played) in (5, 30, 60):
                os.kill(workers_of(executor)[0], signal.SIGKILL)
    assert digests(played) == expected


def huge(size):
    return os.getpid(), bytes(size)


def test_a_worker_killed_while_it_sends_a_result_affects_no_other_result():
    with closing(Pool(huge, workers=2, retries=20)) as pool:
        ended = []
        for one in pool.run([20_000_000] * 12):
            ended.append(one)
            busy = [worker.process.pid for worker in pool._workers if worker.given]
            if len(ended) % 3 == 0 and busy:
                os.kill(busy[0], signal.SIGKILL)
    assert [(one.status, len(one.value[1])) for one in ended] == [("returned", 20_000_000)] * 12


def test_a_job_over_the_time_limit_is_killed_and_not_retried(trouble):
    slow, stuck, deaf = (jobs_with(how, trouble)[0] for how in ("sleep", "spin", "deaf"))
    others = short_jobs(20)
    with open_executor(jobs=2, timeout_s=2) as executor:
        played = {one.id: one for one in executor.run([slow, *others[:10], stuck, *others[10:], deaf])}
        assert not runs(int((trouble / "spinning").read_text()))
        assert not runs(int((trouble / "sleeping").read_text()))
    assert Counter(one.status for one in played.values()) == {"done": 20, "timed_out": 3}
    assert {played[one.id].error for one in (slow, stuck, deaf)} == {"took more than 2 s"}


@pytest.mark.parametrize(
    ("how", "message"), [("raise", "division by zero"), ("quit", "no more"), ("memory", "not a byte left")]
)
@pytest.mark.parametrize("jobs", [1, 2])
def test_the_error_of_a_plugin_is_reported_and_not_retried(trouble, how, message, jobs):
    with open_executor(jobs=jobs) as executor:
        (played,) = executor.run(jobs_with(how, trouble))
    assert played.status == "failed"
    assert message in played.error


def test_jobs_are_taken_from_the_source_on_demand():
    taken = []

    def source():
        for one in short_jobs(400, rounds=5):
            taken.append(one)
            yield one

    with open_executor(jobs=2) as executor:
        playing = executor.run(source())
        next(playing)
        assert len(taken) < 200
        playing.close()


def test_closing_the_results_stops_busy_workers_and_the_executor_stays_usable(trouble):
    with open_executor(jobs=2) as executor:
        playing = executor.run([*jobs_with("deaf", trouble), *short_jobs(4000)])
        while not (trouble / "sleeping").exists():
            next(playing)
        asleep = int((trouble / "sleeping").read_text())
        assert runs(asleep)
        playing.close()
        assert until(lambda: not runs(asleep), seconds=10)
        jobs = short_jobs(8)
        assert digests(executor.run(jobs)) == digests(run_job(one) for one in jobs)


def test_an_error_of_the_consumer_or_the_source_leaves_no_worker():
    def source():
        yield from short_jobs(8)
        raise KeyError("no more jobs")

    with pytest.raises(KeyError), open_executor(jobs=2) as executor:
        list(executor.run(source()))
    assert workers_of(executor) == []
    pids = []

    def consume():
        with open_executor(jobs=2) as executor:
            for _ in executor.run(short_jobs(8)):
                pids.extend(workers_of(executor))
                raise LookupError

    with pytest.raises(LookupError):
        consume()
    assert pids
    assert [pid for pid in pids if runs(pid)] == []


def test_workers_that_cannot_start_are_an_error(tmp_path):
    unguarded = tmp_path / "unguarded.py"
    unguarded.write_text("import swarmsec\nswarmsec.run('ring_with_a_liar', seeds=2, jobs=2)\n")
    done = subprocess.run([sys.executable, str(unguarded)], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode != 0
    assert "under `if __name__ == '__main__':`" in done.stderr.splitlines()[-1]


DRIVER = """
    import sys
    from pathlib import Path
    from swarmsec.runs.executors import open_executor
    from tests.runs.troublemakers import jobs_with, short_jobs

    if __name__ == "__main__":
        folder = Path(sys.argv[1])
        options = eval(sys.argv[2])
        with open_executor(**options) as executor:
            for _ in executor.run([*short_jobs(8), *jobs_with(sys.argv[3], folder), *short_jobs(4000)[8:]]):
                print("played", flush=True)
"""


def start_driver(folder: Path, options: dict, how: str):
    script = folder.parent / "driver.py"
    script.write_text(textwrap.dedent(DRIVER), encoding="utf-8")
    return subprocess.Popen(
        [sys.executable, str(script), str(folder), repr(options), how],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])},
    )


@pytest.mark.parametrize(
    ("number", "how"),
    [
        (signal.SIGKILL, "spin"),
        pytest.param(signal.SIGKILL, "deaf", marks=pytest.mark.slow),
        *(
            pytest.param(number, how, marks=pytest.mark.slow)
            for number in (signal.SIGINT, signal.SIGTERM)
            for how in ("spin", "deaf")
        ),
    ],
)
def test_workers_end_with_their_parent_process(trouble, number, how):
    driver = start_driver(trouble, {"jobs": 2}, how)
    try:
        busy = trouble / ("spinning" if how == "spin" else "sleeping")
        assert until(busy.exists, seconds=60), driver.poll()
        assert len(of_session(driver.pid)) >= 3
        driver.send_signal(number)
        driver.wait(timeout=10)
        assert until(lambda: of_session(driver.pid) == [], seconds=10)
    finally:
        for pid in of_session(driver.pid):
            os.kill(pid, signal.SIGKILL)
        driver.wait()


def test_a_worker_verifies_the_job_before_it_runs(trouble):
    (asked,) = short_jobs(1)
    assert run_verified_job(asked).digest == run_job(asked).digest
    (other,) = jobs_with("none", trouble)
    (trouble / "trouble.py").unlink()
    script = textwrap.dedent("""
        import pickle, sys
        from swarmsec.runs.jobs import run_verified_job
        try:
            run_verified_job(pickle.load(sys.stdin.buffer))
        except Exception as error:
            print(type(error).__name__, error)
    """)
    done = subprocess.run([sys.executable, "-c", script], input=pickle.dumps(other), capture_output=True, check=True)
    assert b"ExecutorError" in done.stdout
    assert b"cannot load the scenario" in done.stdout


def test_jobs_of_all_arms_of_a_sweep_can_be_loaded_again():
    swept = load_scenario("blackswarm_majority")
    assert swept.document["sweep"]
    for arm in Arm:
        asked = job(swept, 0, arm)
        assert job(load_scenario(asked.document), 0, arm).id == asked.id


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_run_returns_seeds_in_order_for_any_number_of_jobs(jobs):
    given = []
    scenario = {"rounds": 20}
    loaded = load_scenario("ring_with_a_liar", settings=scenario)
    result = run(loaded, seeds=[5, 1, 3, 0], jobs=jobs, each_seed=lambda seed_run: given.append(seed_run.seed))
    assert given == [5, 1, 3, 0] == list(result.seeds)


def test_the_error_of_a_crashed_run_names_the_seed_and_the_arm(trouble):
    loaded = load_scenario(
        "ring_with_a_liar",
        settings={"rounds": 20},
        attack={"kind": "trouble", "how": "kill", "daemons": [0]},
        plugins=[trouble],
    )
    with pytest.raises(PluginError, match=r"seed 0, \w+ arm: the process that ran it died \(SIGKILL\), 3 times"):
        run(loaded, seeds=2, jobs=2)
