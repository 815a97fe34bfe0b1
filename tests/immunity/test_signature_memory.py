"""A memory of signatures recognizes what is like them, and nothing that is near the usual."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from swarmsec.immunity import SignatureMemory

ANY = st.floats(allow_nan=True, allow_infinity=True)


def test_a_behavior_like_a_signature_matches_for_the_daemon_that_learned_it_only() -> None:
    memory = SignatureMemory(3, 2)
    assert memory.learn(np.array([1]), np.array([[6.0, 8.0]])).tolist() == [False, True, False]
    behaviors = np.array([[6.0, 8.0], [6.0, 8.0], [6.0, 12.9], [6.0, 13.1]])
    assert memory.matches(np.array([0, 1, 1, 1]), behaviors).tolist() == [False, True, True, False]


def test_of_several_new_signatures_a_daemon_learns_the_largest() -> None:
    memory = SignatureMemory(2, 1)
    memory.learn(np.array([0, 1, 0]), np.array([[5.0], [6.0], [-50.0]]))
    assert memory.newest()[:, 0].tolist() == [-50.0, 6.0]


def test_what_is_known_already_takes_no_second_slot() -> None:
    memory = SignatureMemory(1, 1)
    for size in (10.0, 11.0, 9.0):
        memory.learn(np.array([0]), np.array([[size]]))
    assert memory.counts.tolist() == [1]


def test_the_oldest_signature_is_forgotten() -> None:
    memory = SignatureMemory(1, 1, slots=2)
    for size in (5.0, 50.0, 500.0):
        memory.learn(np.array([0]), np.array([[size]]))
    assert memory.matches(np.zeros(3, dtype=int), np.array([[5.0], [50.0], [500.0]])).tolist() == [False, True, True]


@given(st.lists(st.tuples(ANY, ANY), min_size=1, max_size=8), st.floats(0, 6.283), st.floats(0, 1.99))
def test_whatever_is_taught_nothing_within_two_deviations_of_the_usual_matches(taught, angle, size) -> None:
    memory = SignatureMemory(1, 2, slots=8, radius=0.5, least=4.0)
    for signature in taught:
        memory.learn(np.array([0]), np.array([signature]))
    usual = size * np.array([[np.cos(angle), np.sin(angle)]])
    assert not memory.matches(np.array([0]), usual).any()
