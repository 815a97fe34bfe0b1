"""Consensus-based optimization: it finds the minimum; one false fitness prevents that, unless daemons re-evaluate."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec.aggregation import WmsrRule
from swarmsec.network import Delivery, topology
from swarmsec.objectives import loss
from swarmsec.protocols.consensus_based_optimization import ConsensusBasedOptimization
from swarmsec.rng import stream
from swarmsec.testing import check_protocol
from tests.protocols.alone import falsely, negotiate


def boast(payload):
    """Claim the best fitness for a point between two of Rastrigin's local minima."""
    return np.hstack([np.full_like(payload[:, :-1], 2.5), np.full((len(payload), 1), -1e6)])


def mean_loss(protocol, n: int, d: int, exchanges: int, **how) -> float:
    """The mean loss of all but daemon 0 at the end, from points in a cube of side 6."""
    signals = stream(0, "cbo", n, "signals").uniform(-3.0, 3.0, (n, d))
    network = how.pop("network", None) or topology("complete", n=n)
    points = negotiate(protocol, network, signals, exchanges, **how)[-1]
    return float(loss(protocol.objective, points[1:]).mean())


def test_200_daemons_find_the_minimum_of_rastrigin_in_two_dimensions() -> None:
    # The second lowest minimum has the loss 0.995.
    assert mean_loss(ConsensusBasedOptimization(), 200, 2, 150) < 0.01


def test_a_step_goes_to_the_softmin_mean_of_the_paper() -> None:
    network, points = topology("complete", n=5), np.linspace(-0.4, 0.3, 10).reshape(5, 2)
    protocol = ConsensusBasedOptimization(objective="sphere", sharpness=3.0, drift=0.25, noise=0.0)
    weights = np.exp(-3.0 * (points**2).sum(axis=1))
    mean = (weights[:, None] * points).sum(axis=0) / weights.sum()
    assert negotiate(protocol, network, points, 1)[-1] == pytest.approx(points - 0.25 * (points - mean), abs=1e-12)


def test_points_stay_in_the_hull_without_noise_and_stay_put_at_a_common_point() -> None:
    signals = stream(0, "cbo", 0, "signals").uniform(-3.0, 3.0, (30, 2))
    states = negotiate(ConsensusBasedOptimization(noise=0.0), topology("complete", n=30), signals, 50)
    assert (states.min(axis=1) >= signals.min(axis=0) - 1e-12).all()
    assert (states.max(axis=1) <= signals.max(axis=0) + 1e-12).all()
    together = np.full((30, 2), 0.7)
    for exploring in ("by_component", "by_distance"):
        protocol = ConsensusBasedOptimization(exploring=exploring)
        assert negotiate(protocol, topology("ring", n=30), together, 20)[-1] == pytest.approx(together, abs=1e-12)


@pytest.mark.parametrize(
    ("n", "d", "honest_max"), [(200, 4, 5.0), pytest.param(1200, 10, 20.0, marks=pytest.mark.slow)], ids=["200", "1200"]
)
def test_one_false_fitness_raises_the_loss_unless_daemons_evaluate_points(n, d, honest_max) -> None:
    protocol = ConsensusBasedOptimization()
    honest = mean_loss(protocol, n, d, 60)
    attacked = mean_loss(protocol, n, d, 60, lie=falsely(0, boast))
    checked = mean_loss(ConsensusBasedOptimization(evaluations="own"), n, d, 60, lie=falsely(0, boast))
    assert honest < honest_max
    assert attacked > 4 * honest_max
    assert checked < honest_max


def test_an_aggregation_rule_limits_the_damage_of_a_false_fitness() -> None:
    ring = topology("random_regular", n=60, degree=12)
    protocol = ConsensusBasedOptimization(objective="sphere")
    attacked = mean_loss(protocol, 60, 2, 150, network=ring, lie=falsely(0, boast))
    defended = mean_loss(protocol, 60, 2, 150, network=ring, lie=falsely(0, boast), rule=WmsrRule(1))
    honest = mean_loss(protocol, 60, 2, 150, network=ring, rule=WmsrRule(1))
    assert defended < 0.5 * attacked
    assert honest < 0.5


@pytest.mark.parametrize("links", [Delivery(0, 3), Delivery(loss=0.3), Delivery(0, 2, 0.1, 0.2, 0.5)])
def test_unreliable_links_do_not_prevent_convergence_to_the_minimum(links) -> None:
    assert mean_loss(ConsensusBasedOptimization(objective="sphere"), 60, 2, 200, links=links) < 0.01


@pytest.mark.parametrize("parameters", [{"evaluations": "own"}, {"exploring": "by_distance", "objective": "sphere"}])
@pytest.mark.slow
def test_other_parameters_pass_the_conformance_check(parameters) -> None:
    check_protocol(ConsensusBasedOptimization, **parameters)
