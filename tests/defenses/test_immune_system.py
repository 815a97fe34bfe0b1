"""The layers of the immune system: what each is for, that each is needed, and that peace costs little."""

from __future__ import annotations

import pytest

from swarmsec import load_scenario, run, simulate

WHOLE = "immune_system:warm_up=25"


def found(scenario, attack, defense=WHOLE, seeds=4):
    return run(load_scenario(scenario, attack=attack, defense=defense), seeds=seeds)


def without(layer) -> str:
    layers = [one for one in ("outcome", "feeds", "rate", "messages", "quarantine", "restore") if one != layer]
    return f"{WHOLE},layers=[{','.join(layers)}]"


@pytest.mark.parametrize(
    ("scenario", "attack"),
    [
        ("arena_trading", "false_signal:daemons=10%,start=30,bias=2"),
        ("arena_trading", "hijack:daemons=5%,start=30,dwell=5,value=2"),
        ("arena_auction", "false_bid:daemons=10%,start=30,scale=3"),
        ("arena_beliefs", "stubborn:daemons=10%,start=30,value=2"),
    ],
)
def test_it_limits_an_attack_on_each_surface_at_hardly_any_cost_in_peace(scenario, attack) -> None:
    result = found(scenario, attack)
    assert result.verdict == "limited"
    assert result.damage_limited.low > 0.85
    assert result.autoimmune_cost.mean < 0.01 * result.damage["attacked"].mean


@pytest.mark.parametrize(
    ("layer", "scenario", "attack"),
    [
        ("feeds", "arena_trading", "false_signal:daemons=10%,start=30,bias=2"),
        ("rate", "arena_auction", "exhaustion:daemons=10%,start=30"),
        ("messages", "arena_auction", "false_bid:daemons=10%,start=30,scale=3"),
        ("restore", "arena_beliefs", "hijack:daemons=5%,start=30,dwell=5,value=2"),
    ],
)
def test_without_the_layer_for_it_an_attack_does_more(layer, scenario, attack) -> None:
    whole, less = (found(scenario, attack, defense).damage_limited.mean for defense in (WHOLE, without(layer)))
    assert whole > less + 0.1


@pytest.mark.slow
def test_its_layer_of_outcomes_finds_a_lie_in_all_feeds() -> None:
    attack = "false_signal:daemons=all,start=400,stop=460,bias=-0.3"
    assert found("blackswarm_subtle", attack, "immune_system", seeds=3).damage_limited.low > 0.5
    less = "immune_system:layers=[feeds,rate,messages,quarantine,restore]"
    assert found("blackswarm_subtle", attack, less, seeds=3).damage_limited.high < 0.1


def test_a_victim_of_a_false_feed_is_not_taken_down() -> None:
    scenario = load_scenario(
        "arena_auction",
        attack="false_signal:daemons=10%,start=30,bias=2",
        defense=f"{WHOLE},layers=[messages,quarantine,restore]",
    )
    for seed in range(3):
        kinds = {event.kind for event in simulate(scenario, arm="defended", seed=seed).events if event.team == "blue"}
        assert "isolated" in kinds
        assert "restored" not in kinds


def test_both_engines_agree() -> None:
    attack = "equivocation:daemons=10%,start=30,mode=split,amplitude=2"
    one, other = (
        simulate(
            load_scenario("arena_beliefs", attack=attack, defense=WHOLE, settings={"engine": engine}),
            arm="defended",
            seed=0,
        )
        for engine in ("arrays", "agents")
    )
    assert one.bill == pytest.approx(other.bill, rel=1e-12)
    assert one.events == other.events
