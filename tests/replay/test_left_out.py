"""What is lost without a part equals the difference of two separate runs."""

from __future__ import annotations

import pytest

from swarmsec import load_scenario, simulate
from swarmsec.replay import leave_one_out
from swarmsec.runs.executors import Serial

ATTACK = "stubborn:daemons=10%,start=30,value=2"
SEEDS = (0, 1)


def bills(defenses, arm="defended"):
    scenario = load_scenario("arena_beliefs", attack=ATTACK, defense=defenses)
    return [float(simulate(scenario, arm=arm, seed=seed).bill[-1]) for seed in SEEDS]


def mean_difference(more, less) -> float:
    return sum(one - other for one, other in zip(more, less, strict=True)) / len(SEEDS)


def left_out(defenses):
    scenario = load_scenario("arena_beliefs", attack=ATTACK, defense=defenses)
    return leave_one_out(scenario, seeds=SEEDS, executor=Serial())


def test_each_defense_of_a_list_is_left_out() -> None:
    both = ["signal_clip:warm_up=25", "wmsr:f=2"]
    found = left_out(both)
    assert [one.name for one in found.parts] == ["signal_clip", "wmsr"]
    whole = bills(both)
    assert found.prevented.mean == pytest.approx(mean_difference(bills(both, "attacked"), whole))
    assert found.parts[0].lost.mean == pytest.approx(mean_difference(bills(["none", both[1]]), whole))
    assert found.parts[1].lost.mean == pytest.approx(mean_difference(bills([both[0], "none"]), whole))


def test_each_layer_of_a_composed_defense_is_left_out() -> None:
    layers = ["feeds", "messages", "quarantine"]
    found = left_out([f"immune_system:warm_up=25,layers=[{','.join(layers)}]"])
    assert [one.name for one in found.parts] == [f"immune_system.{layer}" for layer in layers]
    whole = bills(["immune_system:warm_up=25,layers=[feeds,messages,quarantine]"])
    without_messages = bills(["immune_system:warm_up=25,layers=[feeds,quarantine]"])
    assert found.parts[1].lost.mean == pytest.approx(mean_difference(without_messages, whole))
    assert found.parts[1].lost.mean > 0.0


def test_one_layer_alone_is_left_out_as_a_whole() -> None:
    (part,) = left_out(["immune_system:warm_up=25,layers=[messages]"]).parts
    assert part.name == "immune_system"
    assert part.lost.mean == pytest.approx(left_out(["immune_system:warm_up=25,layers=[messages]"]).prevented.mean)
