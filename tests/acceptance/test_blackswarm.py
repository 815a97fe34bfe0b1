"""The results that the shipped scenarios must reproduce."""

import pytest

import swarmsec


@pytest.fixture(scope="session")
def blackswarm():
    """`swarmsec run blackswarm`, with the scenario's five seeds."""
    return swarmsec.run("blackswarm", jobs=2).to_dict()


@pytest.fixture(scope="session", params=["wmsr:f=1", "median_gate"])
def subtle(request):
    """The open challenge against each of the two defenses that do not limit it."""
    return swarmsec.run("blackswarm_subtle", defense=request.param, seeds=3, jobs=2).to_dict()


def test_blackswarm_runs_1200_daemons_for_1000_rounds_with_five_seeds(blackswarm):
    document = swarmsec.load_scenario("blackswarm").document
    assert (document["network"]["n"], document["rounds"]) == (1200, 1000)
    assert blackswarm["seeds"] == [0, 1, 2, 3, 4]
    assert blackswarm["unit"] == "USD"


def test_blackswarm_liquidates_about_one_point_two_million_dollars_without_news(blackswarm):
    clean, attacked = (blackswarm["arms"][arm]["metrics"] for arm in ("clean", "attacked"))
    sold = attacked["liquidated_usd"]["mean"] - clean["liquidated_usd"]["mean"]
    assert sold == pytest.approx(1.2e6, rel=0.10)
    assert blackswarm["damage"]["attacked"]["mean"] == pytest.approx(1.2e6, rel=0.10)
    assert blackswarm["arms"]["attacked"]["bill"] == attacked["misallocated_usd"]


def test_blackswarm_compromises_no_daemon_in_any_arm(blackswarm):
    zero = {"mean": 0.0, "low": 0.0, "high": 0.0}
    assert [arm["metrics"]["compromised"] for arm in blackswarm["arms"].values()] == [zero] * 4


def test_blackswarm_also_reports_a_shortfall_of_thousands_of_dollars(blackswarm):
    assert 1e3 < blackswarm["arms"]["attacked"]["metrics"]["shortfall_usd"]["mean"] < 1e4


def test_blackswarm_bites_and_its_defense_limits_more_than_half_of_the_damage(blackswarm):
    assert blackswarm["bites"] is True
    assert blackswarm["verdict"] == "limited"
    assert blackswarm["damage_limited"]["mean"] > 0.5
    assert blackswarm["damage_limited"]["low"] > 0


def test_blackswarms_defense_without_an_attack_costs_under_five_percent_of_the_damage(blackswarm):
    assert abs(blackswarm["autoimmune_cost"]["mean"]) < 0.05 * blackswarm["damage"]["attacked"]["mean"]
    assert blackswarm["autoimmune_cost"]["high"] < 0.05 * blackswarm["damage"]["attacked"]["mean"]


def test_blackswarm_without_an_attack_has_no_damage(blackswarm):
    assert blackswarm["arms"]["clean"]["bill"]["mean"] == pytest.approx(0, abs=0.01 * 1.2e6)


def test_blackswarm_attacks_a_fifth_of_the_feeds_for_sixty_rounds():
    (attack,) = swarmsec.load_scenario("blackswarm").document["attacks"]
    assert (attack["kind"], attack["daemons"], attack["stop"] - attack["start"]) == ("false_signal", "20%", 60)
    assert attack["bias"] == -1.5


def test_blackswarms_detection_is_scored(blackswarm):
    detection = blackswarm["detection"]
    assert 0 < detection["precision"] <= 1
    assert 0 < detection["recall"] <= 1
    assert detection["delay_rounds"] >= 0


@pytest.mark.parametrize("start", [300, 700])
@pytest.mark.slow
def test_blackswarms_defense_limits_an_attack_at_any_start(start):
    moved = swarmsec.load_scenario("blackswarm", settings={"attacks[0].start": start, "attacks[0].stop": start + 60})
    assert swarmsec.run(moved, jobs=2).to_dict()["damage_limited"]["low"] > 0.5


@pytest.mark.slow
def test_blackswarms_defense_limits_an_attack_on_any_daemons():
    moved = swarmsec.load_scenario("blackswarm", settings={"attacks[0].daemons": list(range(0, 1200, 5))})
    assert swarmsec.run(moved, jobs=2).to_dict()["damage_limited"]["low"] > 0.5


def test_the_subtle_attack_spreads_the_same_total_shift_over_all_feeds():
    (attack,) = swarmsec.load_scenario("blackswarm_subtle").document["attacks"]
    assert attack["kind"] == "false_signal"
    assert attack["daemons"] in ("all", "100%", 1200)
    assert attack["bias"] == pytest.approx(-0.3)


@pytest.mark.slow
def test_the_subtle_attack_does_as_much_damage(subtle):
    assert subtle["bites"] is True
    assert subtle["damage"]["attacked"]["mean"] == pytest.approx(1.2e6, rel=0.10)


@pytest.mark.slow
def test_the_subtle_attack_compromises_no_daemon(subtle):
    assert subtle["arms"]["attacked"]["metrics"]["compromised"]["high"] == 0.0


@pytest.mark.slow
def test_wmsr_and_the_gate_prevent_almost_no_damage_of_the_subtle_attack(subtle):
    assert subtle["damage_limited"]["mean"] < 0.05


def test_the_subtle_scenario_states_that_it_is_an_open_challenge():
    document = swarmsec.load_scenario("blackswarm_subtle").document
    text = f"{document['title']} {document['story']}".lower()
    assert "open" in text
    assert "median" in text or "gate" in text
