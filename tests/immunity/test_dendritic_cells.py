"""Dendritic cells present antigens with the signals of the period in which they were sampled."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec.immunity import DendriticCells

ONE = np.ones(1)


def test_a_cell_presents_when_its_csm_reaches_the_lifespan() -> None:
    """csm = S + D and k = D − 2S by hand: D = 1, 1, 0 and S = 0, 0, 1 make csm 3 and k = 1 + 1 − 2 = 0."""
    cells = DendriticCells(np.array([0]), 1, cells=1, lifespan=3.0)
    shown = [cells.observe(np.array([d]), np.array([s]), ONE)[0] for d, s in [(1, 0), (1, 0), (0, 1)]]
    assert shown == [0.0, 0.0, 0.0]
    assert cells.presented.tolist() == [3.0]
    shown = [cells.observe(np.array([1.0]), np.array([0.0]), ONE)[0] for _ in range(3)]
    assert shown == pytest.approx([0.0, 0.0, 3.0 * 3.0 / (3.0 + 0.9 * 3.0)])


def test_cells_live_for_different_times() -> None:
    """Lifespans 2, 4 and 6: the first cell presents after two observations, in each a third of the antigen."""
    cells = DendriticCells(np.array([0]), 1, cells=3, lifespan=4.0, memory=1.0)
    amounts = []
    for _ in range(6):
        cells.observe(ONE, np.zeros(1), ONE)
        amounts.append(cells.presented[0])
    assert amounts == pytest.approx([0, 2 / 3, 2 / 3, 8 / 3, 8 / 3, 16 / 3])


def test_populations_do_not_see_each_other() -> None:
    rng = np.random.default_rng(0)
    both = DendriticCells(np.array([0, 0, 1, 1]), 2)
    alone = DendriticCells(np.array([0, 0]), 1)
    for _ in range(30):
        danger, safe, antigens = rng.random(2), rng.random(2), rng.random(4)
        together = both.observe(danger, safe, antigens)
        assert together[:2].tolist() == alone.observe(danger[:1], safe[:1], antigens[:2]).tolist()


def test_more_antigens_leave_those_of_before_as_they_were() -> None:
    cells = DendriticCells(np.array([0, 0]), 1)
    for _ in range(20):
        before = cells.observe(ONE, np.zeros(1), np.array([1.0, 2.0]))
    cells.relink(np.array([0, 0, 0]), np.array([0, 2]))
    assert cells.k_alpha.tolist() == [before[0], 0.0, before[1]]


def areas(lag, seed, antigens=40, observations=200, guilty=4):
    """How well K_α and the mean of D − 2S over the same samples rank the antigens that danger follows."""
    rng = np.random.default_rng(seed)
    sampled = (rng.random((observations, antigens)) < 0.05).astype(float)
    causes = rng.random(observations) < 0.04
    sampled[:, :guilty] = np.where(causes[:, None], rng.random((observations, guilty)) < 0.8, sampled[:, :guilty] / 5)
    follows = np.convolve(causes, np.r_[np.zeros(lag), np.ones(3)])[:observations] > 0
    danger, safe = (np.maximum(each + 0.3 * rng.normal(size=observations), 0) for each in (follows, ~follows))
    cells = DendriticCells(np.zeros(antigens, dtype=int), 1, lifespan=6.0, memory=1.0)
    for d, s, present in zip(danger, safe, sampled, strict=True):
        k_alpha = cells.observe(np.array([d]), np.array([s]), present)
    mean = (sampled * (danger - 2 * safe)[:, None]).sum(axis=0) / np.maximum(sampled.sum(axis=0), 1)
    return [(score[:guilty, None] > score[guilty:]).mean() for score in (k_alpha, mean)]


@pytest.mark.parametrize("lag", [1, 2, 3])
def test_they_beat_the_mean_of_the_signals_where_danger_follows_later(lag) -> None:
    cells, mean = np.mean([areas(lag, seed) for seed in range(10)], axis=0)
    assert cells > 0.8
    assert mean < 0.6


def test_they_are_redundant_where_danger_comes_at_once() -> None:
    cells, mean = np.mean([areas(0, seed) for seed in range(10)], axis=0)
    assert cells == pytest.approx(mean, abs=0.05)
