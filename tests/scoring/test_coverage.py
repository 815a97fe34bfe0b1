"""How often intervals hold the truth, and how often an attack without damage is said to bite."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from swarmsec.arrays import Floats
from swarmsec.scoring import score_damage
from swarmsec.scoring.intervals import of_mean, of_ratio
from swarmsec.scoring.ratings import rate

DRAWS = 4_000
SEEDS = (3, 5, 8, 20)
LOGNORMAL = {3: 0.84, 5: 0.82, 8: 0.83, 20: 0.87}
"""Seeds → about how often the interval of the mean of lognormal values (σ = 1) holds it; the docstring says it too."""

Draw = Callable[[np.random.Generator, int], Floats]


def coverage_of_mean(draw: Draw, truth: float, count: int) -> float:
    rng = np.random.default_rng(count)
    intervals = [of_mean(draw(rng, count)) for _ in range(DRAWS)]
    return float(np.mean([one.low <= truth <= one.high for one in intervals]))


@pytest.mark.slow
@pytest.mark.parametrize("count", SEEDS)
def test_intervals_of_normal_damages_cover_as_often_as_they_say(count) -> None:
    assert coverage_of_mean(lambda rng, n: rng.normal(10.0, 3.0, n), 10.0, count) >= 0.93


@pytest.mark.slow
@pytest.mark.parametrize("count", SEEDS)
def test_intervals_of_a_ratio_of_normal_damages_cover_as_often_as_they_say(count) -> None:
    rng, covered = np.random.default_rng(count), 0
    for _ in range(DRAWS):
        bottom = rng.normal(10.0, 2.0, count)
        interval = of_ratio(0.3 * bottom + rng.normal(0.0, 0.5, count), bottom)
        covered += interval.low <= 0.3 <= interval.high
    assert covered / DRAWS >= 0.93


@pytest.mark.slow
@pytest.mark.parametrize("count", SEEDS)
def test_intervals_of_lognormal_damages_cover_as_often_as_the_documentation_says(count) -> None:
    found = coverage_of_mean(lambda rng, n: rng.lognormal(0.0, 1.0, n), float(np.exp(0.5)), count)
    assert found == pytest.approx(LOGNORMAL[count], abs=0.02)


@pytest.mark.slow
@pytest.mark.parametrize("count", [2, *SEEDS, 45])
@pytest.mark.parametrize("draw", [np.random.Generator.standard_normal, np.random.Generator.standard_cauchy])
def test_an_attack_without_damage_bites_in_at_most_a_twentieth_of_all_runs(count, draw) -> None:
    rng, bites, draws = np.random.default_rng(count), 0, 1_000
    for _ in range(draws):
        damage = draw(rng, count)
        bills = {"clean": np.zeros(count), "attacked": damage, "defended": damage, "guarded": np.zeros(count)}
        bites += score_damage(bills).bites
    assert bites / draws <= 0.05 + 2 * (0.05 * 0.95 / draws) ** 0.5


@pytest.mark.parametrize("count", [5, 8])
def test_an_attack_with_lognormal_damage_in_every_seed_bites(count) -> None:
    rng = np.random.default_rng(count)
    for _ in range(100):
        zero, damage = np.zeros(count), rng.lognormal(0.0, 2.0, count)
        assert score_damage({"clean": zero, "attacked": damage, "defended": zero, "guarded": zero}).bites


@pytest.mark.parametrize("seeds", [2, 3, 5, 45])
def test_a_contestant_that_always_wins_has_a_rating_with_a_width(seeds) -> None:
    winner, loser = rate(np.tile([1.0, 0.0], (seeds, 1, 1)))
    for one in (winner, loser):
        assert one.points.high - one.points.low > 10.0
    assert winner.points.mean > loser.points.mean
