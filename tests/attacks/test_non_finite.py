"""A non-finite message counts as no message: no rule computes with it."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec import run, simulate
from tests.attacks.swarms import auction
from tests.strategies import K3, beliefs


def states(kind="non_finite", defenses=(), initial=(0.5, 0, 1), network=K3, rounds=20, **attack) -> np.ndarray:
    attack = {"kind": kind, "daemons": [0], **attack}
    swarm = beliefs(list(initial), network, attacks=[attack], defenses=list(defenses), rounds=rounds)
    return simulate(swarm, arm="defended" if defenses else "attacked", record_states=True).states[:, :, 0]


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "mixed"])
@pytest.mark.parametrize("defenses", [[], [{"kind": "median"}]])
def test_a_non_finite_message_counts_as_no_message(value, defenses) -> None:
    assert np.array_equal(states(value=value, defenses=defenses), states("silence", defenses=defenses))


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "mixed"])
@pytest.mark.parametrize("rule", ["wmsr", "trimmed_mean"])
def test_a_rule_with_an_f_counts_it_as_one_of_the_f_and_uses_all_other_messages(value, rule) -> None:
    assert states(value=value, defenses=[{"kind": rule, "f": 1}], rounds=1)[1].tolist() == [0.5, 0.5, 0.5]


def test_plain_averaging_goes_on_without_the_sender() -> None:
    assert states(rounds=1)[1].tolist() == [0.5, 0.5, 0.5]
    assert states(initial=(9, 0, 1), rounds=1)[1, 1:].tolist() == [0.5, 0.5]


def test_below_full_strength_the_message_stays_true() -> None:
    assert np.array_equal(states(strength=0.99), states("none"))


def test_zero_strength_does_no_damage() -> None:
    assert run(auction("non_finite", "mcafee", strength=0.0), seeds=1).damage["attacked"].mean == 0.0


def test_an_auctioneer_without_a_finite_word_sells_nothing_and_no_rule_helps() -> None:
    attacked = run(auction("non_finite", "mcafee", [{"kind": "wmsr", "f": 1}]))
    assert attacked.bites
    assert attacked.damage_limited.high < 0.5
