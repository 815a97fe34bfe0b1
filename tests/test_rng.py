"""Streams are named and independent, and do not depend on the machine or on the order of calls."""

from __future__ import annotations

import random
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarmsec.rng import Streams, stream


def test_a_stream_is_the_same_on_every_machine() -> None:
    """Pinned: a change here changes every result and must raise SIM_SEMANTICS."""
    draws = stream(0, "blackswarm", 3, "world").integers(2**31, size=3).tolist()
    assert draws == [2042059273, 84102243, 958718589]


@pytest.mark.parametrize(
    "key", [(1, "demo", 0, "world"), (0, "other", 0, "world"), (0, "demo", 1, "world"), (0, "demo", 0, "red/0")]
)
def test_every_part_of_the_key_changes_the_stream(key) -> None:
    usual = stream(0, "demo", 0, "world").random(4)
    assert not np.array_equal(stream(*key).random(4), usual)


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(0, 2**63 - 1))
def test_equal_keys_give_equal_draws_whatever_the_name(name, seed) -> None:
    assert stream(0, name, seed, "world").random() == stream(0, name, seed, "world").random()


def test_the_boundaries_between_parts_of_a_key_matter() -> None:
    one = stream(1, "a", 11, "b").random()
    assert one != stream(11, "a", 1, "b").random()
    assert stream(0, 'a",1,"b', 0, "c").random() != stream(0, "a", 1, 'b",0,"c').random()


def test_requesting_a_stream_again_repeats_its_draws_and_changes_no_other_stream() -> None:
    streams = Streams("demo", 4)
    world = streams.of("world")
    before = streams.of("protocol").random(3)
    world.random(1000)
    assert np.array_equal(streams.of("protocol").random(3), before)


def test_streams_do_not_use_global_generators() -> None:
    random.seed(1)
    np.random.seed(1)  # noqa: NPY002
    one = stream(0, "demo", 0, "world").random()
    random.seed(2)
    np.random.seed(2)  # noqa: NPY002
    assert stream(0, "demo", 0, "world").random() == one


@pytest.mark.parametrize("hash_seed", ["0", "1"])
def test_streams_do_not_depend_on_pythonhashseed(hash_seed) -> None:
    code = "from swarmsec.rng import stream; print(stream(0, 'demo', 0, 'world').random().hex())"
    process = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONHASHSEED": hash_seed}, capture_output=True, text=True, check=True
    )
    assert float.fromhex(process.stdout.strip()) == stream(0, "demo", 0, "world").random()


def test_streams_of_neighboring_seeds_are_uncorrelated() -> None:
    draws = np.array([stream(0, "demo", seed, "world").standard_normal(2000) for seed in range(8)])
    correlations = np.corrcoef(draws)[np.triu_indices(8, 1)]
    assert np.abs(correlations).max() < 4 / np.sqrt(2000)
