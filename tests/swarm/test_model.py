"""The swarm is a Mesa model, its daemons are Mesa agents, and arrays store the state."""

from __future__ import annotations

import gc
import weakref

import mesa
import numpy as np
import pytest

from swarmsec import build, simulate
from swarmsec.errors import UsageError
from swarmsec.network import topology
from swarmsec.swarm.daemon import Daemon
from swarmsec.swarm.model import DAEMONS_AT_ONCE_MAX, SwarmModel
from tests.strategies import K3, beliefs, play, swarm_of

SWARM = beliefs([0, 3, 6], K3, attacks=[{"kind": "stubborn", "daemons": [0], "start": 1}], rounds=3)


def test_daemons_are_mesa_agents_and_views_of_their_rows() -> None:
    model = build(SWARM, arm="clean")
    assert isinstance(model, mesa.Model)
    assert all(isinstance(daemon, mesa.Agent) for daemon in model.agents)
    daemon = model.daemon(1)
    assert daemon.belief.size == 0
    model.step()
    assert daemon.belief.tolist() == model.state[1].tolist() == [3.0]
    assert daemon.neighbors.tolist() == [0, 2]
    with pytest.raises(ValueError, match="read-only"):
        daemon.belief[0] = 1.0


def test_every_daemon_exists_once_from_the_beginning() -> None:
    model = build(SWARM)
    assert sorted(daemon.row for daemon in model.agents) == [0, 1, 2]
    assert all(model.daemon(daemon.row) is daemon for daemon in model.agents)


def test_a_step_is_a_round_and_the_last_round_ends_the_run() -> None:
    model = build(SWARM)
    rounds = []
    while model.running:
        model.step()
        rounds.append(model.round)
    assert rounds == [1, 2, 3]
    final = model.state.copy()
    model.step()
    assert model.round == 3
    assert np.array_equal(model.state, final)


def test_more_than_20_000_daemons_are_created_on_demand() -> None:
    model = swarm_of(topology("ring", n=DAEMONS_AT_ONCE_MAX + 1), arm="clean", rounds=1)
    assert len(model.agents) == 0
    model.step()
    assert model.daemon(20_000).belief.tolist() == model.state[20_000].tolist()
    assert model.daemon(20_000) is model.daemon(20_000)
    assert len(model.agents) == 1


def test_exactly_20_000_daemons_are_created_at_the_beginning() -> None:
    assert len(swarm_of(topology("ring", n=DAEMONS_AT_ONCE_MAX), arm="clean").agents) == DAEMONS_AT_ONCE_MAX


def test_the_data_collector_has_one_row_per_round() -> None:
    model = build(SWARM, arm="attacked")
    trace = play(model)
    frame = model.datacollector.get_model_vars_dataframe()
    assert frame["bill"].tolist() == trace.bill.tolist()
    assert frame["compromised"].tolist() == [0, 1, 1]
    assert frame["quarantined"].tolist() == [0, 0, 0]


BATCH = [(number, arm) for number in (0, 1) for arm in ("clean", "attacked")]


def test_mesa_runs_a_model_to_its_end() -> None:
    for number, arm in BATCH:
        model = build(SWARM, arm=arm, seed=number)
        model.run_model()
        bills = model.datacollector.get_model_vars_dataframe()["bill"].tolist()
        assert bills == simulate(SWARM, arm=arm, seed=number).bill.tolist()


@pytest.mark.skipif(not hasattr(mesa, "batch_run"), reason="Mesa 4 has no batch_run")
def test_mesa_runs_models_in_a_batch() -> None:
    def swarm(number: int, arm: str, **_of_mesa: object) -> SwarmModel:
        return build(SWARM, arm=arm, seed=number)  # Mesa 3.5 also passes a `seed`, which differs between arms.

    rows = mesa.batch_run(
        swarm,
        parameters={"number": [0, 1], "arm": ["clean", "attacked"]},
        number_processes=1,
        data_collection_period=-1,
        max_steps=100,
        display_progress=False,
    )
    assert [(row["number"], row["arm"]) for row in rows] == BATCH
    assert [row["bill"] for row in rows] == [simulate(SWARM, arm=arm, seed=seed).bill[-1] for seed, arm in BATCH]


def test_a_closed_model_is_freed() -> None:
    kept: list[weakref.ref[SwarmModel]] = []

    class Remembers(Daemon):
        def __init__(self, model, row):
            kept.append(weakref.ref(model))
            super().__init__(model, row)

    model = build(SWARM, daemon_class=Remembers)
    play(model)
    model.close()
    ids = getattr(mesa.Agent, "_ids", None)
    assert not isinstance(ids, dict) or model not in ids
    del model
    gc.collect()
    assert kept[0]() is None


def test_a_simulation_leaves_no_model_registered_in_mesa() -> None:
    def counted() -> int:
        ids = getattr(mesa.Agent, "_ids", None)
        gc.collect()
        return len(ids) if isinstance(ids, dict) else 0

    before = counted()
    simulate(SWARM)
    assert counted() == before


def test_an_unknown_arm_or_seed_is_refused() -> None:
    with pytest.raises(UsageError, match="did you mean `attacked`"):
        build(SWARM, arm="atacked")
    with pytest.raises(UsageError, match="from 0 on"):
        build(SWARM, seed=-1)


def test_states_are_recorded_before_round_0_and_after_every_round() -> None:
    trace = simulate(SWARM, arm="attacked", record_states=True)
    assert trace.states.shape == (4, 3, 1)
    assert trace.decisions.shape == (3, 3, 1)
    assert np.array_equal(trace.final, trace.states[-1])
    assert simulate(SWARM).states is None


def test_quarantined_has_the_daemons_isolated_at_the_end_of_each_round() -> None:
    defense = [{"kind": "oracle"}]
    trace = simulate(beliefs([0, 3, 6], K3, attacks=[{**SWARM["attacks"][0], "stop": 3}], defenses=defense))
    assert trace.quarantined[:, 0].tolist() == [False, True, True, False, False]
    assert trace.metrics["quarantined"].tolist() == trace.quarantined.sum(axis=1).tolist()
