"""Exchange ADMM: the iteration of the paper, its rate of convergence, and the damage by a liar."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swarmsec.network import Delivery, topology
from swarmsec.protocols.exchange_admm import ExchangeAdmm
from swarmsec.rng import stream
from swarmsec.testing import check_protocol
from swarmsec.worlds._water_filling import fill_to_level
from tests.protocols.alone import falsely, negotiate


def market(n: int):
    """Values (n, 1), curvatures (n,), and the optimal allocation (n,)."""
    draw = stream(0, "admm", n, "market")
    values, curvature = draw.uniform(5.0, 6.0, (n, 1)), draw.uniform(0.5, 2.0, n)
    return values, curvature, fill_to_level(float(n), 1 / curvature, floors=-values[:, 0])


def test_1200_quadratics_reach_the_optimum_to_a_millionth_within_40_exchanges() -> None:
    values, curvature, best = market(1200)
    states = negotiate(ExchangeAdmm(), topology("complete", n=1200), values, 40, curvature=curvature)
    assert states[-1, :, 0] == pytest.approx(best, abs=1e-6)
    assert np.abs(states[20, :, 0] - best).max() > 1e-6


def test_on_a_complete_network_steps_equal_the_iteration_of_the_paper() -> None:
    n, penalty = 12, 0.7
    values, curvature, _ = market(n)
    states = negotiate(ExchangeAdmm(penalty=penalty), topology("complete", n=n), values, 25, curvature=curvature)
    x, u = np.ones(n), 0.0  # Boyd et al. 2011, (7.5), in excesses over the supply, with bounds 0 and n on x.
    for state in states[1:]:
        excess = x.mean() - 1.0
        u = u + excess
        x = np.clip((values[:, 0] + penalty * (x - excess - u)) / (curvature + penalty), 0.0, n)
        assert state[:, 0] == pytest.approx(x, abs=1e-12)
        assert state[:, 2] == pytest.approx(np.full(n, penalty * u), abs=1e-12)


@pytest.mark.slow
@settings(deadline=None, max_examples=25)
@given(st.lists(st.floats(0, 10), min_size=2, max_size=8), st.floats(0.3, 3), st.floats(0.3, 3))
def test_it_converges_for_every_penalty_even_if_some_daemons_take_nothing(values, curvature, penalty) -> None:
    n = len(values)
    protocol = ExchangeAdmm(penalty=penalty)
    end = protocol.proposals(
        negotiate(protocol, topology("complete", n=n), np.array(values)[:, None], 1500, curvature=curvature)[-1]
    )
    best = fill_to_level(float(n), np.full(n, 1 / curvature), floors=-np.array(values))
    assert end[:, 0] == pytest.approx(best, abs=1e-5)


def test_it_converges_on_a_well_mixing_sparse_network() -> None:
    values, curvature, best = market(50)
    states = negotiate(ExchangeAdmm(), topology("random_regular", n=50, degree=8), values, 250, curvature=curvature)
    assert states[-1, :, 0] == pytest.approx(best, abs=1e-6)


def test_on_a_ring_mixing_between_steps_reduces_the_error() -> None:
    values, curvature, best = market(20)

    def error(mixing: int) -> float:
        protocol = ExchangeAdmm(mixing=mixing)
        return float(
            np.abs(
                negotiate(protocol, topology("ring", n=20), values, 2000, curvature=curvature)[-1, :, 0] - best
            ).max()
        )

    assert error(20) < 1e-6
    assert error(1) > 100 * error(20)


@pytest.mark.parametrize("links", [Delivery(0, 2), Delivery(loss=0.1), Delivery(0, 2, 0.1, 0.1, 0.5)])
def test_on_unreliable_links_the_market_stays_finite_and_nearly_clears(links) -> None:
    values, curvature, _ = market(20)
    protocol = ExchangeAdmm(forgetting=0.05)
    ends = negotiate(protocol, topology("complete", n=20), values, 400, links=links, curvature=curvature)[-50:]
    assert np.isfinite(ends).all()
    assert np.abs(ends[:, :, 0].mean(axis=1) - 1.0).max() < 0.2


def test_one_liar_reduces_the_total_allocation() -> None:
    values, curvature, best = market(20)
    lie = falsely(0, lambda payload: payload + np.array([1.0, 0.0]))
    states = negotiate(ExchangeAdmm(), topology("complete", n=20), values, 200, lie=lie, curvature=curvature)
    assert states[-1, :, 0].sum() < 0.8 * best.sum()


@pytest.mark.slow
def test_mixing_between_steps_passes_the_conformance_check() -> None:
    check_protocol(ExchangeAdmm, mixing=2, forgetting=0.05)
