"""Inner product manipulation turns the mean around from its threshold on."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec import run, simulate
from tests.attacks.swarms import spread_swarm
from tests.strategies import beliefs

TEN = {"kind": "complete", "n": 10}


def honest_mean_after_one_round(epsilon: float, center: float = 0.0) -> tuple[float, float]:
    """The mean of 7 honest daemons of 10 before and after one exchange of plain averaging, relative to the center."""
    initial = [0.0] * 3 + [center + 0.5 + i / 7 for i in range(7)]
    attack = {"kind": "inner_product", "daemons": [0, 1, 2], "epsilon": epsilon, "center": center}
    final = simulate(beliefs(initial, TEN, attacks=[attack], rounds=1), arm="attacked").final[3:, 0]
    return float(np.mean(initial[3:])) - center, float(final.mean()) - center


@pytest.mark.parametrize("epsilon", [0.1, 2.3, 7 / 3, 2.4])
@pytest.mark.parametrize("center", [0.0, 5.0])
def test_the_mean_is_that_of_the_formula_with_f_3_of_10(epsilon, center) -> None:
    before, after = honest_mean_after_one_round(epsilon, center)
    assert after == pytest.approx((7 - 3 * epsilon) / 10 * before, abs=1e-14)


def test_the_mean_turns_around_between_2_3_and_2_4() -> None:
    assert honest_mean_after_one_round(2.3)[1] > 0.0 > honest_mean_after_one_round(2.4)[1]


def test_zero_strength_does_no_damage() -> None:
    assert run(spread_swarm("inner_product", strength=0.0), seeds=1).damage["attacked"].mean == 0.0


def test_krum_excludes_it_far_from_the_honest_values() -> None:
    undefended, krum = (
        run(spread_swarm("inner_product")),
        run(spread_swarm("inner_product", [{"kind": "krum", "f": 10}])),
    )
    assert undefended.bites
    assert krum.damage_limited.low > 0.5


@pytest.mark.parametrize("rule", ["krum", "wmsr"])
def test_no_rule_excludes_it_where_the_negated_mean_is_inside_of_the_honest_spread(rule) -> None:
    inside = run(spread_swarm("inner_product", [{"kind": rule, "f": 10}], mean=0.5))
    assert inside.bites
    assert inside.verdict == "not_limited"
