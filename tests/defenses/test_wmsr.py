"""W-MSR keeps honest daemons in the hull of their initial values under the conditions of LeBlanc et al. 2013."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from defenses.wmsr import WMSR
from swarmsec import run, simulate
from swarmsec.errors import ParameterError
from swarmsec.network import Network, robustness, topology
from swarmsec.teams import Surface, ThreatCase
from swarmsec.worlds.beliefs import Beliefs
from tests.strategies import K3, TWO_CLIQUE, AnyLiar, beliefs, lied_to, lies, play, swarm_of, values

Q3 = {"kind": "hypercube", "dimension": 3}


@pytest.mark.parametrize("f", [1, 2])
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_honest_daemons_stay_in_the_honest_hull_on_2f_plus_1_robust_networks_against_f_local_liars(f, data) -> None:
    network, liars = data.draw(lied_to(f))
    initial = data.draw(st.lists(values, min_size=network.n, max_size=network.n))
    broadcast = tuple(data.draw(st.lists(lies, min_size=1, max_size=4)))
    attack = AnyLiar(daemons=liars, values=broadcast)
    trace = play(
        swarm_of(
            network,
            world=Beliefs(initial=initial),
            attacks=[attack],
            defenses=[WMSR(f=f)],
            rounds=8,
            seed=data.draw(st.integers(0, 1000)),
        )
    )
    honest = np.setdiff1d(np.arange(network.n), liars)
    states = trace.states[:, honest, 0]
    assert states.min() >= states[0].min()
    assert states.max() <= states[0].max()
    assert (np.diff(np.ptp(states, axis=1)) <= 0).all()


@pytest.mark.slow
@pytest.mark.parametrize("f", [1, 2])
@given(data=st.data())
@settings(max_examples=10, deadline=None)
def test_honest_daemons_agree_on_2f_plus_1_robust_networks(f, data) -> None:
    network, liars = data.draw(lied_to(f))
    attack = AnyLiar(daemons=liars, values=(-1e3, 0.0, 0.5, 1e3))
    initial = [float(i % 2) for i in range(network.n)]
    trace = play(swarm_of(network, world=Beliefs(initial=initial), attacks=[attack], defenses=[WMSR(f=f)], rounds=1500))
    honest = np.setdiff1d(np.arange(network.n), liars)
    assert np.ptp(trace.final[honest]) < 1e-6


@pytest.mark.parametrize(
    ("network", "initial"),
    [(TWO_CLIQUE, [0, 0, 0, 0, 1, 1, 1, 1]), (Q3, [0, 0, 0, 0, 1, 1, 1, 1])],
    ids=["two-clique", "Q3"],
)
def test_networks_of_connectivity_2_and_3_that_are_only_1_robust_freeze_without_a_liar(network, initial) -> None:
    swarm = beliefs(initial, network, defenses=[{"kind": "wmsr", "f": 1}], rounds=50)
    assert simulate(swarm, arm="guarded").final[:, 0].tolist() == initial


def test_more_than_f_liars_move_honest_daemons_out_of_the_hull() -> None:
    swarm = beliefs(
        [0, 0, 1, 1, 0.5],
        {"kind": "complete", "n": 5},
        attacks=[{"kind": "stubborn", "daemons": [0, 1], "value": 100.0}],
        defenses=[{"kind": "wmsr", "f": 1}],
        rounds=300,
    )
    assert simulate(swarm).final[2:, 0] == pytest.approx(np.full(3, 100.0), abs=1e-3)


def test_wmsr_with_f_0_is_the_plain_mean() -> None:
    case = beliefs([0, 3, 9], K3, defenses=[{"kind": "wmsr", "f": 0}], rounds=1)
    assert simulate(case, arm="guarded").final[:, 0].tolist() == [4.0, 4.0, 4.0]


def test_it_drops_the_f_largest_values_above_and_the_f_smallest_below_the_own_value() -> None:
    case = beliefs([0, 1, 4, 10, 20], {"kind": "complete", "n": 5}, defenses=[{"kind": "wmsr", "f": 1}], rounds=1)
    expected = [(0 + 1 + 4 + 10) / 4, (1 + 4 + 10) / 3, (4 + 1 + 10) / 3, (10 + 1 + 4) / 3, (20 + 1 + 4 + 10) / 4]
    assert simulate(case, arm="guarded").final[:, 0] == pytest.approx(np.array(expected))


@pytest.mark.parametrize(("n", "f", "most"), [(7, 4, 3), (2, 1, 0), (10, 5, 4)])
def test_an_f_of_half_the_swarm_is_refused(n, f, most) -> None:
    with pytest.raises(ParameterError, match=f"at most {most}") as refused:
        WMSR(f=f).check(n)
    assert refused.value.where == "f"


@pytest.mark.parametrize(("n", "f"), [(1, 1), (3, 1), (7, 3)])
def test_an_f_under_half_of_the_swarm_is_accepted(n, f) -> None:
    assert WMSR(f=f).check(n) is None


C7 = topology("circulant", n=7, offsets=[1, 2])
FOUR_ROBUST = Network.from_edges(
    9,
    [
        *[(1, 0), (2, 0), (2, 1), (3, 0), (3, 1), (3, 2), (4, 1), (4, 2), (4, 3), (5, 0), (5, 4), (6, 0), (6, 1)],
        *[(6, 2), (6, 3), (6, 4), (7, 1), (7, 2), (7, 3), (7, 4), (7, 5), (7, 6), (8, 1), (8, 3), (8, 4), (8, 5)],
        *[(8, 6), (8, 7)],
    ],
)
"""4-robust and (4,1)-robust, hence (3,2)-robust, but not (3,3)-robust."""


@pytest.mark.parametrize(
    ("network", "f", "targets", "surface", "holds", "why"),
    [
        (C7, 1, [0], Surface.DAEMON, True, "(2,2)-robust"),
        (topology("complete", n=3), 1, [2], Surface.DAEMON, True, "(2,2)-robust"),
        (topology("complete", n=9), 2, [0, 1], Surface.DAEMON | Surface.MESSAGE, True, "robust"),
        (topology("robust_attachment", n=20, r=3, s=1, seed=1), 1, [19], Surface.MESSAGE, True, "robust"),
        (C7, 1, [0, 1], Surface.DAEMON, False, "a neighborhood has 2 liars, and f is 1"),
        (topology("hypercube", dimension=3), 1, [0], Surface.DAEMON, False, "(1,6)-robust"),
        (C7, 1, [0], Surface.SIGNAL, False, "attacks on signals"),
        (C7, 1, [0], Surface.NETWORK, False, ""),
    ],
    ids=["C7", "K3", "K9", "grown", "two liars", "Q3", "signals", "links"],
)
def test_its_guarantee_is_the_theorem_of_leblanc_et_al(network, f, targets, surface, holds, why) -> None:
    guarantee = WMSR(f=f).guarantee(ThreatCase(network, np.array(targets, dtype=np.int32), surface))
    assert guarantee.holds is holds
    assert why in guarantee.why


def test_its_guarantee_for_f_total_liars_requires_f_plus_1_f_plus_1_robustness_and_not_only_a_larger_r() -> None:
    assert robustness(FOUR_ROBUST)[:2] == (4, 1)
    edges = [[int(j), int(i)] for j, i in zip(FOUR_ROBUST.indices, FOUR_ROBUST.receivers, strict=True) if j < i]
    swarm = beliefs(
        [0, 1, 1, 1, 0, 0, 1, 1, 1],
        {"kind": "edges", "n": 9, "edges": edges},
        attacks=[{"kind": "stubborn", "daemons": [0, 4], "value": 0.0}],
        defenses=[{"kind": "wmsr", "f": 2}],
        rounds=50,
    )
    result = run(swarm)
    assert result.arms["defended"].metrics["disagreement"].mean == 1.0
    assert result.guarantee.holds is False


def test_its_guarantee_on_a_large_network_is_open_if_the_bound_is_inconclusive() -> None:
    network = topology("random_regular", n=400, degree=6, seed=0)
    assert WMSR(f=1).guarantee(ThreatCase(network, np.array([7], dtype=np.int32), Surface.DAEMON)).holds is None


def test_its_guarantee_against_byzantine_daemons_differs_from_that_against_malicious_ones() -> None:
    """An echo on K3 freezes it: the network without the liar, a pair, is only 1-robust."""
    case = ThreatCase(topology("complete", n=3), np.array([2], dtype=np.int32), Surface.MESSAGE)
    assert WMSR(f=1).guarantee(case).holds is False


def test_its_guarantee_does_not_hold_if_red_changes_the_network() -> None:
    case = ThreatCase(C7, np.array([0], dtype=np.int32), Surface.DAEMON | Surface.NETWORK)
    assert WMSR(f=1).guarantee(case).holds is not True


def test_a_run_on_k3_with_an_echo_reports_that_the_guarantee_does_not_hold() -> None:
    swarm = beliefs(
        [0, 1, 0.5], K3, attacks=[{"kind": "equivocation", "daemons": [2]}], defenses=[{"kind": "wmsr"}], rounds=20
    )
    result = run(swarm)
    assert result.arms["defended"].metrics["disagreement"].mean == 1.0
    assert result.guarantee.holds is False
