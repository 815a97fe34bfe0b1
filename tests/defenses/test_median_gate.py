"""The median gate keeps readings near the honest ones while fewer than half of each neighborhood lie."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from defenses.median_gate import MedianGate
from swarmsec import run, simulate
from swarmsec.aggregation import MAD_TO_DEVIATION, Neighborhoods
from swarmsec.messages import Messages
from swarmsec.network import Network, topology
from swarmsec.teams import Surface, ThreatCase
from tests.strategies import READS, beliefs, values

CIRCULANT = {"kind": "circulant", "n": 7, "offsets": [1, 2]}
GATE = {"kind": "median_gate", "warm_up": 1}


def readings(initial=(0, 1, 2, 3, 4, 5, 6), network=CIRCULANT, gate=GATE, rounds=3, **attack):
    attack = {"kind": "false_signal", "daemons": [3], "bias": 100.0, "start": 1, **attack}
    swarm = beliefs(initial, network, attacks=[attack], defenses=[gate], protocol=READS, rounds=rounds)
    return simulate(swarm, record_states=True)


def test_a_lie_is_replaced_by_the_median_of_the_neighbors() -> None:
    trace = readings(daemons=[2])
    # Daemon 2 listens to 0, 1, 3 and 4, whose median is 2.
    assert trace.states[2:, :, 0].tolist() == [[0, 1, 2, 3, 4, 5, 6]] * 2


def test_a_replaced_reading_is_an_alarm_about_that_feed() -> None:
    trace = readings()
    assert trace.metrics["alarms"].tolist() == [0, 1, 1]
    assert trace.watch.hits == trace.watch.alarmed == trace.watch.attacked == 2


def test_it_replaces_nothing_in_the_warm_up() -> None:
    trace = readings(gate={**GATE, "warm_up": 3}, start=2, rounds=5)
    assert trace.states[1:, 3, 0].tolist() == [3, 3, 103, 3, 3]


def test_the_usual_distance_of_a_daemon_is_its_own() -> None:
    """The readings of one component of a network have no effect on the gates of another."""
    islands = {"kind": "edges", "n": 6, "edges": [[0, 1], [1, 2], [0, 2], [3, 4], [4, 5], [3, 5]]}
    noisy = [0.0, 1.0, 5.0]
    one, other = (
        readings(initial=[*noisy, *far], network=islands, gate={**GATE, "threshold": 1.0}, daemons=[0], bias=8.0)
        for far in ([0, 0, 0], [0, 1e3, 1e6])
    )
    assert np.array_equal(one.states[:, :3], other.states[:, :3])


def test_a_lie_within_the_threshold_passes_unchanged() -> None:
    # Neighbors of 3 read 1, 2, 4 and 5: median 3, MAD 1.5. The limit is 4 · 1.4826 · 1.5 = 8.8956.
    assert readings(bias=8.89).states[2, 3, 0] == 3 + 8.89
    assert readings(bias=8.90).states[2, 3, 0] == 3.0


def test_an_honest_reading_passes_if_its_neighbors_agree_by_chance() -> None:
    # All four neighbors of daemon 0 read the same, and it differs from them by less than four usual spreads.
    initial = [2, 1, 1, 3, 0, 1, 1]
    trace = readings(initial=initial, strength=0.0)
    assert trace.states[3, 0, 0] == 2.0
    assert trace.metrics["alarms"].tolist() == [0, 0, 0]


def test_an_honest_reading_is_replaced_if_all_neighbors_tell_the_same_lie() -> None:
    trace = readings(
        initial=[0, 1, 2, 3], network={"kind": "complete", "n": 4}, daemons=[1, 2, 3], bias=1000.0, rounds=2
    )
    assert trace.states[2, 0, 0] == 1002.0


def test_it_does_not_detect_a_shift_of_every_feed() -> None:
    trace = readings(daemons="all")
    assert trace.states[2, :, 0].tolist() == [100, 101, 102, 103, 104, 105, 106]
    assert trace.watch.hits == 0


def test_it_asks_every_neighbor_once_per_round() -> None:
    swarm = beliefs(range(7), CIRCULANT, protocol=READS, defenses=[GATE], rounds=3)
    clean, guarded = (simulate(swarm, arm=arm).metrics for arm in ("clean", "guarded"))
    assert (guarded["messages"] - clean["messages"]).tolist() == [28, 56, 84]


@st.composite
def minority_liars(draw: st.DrawFn) -> tuple[Network, np.ndarray, np.ndarray]:
    """A network, honest readings, and the readings with lies, by fewer than half of every neighborhood."""
    network = draw(
        st.builds(
            lambda n, k, seed: topology("k_in_random", n=n, k=min(k, n - 1), seed=seed),
            st.integers(4, 14),
            st.integers(3, 7),
            st.integers(0, 10**6),
        )
    )
    honest = np.array(draw(st.lists(values, min_size=network.n, max_size=network.n)))
    per_edge, lying = honest.copy(), np.zeros(network.n, dtype=bool)
    for daemon in draw(st.permutations(range(network.n))):
        lying[daemon] = True
        if any(2 * lying[network.neighbors(i)].sum() >= len(network.neighbors(i)) for i in range(network.n)):
            lying[daemon] = False
        else:
            per_edge[daemon] = draw(st.floats(-1e12, 1e12))
    return network, honest, per_edge


@pytest.mark.parametrize("per_edge", [False, True])
def test_neighborhoods_compute_with_what_they_were_told(per_edge: bool) -> None:
    network = topology("star", n=4)
    truth, lie = np.array([[1.0], [2.0], [3.0], [4.0]]), np.array([[100.0], [2.0], [3.0], [4.0]])
    told = Messages(network, truth, per_edge=lie[network.indices]) if per_edge else Messages(network, lie)
    median = Neighborhoods(network, tell=lambda _: told).median_and_mad(truth).median
    assert median[:, 0].tolist() == [3.0, 100.0, 100.0, 100.0]


@given(minority_liars())
@settings(max_examples=60, deadline=None)
def test_the_median_stays_among_honest_readings_while_fewer_than_half_of_a_neighborhood_lie(case) -> None:
    network, honest, per_edge = case
    median = Neighborhoods(network).median_and_mad(per_edge[:, None]).median[:, 0]
    truthful = per_edge[honest == per_edge]
    assert median.min() >= truthful.min()
    assert median.max() <= truthful.max()


class _Asker:
    """The attributes of a view that the gate uses."""

    round: ClassVar[int] = 1

    def __init__(self, network: Network) -> None:
        self.neighborhoods = Neighborhoods(network)


@given(minority_liars())
@settings(max_examples=60, deadline=None)
def test_readings_behind_the_gate_stay_near_honest_ones_while_fewer_than_half_of_a_neighborhood_lie(case) -> None:
    network, honest, per_edge = case
    gate, view = MedianGate(threshold=4.0, warm_up=0), _Asker(network)
    gate.begin(view)
    passed = gate.filter_signals(per_edge[:, None], view)[:, 0]
    truthful = per_edge[honest == per_edge]
    # Fewer than half lie, so the median distance from the median is at most the range of the honest readings.
    reach = 4.0 * MAD_TO_DEVIATION * np.ptp(truthful) * (1 + 1e-12)
    assert passed.min() >= truthful.min() - reach
    assert passed.max() <= truthful.max() + reach


RING = topology("ring", n=6)


@pytest.mark.parametrize(
    ("network", "targets", "surface", "holds", "why"),
    [
        (topology("circulant", n=7, offsets=[1, 2]), [0], Surface.SIGNAL, True, "more than half"),
        (topology("circulant", n=7, offsets=[1, 2]), [0, 1], Surface.SIGNAL, False, "2 of 7 neighborhoods"),
        (RING, [0], Surface.SIGNAL, False, "2 of 6 neighborhoods"),
        (RING, [], Surface.SIGNAL, True, "more than half"),
        (RING, [0], Surface.DAEMON, False, "against false signals only"),
        (RING, [0], Surface.SIGNAL | Surface.DAEMON, False, "against false signals only"),
    ],
)
def test_its_guarantee_counts_the_neighborhoods_without_an_honest_majority(
    network, targets, surface, holds, why
) -> None:
    guarantee = MedianGate().guarantee(ThreatCase(network, np.array(targets, dtype=np.int32), surface, 200))
    assert guarantee.holds is holds
    assert why in guarantee.why


def test_its_guarantee_does_not_hold_for_an_attack_in_its_warm_up() -> None:
    swarm = beliefs(
        range(7),
        CIRCULANT,
        attacks=[{"kind": "false_signal", "daemons": [3], "bias": 100.0}],
        defenses=[{"kind": "median_gate", "warm_up": 200}],
        protocol=READS,
        rounds=10,
        seeds=3,
        noise=0.1,
    )
    result = run(swarm)
    assert result.damage_limited is not None
    assert result.damage_limited.mean == pytest.approx(0.0)
    assert result.guarantee.holds is not True
