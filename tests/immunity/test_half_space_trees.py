"""Half-space trees score rows by the learned rows around them, as river does, and independent of the batch."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from swarmsec.errors import ParameterError
from swarmsec.immunity import HalfSpaceTrees

RNG = np.random.default_rng(0)
USUAL = RNG.normal(size=(300, 4))


def fitted(package: str = "numpy", rows: np.ndarray = USUAL, **parameters) -> HalfSpaceTrees:
    forest = HalfSpaceTrees(**{"trees": 25, "height": 6, "seed": 1, "package": package, **parameters})
    forest.fit(rows)
    return forest


def test_one_split_scores_by_the_masses_on_its_sides() -> None:
    forest = fitted(rows=np.arange(10.0)[:, None], trees=1, height=1)
    split = forest._forest.splits[0, 0]
    below = float((forest._unit(np.arange(10.0)[:, None]) < split).sum())
    for row, mass in ((-100.0, below), (100.0, 10.0 - below)):
        assert forest.score(np.array([[row]]))[0] == pytest.approx(1 - (10 + 2 * mass) / (10 * 3))


def test_each_inner_cell_holds_the_rows_of_its_two_halves() -> None:
    masses = fitted()._forest.masses
    inner = masses.shape[1] // 2
    assert (masses[:, 0] == len(USUAL)).all()
    assert np.array_equal(masses[:, :inner], masses[:, 1::2] + masses[:, 2::2])


@pytest.mark.parametrize("package", ["numpy", "river"])
def test_distant_rows_score_higher_than_nearly_all_usual_ones(package) -> None:
    if package == "river":
        pytest.importorskip("river")
    forest = fitted(package)
    usual = forest.score(np.random.default_rng(1).normal(size=(300, 4)))
    assert (forest.score(np.full((5, 4), 6.0)) > np.quantile(usual, 0.99)).all()


def test_scores_of_trees_grown_by_river_are_those_of_river() -> None:
    anomaly = pytest.importorskip("river.anomaly")
    forest = fitted("river")
    theirs = anomaly.HalfSpaceTrees(n_trees=25, height=6, window_size=len(USUAL), seed=1)
    for row in forest._unit(USUAL).tolist():
        theirs.learn_one(dict(enumerate(row)))
    rows = RNG.normal(0.0, 3.0, size=(50, 4))
    expected = [theirs.score_one(dict(enumerate(row))) for row in forest._unit(rows).tolist()]
    assert forest.score(rows) == pytest.approx(expected, rel=1e-12)


def test_a_score_is_the_same_alone_and_in_a_flood() -> None:
    forest = fitted()
    flood = np.concatenate([USUAL[:1] + 2.0, np.full((500, 4), 40.0), np.full((1, 4), np.nan)])
    assert forest.score(flood)[0] == forest.score(flood[:1])[0]
    assert forest.score(flood)[-1] == np.inf


def test_rows_without_variation_can_be_learned() -> None:
    forest = fitted(rows=np.ones((50, 2)))
    usual, other = forest.score(np.array([[1.0, 1.0], [1.0, 2.0]]))
    assert other > usual


def test_without_river_the_error_says_how_to_install_it(monkeypatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ParameterError, match=r"swarmsec\[river\]"):
        fitted("river")
