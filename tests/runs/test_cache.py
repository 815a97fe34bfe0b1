"""A command runs each arm once, with fresh plug-ins, and the arms of a seed share their network."""

from __future__ import annotations

import weakref
from collections import Counter

import pytest

from swarmsec.errors import PluginError
from swarmsec.runs import NULLS, JobCache, jobs_of, run_nulls, run_points, run_scenario, whole
from swarmsec.runs.executors import Serial, open_executor, serial
from swarmsec.runs.networks import NetworkCache
from swarmsec.runs.simulation import run_arm
from swarmsec.scenario import build, load_scenario
from swarmsec.swarm.arms import Arm
from tests.runs.troublemakers import folder_of_trouble, jobs_with
from tests.strategies import K3, beliefs

LIAR = {"kind": "stubborn", "daemons": [0], "value": 9.0}
SWARM = beliefs([0, 1, 2], K3, rounds=3, seeds=2, attacks=[LIAR], defenses=[{"kind": "wmsr", "f": 0}])

FORGETFUL = """
from dataclasses import dataclass, field

import numpy as np

from swarmsec.teams import Attack, Surface


@dataclass(kw_only=True)
class Forgetful(Attack):
    \"\"\"Broadcast the first of its values, and throw that away.

    Written for the tests.
    \"\"\"

    surface = Surface.DAEMON

    values: tuple[float, ...] = (5.0,)
    notes: list[str] = field(default_factory=list)

    def on_daemons(self, state, red):
        state = np.full_like(state, self.values[0] + 100 * len(self.notes) + self.strength)
        self.notes.append("again")
        self.strength = 0.25
        return state
"""


@pytest.fixture
def executed(monkeypatch):
    """The ids of the jobs that this process ran, in order."""
    ids = []

    def counted(job, **options):
        ids.append(job.id)
        return run_job(job, **options)

    run_job = serial.run_job
    monkeypatch.setattr(serial, "run_job", counted)
    return ids


def test_nulls_share_the_clean_and_attacked_arms_with_the_scenario(executed):
    cache = JobCache(Serial(), whole)
    scenario = load_scenario(SWARM)
    own = run_scenario(scenario, (0, 1), cache)
    nulls = run_nulls(scenario, (0, 1), cache)
    assert len(executed) == len(set(executed)) == cache.jobs_run == 2 * (4 + 2 * len(NULLS))
    alone = run_nulls(scenario, (0, 1), JobCache(Serial(), whole))
    assert {kind: one.to_dict(times=False) for kind, one in nulls.items()} == {
        kind: one.to_dict(times=False) for kind, one in alone.items()
    }
    assert own.to_dict(times=False) == run_scenario(scenario, (0, 1), cache).to_dict(times=False)


def test_points_of_a_sweep_share_the_arms_without_the_attack(executed):
    swept = load_scenario({**SWARM, "seeds": 5, "sweep": {"attacks[0].value": [3.0, 6.0, 9.0]}})
    cache = JobCache(Serial(), whole)
    points = list(run_points(swept, cache))
    assert len(executed) == len(set(executed)) == cache.jobs_run == 40
    for point in points:
        alone = run_scenario(point.scenario, point.scenario.seeds, JobCache(Serial(), whole))
        assert point.result.to_dict(times=False) == alone.to_dict(times=False)


def test_a_sweep_drops_results_after_their_last_use():
    swept = load_scenario({**SWARM, "sweep": {"attacks[0].value": [3.0, 6.0, 9.0]}})
    results = []
    cache = JobCache(Serial(), lambda result: weakref.ref(results.append(result) or result.trace))
    jobs = [jobs_of(there, there.seeds) for _, there in swept.points()]
    uses = Counter(one.id for of_point in jobs for one in of_point)
    assert sorted(set(uses.values())) == [1, 3]
    kept = JobCache(Serial(), whole)
    assert len(list(run_points(swept, kept))) == 3
    before = kept.jobs_run
    list(kept.results(jobs[0]))
    assert kept.jobs_run == before + len(jobs[0]), "no result is kept after the last point"
    assert cache.jobs_run == 0


@pytest.mark.parametrize("jobs", [1, 2])
def test_results_come_in_the_order_of_the_jobs_and_equal_jobs_are_run_once(jobs):
    requested = jobs_of(load_scenario(SWARM), (1, 0))
    with open_executor(jobs=jobs) as executor:
        cache = JobCache(executor, whole)
        found = list(cache.results([*requested, *requested[::-1]]))
    assert [one.id for one, _ in found] == [one.id for one in [*requested, *requested[::-1]]]
    assert [result.id for _, result in found] == [one.id for one, _ in found]
    assert cache.jobs_run == 8


def test_a_plugin_that_changes_its_parameters_changes_no_other_arm_or_seed(tmp_path):
    (tmp_path / "forgetful.py").write_text(FORGETFUL, encoding="utf-8")
    attack = {"kind": "forgetful", "daemons": [0]}
    scenario = load_scenario({**SWARM, "rounds": 2, "attacks": [attack]}, plugins=[tmp_path])
    first, second = (
        {arm: run_arm(scenario, seed, arm).trace for arm in (Arm.DEFENDED, Arm.ATTACKED)} for seed in (0, 0)
    )
    alone = run_arm(load_scenario(scenario.document, plugins=[tmp_path]), 0, Arm.ATTACKED).trace
    assert first[Arm.ATTACKED].bill.tolist() == second[Arm.ATTACKED].bill.tolist() == alone.bill.tolist()
    assert scenario.document["attacks"][0]["notes"] == []
    assert scenario.parts.attacks[0].parameters["strength"] == 1.0
    assert scenario.parts.attacks[0].parameters["notes"] == []


def test_a_scenario_is_built_once_for_all_arms_and_seeds(monkeypatch):
    built = []
    usual = build.build
    monkeypatch.setattr(build, "build", lambda *given, **more: built.append(given) or usual(*given, **more))
    scenario = load_scenario(SWARM)
    before = len(built)
    run_scenario(scenario, (0, 1), JobCache(Serial(), whole))
    assert len(built) == before > 0


def test_the_arms_of_a_seed_share_one_network():
    random = {"kind": "random_regular", "n": 30, "degree": 4}
    scenario = load_scenario({**SWARM, "world": {"kind": "beliefs"}, "network": random})
    networks = NetworkCache()
    clean = networks.network_of(scenario.for_arm(Arm.CLEAN), 0)
    assert networks.network_of(scenario.for_arm(Arm.DEFENDED), 0) is clean
    assert networks.network_of(scenario, 1) is not clean
    again = networks.network_of(scenario, 0)
    assert again is not clean
    assert again.indices.tolist() == clean.indices.tolist()
    renamed = load_scenario(scenario, settings={"name": "other"})
    assert networks.network_of(renamed, 0).indices.tolist() != clean.indices.tolist()


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_error_of_a_plugin_keeps_its_type_message_and_location(tmp_path, jobs):
    (one,) = jobs_with("raise", folder_of_trouble(tmp_path))
    with open_executor(jobs=jobs) as executor, pytest.raises(PluginError) as raised:
        run_scenario(one.scenario, (0,), JobCache(executor, whole), arms=[Arm.ATTACKED])
    assert raised.value.where.startswith("trouble.on_daemons")
    assert raised.value.message == "ZeroDivisionError: division by zero (round 2, attacked arm)"
