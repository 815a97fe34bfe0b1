"""`start: [first, last]`: red draws the round in which an attack begins, the same in all arms of a seed."""

from __future__ import annotations

import pytest

from swarmsec import load_scenario, run, simulate
from swarmsec.errors import SwarmsecError

SCENARIO = {
    "world": {"kind": "beliefs", "initial": [0.0, 1.0, 2.0, 3.0, 4.0]},
    "network": {"kind": "complete", "n": 5},
    "protocol": {"kind": "average_consensus"},
    "rounds": 40,
    "defenses": [{"kind": "median"}],
}


def with_attack(**parameters):
    return {**SCENARIO, "attacks": [{"kind": "stubborn", "daemons": [0], "value": 9.0, **parameters}]}


def begins_and_ends(trace):
    return [event.round for event in trace.events if event.kind in ("attack_on", "attack_off")]


def test_it_is_drawn_for_each_seed_within_its_bounds_and_stop_moves_with_it() -> None:
    drawn = with_attack(start=[5, 20], stop=9)
    starts = set()
    for seed in range(12):
        rounds = {tuple(begins_and_ends(simulate(drawn, arm=arm, seed=seed))) for arm in ("attacked", "defended")}
        ((on, off),) = rounds
        assert off == on + 4
        starts.add(on)
    assert len(starts) > 3
    assert starts <= set(range(5, 21))


def test_it_equals_the_same_attack_with_that_start() -> None:
    drawn = simulate(with_attack(start=[5, 20], frequency=0.1, swing=2.0), arm="attacked", seed=3)
    (on,) = begins_and_ends(drawn)
    given = simulate(with_attack(start=on, frequency=0.1, swing=2.0), arm="attacked", seed=3)
    assert drawn.bill.tolist() == given.bill.tolist()


def test_recovery_is_counted_from_the_end_of_each_seeds_attack() -> None:
    drawn = run(load_scenario({**with_attack(start=[5, 20], stop=9), "rounds": 200}), seeds=[3])
    on, off = begins_and_ends(simulate({**with_attack(start=[5, 20], stop=9), "rounds": 200}, arm="attacked", seed=3))
    given = run(load_scenario({**with_attack(start=on, stop=off), "rounds": 200}), seeds=[3])
    assert drawn.recovery_rounds["attacked"] is not None
    assert drawn.recovery_rounds == given.recovery_rounds


@pytest.mark.parametrize("start", [[5], [9, 5], [1, 2, 3], [-1, 4]])
def test_wrong_bounds_are_refused_at_their_place(start) -> None:
    with pytest.raises(SwarmsecError, match=r"attacks\[0\]\.start"):
        load_scenario(with_attack(start=start))


def test_the_rules_hold_for_the_first_round_that_may_be_drawn() -> None:
    with pytest.raises(SwarmsecError, match="earliest"):
        load_scenario({**with_attack(start=[5, 20]), "rules": {"red": {"earliest": 6}}})
