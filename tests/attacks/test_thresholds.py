"""The guarantee of each attacked rule on both sides of its threshold, against the attacks of the library."""

from __future__ import annotations

import math
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from defenses.median import Median
from defenses.trimmed_mean import TrimmedMean
from defenses.wmsr import WMSR
from swarmsec import simulate
from swarmsec.checkers import agreement, validity
from swarmsec.errors import ParameterError
from swarmsec.network import Network, topology
from swarmsec.parameters import build
from swarmsec.registry import Registry
from swarmsec.swarm.trace import Trace
from swarmsec.teams import Attack, Defense, RedRules, Rules, ThreatCase
from swarmsec.worlds.beliefs import Beliefs
from tests.scenario.test_schema_fuzz import spec
from tests.strategies import beliefs, lied_to, play, swarm_of

ATTACKS = Registry().classes("attacks")
LIARS = sorted(kind for kind, cls in ATTACKS.items() if cls.surface.compromises)
LEAVES_THE_HULL: dict[str, dict[str, Any]] = {
    "alie": {"z": 10.0},
    "collusion": {"offset": -100.0},
    "conflicting_flood": {"amplitude": 100.0},
    "equivocation": {"mode": "split", "amplitude": 100.0},
    "false_message": {"bias": -100.0},
    "hijack": {"value": -100.0},
    "inner_product": {"epsilon": 10.0},
    "min_max": {"bound": "sum"},
    "stubborn": {"value": 100.0},
    "takeover": {"z": 1000.0},
}
"""Parameters with which one more liar than a rule withstands moves honest daemons out of the hull of their values.

The other attacks send honest values, nothing, or columns that averaging does not have.
"""
K7 = topology("complete", n=7)
STARTS = [0.9, 1.1, 0.9, 1.1, 0.0, 0.0, 36.0]


def run_against(
    attack: Attack, defense: Defense, *, network: Network = K7, starts: list[float] = STARTS, rounds: int = 30
) -> Trace:
    """A run in which no more daemons are hijacked than the attack is aimed at."""
    swarm = swarm_of(
        network,
        world=Beliefs(initial=starts),
        attacks=[attack],
        defenses=[defense],
        rules=Rules(red=RedRules(daemons=len(attack.daemons))),
        rounds=rounds,
    )
    with np.errstate(all="ignore"):
        return play(swarm)


def is_covered(attack: Attack, defense: Defense, network: Network = K7) -> bool | None:
    case = ThreatCase(network, np.array(attack.daemons, dtype=np.int32), type(attack).surface)
    return defense.guarantee(case).holds


@pytest.mark.parametrize(
    ("defense", "most"), [(WMSR(f=1), 1), (TrimmedMean(f=2), 2), (Median(), 3)], ids=["wmsr", "trimmed_mean", "median"]
)
@pytest.mark.parametrize("kind", LIARS)
def test_an_attack_leaves_the_honest_hull_with_one_more_liar_than_the_rule_withstands(kind, defense, most) -> None:
    for liars, covered in ((most, True), (most + 1, False)):
        attack = ATTACKS[kind](daemons=list(range(liars)), **LEAVES_THE_HULL.get(kind, {}))
        assert is_covered(attack, defense) == covered
        trace = run_against(attack, defense)
        stays = validity(trace.states, ~trace.compromised, tolerance=1e-12) is None
        assert stays == (covered or kind not in LEAVES_THE_HULL)


@st.composite
def attack_by(draw: st.DrawFn, liars: list[int], n: int) -> Attack:
    """An attack of the library that hijacks these of n daemons, with some of its parameters drawn from its schema."""
    kind = draw(st.sampled_from(LIARS))
    random = Random(draw(st.integers(0, 2**32)))
    drawn = spec("attacks", kind, random, draw(st.integers(0, 5)))
    drawn = {name: value for name, value in drawn.items() if name not in {"kind", "stop", "victims"}}
    try:
        attack = build(ATTACKS[kind], {**drawn, "daemons": liars})
        attack.check(n)  # The schema allows any list of two rounds or more as `start`.
    except ParameterError:
        reject()
    return attack


@pytest.mark.parametrize("f", [1, 2])
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_f_local_liars_with_any_attack_of_the_library_keep_a_2f_plus_1_robust_swarm_in_its_hull(f, data) -> None:
    network, liars = data.draw(lied_to(f))
    attack = data.draw(attack_by(liars, network.n))
    starts = data.draw(st.lists(st.floats(-1e6, 1e6), min_size=network.n, max_size=network.n))
    trace = run_against(attack, WMSR(f=f), network=network, starts=starts, rounds=12)
    assert validity(trace.states, ~trace.compromised) is None


@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_f_local_liars_with_any_attack_of_the_library_do_not_prevent_agreement(data) -> None:
    network, liars = data.draw(lied_to(1))
    attack = data.draw(attack_by(liars, network.n))
    trace = run_against(attack, WMSR(f=1), network=network, starts=[float(i % 2) for i in range(network.n)], rounds=600)
    assert agreement(trace.states, ~trace.compromised) is None


def test_two_liars_prevent_agreement_where_one_does_not() -> None:
    """An echo sends every daemon its own value. Two of them leave K4 one honest neighbor, and F = 1 drops it."""
    for liars, agrees in (([2], True), ([2, 3], False)):
        starts = [0.0, 1.0, 0.5, 0.5]
        echo = ATTACKS["equivocation"](daemons=liars)
        trace = run_against(echo, WMSR(f=1), network=topology("complete", n=4), starts=starts, rounds=200)
        assert (agreement(trace.states, ~trace.compromised) is None) == agrees


SPREAD = [0.0] * 4 + [-5.0, -3.0, -1.0, 1.0, 3.0, 5.0, 7.0]
"""Eleven daemons, of which the first four are hijacked; the honest mean is 1."""


@pytest.mark.parametrize(
    ("epsilon", "selected"), [(0.5, True), (1.5, True), (10.0, True), (10.2, False), (100.0, False)]
)
def test_krum_selects_the_negated_mean_up_to_its_distance_from_the_honest_values(epsilon, selected) -> None:
    """Krum sums n − f − 2 = 5 squared distances. The lie has (ε − 5)² + (ε − 3)² beyond the honest values, and three
    zeros to its copies; an honest one has 4 + 4 + 16 + 16 + 36 = 76. So the lie is selected up to ε = 4 + √37 = 10.08.
    The inner product with the honest mean is then −ε (Xie, Koyejo and Gupta 2019).
    """
    assert selected == (epsilon < 4 + math.sqrt(37))
    attack = {"kind": "inner_product", "daemons": [0, 1, 2, 3], "epsilon": epsilon}
    network = {"kind": "complete", "n": 11}
    swarm = beliefs(SPREAD, network, attacks=[attack], defenses=[{"kind": "krum", "f": 4}], rounds=1)
    held = simulate(swarm, arm="defended").final[4:, 0]
    assert held == pytest.approx(np.full(7, -epsilon)) if selected else set(held) <= set(SPREAD[4:])


def test_min_sum_on_a_triangle_by_hand() -> None:
    """The sums of squares are 25, 41 and 34, and 50/3 about the mean (4/3, 1): 3 γ² + 50/3 = 41."""
    attack = {"kind": "min_max", "daemons": [0], "bound": "sum", "direction": "sign"}
    initial = [[9.0, 9.0], [0.0, 0.0], [4.0, 0.0], [0.0, 3.0]]
    swarm = beliefs(initial, {"kind": "complete", "n": 4}, attacks=[attack], rounds=1)
    step = math.sqrt(73 / 9 / 2)
    assert simulate(swarm, arm="attacked").final[0] == pytest.approx(np.array([4 / 3 - step, 1 - step]), rel=1e-14)
