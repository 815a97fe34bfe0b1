"""Quarantine in steps: weakened, isolated, probed, readmitted; a relapse lasts longer; a quorum is kept."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarmsec.immunity import Granuloma, Stage, within_quorum
from swarmsec.network import topology

STEPS = Granuloma(confirm=3, hold=4, release_after=2, longest=16)


def course(suspicious: str, steps: Granuloma = STEPS) -> tuple[list[str], list[float]]:
    """The stages and weights of one sender: x a suspicious observation, . a normal one, - none."""
    rows = np.zeros((1, Granuloma.columns))
    stages, weights = [], []
    for seen in suspicious:
        rows = steps.look(rows, np.array([seen == "x"]), np.array([seen != "-"]))
        stages.append(Stage(int(rows[0, 0])).name[0])
        weights.append(float(steps.weights(rows)[0]))
    return stages, weights


def test_a_suspect_is_weakened_then_isolated_then_probed_then_readmitted() -> None:
    stages, weights = course("xxx......")
    assert "".join(stages) == "WWIIIIPPH"
    assert weights == [0.5, 0.25, 0, 0, 0, 0, 0, 0, 1]


def test_a_short_suspicion_is_forgotten_without_isolation() -> None:
    assert "".join(course("xx..x..")[0]) == "WWWHWWH"


def test_a_relapse_is_isolated_twice_as_long_each_time_up_to_the_longest() -> None:
    lengths = []
    stages = "".join(course("x" * 70)[0])
    for isolation in stages.split("P")[:-1]:
        lengths.append(isolation.count("I"))
    assert lengths == [4, 8, 16, 16, 16]


def test_a_long_time_without_suspicion_makes_the_past_forgotten() -> None:
    short, long = ("".join(course("xxx" + "." * calm + "xxx" + "." * 9)[0])[3 + calm :].count("I") for calm in (8, 30))
    assert (short, long) == (8, 4)


def test_a_sender_that_is_not_observed_is_neither_suspected_nor_readmitted() -> None:
    assert "".join(course("xx--x----")[0]) == "WWWWIIIIP"
    assert "".join(course("xxx" + "-" * 9)[0]) == "WWIIII" + "P" * 6


@given(st.lists(st.sampled_from("x.-"), max_size=60))
def test_a_sender_that_behaves_again_is_always_readmitted(past: list[str]) -> None:
    stages, weights = course("".join(past) + "." * (STEPS.longest + STEPS.release_after + 1))
    assert stages[-1] == "H"
    assert weights[-1] == 1.0


def test_a_receiver_goes_on_hearing_a_quorum_and_drops_those_with_the_highest_scores() -> None:
    network = topology("complete", n=5)
    every, score = np.ones(network.m, dtype=bool), np.tile([1.0, 2.0, 3.0, 4.0], 5)
    kept = within_quorum(network, every, every, score, 0.5)
    assert kept.reshape(5, 4).tolist() == [[False, False, True, True]] * 5
    assert within_quorum(network, every, every, score, 0.0).all()
    assert not within_quorum(network, every, every, score, 1.0).any()


def test_senders_with_equal_scores_are_not_told_apart_by_their_numbers() -> None:
    network = topology("complete", n=5)
    every, score = np.ones(network.m, dtype=bool), np.tile([2.0, 2.0, 2.0, 9.0], 5)
    kept = within_quorum(network, every, every, score, 0.5)
    assert kept.reshape(5, 4).tolist() == [[False, False, False, True]] * 5


@pytest.mark.parametrize("quorum", [0.0, 0.3, 0.5, 1.0])
def test_no_receiver_is_left_below_its_quorum(quorum: float) -> None:
    rng = np.random.default_rng(3)
    network = topology("small_world", n=40, neighbors=6, rewire=0.2, seed=1)
    heard, dropped = rng.random((2, network.m)) < 0.7
    allowed = within_quorum(network, dropped & heard, heard, rng.random(network.m), quorum)
    assert not (allowed & ~(dropped & heard)).any()
    left, before = (np.bincount(network.receivers[some], minlength=40) for some in (heard & ~allowed, heard))
    assert (left >= quorum * before - 1e-9).all()
