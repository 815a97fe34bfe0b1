"""A second attacker of a known behavior is found sooner, and a poisoned memory does little harm."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec import load_scenario, run, simulate

FIRST, SECOND = [3, 17], [9, 31]
TWICE = [
    {"kind": "false_message", "daemons": FIRST, "start": 30, "stop": 45, "bias": 2.0},
    {"kind": "false_message", "daemons": SECOND, "start": 60, "stop": 75, "bias": 2.0},
]
PULSES = {"kind": "memory_poisoning", "mode": "react", "daemons": "10%", "start": 30, "lessons": 3, "period": 10}
POISON = {**PULSES, "length": 5, "bias": 2.0}
FORGED = {"kind": "forged_accusation", "daemons": "10%", "start": 30, "value": 10.0}


def case(name, attack, **parameters):
    return load_scenario(name, attack=attack, defense={"kind": "immune_memory", "warm_up": 25, **parameters})


def rounds_until_found(trace, liars, start):
    return min(number for number, accused in trace.alarms if number >= start and np.isin(liars, accused).any()) - start


@pytest.mark.parametrize("name", ["arena_beliefs", "arena_trading"])
def test_a_second_exposure_is_found_sooner_than_the_first(name) -> None:
    """In each of six seeds, which has a probability of 1/64 by chance; without a memory in none."""
    for slots in (4, 0):
        traces = [simulate(case(name, TWICE, slots=slots), seed=seed) for seed in range(6)]
        first = np.array([rounds_until_found(trace, FIRST, 30) for trace in traces])
        second = np.array([rounds_until_found(trace, SECOND, 60) for trace in traces])
        if slots:
            assert (second < first).all()
            assert second.mean() <= 2.0
        else:
            assert abs(second - first).mean() <= 1.0


def round_of_quarantine(vaccinate, seed):
    """When most listeners of the second liar ignore it; two of six have met the first one, four have not."""
    trace = simulate(
        {
            "world": {"kind": "beliefs", "initial": "normal", "spread": 0.1, "noise": 0.3},
            "network": {"kind": "circulant", "n": 16, "offsets": [1, 2, 3]},
            "protocol": {"kind": "friedkin_johnsen", "anchor": 0.2},
            "rounds": 80,
            "attacks": [{**TWICE[0], "daemons": [0]}, {**TWICE[1], "daemons": [5]}],
            "defenses": [{"kind": "immune_memory", "warm_up": 25, "vaccinate": vaccinate}],
        },
        seed=seed,
    )
    return 60 + int(trace.quarantined[60:, 5].argmax())


def test_vaccinated_neighbors_recognize_an_attacker_they_never_met() -> None:
    alone, vaccinated = (np.array([round_of_quarantine(told, s) for s in range(6)]) for told in (False, True))
    assert (vaccinated < alone).all()
    assert vaccinated.mean() <= 62


def false_alarms_after_the_lessons(name, slots):
    traces = [simulate(case(name, POISON, slots=slots), seed=seed) for seed in range(6)]
    return sum(len(accused) for trace in traces for number, accused in trace.alarms if number >= 60)


@pytest.mark.parametrize("name", ["arena_beliefs", "arena_trading"])
def test_poisoning_the_memory_at_most_doubles_the_false_alarms(name) -> None:
    assert 0 < false_alarms_after_the_lessons(name, slots=4) <= 2 * false_alarms_after_the_lessons(name, slots=0)


def test_a_memory_prevents_more_of_an_attack_that_comes_again() -> None:
    with_memory, without = (run(case("arena_trading", POISON, slots=slots), seeds=5) for slots in (4, 0))
    assert with_memory.damage_limited.mean > without.damage_limited.mean + 0.1


def test_forged_signatures_make_nobody_ignore_an_honest_neighbor() -> None:
    result = run(case("arena_beliefs", FORGED), seeds=3)
    assert result.damage["defended"].mean == pytest.approx(result.damage["guarded"].mean, abs=1e-9)
