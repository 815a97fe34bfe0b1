"""The search for the worst attack keeps the rules of engagement, and its harm equals the damage of a run."""

from __future__ import annotations

import builtins
import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from swarmsec import load_scenario, run
from swarmsec.errors import UsageError
from swarmsec.runs.executors import open_executor
from swarmsec.runs.guarantees import guarantees_before
from swarmsec.search import figures_cache, gauntlet, spaces_of, tolerance_map
from swarmsec.search.space import Dimension, attacks_of, position_of
from swarmsec.teams import combine_guarantees
from tests.strategies import UNIFORM, beliefs

COMPLETE = {"kind": "complete", "n": 7}
LIAR = {"kind": "stubborn", "daemons": [0], "value": 100.0}
ONE = {"red": {"daemons": 1, "feeds": 0}}


def swarm(defense, *, rules=ONE, rounds=20, **more):
    return load_scenario(
        beliefs(
            [0, 0, 1, 2, 3, 4, 5],
            COMPLETE,
            protocol=UNIFORM,
            rounds=rounds,
            **{"attacks": [LIAR], "defenses": [defense], "rules": rules, **more},
        )
    )


def searched(scenario, *, jobs=1, **options):
    with open_executor(jobs=jobs) as executor:
        return gauntlet(scenario, figures_cache(executor), **options)


def mapped(scenario, *, jobs=1, **options):
    with open_executor(jobs=jobs) as executor:
        return tolerance_map(scenario, figures_cache(executor), **options)


def drawn(data, space):
    chosen = {}
    for one in space.dimensions:
        if one.kind == "choice":
            chosen[one.name] = data.draw(st.sampled_from(one.choices), one.name)
        elif one.kind == "integer":
            chosen[one.name] = data.draw(st.integers(int(one.low), int(one.high)), one.name)
        else:
            low, high = (-1.0, 1.0) if one.kind == "signed" else (one.low, one.high)
            chosen[one.name] = data.draw(st.floats(low, high), one.name)
    return chosen


def test_no_dimension_has_the_name_of_another_for_any_attack():
    scenario = load_scenario("arena_trading", settings={"rules.red": {}})
    for space in spaces_of(scenario):
        names = [one.name for one in space.dimensions]
        assert len(set(names)) == len(names), space.kind


@pytest.mark.parametrize("name", ["ring_with_a_liar", "two_cliques", "small_inbox", "task_force", "hijacked_hubs"])
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_suggested_attacks_load_and_keep_the_rules_of_engagement(name, data):
    scenario = load_scenario(name)
    space = data.draw(st.sampled_from(spaces_of(scenario)), "space")
    attacks = attacks_of(space, drawn(data, space))
    assert attacks
    loaded = load_scenario(scenario, settings={"sweep": {}}, attack=attacks)
    loaded.setup(0)  # Enforces the rules of engagement, for the daemons that this seed selects.
    assert all(spec["start"] >= (scenario.document["rules"]["red"]["earliest"] or 0) for spec in attacks)


def test_forbidden_attacks_are_not_searched():
    kinds = {space.kind for space in spaces_of(swarm({"kind": "wmsr", "f": 1}))}
    assert "false_signal" not in kinds
    assert {"stubborn", "equivocation"} <= kinds
    closed = swarm({"kind": "wmsr", "f": 1}, rules={"red": {"daemons": 0, "feeds": 0}}, attacks=[])
    assert "stubborn" not in {space.kind for space in spaces_of(closed)}
    with pytest.raises(UsageError, match="attack: the rules of engagement allow none of stubborn"):
        spaces_of(closed, ["stubborn"])


@given(st.floats(0.01, 1.0), st.sampled_from([-1.0, 1.0]))
def test_the_position_of_a_value_is_the_inverse_of_the_value_of_a_position(size, sign):
    dimension = Dimension("bias", "signed", -20.0, 20.0)
    position = position_of(dimension, sign * 20.0 * size)
    assert math.copysign(20.0 * 0.01 ** (1.0 - abs(position)), position) == pytest.approx(sign * 20.0 * size)


@pytest.fixture(scope="module")
def found():
    return searched(swarm({"kind": "median_gate"}), budget=20, seeds=(0, 1))


def test_the_first_query_is_the_scenarios_own_attack_and_the_curve_never_falls(found):
    assert len(found.queries) == len(found.curve) == 20
    assert [spec["kind"] for spec in found.queries[0].attacks] == ["stubborn"]
    assert found.curve == sorted(found.curve)
    assert found.curve[0] == found.queries[0].harm
    assert found.curve[-1] == found.best.harm


def test_the_harm_of_a_query_is_the_damage_of_a_run_of_it(found):
    scenario = load_scenario(swarm({"kind": "median_gate"}), attack=[dict(spec) for spec in found.best.attacks])
    assert found.best.harm == pytest.approx(run(scenario, seeds=[0, 1]).damage["defended"].mean, rel=1e-12)


def test_the_worst_attack_is_confirmed_on_unused_seeds(found):
    assert not set(found.fresh_seeds) & set(found.seeds)
    again = load_scenario(swarm({"kind": "median_gate"}), attack=[dict(spec) for spec in found.best.attacks])
    damage = run(again, seeds=list(found.fresh_seeds)).damage["defended"]
    assert found.worst.mean == pytest.approx(damage.mean, rel=1e-12)
    assert found.factor.mean == pytest.approx(found.worst.mean / found.own.mean)


def test_the_search_does_not_depend_on_the_number_of_processes():
    few = {"budget": 6, "seeds": (0, 1)}
    assert searched(swarm({"kind": "median_gate"}), **few, jobs=2) == searched(swarm({"kind": "median_gate"}), **few)


@pytest.mark.slow
def test_a_long_search_does_not_depend_on_the_number_of_processes(found):
    assert searched(swarm({"kind": "median_gate"}), budget=20, seeds=(0, 1), jobs=2) == found


def test_another_search_seed_gives_other_queries(found):
    other = searched(swarm({"kind": "median_gate"}), budget=4, seeds=(0,), search_seed=1)
    assert other.queries[1].attacks != found.queries[1].attacks


def test_a_known_threshold_gives_first_queries_of_about_its_size():
    scenario = swarm({"kind": "median_gate", "threshold": 4.0, "warm_up": 2}, rules={"red": {"feeds": 2}}, attacks=[])
    known = searched(scenario, budget=24, attacks=["false_signal"], seeds=(0,), known=True)
    sizes = {round(abs(query.attacks[0]["bias"]), 6) for query in known.queries[1:7]}
    assert sizes <= {0.4, 0.8, 1.0, 2.0, 4.0}  # Shares of 2 and 4, except those below the finest searched value.
    assert known.own.mean == 0.0
    assert known.factor is None


def test_a_failing_attack_is_a_refused_query_and_the_search_continues(tmp_path):
    folder = tmp_path / "attacks"
    folder.mkdir()
    (folder / "breaks.py").write_text(
        '"""Break."""\n\nfrom dataclasses import dataclass\n\nfrom swarmsec import Attack, Surface\n\n\n'
        "@dataclass(kw_only=True)\nclass Breaks(Attack):\n"
        '    """Break in round 0."""\n\n    surface = Surface.SIGNAL\n\n    by: float = 1.0\n\n'
        "    def on_signals(self, signals, red):\n        raise ValueError('no')\n"
    )
    scenario = load_scenario(swarm({"kind": "wmsr", "f": 1}, rules={}), plugins=[folder])
    found = searched(scenario, budget=6, attacks=["breaks"], seeds=(0,))
    assert found.best.number == 0
    assert all(query.harm is None and "breaks" in query.refused for query in found.queries[1:])


def test_an_unknown_metric_is_refused_with_the_known_ones():
    with pytest.raises(UsageError, match=r"metric: this world has no metric 'nope'; it has .*hull_violation"):
        searched(swarm({"kind": "wmsr", "f": 1}), budget=2, seeds=(0,), metric="nope")


def test_without_optuna_the_error_names_the_extra_to_install(monkeypatch):
    usual = builtins.__import__

    def without(name, *arguments, **more):
        if name == "optuna":
            raise ImportError(name)
        return usual(name, *arguments, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(UsageError, match=r"optional package optuna: pip install 'swarmsec\[search\]'"):
        searched(swarm({"kind": "wmsr", "f": 1}), budget=2, seeds=(0,))


def test_cells_inside_the_guarantee_are_marked_and_have_no_damage():
    scenario = swarm({"kind": "wmsr", "f": 1}, rounds=10)
    found = mapped(scenario, shares=(0.15, 0.3, 0.6), strengths=(0.5, 1.0), seeds=(0,))
    assert [(cell.share, cell.strength) for cell in found.cells] == [
        (share, strength) for share in found.shares for strength in found.strengths
    ]
    for cell in found.cells:
        attack = {**LIAR, "daemons": f"{100 * cell.share:g}%", "strength": cell.strength}
        there = load_scenario(scenario, settings={"rules.red": {}}, attack=attack)
        assert cell.promised == combine_guarantees(guarantees_before(there.setup(0))).label
        damage = run(there, seeds=[0]).damage
        assert cell.attacked == pytest.approx(damage["attacked"].mean)
        assert cell.defended == pytest.approx(damage["defended"].mean - damage["guarded"].mean)
    assert [cell.promised for cell in found.cells] == ["inside"] * 2 + ["outside"] * 4


def test_a_map_does_not_depend_on_the_number_of_processes():
    scenario = swarm({"kind": "wmsr", "f": 1}, rounds=5)
    one, two = (mapped(scenario, shares=(0.3,), strengths=(1.0, 2.0), seeds=(0,), jobs=jobs) for jobs in (1, 2))
    assert one == two


@pytest.mark.parametrize(("shares", "strengths"), [((0.0,), (1.0,)), ((1.5,), (1.0,)), ((0.5,), (0.0,))])
def test_shares_and_strengths_out_of_range_are_refused(shares, strengths):
    with pytest.raises(UsageError, match="shares are from above 0 to 1"):
        mapped(swarm({"kind": "wmsr", "f": 1}), shares=shares, strengths=strengths)


@pytest.mark.slow
@pytest.mark.parametrize("defense", ["median_gate:threshold=4,warm_up=200", "signal_clip"])
def test_an_attack_twice_as_harmful_as_the_librarys_is_found_within_200_queries(defense):
    found = searched(load_scenario("blackswarm", defense=defense), budget=60, seeds=(0,), jobs=2)
    assert found.factor is not None
    assert found.factor.low >= 2.0, found.factor


def _inside(scenario, attacks):
    return (
        combine_guarantees(
            guarantees_before(load_scenario(scenario, attack=[dict(spec) for spec in attacks]).setup(0))
        ).label
        == "inside"
    )


@pytest.mark.slow
def test_inside_the_guarantee_of_wmsr_no_attack_leaves_the_honest_hull_and_without_wmsr_one_does():
    wmsr = swarm({"kind": "wmsr", "f": 1})
    kinds = [space.kind for space in spaces_of(wmsr) if _inside(wmsr, [{"kind": space.kind, "daemons": [0]}])]
    assert {"stubborn", "equivocation", "false_message", "hijack", "conflicting_flood"} <= set(kinds)
    found = searched(wmsr, budget=200, attacks=kinds, seeds=(0,), metric="hull_violation")
    harms = [query.harm for query in found.queries]
    assert len(harms) == 200
    assert None not in harms
    assert all(_inside(wmsr, query.attacks) for query in found.queries)
    assert {query.attacks[0]["kind"] for query in found.queries} == set(kinds)
    assert np.max(harms) <= 1e-9

    control = searched(swarm({"kind": "none"}), budget=40, attacks=kinds, seeds=(0,), metric="hull_violation")
    assert control.worst.mean > 1.0


@pytest.mark.slow
def test_outside_the_guarantee_of_wmsr_a_lie_in_a_feed_leaves_the_honest_hull():
    scenario = swarm({"kind": "wmsr", "f": 1}, rules={"red": {"daemons": 1, "feeds": 1}})
    found = searched(scenario, budget=60, attacks=["false_signal"], seeds=(0,), metric="hull_violation")
    assert found.worst.mean > 0.1
    assert not _inside(scenario, found.best.attacks)
