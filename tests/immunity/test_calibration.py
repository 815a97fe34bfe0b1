"""The rate of false alarms that a threshold states is the one measured, on autocorrelated residuals."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec.immunity import simulated_threshold
from swarmsec.immunity.calibration import largest_scores

KINDS = ["cusum", "ewma", "page_hinkley"]


def measured(kind, phi, *, warm_up=25, shift=2.0, rate=0.02) -> float:
    limit = simulated_threshold(kind, shift=shift, rate=rate, warm_up=warm_up)
    scores = [
        largest_scores(kind, shift=shift, warm_up=warm_up, phi=phi, rng=np.random.default_rng(seed)) for seed in (1, 2)
    ]
    return float((np.concatenate(scores) > limit).mean())


@pytest.mark.parametrize("warm_up", [25, 100])
@pytest.mark.parametrize("kind", KINDS)
def test_the_rate_stated_is_the_one_measured(kind, warm_up) -> None:
    assert measured(kind, 0.5, warm_up=warm_up) == pytest.approx(0.02, abs=0.01)


@pytest.mark.parametrize("kind", KINDS)
def test_less_autocorrelation_lowers_the_rate_and_more_raises_it(kind) -> None:
    assert measured(kind, 0.0) <= 0.02
    assert 0.04 < measured(kind, 0.8) < 0.2


def test_a_short_warm_up_needs_a_higher_threshold() -> None:
    short, long = (simulated_threshold("cusum", shift=1.0, rate=0.01, warm_up=warm_up) for warm_up in (25, 200))
    assert short == pytest.approx(29, abs=2)
    assert long == pytest.approx(11, abs=1)
