"""Features of behavior, computed by hand on small swarms."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec.immunity import FEATURES, BehaviorTracker
from swarmsec.messages import Messages
from swarmsec.network import topology

K5 = topology("complete", n=5)
MAD = 1.4826


def look(tracker, broadcast, **messages):
    network = messages.pop("network", K5)
    values = tracker.observe(Messages(network, np.array(broadcast, dtype=float)[:, None], **messages)).values
    return dict(zip(FEATURES, values.T, strict=True))


def per_edge(broadcast, network=K5, **otherwise):
    """(m, 1) the payload of each edge: the value of its sender, except on edges given as e{sender}_{receiver}."""
    payload = np.array(broadcast, dtype=float)[network.indices][:, None]
    for edge, value in otherwise.items():
        sender, receiver = (int(end) for end in edge.removeprefix("e").split("_"))
        payload[(network.indices == sender) & (network.receivers == receiver)] = value
    return payload


def test_deviation_is_the_distance_from_the_neighbors_median_over_their_spread() -> None:
    seen = look(BehaviorTracker(K5), [0, 1, 2, 3, 14])
    # Daemon 4 hears 0 to 3: median 1.5, MAD 1. MADs of all: 1, 1, 1.5, 1, 1; their median is 1.
    assert seen["distance"][4] == 12.5
    assert seen["deviation"][4] == pytest.approx(12.5 / (2 * MAD))
    assert seen["deviation_ewma"][4] == pytest.approx(0.1 * 12.5 / (2 * MAD))


def test_the_moving_average_follows_a_lasting_deviation() -> None:
    tracker = BehaviorTracker(K5)
    for _ in range(3):
        seen = look(tracker, [0, 1, 2, 3, 14])
    assert seen["deviation_ewma"][4] == pytest.approx((1 - 0.9**3) * 12.5 / (2 * MAD))


def test_step_is_the_change_of_a_value_and_jerk_the_change_of_a_step() -> None:
    tracker = BehaviorTracker(K5)
    assert not look(tracker, [0, 1, 2, 3, 4])["step"].any()
    first = look(tracker, [0, 1, 2, 3, 6])
    second = look(tracker, [0, 1, 2, 3, 5])
    assert first["step"][4] == pytest.approx(2 / (2 * MAD))
    assert second["step"][4] == pytest.approx(-1 / (2 * MAD))
    assert second["jerk"][4] == pytest.approx(-3 / (2 * MAD))
    assert first["step"][:4].tolist() == [0, 0, 0, 0]


def test_flips_are_the_frequency_of_sign_changes_of_a_step() -> None:
    tracker = BehaviorTracker(K5)
    for t in range(8):
        seen = look(tracker, [0, 1, 2, t, 4 + (-1) ** t])
    # Steps begin in look 1, flips in look 2: six of them. Daemon 3 moves in one direction.
    assert seen["flips"][4] == pytest.approx(1 - 0.9**6)
    assert seen["flips"][3] == 0


def test_rate_is_messages_per_channel() -> None:
    copies = np.ones(K5.m, dtype=np.int32)
    copies[K5.indices == 2] = 50
    assert look(BehaviorTracker(K5), [0, 1, 2, 3, 4])["rate"].tolist() == [1] * 5
    assert look(BehaviorTracker(K5), [0, 1, 2, 3, 4], copies=copies)["rate"].tolist() == [1, 1, 50, 1, 1]


def test_equivocation_is_the_largest_difference_between_values_sent_to_two_neighbors() -> None:
    broadcast = [0, 1, 2, 3, 4]
    seen = look(BehaviorTracker(K5), broadcast, per_edge=per_edge(broadcast, e4_0=5.0, e4_1=3.0))
    # Daemon 4 sends 3 to one, 5 to another, and 4 to the rest: a range of 2. Its neighbors' MAD and the median are 1.
    assert seen["equivocation"][4] == pytest.approx(2 / (2 * MAD))


def test_a_daemon_that_broadcasts_does_not_equivocate_while_another_does() -> None:
    broadcast, network = [0.1, 0.1, 0.1, 0.1], topology("complete", n=4)
    seen = look(BehaviorTracker(network), broadcast, per_edge=per_edge(broadcast, network, e3_0=5.0), network=network)
    assert seen["equivocation"][3] > 0
    assert seen["equivocation"][:3].tolist() == [0.0, 0.0, 0.0]


def test_no_daemon_equivocates_in_a_broadcast() -> None:
    assert not look(BehaviorTracker(K5), [0, 1, 2, 3, 99])["equivocation"].any()


def test_the_value_of_an_equivocator_is_its_average() -> None:
    broadcast = [0, 1, 2, 3, 4]
    seen = look(BehaviorTracker(K5), broadcast, per_edge=per_edge(broadcast, e4_0=12.0))
    assert seen["distance"][4] == 6.0 - 1.5


def test_the_component_with_the_largest_deviation_counts_with_its_sign() -> None:
    broadcast = np.stack([np.arange(5.0), np.array([0, 1, 2, 3, -30.0])], axis=1)
    features = BehaviorTracker(K5).observe(Messages(K5, broadcast))
    assert features.values[4, FEATURES.index("distance")] == -31.5


def test_a_non_finite_message_gives_finite_features() -> None:
    tracker = BehaviorTracker(K5)
    for broadcast in ([0, 1, 2, 3, np.nan], [0, 1, np.inf, 3, 4]):
        assert np.isfinite(np.stack(list(look(tracker, broadcast).values()))).all()


def test_a_swarm_that_agrees_has_finite_features() -> None:
    seen = look(BehaviorTracker(K5), [0.3] * 5)
    assert np.isfinite(np.stack(list(seen.values()))).all()
    assert not seen["deviation"].any()


def test_a_daemon_without_neighbors_has_no_deviation() -> None:
    network = topology("edges", n=3, edges=[[0, 1]])
    seen = look(BehaviorTracker(network), [0, 1, 50], network=network)
    assert (seen["distance"][2], seen["deviation"][2], seen["rate"][0]) == (0.0, 0.0, 1.0)
