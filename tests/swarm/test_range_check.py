"""A run inside a guarantee measures the number that the promise bounds."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec import run
from swarmsec.swarm.range_check import RangeCheck
from tests.strategies import UNIFORM, beliefs

C7 = {"kind": "circulant", "n": 7, "offsets": [1, 2]}
LIAR = {"kind": "stubborn", "daemons": [0], "value": 100.0}


def result_of(**more):
    scenario = beliefs([float(i) for i in range(7)], C7, attacks=[LIAR], rounds=20, seeds=2, **more)
    return run(scenario).to_dict()


@pytest.mark.parametrize("defense", [{"kind": "wmsr", "f": 1}, {"kind": "trimmed_mean", "f": 1}, {"kind": "median"}])
def test_a_rule_inside_its_guarantee_keeps_the_range(defense) -> None:
    result = result_of(defenses=[defense])
    assert result["guarantee"]["holds"] is True
    assert result["promise"]["measured"] == 0.0
    assert 0.0 < result["promise"]["bound"] < 1e-9


def test_outside_the_guarantee_nothing_is_measured() -> None:
    result = result_of(defenses=[{"kind": "wmsr", "f": 1}], protocol={**UNIFORM, "inbox": 2})
    assert (result["guarantee"]["holds"], result["promise"]) == (False, None)


def test_the_violation_is_the_largest_distance_of_an_honest_component() -> None:
    check = RangeCheck()
    compromised = np.array([False, False, True])
    check.observe(np.array([[0.0, 5.0], [1.0, 6.0], [9.0, 9.0]]), compromised)
    check.observe(np.array([[0.5, 4.5], [1.0, 6.0], [99.0, 9.0]]), compromised)
    assert check.violation == 0.5
    check.observe(np.array([[0.5, 5.0], [3.0, 6.0], [9.0, 9.0]]), compromised)
    check.observe(np.array([[0.5, 5.0], [0.5, 6.0], [9.0, 9.0]]), compromised)
    assert check.violation == 2.0


def test_a_nonfinite_honest_value_is_an_infinite_violation() -> None:
    check = RangeCheck()
    check.observe(np.zeros((2, 1)), np.zeros(2, dtype=bool))
    check.observe(np.array([[0.0], [np.nan]]), np.zeros(2, dtype=bool))
    assert check.violation == np.inf
