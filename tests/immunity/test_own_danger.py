"""A daemon is in danger when its own figures are unusual for it."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec.immunity import OwnDanger, own_figures


def calm(n=200, k=2, rounds=64, seed=0):
    rng = np.random.default_rng(seed)
    danger = OwnDanger(n)
    for _ in range(rounds):
        danger.collect(rng.normal(size=(n, k)))
    return danger, rng


def test_the_usual_is_rarely_dangerous_and_a_lasting_shift_is() -> None:
    danger, rng = calm()
    quiet = np.stack([danger.observe(rng.normal(size=(200, 2))) for _ in range(50)])
    assert (quiet > 4).mean() < 0.005
    shifted = [danger.observe(np.add(rng.normal(size=(200, 2)), [0.0, 3.0])) for _ in range(10)]
    assert (shifted[-1] > 4).mean() > 0.95


def test_only_the_daemon_whose_figures_change_is_in_danger() -> None:
    danger = calm()[0]
    loud = np.zeros((200, 2))
    loud[7] = 1e300
    scores = [danger.observe(loud) for _ in range(10)][-1]
    assert scores.argmax() == 7
    assert np.sort(scores)[-2] < 1.5


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_figure_that_is_no_number_or_never_varied_shows_nothing(value) -> None:
    danger = OwnDanger(3)
    for _ in range(5):
        danger.collect(np.array([[1.0], [2.0], [3.0]]))
    assert np.array_equal(danger.observe(np.full((3, 1), 50.0)), np.zeros(3))
    assert np.array_equal(danger.observe(np.full((3, 1), value)), np.zeros(3))


def test_own_figures_are_the_strain_and_the_outcomes_in_the_order_of_their_names() -> None:
    figures = own_figures(np.array([[3.0], [4.0]]), np.array([[1.0], [1.0]]), {"b": np.ones(2), "a": np.zeros(2)})
    assert figures.tolist() == [[2.0, 0.0, 1.0], [3.0, 0.0, 1.0]]
