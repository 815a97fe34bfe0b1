"""Immutable copies of arrays."""

from __future__ import annotations

import numpy as np

from swarmsec.arrays import frozen


def test_a_copy_of_an_immutable_copy_shares_its_memory_and_nothing_else() -> None:
    first = frozen(np.arange(6.0))
    second = frozen(first)
    assert np.shares_memory(first, second)
    second.shape = (2, 3)
    assert first.shape == (6,)


def test_a_copy_of_a_view_or_of_a_writable_array_is_independent() -> None:
    array = np.arange(6.0)
    copy = frozen(array)
    array[0] = 9.0
    assert copy.tolist() == [0, 1, 2, 3, 4, 5]
    assert frozen(copy[::2]).tolist() == [0, 2, 4]
    assert frozen(copy[:3]).tolist() == [0, 1, 2]
