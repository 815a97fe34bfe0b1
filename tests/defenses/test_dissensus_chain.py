"""The chain of He, Karimireddy and Jaggi 2022, figure 3: how much weight of dissensus each rule withstands.

Four honest daemons 0–1–2–3 hold 0, 0, 200, 200. The links 0–1 and 2–3 have the weight 1/3, the bridge 1–2 has 0.267.
Daemons 1 and 2 have a Byzantine neighbor of weight δ each, which pushes its daemon back by ε times the pull of the
honest ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from swarmsec.aggregation import CenteredClippingRule, MeanRule, MedianRule, Rule, TrimmedMeanRule
from swarmsec.arrays import Floats
from swarmsec.messages import Inbox

STARTS = [0.0, 0.0, 200.0, 200.0]
HONEST = np.zeros((4, 4))
for link, weight in (((0, 1), 1 / 3), ((1, 2), 0.267), ((2, 3), 1 / 3)):
    HONEST[link] = HONEST[link[::-1]] = weight
LIED_TO = (1, 2)
ROUNDS = 100


def dissensus(x: Floats, i: int, delta: float, epsilon: float = 1.0) -> float:
    """What daemon i is sent: x_i − ε Σ_j w_ij (x_j − x_i) / δ, over its honest neighbors j."""
    return float(x[i] - epsilon * HONEST[i] @ (x - x[i]) / delta)


def radius(x: Floats, i: int, delta: float) -> float:
    """The paper's clipping radius, sqrt(Σ_j w_ij (x_j − x_i)² / δ) over honest neighbors; none without a liar."""
    return math.sqrt(HONEST[i] @ (x - x[i]) ** 2 / delta) if i in LIED_TO else 1e9


def clipped(x: Floats, i: int, delta: float) -> Rule:
    return CenteredClippingRule(tau=radius(x, i, delta))


def mean_squared_error(rule_of: Callable[[Floats, int, float], Rule], delta: float) -> float:
    """The error of the honest daemons about their mean, 100, in the end. Weights are relative to the own one."""
    x = np.array(STARTS)
    for _ in range(ROUNDS):
        after = np.empty(4)
        for i in range(4):
            honest = np.flatnonzero(HONEST[i])
            values, weights = [*x[honest]], [*HONEST[i, honest]]
            if i in LIED_TO:
                values, weights = [*values, dissensus(x, i, delta)], [*weights, delta]
            ones = np.ones(len(values), dtype=np.int32)
            own = 1.0 - sum(weights)
            inbox = Inbox(ones, ones, np.array(values)[:, None], ones, np.array(weights) / own)
            after[i] = rule_of(x, i, delta).over_one(x[[i]], inbox)[0]
        x = after
    return float(np.mean((x - 100.0) ** 2))


@pytest.mark.parametrize(("delta", "error"), [(0.05, 1.974e-7), (0.1, 1.592e-4), (0.2, 10.74), (0.3, 3.22e6)])
def test_self_centered_clipping_agrees_under_little_weight_and_diverges_under_much(delta: float, error: float) -> None:
    assert mean_squared_error(clipped, delta) == pytest.approx(error, rel=2e-3)


@pytest.mark.parametrize("rule", [MedianRule(), TrimmedMeanRule(1)], ids=["median", "trimmed mean"])
@pytest.mark.parametrize("delta", [0.05, 0.1, 0.2, 0.3])
def test_a_median_and_a_trimmed_mean_never_cross_the_bridge(rule: Rule, delta: float) -> None:
    assert mean_squared_error(lambda *_: rule, delta) == 10_000.0


@pytest.mark.parametrize("delta", [0.05, 0.3])
def test_dissensus_of_any_weight_cancels_what_plain_averaging_pulls(delta: float) -> None:
    assert mean_squared_error(lambda *_: MeanRule(), delta) == pytest.approx(10_000.0, rel=1e-12)
