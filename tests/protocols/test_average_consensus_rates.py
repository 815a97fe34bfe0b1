"""The convergence rate of Metropolis averaging: ρ, the second largest eigenvalue modulus of its weights."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from swarmsec.network import Network, topology
from swarmsec.protocols.average_consensus import AverageConsensus
from tests.protocols.alone import negotiate


def weights(network: Network):
    """(n, n) the weights W, measured with the n unit vectors as signals."""
    return negotiate(AverageConsensus(), network, np.eye(network.n), 1)[-1]


def rate(network: Network) -> float:
    moduli = np.sort(np.abs(np.linalg.eigvalsh(weights(network))))
    assert moduli[-1] == pytest.approx(1.0, abs=1e-12)
    return float(moduli[-2])


@pytest.mark.parametrize("n", [6, 7, 10, 25])
def test_the_rate_on_a_ring_equals_the_closed_form(n) -> None:
    assert rate(topology("ring", n=n)) == pytest.approx(1 / 3 + 2 / 3 * np.cos(2 * np.pi / n), abs=1e-12)


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        (topology("ring", n=6), 2 / 3),
        (topology("path", n=3), 2 / 3),
        (topology("star", n=10), 0.9),
        (topology("complete", n=3), 0.0),
        (topology("complete", n=8), 0.0),
        (topology("hypercube", dimension=3), 0.5),
        (Network.from_networkx(nx.petersen_graph()), 0.5),
    ],
    ids=["C6", "P3", "star", "K3", "K8", "Q3", "Petersen"],
)
def test_the_rate_on_known_networks(network, expected) -> None:
    assert rate(network) == pytest.approx(expected, abs=1e-12)


def test_weights_are_symmetric_and_sum_to_one() -> None:
    w = weights(topology("erdos_renyi", n=15, p=0.3))
    assert np.array_equal(w, w.T)
    assert w.sum(axis=1) == pytest.approx(np.ones(15), abs=1e-14)
