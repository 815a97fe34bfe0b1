"""The contract of the Python API: the names and functions of `import swarmsec`."""

import inspect
import json
from pathlib import Path

import mesa
import numpy as np
import pytest

import swarmsec


def test_the_names_of_the_contract_exist():
    names = ["load_scenario", "run", "simulate", "build", "Attack", "Defense", "Surface", "Vantage"]
    assert [name for name in names if not hasattr(swarmsec, name)] == []


@pytest.mark.parametrize(
    ("name", "positional", "keywords"),
    [
        ("load_scenario", ["source"], {}),
        ("run", ["scenario"], {"seeds": None, "attack": None, "defense": None, "jobs": 1}),
        ("simulate", ["scenario"], {"arm": "defended", "seed": 0, "record_states": False}),
        ("build", ["scenario"], {"arm": "defended", "seed": 0}),
    ],
)
def test_functions_have_the_parameters_of_the_contract(name, positional, keywords):
    parameters = inspect.signature(getattr(swarmsec, name)).parameters
    assert [p.name for p in parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD] == positional
    assert {key: parameters[key].default for key in keywords} == keywords
    assert all(parameters[key].kind is inspect.Parameter.KEYWORD_ONLY for key in keywords)


def test_run_runs_all_four_arms_by_default(ring):
    parameters = inspect.signature(swarmsec.run).parameters
    assert [str(arm) for arm in parameters["arms"].default] == ["clean", "attacked", "defended", "guarded"]
    assert set(swarmsec.run(ring, seeds=2).to_dict()["arms"]) == {"clean", "attacked", "defended", "guarded"}


@pytest.mark.parametrize(
    ("name", "members"),
    [("Surface", {"SIGNAL", "MESSAGE", "DAEMON", "NETWORK", "TIMING"}), ("Vantage", {"LOCAL", "GOSSIP", "MONITOR"})],
)
def test_traits_have_the_members_of_the_contract(name, members):
    assert {member for member in members if not hasattr(getattr(swarmsec, name), member)} == set()


@pytest.mark.parametrize("name", ["check_attack", "check_defense", "check_protocol", "check_world"])
def test_the_conformance_kit_of_the_contract_exists(name):
    import swarmsec.testing

    assert callable(getattr(swarmsec.testing, name))


def test_a_scenario_is_loaded_by_name_from_a_file_and_from_a_mapping(ring, ring_file):
    assert swarmsec.load_scenario("blackswarm").name == "blackswarm"
    from_path = swarmsec.load_scenario(ring_file)
    from_text = swarmsec.load_scenario(str(ring_file))
    from_mapping = swarmsec.load_scenario(ring)
    assert isinstance(from_path, swarmsec.Scenario)
    assert from_path.digest == from_text.digest == from_mapping.digest
    assert from_path.document == from_mapping.document


def test_loading_a_loaded_scenario_returns_an_equal_one(ring):
    scenario = swarmsec.load_scenario(ring)
    assert swarmsec.load_scenario(scenario.document).digest == scenario.digest
    assert swarmsec.run(scenario, seeds=2).to_dict()["scenario_digest"] == scenario.digest


def test_loading_does_not_change_the_mapping(ring):
    before = json.dumps(ring)
    swarmsec.load_scenario(ring)
    swarmsec.simulate(ring)
    assert json.dumps(ring) == before


@pytest.mark.parametrize(
    ("change", "expected"),
    [({"roundz": 3}, ["roundz", "rounds"]), ({"rounds": -1}, ["rounds", "-1"]), ({"world": {"kind": "x"}}, ["x"])],
)
def test_an_invalid_mapping_raises_a_swarmsec_error_with_its_exit_code(ring, change, expected):
    with pytest.raises(swarmsec.SwarmsecError) as caught:
        swarmsec.load_scenario(ring | change)
    assert caught.value.exit_code == swarmsec.ExitCode.SCENARIO_REJECTED
    assert [part for part in expected if part not in str(caught.value)] == []


@pytest.mark.parametrize(
    "arguments", [{"arm": "nobody"}, {"seed": -1}, {"seed": "one"}, {"seed": 1.5}], ids=lambda part: str(part)
)
def test_simulate_refuses_an_unknown_arm_or_seed(ring, arguments):
    with pytest.raises(swarmsec.SwarmsecError):
        swarmsec.simulate(ring, **arguments)


@pytest.mark.parametrize("arguments", [{"seeds": 0}, {"seeds": []}, {"seeds": [1, 1]}, {"jobs": 0}, {"arms": ["who"]}])
def test_run_refuses_meaningless_arguments(ring, arguments):
    with pytest.raises(swarmsec.SwarmsecError):
        swarmsec.run(ring, **arguments)


def test_run_accepts_seeds_as_a_count_or_a_list(ring):
    assert list(swarmsec.run(ring, seeds=2).seeds) == [0, 1]
    assert list(swarmsec.run(ring, seeds=[8, 3]).seeds) == [8, 3]
    assert list(swarmsec.run(ring).seeds) == [0, 1, 2]


def test_run_accepts_another_attack_and_defense(ring):
    result = swarmsec.run(ring, seeds=2, attack="stubborn:value=4,daemons=[3]", defense={"kind": "wmsr", "f": 2})
    assert "stubborn" in result.to_dict()["replay"]
    assert result.damage_limited is not None


def test_run_with_two_jobs_gives_the_same_result(ring):
    one, two = (swarmsec.run(ring, jobs=jobs).to_dict() for jobs in (1, 2))
    assert {**one, "overhead": None} == {**two, "overhead": None}


def test_run_can_run_selected_arms(ring):
    result = swarmsec.run(ring, seeds=2, arms=["clean", "attacked"]).to_dict()
    assert set(result["arms"]) == {"clean", "attacked"}
    assert result["damage_limited"] is None


def test_to_dict_is_plain_data(ring):
    document = swarmsec.run(ring, seeds=2).to_dict()
    assert json.loads(json.dumps(document, allow_nan=False)) == document


def test_to_dict_has_the_keys_of_the_json_document(ring, ring_file, cli):
    printed = cli("run", ring_file, "--json").json
    given = swarmsec.run(ring).to_dict()
    assert set(given) == set(printed)
    assert given["arms"] == printed["arms"]


def test_a_trace_has_the_shapes_of_the_contract(ring):
    trace = swarmsec.simulate(ring, record_states=True)
    rounds, n, d = 20, 7, 1
    assert trace.bill.shape == (rounds,)
    assert all(metric.shape == (rounds,) for metric in trace.metrics.values())
    assert trace.states.shape == (rounds + 1, n, d)
    assert trace.states.dtype == np.float64
    assert trace.decisions.shape[:2] == (rounds, n)
    assert trace.compromised.shape == (n,)
    assert trace.compromised.dtype == bool
    assert trace.quarantined.shape == (rounds, n)
    assert trace.compromised.tolist() == [True] + [False] * 6


def test_a_trace_records_states_only_when_asked(ring):
    assert swarmsec.simulate(ring).states is None


def test_events_are_typed_records(ring):
    events = swarmsec.simulate(ring).events
    assert len(events) > 0
    first = events[0]
    assert (first.round, first.kind, first.plugin) == (0, "attack_on", "stubborn")


def test_quarantine_is_recorded_in_the_trace(ring):
    ring["defenses"] = [{"kind": "quarantine_all"}]
    ring["rules"] = {"red": {}, "blue": {}}
    trace = swarmsec.simulate(ring, record_states=True)
    assert trace.quarantined[-1].all()
    assert trace.metrics["quarantined"][-1] == 7


def test_build_returns_a_mesa_model_whose_step_is_a_round(ring):
    model = swarmsec.build(ring)
    assert isinstance(model, mesa.Model)
    trace = swarmsec.simulate(ring, record_states=True)
    for round_ in range(1, 4):
        model.step()
        assert model.round == round_
        assert np.array_equal(model.state, trace.states[round_])


def test_the_agents_of_a_model_are_its_daemons(ring):
    model = swarmsec.build(ring)
    model.step()
    daemons = list(model.agents)
    assert len(daemons) == 7
    assert all(isinstance(daemon, mesa.Agent) and type(daemon).__name__ == "Daemon" for daemon in daemons)
    assert sorted(daemon.row for daemon in daemons) == list(range(7))


def test_a_model_stops_after_its_last_round(ring):
    model = swarmsec.build(ring)
    model.run_model()
    assert (model.round, model.running) == (20, False)
    table = model.datacollector.get_model_vars_dataframe()
    assert len(table) == 20
    assert table["bill"].to_list() == swarmsec.simulate(ring).bill.tolist()


def test_run_model_runs_a_model_to_its_end(ring):
    model = swarmsec.build(ring, arm="attacked", seed=1)
    model.run_model()
    assert model.bill == swarmsec.simulate(ring, arm="attacked", seed=1).bill[-1]
    assert model.running is False


@pytest.mark.skipif(not hasattr(mesa, "batch_run"), reason="Mesa 4 has no batch_run")
def test_batch_run_accepts_a_model(ring):
    def model_of(arm, replicate, **_of_mesa):  # Mesa 3.5 passes a `seed` too.
        return swarmsec.build(ring, arm=arm, seed=replicate)

    rows = mesa.batch_run(
        model_of,
        {"arm": ["clean", "attacked"], "replicate": [0, 1]},
        number_processes=1,
        max_steps=100,
        display_progress=False,
    )
    assert len(rows) == 4
    bills = {(row["arm"], row["replicate"]): row["bill"] for row in rows}
    assert bills["attacked", 1] == swarmsec.simulate(ring, arm="attacked", seed=1).bill[-1]


def test_the_daemon_can_be_subclassed_in_the_engine_of_agents(ring):
    from swarmsec.swarm.daemon import Daemon

    class Shy(Daemon):
        heard = 0

        def listen(self, heard, own, signal):
            Shy.heard += 1
            return own

    model = swarmsec.build(ring | {"engine": "agents"}, daemon_class=Shy)
    assert all(isinstance(daemon, Shy) for daemon in model.agents)
    model.run_model()
    assert Shy.heard > 0
    assert model.state[1:, 0].tolist() == ring["world"]["initial"][1:]


def test_a_model_does_not_keep_another_model_alive(ring):
    import gc
    import weakref

    model = swarmsec.build(ring)
    model.run_model()
    model.close()
    kept = weakref.ref(model)
    del model
    gc.collect()
    assert kept() is None


def test_a_network_has_the_attributes_of_the_contract():
    from swarmsec.network import robustness, topology

    network = topology("circulant", n=7, offsets=[1, 2])
    assert network.n == 7
    assert network.indptr.tolist() == list(range(0, 29, 4))
    assert sorted(network.indices[:4].tolist()) == [1, 2, 5, 6]
    assert network.indptr.dtype == network.indices.dtype == np.int32
    found = robustness(network)
    assert (found.r, found.s, found.exact, found.f_max) == (2, 7, True, 1)
    assert found.witness is not None


def test_every_public_function_has_a_docstring():
    assert [name for name in swarmsec.__all__ if not name.startswith("_") and not is_documented(name)] == []


def is_documented(name):
    thing = getattr(swarmsec, name)
    return not callable(thing) or bool(inspect.getdoc(thing))


def test_a_path_object_and_its_text_load_the_same_scenario(ring_file):
    assert swarmsec.load_scenario(Path(ring_file)).source == swarmsec.load_scenario(str(ring_file)).source
