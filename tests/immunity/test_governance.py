"""Limits on decisions, relative to what daemons decide that do not act."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarmsec.immunity import is_drastic, limit_change, share_budget, yielding

numbers = st.floats(-1e3, 1e3)


def column(*values: float) -> np.ndarray:
    return np.array(values)[:, None]


@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=20), st.floats(0, 1e6))
def test_the_acts_of_all_stay_within_the_budget_and_in_proportion(pairs, budget: float) -> None:
    decisions, reference = (column(*each) for each in zip(*pairs, strict=True))
    shared = share_budget(decisions, reference, budget)
    assert np.abs(shared - reference).sum() <= budget * (1 + 1e-6) + 1e-6
    if np.abs(decisions - reference).sum() <= budget * (1 - 1e-9):
        assert shared.tolist() == decisions.tolist()
    assert ((shared - reference) * (decisions - reference) >= -1e-6).all()


def test_a_change_is_limited_by_component_and_by_daemon() -> None:
    limited = limit_change(np.array([[5.0, -1.0], [5.0, -1.0]]), np.zeros((2, 2)), np.array([2.0, 0.5]))
    assert limited.tolist() == [[2.0, -1.0], [0.5, -0.5]]


def test_drastic_is_farther_than_the_threshold_in_any_component() -> None:
    assert is_drastic(np.array([[0.0, 0.3], [0.2, 0.2]]), np.zeros((2, 2)), 0.2).tolist() == [True, False]


@pytest.mark.parametrize(
    ("first", "yields"),
    [([0], [2, 3]), ([2], [0, 1]), ([0, 2], []), ([4], [])],
    ids=["one side", "the other side", "first ones that disagree", "a first one that does not act"],
)
def test_who_acts_against_those_with_priority_yields(first, yields) -> None:
    acts = column(1.0, 2.0, -1.0, -3.0, 0.0)
    mask = np.isin(np.arange(5), first)
    assert np.flatnonzero(yielding(acts, mask, 0.1)).tolist() == yields
    assert not yielding(acts, np.zeros(5, dtype=bool), 0.1).any()
