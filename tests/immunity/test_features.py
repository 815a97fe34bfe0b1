"""Features of behavior, computed by hand on small swarms."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec.immunity import FEATURES, MESSAGE_FEATURES, BehaviorTracker, MessageTracker
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


def test_similarity_is_the_distance_to_the_closest_neighbor() -> None:
    """Liars side by side who say the same are no distance from their neighborhood, and none from each other."""
    ring = topology("circulant", n=9, offsets=[1, 2])
    seen = look(BehaviorTracker(ring), [0, 1.5, 50, 50, 50, 50, 50, 3, 2.2], network=ring)
    assert seen["distance"][4] == seen["similarity"][4] == 0.0
    assert seen["similarity"][[0, 1, 7, 8]].min() > 0.0


def test_the_edge_deviation_is_that_of_the_farthest_message() -> None:
    """+5, −5 and 0 said to three neighbors have a mean, and so a distance, of 0."""
    star = topology("edges", n=4, edges=[[0, 1], [0, 2], [0, 3]])
    lies = per_edge([0, 0, 0, 0], star, e0_1=5.0, e0_2=-5.0)
    seen = look(BehaviorTracker(star), [0, 0, 0, 0], network=star, per_edge=lies)
    assert seen["distance"][0] == 0.0
    assert seen["edge_deviation"][0] > 1e6  # The neighborhood agrees.
    honest = look(BehaviorTracker(K5), [0, 1, 2, 3, 14])
    assert honest["edge_deviation"].tolist() == np.abs(honest["deviation"]).tolist()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_non_finite_message_is_a_finding_about_its_sender(value) -> None:
    one = BehaviorTracker(K5).observe(Messages(K5, np.array([[0.0], [1], [value], [3], [4]])))
    lies = per_edge([0, 1, 2, 3, 4], e2_0=value)
    other = BehaviorTracker(K5).observe(Messages(K5, np.full((5, 1), np.nan), per_edge=lies))
    for seen in (one, other):
        assert seen.non_finite.tolist() == [False, False, True, False, False]
        assert np.isfinite(seen.values).all()


def test_message_features_depend_on_the_messages_of_one_receiver() -> None:
    payload = per_edge([0, 1, 2, 3, 14])
    more = payload.copy()
    more[K5.receivers != 0] += 1e6 * np.arange(16)[:, None]
    one, other = (
        MessageTracker(K5).observe(Messages(K5, np.full((5, 1), np.nan), per_edge=each)).values[:4]
        for each in (payload, more)
    )
    assert np.array_equal(one, other)
    # Daemon 0 hears 1, 2, 3 and 14: median 2.5, MAD 1.
    seen = dict(zip(MESSAGE_FEATURES, one.T, strict=True))
    assert seen["distance"].tolist() == [-1.5, -0.5, 0.5, 11.5]
    assert seen["deviation"][3] == pytest.approx(11.5 / MAD)


def test_message_features_of_what_did_not_arrive() -> None:
    tracker, arrived = MessageTracker(K5), np.ones(20)
    arrived[1] = 0.0
    payload = np.where(arrived[:, None] > 0, per_edge([0, 1, 2, 3, 4]), np.nan)
    payload[2] = np.inf
    seen = tracker.observe(Messages(K5, np.full((5, 1), np.nan), per_edge=payload, weights=arrived))
    values = dict(zip(MESSAGE_FEATURES, seen.values.T, strict=True))
    assert np.flatnonzero(seen.non_finite).tolist() == [2]
    assert values["missing"][:4].tolist() == pytest.approx([0, 0.1, 0, 0])
    assert values["copies"][:4].tolist() == [1, 0, 1, 1]
    assert np.isfinite(seen.values).all()


@pytest.mark.parametrize("lie", [1e100, 1e307, -1.7e308, np.inf, -np.inf, np.nan, 5e-324])
def test_features_are_finite_whatever_a_daemon_sends(lie) -> None:
    of_daemons, of_messages = BehaviorTracker(K5), MessageTracker(K5)
    for t in range(6):
        broadcast = np.array([0.0, 0.0, 0.0, -lie if t % 2 else 1.0, lie if t % 3 else -lie])[:, None]
        equivocal = per_edge(broadcast[:, 0], e4_0=-lie, e4_1=lie)
        for messages in (Messages(K5, broadcast), Messages(K5, broadcast, per_edge=equivocal)):
            for tracker in (of_daemons, of_messages):
                with np.errstate(all="ignore"):
                    features = tracker.observe(messages).values
                assert np.isfinite(features).all()
                assert np.isfinite(features**2).all()


def test_a_withheld_message_is_missing_and_is_not_a_non_finite_one() -> None:
    withheld = K5.indices == 4
    messages = Messages(
        K5,
        np.array([[0.0], [1.0], [2.0], [3.0], [np.nan]]),
        copies=np.where(withheld, 0, 1).astype(np.int32),
        weights=np.ones(K5.m),
    )
    assert not BehaviorTracker(K5).observe(messages).non_finite.any()
    seen = MessageTracker(K5).observe(messages)
    missing = seen.values[:, MESSAGE_FEATURES.index("missing")]
    assert not seen.non_finite.any()
    assert missing.tolist() == pytest.approx(0.1 * withheld)


def test_a_column_that_is_read_late_shows_the_observation_it_belongs_to() -> None:
    tracker, again = BehaviorTracker(K5), BehaviorTracker(K5)
    first = tracker.observe(Messages(K5, np.array([[0.0], [1.0], [2.0], [3.0], [14.0]])))
    at_once = again.observe(Messages(K5, np.array([[0.0], [1.0], [2.0], [3.0], [14.0]]))).values
    tracker.observe(Messages(K5, np.array([[9.0], [9.0], [2.0], [3.0], [4.0]])))
    assert np.array_equal(first.columns(FEATURES), at_once)
    assert np.array_equal(first.column("similarity"), at_once[:, FEATURES.index("similarity")])
    with pytest.raises(ValueError, match="read-only"):
        first.column("deviation")[0] = 0.0
