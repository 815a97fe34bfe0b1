"""Proportional share: the welfare at its Nash equilibrium, the damping that reaches it, and the gain of a liar."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swarmsec.messages import as_messages
from swarmsec.network import topology
from swarmsec.protocols.proportional_share import ProportionalShare
from swarmsec.testing import check_protocol
from swarmsec.worlds._water_filling import fill_to_level
from tests.protocols.alone import begun, falsely, negotiate


def one_and_halves(n: int):
    return np.where(np.arange(n) == 0, 1.0, 0.5)[:, None]


def efficiencies(protocol: ProportionalShare, values, exchanges: int):
    """(exchanges,) welfare over the optimum, where the daemon with the highest value gets everything."""
    n = len(values)
    states = negotiate(protocol, topology("complete", n=n), values, exchanges)[1:]
    shares = np.stack([protocol.proposals(state)[:, 0] for state in states])
    assert shares.sum(axis=1) == pytest.approx(np.full(exchanges, float(n)), rel=1e-9)
    return shares @ values[:, 0] / (n * values.max())


def nash(values):
    """(n,) the equilibrium: a (1 − d/C) is equal for all positive shares (Johari & Tsitsiklis 2004)."""
    total = float(len(values))
    return fill_to_level(total, total / values, floors=-values)


@pytest.mark.parametrize(("n", "efficiency"), [(2, 0.833333), (3, 0.8), (10, 0.763158)])
def test_the_efficiency_at_nash_equals_the_closed_form(n, efficiency) -> None:
    assert efficiencies(ProportionalShare(), one_and_halves(n), 600)[-1] == pytest.approx(efficiency, abs=1e-6)
    assert nash(one_and_halves(n)[:, 0]) @ one_and_halves(n)[:, 0] / n == pytest.approx(efficiency, abs=1e-6)


@settings(deadline=None, max_examples=15)
@given(st.lists(st.floats(0.1, 1), min_size=2, max_size=6))
def test_bids_converge_to_the_equilibrium_with_three_quarters_of_the_welfare(values) -> None:
    values = np.array(values)
    protocol = ProportionalShare(damping=0.2 / len(values))
    end = negotiate(protocol, topology("complete", n=len(values)), values[:, None], 1500)[-1]
    shares = protocol.proposals(end)[:, 0]
    assert shares == pytest.approx(nash(values), abs=1e-4 * len(values))
    assert shares @ values / (len(values) * values.max()) >= 0.75 - 1e-6


@given(st.lists(st.floats(0.01, 100), min_size=2, max_size=30).map(np.array))
def test_every_equilibrium_has_at_least_three_quarters_of_the_welfare(values) -> None:
    assert nash(values) @ values >= (0.75 - 1e-9) * len(values) * values.max()


@pytest.mark.slow
def test_500_simultaneous_bidders_need_a_damping_of_about_one_500th() -> None:
    values = one_and_halves(500)
    damped = efficiencies(ProportionalShare(), values, 3000)
    assert damped[-1] > 0.745
    hasty = efficiencies(ProportionalShare(damping=0.2), values, 1000)
    assert hasty.min() < 0.53
    assert hasty[500:].mean() < 0.65
    assert hasty[500:].max() < 0.75


@pytest.mark.parametrize(("times", "converges"), [(0.9, True), (1.1, False)])
def test_equal_bidders_converge_with_a_damping_under_4_over_n_plus_1(times, converges) -> None:
    n = 20
    protocol = ProportionalShare(damping=times * 4 / (n + 1))
    # All begin at the equilibrium for values of 1, which is slightly off the equilibrium for values of 1.01.
    signals, network = np.full((n, 1), 1.0), topology("complete", n=n)
    state = begun(protocol, network).initial_state(signals)
    totals = []
    for _ in range(400):
        protocol.begin_exchange()
        heard = as_messages(network, protocol.speak(state, signals))
        state = protocol.listen(heard, None, state=state, signals=1.01 * signals)
        totals.append(state[:, 0].sum())
    assert (np.ptp(totals[-20:]) < 1e-6) == converges


def test_with_one_dominant_value_a_damping_of_1_over_n_is_too_large() -> None:
    values = np.array([[1.0], [0.0625]])
    hasty, patient = (
        protocol.proposals(negotiate(protocol, topology("complete", n=2), values, 500)[-1])[:, 0]
        for protocol in (ProportionalShare(), ProportionalShare(damping=0.25))
    )
    assert patient == pytest.approx(nash(values[:, 0]), abs=1e-9)
    assert np.abs(hasty - nash(values[:, 0])).max() > 0.01


def test_on_a_sparse_network_shares_converge_to_the_equilibrium() -> None:
    values = np.linspace(0.5, 1.0, 20)
    protocol = ProportionalShare(damping=0.02)
    end = negotiate(protocol, topology("random_regular", n=20, degree=8), values[:, None], 3000)[-1]
    assert protocol.proposals(end)[:, 0] == pytest.approx(nash(values), abs=1e-6)


def test_an_overstated_total_takes_shares_from_the_honest_daemons() -> None:
    values, protocol = np.full((10, 1), 1.0), ProportionalShare()
    network = topology("complete", n=10)
    honest = protocol.proposals(negotiate(protocol, network, values, 400)[-1])
    lie = falsely(0, lambda payload: payload + 0.5)
    attacked = protocol.proposals(negotiate(protocol, network, values, 400, lie=lie)[-1])
    assert honest[:, 0] == pytest.approx(np.ones(10), abs=1e-9)
    # The honest daemons overestimate the total of bids, so their shares do not use up the supply.
    assert attacked[1:].sum() < 0.9 * honest[1:].sum()


@pytest.mark.slow
def test_mixing_between_steps_passes_the_conformance_check() -> None:
    check_protocol(ProportionalShare, mixing=2, damping=0.3)
