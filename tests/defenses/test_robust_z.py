"""A daemon ignores neighbors that are far from its others, and listens again once they are not."""

from __future__ import annotations

import numpy as np

from defenses.robust_z import RobustZ
from swarmsec import load_scenario, run
from swarmsec.messages import Messages
from swarmsec.network import Network, topology
from tests.defenses.views import EdgeView

COMPLETE = topology("complete", n=7)


def watched(rounds, network: Network = COMPLETE, **parameters) -> EdgeView:
    """The view after some rounds, of which each is what the daemons broadcast."""
    defense, view = RobustZ(**{"warm_up": 0, "confirm": 1, **parameters}), EdgeView(network)
    defense.begin(view)
    for values in rounds:
        view.show(Messages(network, np.array(values, dtype=float)[:, None]))
        defense.respond(view)
    return view


def test_the_limit_is_the_threshold_times_the_robust_deviation() -> None:
    # Daemon 0 hears 1 to 5 and the liar: median 3.5, MAD 1.5. The limit is 3.5 + 5 · 1.4826 · 1.5 = 14.6195.
    for value, ignored in ((14.61, False), (14.63, True)):
        view = watched([[0, 1, 2, 3, 4, 5, value]])
        assert (6 in view.ignored_by(0)) is ignored


def test_it_ignores_after_messages_in_a_row_and_heeds_again() -> None:
    calm, lie = [0, 1, 2, 3, 4, 5, 6], [0, 1, 2, 3, 4, 5, 60]
    states = [
        6 in watched(([calm] + [lie] * 3 + [calm] * 5)[: rounds + 1], confirm=2, release_after=3).ignored_by(0)
        for rounds in range(9)
    ]
    assert states == [False, False, True, True, True, True, False, False, False]


def test_neighbors_that_agree_by_chance_are_no_reason_after_a_warm_up() -> None:
    usual, chance = [0, 1, 2, 3, 4, 5, 6], [0, 3, 3, 3, 3, 3, 6]
    assert watched([usual] * 3 + [chance], warm_up=3).ignored_by(0) == []
    assert watched([chance]).ignored_by(0) == [6]


def test_a_non_finite_message_is_suspicious() -> None:
    assert watched([[0, 1, 2, 3, 4, 5, np.inf]]).ignored_by(0) == [6]


def test_a_lying_majority_gets_the_honest_ignored() -> None:
    assert watched([[0, 50, 50.1, 50.2, 50.3, 1, 2]]).ignored_by(0) == [5, 6]


def test_it_limits_false_messages_and_costs_little() -> None:
    attack = "false_message:daemons=10%,start=30,bias=2"
    found = run(load_scenario("arena_trading", attack=attack, defense="robust_z:warm_up=25"))
    assert found.verdict == "limited"
    assert found.damage_limited.low > 0.9
    assert found.autoimmune_share.high < 0.01


def test_it_does_not_help_where_hubs_lie_from_the_start() -> None:
    found = run(load_scenario("hijacked_hubs", defense="robust_z:warm_up=0"), seeds=3)
    assert found.verdict in {"inconclusive", "not_limited"}
