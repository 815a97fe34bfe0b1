"""The evolution strategy: it descends the gradient, liars prevent that, and ranks limit their influence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from swarmsec.network import Delivery, topology
from swarmsec.objectives import loss
from swarmsec.protocols.evolution_strategy import EvolutionStrategy
from swarmsec.rng import stream
from swarmsec.testing import check_protocol
from tests.protocols.alone import begun, negotiate

N, D = 1200, 10
LIARS = np.arange(12)
"""1% of the daemons."""
SIGNALS = stream(0, "es", 0, "signals").uniform(-3.0, 3.0, (N, D))
NETWORK = topology("random_regular", n=N, degree=8)


def understate_losses(messages):
    """Twelve liars report for their trial a loss that is 1,000 lower."""
    broadcast = messages.broadcast.copy()
    broadcast[LIARS, -2] -= 1000.0
    return replace(messages, broadcast=broadcast)


def mean_loss(protocol, exchanges: int, **how) -> float:
    """The mean loss of the honest daemons at the end."""
    points = negotiate(protocol, NETWORK, SIGNALS, exchanges, **how)[-1]
    return float(loss(protocol.objective, np.delete(points, LIARS, axis=0)).mean())


def test_a_step_descends_the_gradient_of_the_sphere() -> None:
    # f⁺ − f⁻ = 4 σ x·ε on the sphere, so a step is −rate · mean of 2 (x·ε) ε, and E[(x·ε) ε] = x.
    n, point = 400, np.array([1.0, -2.0])
    protocol = EvolutionStrategy(rate=0.1)
    network, signals = topology("complete", n=n), np.broadcast_to(point, (n, 2))
    begun(protocol, network)
    protocol.begin_exchange()
    payload = protocol.speak(protocol.initial_state(signals), signals)
    trials = payload[:, 2:4]
    expected = point - 0.1 * (2.0 * (trials @ point)[:, None] * trials).mean(axis=0)
    states = negotiate(protocol, network, signals, 1)
    assert states[-1] == pytest.approx(np.broadcast_to(expected, (n, 2)), abs=1e-10)
    assert expected == pytest.approx(0.8 * point, abs=0.1)


def test_ranks_limit_the_damage_of_one_percent_of_liars() -> None:
    raw, ranks = EvolutionStrategy(), EvolutionStrategy(shaping="ranks")
    assert mean_loss(raw, 150) < 0.005
    assert mean_loss(raw, 150, lie=understate_losses) > 100.0
    assert mean_loss(ranks, 150) < 0.05
    assert mean_loss(ranks, 150, lie=understate_losses) < 0.2


def test_with_ranks_the_result_does_not_depend_on_the_size_of_a_lie() -> None:
    def step(size: float):
        def lie(messages):
            broadcast = messages.broadcast.copy()
            broadcast[LIARS, -2] -= size
            return replace(messages, broadcast=broadcast)

        return negotiate(EvolutionStrategy(shaping="ranks"), NETWORK, SIGNALS, 1, lie=lie)[-1]

    honest = np.setdiff1d(np.arange(N), LIARS)
    assert np.array_equal(step(1e4)[honest], step(1e8)[honest])


def test_ranks_are_scaled_from_minus_one_half_to_one_half() -> None:
    n = 3
    network, signals = topology("complete", n=n), np.array([[1.0], [2.0], [3.0]])
    protocol = begun(EvolutionStrategy(shaping="ranks", rate=1.0, spread=0.01), network)
    payload = protocol.speak(signals, signals)
    places = np.argsort(np.argsort(np.append(payload[:, -2], payload[:, -1]))) / 5.0 - 0.5
    goals = signals - ((places[:n] - places[n:]) / 0.02)[:, None] * payload[:, 1:2]
    state = negotiate(protocol, network, signals, 1)[-1]
    assert state == pytest.approx(np.full((n, 1), goals.mean()), abs=1e-10)


@pytest.mark.parametrize("links", [Delivery(0, 3), Delivery(loss=0.3), Delivery(0, 2, 0.1, 0.2, 0.5)])
@pytest.mark.parametrize("shaping", ["raw", "ranks"])
def test_unreliable_links_do_not_prevent_learning(links, shaping) -> None:
    network, signals = topology("random_regular", n=40, degree=8), SIGNALS[:40, :2]
    states = negotiate(EvolutionStrategy(shaping=shaping), network, signals, 200, links=links)
    assert loss("sphere", states[-1]).mean() < 0.1 < loss("sphere", signals).mean()


@pytest.mark.slow
def test_ranks_pass_the_conformance_check() -> None:
    check_protocol(EvolutionStrategy, shaping="ranks", objective="rastrigin")
