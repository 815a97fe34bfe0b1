"""Antibodies mature towards an antigen, remember it, and spare self."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec.immunity import ClonalSelection

ANTIGEN = np.array([0.9, 0.8, 0.85])


def cells(seed=0, **parameters):
    rng = np.random.default_rng(seed)
    return ClonalSelection(rng, rng.normal(0.5, 0.03, (300, 3)), **parameters)


def test_affinity_matures_from_generation_to_generation() -> None:
    few, many = (np.mean([cells(seed).mature(ANTIGEN, generations=count) for seed in range(10)]) for count in (1, 20))
    assert many > few + 0.02
    assert many > 0.95


def test_a_memory_cell_recognizes_what_is_like_the_antigen_and_nothing_else() -> None:
    memory = cells()
    memory.mature(ANTIGEN, generations=20)
    like = ANTIGEN + np.random.default_rng(1).normal(0, 0.01, (100, 3))
    assert memory.recognizes(like).mean() > 0.95
    assert not memory.recognizes(np.random.default_rng(2).normal(0.5, 0.03, (1000, 3))).any()
    assert not memory.recognizes(1.0 - like).any()


def test_no_antibody_matures_towards_self() -> None:
    memory = cells(self_radius=0.2)
    memory.mature(np.full(3, 0.5))
    assert not len(memory.memory) or (memory.apart(memory.memory) > 0.2).all()


def test_what_is_remembered_takes_no_second_cell_and_the_oldest_is_forgotten() -> None:
    memory = cells(memory_max=2, radius=0.3)
    for antigen in (ANTIGEN, ANTIGEN + 0.001):
        memory.mature(antigen, generations=20)
    assert len(memory.memory) == 1
    for antigen in (1.0 - ANTIGEN, np.array([0.1, 0.9, 0.1])):
        memory.mature(antigen, generations=20)
    assert len(memory.memory) == 2
    assert not memory.recognizes(ANTIGEN[None])[0]


def test_the_antigen_itself_would_recognize_as_much_as_the_antibody() -> None:
    """So affinity maturation gains nothing over remembering the row."""
    like = ANTIGEN + np.random.default_rng(3).normal(0, 0.04, (1000, 3))
    matured = []
    for seed in range(10):
        memory = cells(seed)
        memory.mature(ANTIGEN, generations=20)
        matured.append(memory.recognizes(like).mean())
    plain = (np.linalg.norm(like - ANTIGEN, axis=1) <= 0.1).mean()
    assert np.mean(matured) <= plain
    assert np.mean(matured) == pytest.approx(plain, abs=0.1)
