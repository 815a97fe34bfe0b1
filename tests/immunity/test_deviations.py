"""Messages are compared with those that arrived at the same receiver, and with no others."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec.aggregation import MAD_TO_DEVIATION
from swarmsec.immunity import EdgeVerdicts, message_deviations
from swarmsec.messages import Messages
from swarmsec.network import Network, topology

COMPLETE = topology("complete", n=7)


def column(*values: float) -> np.ndarray:
    return np.array(values)[:, None]


def test_distance_and_spread_are_those_of_what_arrived() -> None:
    distance, spread, non_finite = message_deviations(Messages(COMPLETE, column(0, 1, 2, 3, 4, 5, 100)))
    # Daemon 0 hears 1, 2, 3, 4, 5 and 100: median 3.5, MAD 1.5.
    assert distance[COMPLETE.receivers == 0, 0].tolist() == [-2.5, -1.5, -0.5, 0.5, 1.5, 96.5]
    assert spread[0, 0] == pytest.approx(1.5 * MAD_TO_DEVIATION, rel=1e-6)
    assert not non_finite.any()


def test_a_broadcast_and_the_same_messages_edge_by_edge_agree() -> None:
    values = np.random.default_rng(0).normal(size=(7, 3))
    one, other = Messages(COMPLETE, values), Messages(COMPLETE, values, per_edge=values[COMPLETE.indices])
    for first, second in zip(message_deviations(one), message_deviations(other), strict=True):
        assert np.array_equal(first, second)


def test_a_message_that_is_missing_or_not_finite_has_no_distance_and_no_effect_on_the_others() -> None:
    values = column(*map(float, range(7)))[COMPLETE.indices]
    to_first = np.flatnonzero(COMPLETE.receivers == 0)
    weights = np.ones(COMPLETE.m)
    values[to_first[4]], values[to_first[5]], weights[to_first[5]] = np.inf, np.nan, 0.0
    distance, _, non_finite = message_deviations(
        Messages(COMPLETE, column(*range(7)), per_edge=values, weights=weights)
    )
    # Daemon 0 hears 1, 2, 3, 4, something non-finite, and nothing.
    assert distance[to_first, 0] == pytest.approx([-1.5, -0.5, 0.5, 1.5, np.nan, np.nan], nan_ok=True)
    assert np.flatnonzero(non_finite).tolist() == [to_first[4]]


def test_a_spread_is_never_zero() -> None:
    assert (message_deviations(Messages(COMPLETE, np.zeros((7, 1)))).spread > 0).all()


def test_a_neighbor_is_ignored_after_suspicious_messages_in_a_row_and_heeded_after_normal_ones() -> None:
    pair = Network.from_edges(2, [(0, 1)])
    verdicts = EdgeVerdicts(pair, confirm=2, release_after=3)
    on_first = np.array([True, False])
    moves = []
    for suspicious, seen in [(1, 1), (0, 1), (1, 1), (0, 0), (1, 1), (0, 1), (0, 1), (0, 0), (0, 1)]:
        verdict = verdicts.look(pair, on_first & bool(suspicious), on_first & bool(seen))
        moves.append("ignore" if 0 in verdict.ignore else "heed" if 0 in verdict.heed else "")
    assert moves == ["", "", "", "", "ignore", "", "", "", "heed"]
