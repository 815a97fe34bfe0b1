"""A lie in all feeds is found by what it claims: true news moves the market, and a lie does not."""

from __future__ import annotations

import pytest

from swarmsec import load_scenario, run

LIE = "false_signal:daemons=all,start={start},stop={stop},bias={bias}"
TESTED = "claim_against_outcome"


def subtle(*, start=205, bias=-0.3, defense=f"{TESTED}:warm_up=60", **settings):
    """A tenth of the swarm and of its market, with news in rounds 100 to 160."""
    scenario = load_scenario(
        "blackswarm_subtle",
        attack=LIE.format(start=start, stop=start + 60, bias=bias),
        defense=defense,
        settings={
            "network.n": 120,
            "world.volume_usd": 1e7,
            "world.news": [100],
            "rounds": 300,
            "rules.red.earliest": 0,
            **settings,
        },
    )
    return run(scenario, seeds=4)


def test_it_finds_a_lie_in_all_feeds_where_neighbors_see_nothing() -> None:
    found = subtle()
    assert found.verdict == "limited"
    assert found.damage_limited.low > 0.9
    assert found.autoimmune_cost.high < 0.05 * found.damage["attacked"].mean
    missed = {arm: found.arms[arm].metrics["missed_usd"].mean for arm in ("clean", "guarded")}
    assert missed["guarded"] == pytest.approx(missed["clean"], abs=0.02 * 120 * 2500)  # It acts on true news.
    assert subtle(defense="median_gate:warm_up=60").damage_limited.high < 0.05


def test_a_lie_that_exaggerates_true_news_is_cut_to_what_was_confirmed() -> None:
    assert subtle(start=100, bias=-0.4).damage_limited.low > 0.9


@pytest.mark.slow
def test_sales_in_true_news_do_not_confirm_the_lie_that_follows() -> None:
    own_left_in = subtle(start=150, defense=f"{TESTED}:warm_up=60,own=nothing").damage_limited.mean
    assert subtle(start=150).damage_limited.mean > own_left_in + 0.05


def test_it_does_not_find_news_that_a_feed_conceals() -> None:
    concealed = subtle(start=100, bias=0.3)
    assert concealed.bites
    assert abs(concealed.damage_limited.mean) < 0.05


@pytest.mark.slow
def test_where_the_market_says_little_waiting_costs_as_much_as_the_lie() -> None:
    found = subtle(defense=f"{TESTED}:factor=1.2,evidence=1,warm_up=60", **{"world.news_volume": 1.2})
    assert found.autoimmune_cost.mean > 0.1 * found.damage["attacked"].mean


def test_it_does_nothing_where_the_world_shows_no_figure() -> None:
    found = run(load_scenario("arena_beliefs", attack="false_signal:daemons=10%,start=30,bias=2", defense=TESTED))
    assert found.damage_limited.mean == 0.0


@pytest.mark.slow
def test_it_limits_the_lie_whenever_it_begins_on_seeds_that_nobody_tuned_on() -> None:
    scenario = load_scenario(
        "blackswarm_subtle", settings={"attacks[0].start": [200, 800], "attacks[0].stop": 260}, defense=TESTED
    )
    found = run(scenario, seeds=list(range(1000, 1020)), jobs=2)
    assert found.damage_limited.mean > 0.5
    assert found.damage_limited.low > 0.3
    assert found.autoimmune_cost.high < 0.05 * found.damage["attacked"].mean
