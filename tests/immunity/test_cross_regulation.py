"""The cross-regulation model attacks what is rare and tolerates what many show."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec.immunity import CrossRegulation

ALL_BITS = 63


def attacked(**shown):
    """The behaviors that a group attacks; `b5=2` means that two members show behavior 5."""
    counts = np.zeros((1, 64), dtype=int)
    for name, members in shown.items():
        counts[0, int(name[1:])] = members
    return np.flatnonzero(CrossRegulation().attacked(counts)[0]).tolist()


@pytest.mark.parametrize(("many", "found"), [(1, [0, 1]), (2, [0, 1]), (3, []), (4, []), (9, [])])
def test_more_than_two_robots_suppress_the_response_to_one_that_is_one_bit_away(many, found) -> None:
    assert attacked(b0=many, b1=1) == found


def test_one_or_two_of_ten_that_differ_in_all_bits_are_attacked_and_three_are_not() -> None:
    found = [attacked(b0=10 - rare, b63=rare) for rare in (1, 2, 3)]
    assert found == [[ALL_BITS], [ALL_BITS], []]


@pytest.mark.parametrize("behavior", ["b0", "b21", "b63"])
def test_what_the_whole_group_shows_is_tolerated_whatever_it_is(behavior) -> None:
    assert attacked(**{behavior: 10}) == []


def test_a_larger_group_has_the_response_of_ten_of_it() -> None:
    assert attacked(b0=36, b63=4) == attacked(b0=9, b63=1) == [ALL_BITS]


def test_the_response_of_a_group_does_not_depend_on_the_others() -> None:
    rng = np.random.default_rng(0)
    groups = np.stack([np.bincount(rng.choice([0, 0, 0, 0, 1, 3, 31, 63], size=10), minlength=64) for _ in range(60)])
    together = CrossRegulation().attacked(groups)
    alone = np.stack([CrossRegulation().attacked(group[None])[0] for group in groups])
    assert np.array_equal(together, alone)
    assert together.any()


def test_an_empty_group_attacks_nothing() -> None:
    assert attacked() == []
