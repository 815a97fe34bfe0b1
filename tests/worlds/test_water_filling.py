"""Sharing a total out by water level: caps hold, nothing is lost, and equals get as much."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from swarmsec.errors import ParameterError
from swarmsec.worlds._water_filling import fill_to_level

VESSELS = st.integers(1, 8).flatmap(
    lambda n: st.tuples(
        *(
            st.lists(each, min_size=n, max_size=n).map(np.array)
            for each in (st.floats(0.01, 100), st.floats(-50, 50), st.floats(0.01, 100))
        )
    )
)


@given(VESSELS, st.floats(0, 1))
def test_all_is_poured_no_cap_is_broken_and_the_water_is_level(vessels, part) -> None:
    widths, floors, caps = vessels
    total = part * caps.sum()
    filled = fill_to_level(total, widths, floors=floors, caps=caps)
    assert filled.sum() == pytest.approx(total, rel=1e-9, abs=1e-9)
    assert (filled >= 0).all()
    assert (filled <= caps).all()
    levels = floors + filled / widths
    partly = (filled > 1e-6 * caps) & (filled < (1 - 1e-6) * caps)
    assume(partly.any())
    level = levels[partly].mean()
    assert levels[partly] == pytest.approx(np.full(partly.sum(), level), abs=1e-6)
    assert (floors[filled == 0] >= level - 1e-6).all()
    assert (levels[filled == caps] <= level + 1e-6).all()


def test_capping_first_and_scaling_afterwards_breaks_the_cap_and_the_water_level_does_not() -> None:
    wanted, total = np.array([80.0, 10.0, 10.0]), 100.0
    capped = np.minimum(wanted, 60.0)
    assert (capped * total / capped.sum()).tolist() == [75.0, 12.5, 12.5]
    assert fill_to_level(total, wanted, caps=60.0).tolist() == [60.0, 20.0, 20.0]


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=8).map(np.array), st.floats(0, 1000))
def test_without_caps_all_get_in_proportion(weights, total) -> None:
    assert fill_to_level(total, weights) == pytest.approx(total * weights / weights.sum(), rel=1e-9, abs=1e-9)


def test_a_vessel_without_a_width_gets_nothing_and_a_full_house_is_full() -> None:
    assert fill_to_level(6.0, np.array([0.0, 1.0, 2.0])).tolist() == [0.0, 2.0, 4.0]
    assert fill_to_level(6.0, np.array([1.0, 1.0]), caps=np.array([2.0, 4.0])).tolist() == [2.0, 4.0]
    assert fill_to_level(0.0, np.array([1.0, 2.0]), floors=np.array([-1.0, 0.0])).tolist() == [0.0, 0.0]


def test_more_than_all_can_hold_is_refused() -> None:
    with pytest.raises(ParameterError, match="7 given; must be at most the sum of the caps, 6"):
        fill_to_level(7.0, np.array([1.0, 1.0]), caps=3.0)
