"""Tatonnement: gains that converge, the final price, networks, and the damage by a liar."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swarmsec.aggregation import WmsrRule
from swarmsec.errors import ParameterError
from swarmsec.messages import as_messages
from swarmsec.network import Delivery, topology
from swarmsec.protocols.tatonnement import Tatonnement
from swarmsec.rng import stream
from swarmsec.testing import check_protocol
from swarmsec.worlds._water_filling import fill_to_level
from tests.protocols.alone import falsely, negotiate

N = 20
COMPLETE = topology("complete", n=N)
VALUES = stream(0, "market", 0, "values").uniform(5.0, 6.0, (N, 1))
CURVATURE = stream(0, "market", 0, "curvature").uniform(1.0, 2.0, N).tolist()
CLEARING = (VALUES[:, 0] / CURVATURE).sum() / (1 / np.array(CURVATURE)).sum() - N / (1 / np.array(CURVATURE)).sum()
"""The price at which Σ (v − p) / c is the supply, N."""


def prices(states, n: int = N):
    return states[:, :, 2]


@pytest.mark.parametrize("gain", [0.5, 1.0, 1.9])
def test_with_gains_under_2_the_error_falls_by_1_minus_the_gain_per_exchange(gain) -> None:
    states = negotiate(Tatonnement(gain=gain), COMPLETE, VALUES, 300, curvature=CURVATURE)
    assert prices(states)[-1] == pytest.approx(np.full(N, CLEARING), abs=1e-9)
    # After ten exchanges no daemon is at its bound.
    error = prices(states)[10:20, 0] - CLEARING
    assert error[1:] == pytest.approx((1 - gain) * error[:-1], abs=1e-12)


def test_with_a_gain_of_2_1_the_price_diverges() -> None:
    # So near the clearing price that every daemon has positive demand in the first 20 exchanges.
    values = VALUES - CLEARING + 0.01
    error = prices(negotiate(Tatonnement(gain=2.1), COMPLETE, values, 40, curvature=CURVATURE))[:, 0] - 0.01
    assert error[2:21] / error[1:20] == pytest.approx(np.full(19, -1.1), rel=1e-6)
    assert np.abs(error[-1]) > 10 * np.abs(error[1])


@pytest.mark.slow
@settings(deadline=None, max_examples=25)
@given(st.lists(st.floats(0, 10), min_size=2, max_size=8), st.floats(0.3, 3))
def test_the_final_allocation_is_optimal_even_if_some_daemons_take_nothing(values, curvature) -> None:
    n = len(values)
    protocol = Tatonnement(gain=0.3)
    end = protocol.proposals(
        negotiate(protocol, topology("complete", n=n), np.array(values)[:, None], 2000, curvature=curvature)[-1]
    )
    best = fill_to_level(float(n), np.full(n, 1 / curvature), floors=-np.array(values))
    assert end[:, 0] == pytest.approx(best, abs=1e-6)


def test_on_a_sparse_network_it_converges_with_a_small_enough_gain() -> None:
    best = fill_to_level(float(N), 1 / np.array(CURVATURE), floors=-VALUES[:, 0])
    for network, gain, exchanges in (
        (topology("random_regular", n=N, degree=8), 0.5, 200),
        (topology("circulant", n=N, offsets=[1, 2]), 0.1, 600),
        (topology("ring", n=N), 0.02, 3000),
    ):
        protocol = Tatonnement(gain=gain)
        end = protocol.proposals(negotiate(protocol, network, VALUES, exchanges, curvature=CURVATURE)[-1])
        assert end[:, 0] == pytest.approx(best, abs=1e-6)


def test_the_mean_of_tracked_values_equals_the_mean_price_at_every_step() -> None:
    states = negotiate(Tatonnement(mixing=3), topology("ring", n=N), VALUES, 60, curvature=CURVATURE)
    assert states[:, :, 1].mean(axis=1) == pytest.approx(states[:, :, 0].mean(axis=1), abs=1e-12)


def test_message_loss_leaves_a_permanent_error_unless_daemons_forget() -> None:
    def clearing_error(forgetting: float) -> float:
        protocol = Tatonnement(gain=0.2, forgetting=forgetting)
        # Links lose messages in the first 30 exchanges only, so that the error is fixed afterwards.
        state = negotiate(protocol, COMPLETE, VALUES, 30, links=Delivery(loss=0.2), curvature=CURVATURE)[-1]
        for _ in range(300):
            protocol.begin_exchange()
            heard = as_messages(COMPLETE, protocol.speak(state, VALUES))
            state = protocol.listen(heard, None, state=state, signals=VALUES)
        return float(abs(protocol.proposals(state).sum() - N))

    assert clearing_error(0.0) > 1e-3
    assert clearing_error(0.1) < 1e-9


def test_an_aggregation_rule_limits_the_damage_of_one_liar() -> None:
    lie = falsely(0, lambda payload: payload + np.array([1.0, 0.0]))
    protocol = Tatonnement()
    attacked = negotiate(protocol, COMPLETE, VALUES, 200, lie=lie, curvature=CURVATURE)[-1]
    assert protocol.proposals(attacked).sum() < 0.8 * N
    defended = negotiate(protocol, COMPLETE, VALUES, 200, lie=lie, rule=WmsrRule(1), curvature=CURVATURE)[-1]
    assert abs(protocol.proposals(defended).sum() - N) < abs(protocol.proposals(attacked).sum() - N)


def test_no_price_clears_a_market_of_constant_values() -> None:
    with pytest.raises(ParameterError, match="`curvature` of 0"):
        negotiate(Tatonnement(), COMPLETE, VALUES, 1, curvature=0.0)


@pytest.mark.slow
def test_mixing_between_steps_passes_the_conformance_check() -> None:
    check_protocol(Tatonnement, mixing=3, forgetting=0.1)
