"""Delta debugging, and the minimal witness that it returns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarmsec import load_scenario
from swarmsec.errors import UsageError
from swarmsec.runs.executors import Serial, open_executor
from swarmsec.search import figures_cache, minimize_attack, smallest_subset
from swarmsec.search.evaluator import AttackEvaluator
from tests.strategies import beliefs

needed_sets = st.sets(st.integers(0, 19), min_size=1)
lucky_sets = st.sets(st.frozensets(st.integers(0, 11), min_size=1), max_size=60)


def smallest(items, is_sufficient):
    asked = []

    def first(subsets):
        asked.extend(subsets)
        return next((number for number, subset in enumerate(subsets) if is_sufficient(frozenset(subset))), None)

    return smallest_subset(items, first), asked


@given(needed_sets)
def test_the_smallest_subset_is_exactly_the_needed_items(needed):
    left, _ = smallest(range(20), lambda subset: needed <= subset)
    assert left == sorted(needed)


@given(st.integers(1, 20))
def test_the_smallest_subset_has_exactly_the_needed_number_of_items(count):
    left, _ = smallest(range(20), lambda subset: len(subset) >= count)
    assert len(left) == count


@given(lucky_sets)
def test_the_smallest_subset_is_sufficient_and_1_minimal_for_any_test(lucky):
    everything = frozenset(range(12))

    def is_sufficient(subset):
        return subset == everything or subset in lucky

    left, _ = smallest(range(12), is_sufficient)
    assert is_sufficient(frozenset(left))
    assert not any(is_sufficient(frozenset(left) - {one}) for one in left if len(left) > 1)


@given(lucky_sets)
def test_the_empty_subset_is_never_tried_and_the_order_is_kept(lucky):
    left, asked = smallest(range(12), lambda subset: subset in lucky)
    assert all(asked)
    assert all(subset == sorted(subset) for subset in [left, *asked])


LIARS = {"kind": "stubborn", "daemons": [0, 3], "value": 100.0, "start": 2, "stop": 28}


def ring(**more):
    return load_scenario(
        beliefs(
            [0, 0, 1, 2, 3, 4, 5],
            {"kind": "circulant", "n": 7, "offsets": [1, 2]},
            rounds=30,
            attacks=[LIARS],
            defenses=[{"kind": "median_gate"}],
            **more,
        )
    )


def minimized(scenario, attacks, *, jobs=1, **options):
    with open_executor(jobs=jobs) as executor:
        return minimize_attack(scenario, attacks, figures_cache(executor), **options)


def harm_of(scenario, attacks):
    return AttackEvaluator(scenario, (0,), figures_cache(Serial())).harms([attacks])[0].amount


@pytest.mark.parametrize("keep", [0.25, 0.5])
def test_a_witness_is_minimal_in_daemons_rounds_and_strength(keep):
    scenario = ring()
    found = minimized(scenario, [LIARS], keep=keep)
    (attack,) = found.attacks
    assert found.smallest
    assert found.harm == harm_of(scenario, [attack])
    assert found.harm >= found.needed == keep * found.of == keep * harm_of(scenario, [LIARS])
    assert found.after.daemons == len(attack["daemons"]) == 1 < found.before.daemons == 2
    assert found.after.rounds < found.before.rounds == 26
    assert found.after.strength < found.before.strength == 1.0
    for less in (
        {"stop": attack["stop"] - 1},
        {"start": attack["start"] + 1},
        {"strength": attack["strength"] - 0.01},
    ):
        harm = harm_of(scenario, [{**attack, **less}])  # None for an attack of no rounds.
        assert (harm or 0.0) < found.needed


def test_a_witness_has_only_the_needed_attacks():
    scenario = ring()
    idle = {"kind": "stubborn", "daemons": [5], "value": 3.0, "start": 2, "stop": 3}
    found = minimized(scenario, [idle, LIARS], keep=0.5)
    assert [spec["value"] for spec in found.attacks] == [100.0]


def test_a_witness_does_not_depend_on_the_number_of_processes():
    assert minimized(ring(), [LIARS], jobs=1) == minimized(ring(), [LIARS], jobs=2)


def test_if_the_tries_run_out_the_smallest_attack_so_far_is_returned_and_marked():
    found = minimized(ring(), [LIARS], keep=0.25, tries=3)
    assert not found.smallest
    assert found.harm >= found.needed
    assert found.tried <= 4  # The harm of the minimal attack is measured at the end.


def test_an_attack_that_does_no_harm_has_no_witness():
    with pytest.raises(UsageError, match="witness: the attack does no harm: 0"):
        minimized(ring(), [{**LIARS, "strength": 0.0}])


@pytest.mark.parametrize("keep", [0.0, -1.0, 1.5])
def test_a_share_out_of_range_is_refused(keep):
    with pytest.raises(UsageError, match=r"keep: .* must be more than 0 and at most 1"):
        minimized(ring(), [LIARS], keep=keep)
