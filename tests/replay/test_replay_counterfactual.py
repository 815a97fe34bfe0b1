"""Counterfactual runs on the same random streams: exact where a change has no effect."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec.errors import PluginError, UsageError
from swarmsec.replay import attribute, counterfactual, parse_without, without
from swarmsec.replay.changes import Left, until
from swarmsec.runs.executors import Processes, Serial
from swarmsec.runs.jobs import trace_digest
from swarmsec.runs.simulation import run_arm
from swarmsec.scenario import load_scenario
from swarmsec.swarm.arms import Arm

NOISE = '''"""Add noise to the feeds."""

from dataclasses import dataclass

from swarmsec import Attack, Surface


@dataclass(kw_only=True)
class Noise(Attack):
    """Add noise from the attack's stream to the feeds of the targets."""

    surface = Surface.SIGNAL

    scale: float = 1.0

    def on_signals(self, readings, red):
        noise = red.rng.normal(size=readings.shape)
        return readings + self.scale * noise
'''

FAILS = NOISE.replace("Noise", "Fails").replace("noise = red.rng.normal(size=readings.shape)", "raise ValueError('no')")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    found = tmp_path_factory.mktemp("own")
    (found / "random_lie.py").write_text(NOISE, encoding="utf-8")
    (found / "fails.py").write_text(FAILS, encoding="utf-8")
    return found


def scenario(folder, *, attacks=2, defenses=("median_gate", "signal_clip"), rounds=30):
    """Attacks that draw their targets and their lies."""
    return load_scenario(
        {
            "apiVersion": "swarmsec/v1",
            "kind": "Scenario",
            "name": "noisy",
            "world": {"kind": "trading"},
            "network": {"kind": "small_world", "n": 30, "neighbors": 6},
            "protocol": {"kind": "friedkin_johnsen", "anchor": 0.1},
            "rounds": rounds,
            "attacks": [
                {"kind": "random_lie", "daemons": "20%", "start": 5 + number, "stop": 25} for number in range(attacks)
            ],
            "defenses": [{"kind": kind} for kind in defenses],
            "seeds": 3,
        },
        plugins=[folder],
    )


def trace(loaded, arm, seed=0):
    return run_arm(loaded, seed, arm)[0]


def figures_of(played):
    return {name: values.tobytes() for name, values in played.metrics.items()}


def test_leaving_out_an_attack_leaves_the_targets_and_draws_of_the_others(folder):
    whole = scenario(folder)
    left = trace(without(whole, attacks=[0]), Arm.ATTACKED)
    aims = {event.round: event.daemons for event in trace(whole, Arm.ATTACKED).events if event.kind == "attack_on"}
    assert [(event.round, event.daemons) for event in left.events if event.kind == "attack_on"] == [(6, aims[6])]
    # The same swarm with the second attack alone in the second place, beside one that has no effect.
    silent = load_scenario(whole, settings={"attacks[0].scale": 0.0})
    assert figures_of(left) == figures_of(trace(silent, Arm.ATTACKED))
    # In the first place, the second attack would draw from the stream of the first one, and have other targets.
    alone = load_scenario(whole, attack=[whole.document["attacks"][1]])
    assert next(event.daemons for event in trace(alone, Arm.ATTACKED).events) != aims[6]


def test_leaving_out_all_attacks_gives_the_clean_arm_bit_for_bit(folder):
    whole = scenario(folder)
    silent_run = without(whole, attacks=[0, 1])
    assert figures_of(trace(silent_run, Arm.ATTACKED)) == figures_of(trace(whole, Arm.CLEAN))
    assert figures_of(trace(silent_run, Arm.DEFENDED)) == figures_of(trace(whole, Arm.GUARDED))


def test_leaving_out_all_defenses_gives_the_attacked_arm_bit_for_bit(folder):
    whole = scenario(folder)
    assert figures_of(trace(without(whole, defenses=[0, 1]), Arm.DEFENDED)) == figures_of(trace(whole, Arm.ATTACKED))


def test_leaving_out_no_plugin_gives_the_same_scenario(folder):
    whole = scenario(folder)
    assert without(whole) is whole


def test_until_changes_nothing_before_that_round(folder):
    whole = scenario(folder)
    before, after = trace(whole, Arm.ATTACKED), trace(until(whole, 12), Arm.ATTACKED)
    assert [values[:12].tobytes() for values in before.metrics.values()] == [
        values[:12].tobytes() for values in after.metrics.values()
    ]
    assert {event.round for event in after.events if event.kind == "attack_off"} == {12}


def test_until_round_0_is_no_attack_and_until_the_end_is_no_change(folder):
    whole = scenario(folder)
    assert figures_of(trace(until(whole, 0), Arm.ATTACKED)) == figures_of(trace(whole, Arm.CLEAN))
    assert trace_digest(trace(until(whole, 30), Arm.ATTACKED)) == trace_digest(trace(whole, Arm.ATTACKED))


def test_plugins_are_left_out_by_place_or_kind(folder):
    whole = scenario(folder)
    assert parse_without(["attack:1", "defense:median_gate"], whole) == Left(frozenset({1}), frozenset({0}))
    assert parse_without(["attack:random_lie"], whole) == Left(frozenset({0, 1}), frozenset())


@pytest.mark.parametrize("word", ["attack:2", "attack", "attack:", "defence:0", "defense:wmsr", "attack:-1"])
def test_an_unknown_plugin_to_leave_out_is_refused(folder, word):
    with pytest.raises(UsageError):
        parse_without([word], scenario(folder))


def test_an_unaffected_arm_has_a_difference_of_exactly_0(folder):
    whole = scenario(folder)
    options = {"changes": ["x"], "seeds": [0, 1, 2], "arms": list(Arm), "executor": Serial()}
    found = counterfactual(whole, without(whole, attacks=[0]), **options)
    assert found.arms["clean"].differences.tolist() == [0.0, 0.0, 0.0]
    assert found.arms["guarded"].differences.tolist() == [0.0, 0.0, 0.0]
    assert found.arms["clean"].parts == (None, None, None)
    attacked = found.arms["attacked"]
    changed = without(whole, attacks=[0])
    for at, seed in enumerate((0, 1, 2)):
        was, would = trace(whole, Arm.ATTACKED, seed).bill, trace(changed, Arm.ATTACKED, seed).bill
        assert (attacked.happened[at], attacked.instead[at]) == (was[-1], would[-1])
        assert attacked.parts[at] == int(np.flatnonzero(was != would)[0])


def test_two_processes_give_the_same_result_as_one(folder):
    whole = scenario(folder, rounds=12)
    options = {"seeds": [0, 1], "arms": list(Arm)}
    processes = Processes(2)
    try:
        two = attribute(whole, executor=processes, **options).to_dict()
    finally:
        processes.close()
    assert two == attribute(whole, executor=Serial(), **options).to_dict()


def test_shares_add_up_to_the_damage_and_the_prevented_damage_in_every_seed(folder):
    whole = scenario(folder, attacks=3)
    found = attribute(whole, seeds=[0, 1], arms=list(Arm), executor=Serial())
    bills = {arm: np.array([trace(whole, arm, seed).bill[-1] for seed in (0, 1)]) for arm in Arm}
    totals = {
        "damage": bills[Arm.ATTACKED] - bills[Arm.CLEAN],
        "left": bills[Arm.DEFENDED] - bills[Arm.GUARDED],
        "prevented": bills[Arm.ATTACKED] - bills[Arm.DEFENDED],
        "cost_in_peace": bills[Arm.GUARDED] - bills[Arm.CLEAN],
    }
    assert list(found.divisions) == list(totals)
    for name, division in found.divisions.items():
        assert division.totals.tolist() == totals[name].tolist()
        summed = np.sum([one.values for one in division.shares], axis=0)
        # Shares are exact fractions until they are converted to floats, so only that rounding remains.
        np.testing.assert_allclose(summed, division.totals, rtol=1e-14, atol=1e-9)
        assert division.orders is None
    assert [len(division.shares) for division in found.divisions.values()] == [3, 3, 2, 2]
    assert np.abs(found.divisions["damage"].totals).min() > 0


def test_a_single_attack_has_all_of_the_damage(folder):
    whole = scenario(folder, attacks=1, defenses=())
    found = attribute(whole, seeds=[0, 1], arms=list(Arm), executor=Serial())
    assert list(found.divisions) == ["damage"]
    division = found.divisions["damage"]
    assert division.shares[0].values.tolist() == division.totals.tolist()


def test_shares_of_more_than_six_attacks_use_sampled_orders_and_add_up_exactly(folder):
    whole = scenario(folder, attacks=7, defenses=(), rounds=10)
    found = attribute(whole, seeds=[0, 1], arms=list(Arm), executor=Serial(), orders_drawn=4)
    division = found.divisions["damage"]
    assert division.orders == 4
    summed = np.sum([one.values for one in division.shares], axis=0)
    np.testing.assert_allclose(summed, division.totals, rtol=1e-14, atol=1e-9)
    drawn = [one.drawn for one in division.shares]
    assert [one.mean for one in drawn] == pytest.approx([one.share.mean for one in division.shares])
    assert all(one.low <= one.mean <= one.high for one in drawn)
    again = attribute(whole, seeds=[0, 1], arms=list(Arm), executor=Serial(), orders_drawn=4)
    assert again.to_dict() == found.to_dict()


def test_a_run_without_plugins_has_nothing_to_attribute(folder):
    with pytest.raises(UsageError, match="no attack and no defense"):
        attribute(scenario(folder, attacks=0, defenses=()), seeds=[0], arms=list(Arm), executor=Serial())


def test_the_error_of_a_failing_attack_names_its_seed_and_arm(folder):
    whole = load_scenario(scenario(folder), attack="fails")
    with pytest.raises(PluginError, match=r"seed 0, attacked arm.*fails\.on_signals"):
        attribute(whole, seeds=[0], arms=list(Arm), executor=Serial())
