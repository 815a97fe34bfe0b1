"""A hijack spreads along trust, edge by edge, until no daemon is left or the rules of engagement stop it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from scipy.optimize import brentq

from attacks.hijack import Hijack
from swarmsec import simulate
from swarmsec.network import topology
from swarmsec.teams import Attack, RedRules, RedView, Rules, Surface
from tests.strategies import READS, UNIFORM, beliefs, play, swarm_of

PATH = {"kind": "path", "n": 5}


def trace_of(network=PATH, rounds=5, rules=None, defenses=(), protocol=UNIFORM, seed=0, **hijack):
    attack = {"kind": "hijack", "daemons": [0], "dwell": 1, "spread": 1.0, **hijack}
    swarm = beliefs(
        [0.0] * network["n"],
        network,
        attacks=[attack],
        defenses=list(defenses),
        rules=rules or {},
        rounds=rounds,
        protocol=protocol,
    )
    return simulate(swarm, arm="defended" if defenses else "attacked", record_states=True, seed=seed)


def test_it_spreads_one_hop_per_move_with_probability_1() -> None:
    assert trace_of().metrics["compromised"].tolist() == [1, 2, 3, 4, 5]


def test_it_moves_every_dwell_rounds_after_its_start() -> None:
    assert trace_of(start=1, dwell=2, rounds=7).metrics["compromised"].tolist() == [0, 1, 1, 2, 2, 3, 3]


def test_it_moves_once_per_round_for_any_number_of_exchanges() -> None:
    twice = trace_of(dwell=2, protocol={**UNIFORM, "exchanges": 2})
    assert twice.metrics["compromised"].tolist() == [1, 1, 2, 2, 3]


def test_it_spreads_only_along_edges_to_listeners() -> None:
    one_way = {"kind": "edges", "n": 4, "edges": [[0, 1], [2, 0]], "directed": True}
    assert trace_of(network=one_way).compromised.tolist() == [True, True, False, False]


def test_it_stops_at_the_budget_of_the_rules() -> None:
    trace = trace_of(rules={"red": {"daemons": 3}})
    assert trace.metrics["compromised"].tolist() == [1, 2, 3, 3, 3]
    assert trace.compromised.tolist() == [True, True, True, False, False]


def test_it_stays_with_probability_0() -> None:
    assert trace_of(spread=0.0).metrics["compromised"].tolist() == [1] * 5


def test_a_listener_is_hijacked_with_the_given_probability() -> None:
    star = {"kind": "star", "n": 1001}
    fallen = trace_of(network=star, spread=0.3, rounds=2).metrics["compromised"][1] - 1
    assert fallen == pytest.approx(300, abs=4 * np.sqrt(1000 * 0.3 * 0.7))


def test_hijacked_daemons_send_and_hold_the_value_at_its_strength() -> None:
    trace = trace_of(value=-8.0, strength=0.5, rounds=2)
    heard = -4.0 / 3
    assert trace.states[1, :2, 0].tolist() == [-4.0, pytest.approx(heard)]
    said = (heard - 8.0) / 2
    honest = [(0.0 + said) / 2, (-4.0 + heard + 0.0) / 3]
    assert trace.states[2, :2, 0] == pytest.approx(np.array([(value - 8.0) / 2 for value in honest]))


def test_an_isolated_daemon_still_steals_credentials() -> None:
    trace = trace_of(defenses=[{"kind": "oracle"}])
    assert trace.metrics["compromised"].tolist() == [1, 2, 3, 4, 5]


def test_it_neither_moves_nor_holds_daemons_after_the_stop() -> None:
    trace = trace_of(stop=2, value=6.0, rounds=4)
    assert trace.metrics["compromised"].tolist() == [1, 2, 2, 2]
    assert trace.states[3, 0, 0] == pytest.approx(6.0)
    assert trace.states[3, 1, 0] == pytest.approx((6.0 + 6.0 + trace.states[2, 2, 0]) / 3)


def test_the_blast_radius_is_noted_before_and_compared_with_the_daemons_that_fell() -> None:
    one_way = {"kind": "edges", "n": 5, "edges": [[0, 1], [1, 2], [3, 4]], "directed": True}
    trace = trace_of(network=one_way, start=1, rounds=8)
    notes = [(event.round, *event.note) for event in trace.events if event.kind == "note"]
    assert notes == [(1, "reach", 3), (7, "hijacked", 3), (7, "share_of_reach", 1)]
    assert trace.metrics["compromised"].tolist() == [0, 1, 2, 3, 3, 3, 3, 3]
    stopped = trace_of(network=one_way, start=1, stop=3, rounds=8)
    assert [event.note for event in stopped.events if event.kind == "note"][1:] == [
        ("hijacked", 2),
        ("share_of_reach", pytest.approx(2 / 3)),
    ]


def test_hijacked_daemons_act_on_the_world_without_a_false_proposal() -> None:
    honest = {"value": 0.0, "spread": 0.0, "rounds": 2}
    trace = trace_of(**honest, act=5.0)
    assert trace.states[:, :, 0].tolist() == [[0.0] * 5] * 3
    assert trace.decisions[:, :, 0].tolist() == [[5.0, 0, 0, 0, 0]] * 2
    assert np.array_equal(trace_of(**honest).decisions, np.zeros((2, 5, 1)))


def test_a_recovered_daemon_holds_and_acts_as_an_honest_one() -> None:
    trace = trace_of(value=8.0, act=3.0, spread=0.0, recovery=1.0, rounds=3)
    # It recovers in `on_round` of round 1, and goes on from what it held: the mean of 8 and of its neighbor's 8/3.
    assert trace.states[1:, 0, 0] == pytest.approx([8.0, 16 / 3, 40 / 9])
    assert trace.decisions[:, 0, 0] == pytest.approx([3.0, 16 / 3, 40 / 9])
    assert trace.metrics["compromised"].tolist() == [1, 1, 1]
    assert [(event.round, event.daemons) for event in trace.events if event.kind == "released"] == [(1, (0,))]


@dataclass(kw_only=True)
class Values(Attack):
    """Writes to the board that daemons 3 and 8 are worth most."""

    surface = Surface.NONE

    def on_round(self, red: RedView) -> None:
        red.board["worth"] = np.where(np.isin(np.arange(red.n), [3, 8]), 5.0, 1.0)


def fallen_of_a_star(seed: int, *before: Attack) -> list[int]:
    """The daemons that fall if the hub of a star moves once to half of its ten listeners, and may take two."""
    moves = Hijack(daemons=[0], dwell=1, spread=0.5, prefer="worth")
    rules = Rules(red=RedRules(daemons=3))
    star = topology("star", n=11)
    swarm = swarm_of(star, attacks=[*before, moves], rules=rules, arm="attacked", rounds=2, seed=seed)
    return np.flatnonzero(play(swarm).compromised).tolist()


def test_it_prefers_the_daemons_with_the_largest_values_on_the_board() -> None:
    assert [fallen_of_a_star(seed, Values(daemons=[0])) for seed in range(5)] == [[0, 3, 8]] * 5
    at_random = [fallen_of_a_star(seed) for seed in range(5)]
    assert {len(fallen) for fallen in at_random} == {3}
    assert len({tuple(fallen) for fallen in at_random}) > 1


def test_without_a_value_hijacked_daemons_stay_honest() -> None:
    honest = trace_of(value=None)
    assert honest.metrics["compromised"].tolist() == [1, 2, 3, 4, 5]
    assert not honest.states.any()


def test_a_link_is_a_chance_of_its_own() -> None:
    # Daemon 3 hears three hijacked daemons, daemon 4 one: 1 − 0.5³ and 0.5.
    network = {"kind": "edges", "n": 5, "edges": [[0, 3], [1, 3], [2, 3], [0, 4]], "directed": True}
    fallen = np.mean(
        [
            trace_of(network, daemons=[0, 1, 2], per="link", spread=0.5, rounds=2, seed=s).compromised
            for s in range(150)
        ],
        axis=0,
    )
    assert fallen[3:] == pytest.approx([0.875, 0.5], abs=0.15)


def infected(network, rounds, seed=0, **hijack):
    """(rounds,) the share of daemons that are hijacked after each round; all believe their signals, which are 0."""
    how = {"value": 1.0, "per": "link", **hijack}
    return trace_of(network, rounds=rounds, seed=seed, protocol=READS, **how).states[1:, :, 0].mean(axis=1)


CIRCULANT = {"kind": "circulant", "n": 200, "offsets": list(range(1, 21))}
STAR = {"kind": "star", "n": 101}


def gu(contact, recovery, rounds, seed, n=200):
    """The share of hijacked daemons under the pairwise contact of Gu et al. 2024, from half of the swarm on."""
    complete, spread = {"kind": "complete", "n": n}, contact / (2 * (n - 1))
    return infected(complete, rounds, seed, daemons="50%", spread=spread, recovery=recovery)


@pytest.mark.slow
@pytest.mark.parametrize(("contact", "settled", "rounds"), [(0.16, 0.75, 200), (0.1, 0.2, 400)])
def test_a_hijack_by_pairwise_contact_settles_at_the_share_of_gu_et_al(contact, settled, rounds) -> None:
    # Their rates 0.8, 0.1 and 0.25, 0.1 in steps of 1/5 and 2/5, so that two contacts in a step are rare.
    recovery = contact * (1 - settled) / 2
    shares = [gu(contact, recovery, rounds, seed, n=400)[rounds // 4 :].mean() for seed in range(4)]
    error = np.std(shares, ddof=1) / np.sqrt(len(shares))
    assert error < 0.03
    assert np.mean(shares) == pytest.approx(settled, abs=0.01 + 3.2 * error)


def test_a_hijack_by_pairwise_contact_dies_out_if_contact_is_under_twice_recovery() -> None:
    assert [gu(0.1, 0.1, 250, seed)[-1] for seed in range(3)] == [0.0] * 3


@pytest.mark.parametrize(("network", "largest_eigenvalue"), [(CIRCULANT, 40), (STAR, 10)])
def test_a_hijack_with_recovery_has_its_threshold_at_one_over_the_largest_eigenvalue(network, largest_eigenvalue):
    def last(ratio: float) -> list[float]:
        rates = {"spread": ratio * 0.1 / largest_eigenvalue, "recovery": 0.1, "daemons": "hubs:20"}
        return [infected(network, 200, seed, **rates)[-1] for seed in range(4)]

    # Below the threshold, √(n · 20) · (1 − 0.1 + 0.6 · 0.1)^200 < 0.02 daemons are expected to be left.
    assert last(0.6) == [0.0] * 4
    assert min(last(5.0)) > 0.1


def test_a_hijack_with_immunity_ends_at_the_final_size_of_twice_the_threshold() -> None:
    n, first = 300, 6

    def final(start: float) -> float:
        return float(brentq(lambda z: 1 - z - (1 - start) * np.exp(-2 * z), 0.1, 1.0))

    assert final(0.0) == pytest.approx(0.796812, abs=5e-7)
    how = {"per": "link", "spread": 2 * 0.1 / n, "recovery": 0.1, "immune": True, "protocol": READS, "rounds": 100}
    shares = [
        trace_of({"kind": "complete", "n": n}, daemons=first, seed=seed, **how).metrics["compromised"][-1] / n
        for seed in range(8)
    ]
    error = np.std(shares, ddof=1) / np.sqrt(len(shares))
    assert error < 0.03
    assert np.mean(shares) == pytest.approx(final(first / n), abs=2.4 * error + 0.01)
