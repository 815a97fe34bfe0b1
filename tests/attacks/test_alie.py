"""ALIE holds a value inside of the honest spread: z of the paper, and what rules make of it."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec import run, simulate
from tests.attacks.swarms import spread_swarm
from tests.strategies import beliefs


def held(n: int, m: int, **alie) -> tuple[float, np.ndarray]:
    """The lie of m of n daemons in the first exchange, and the initial values, hijacked daemons first."""
    initial = np.sin(1.0 + np.arange(n))
    attack = {"kind": "alie", "daemons": list(range(m)), **alie}
    swarm = beliefs(initial.tolist(), {"kind": "complete", "n": n}, attacks=[attack], rounds=1)
    lies = simulate(swarm, arm="attacked").final[:m, 0]
    assert np.ptp(lies) == 0.0
    return float(lies[0]), initial


@pytest.mark.parametrize(
    ("n", "m", "form", "z"),
    [(50, 24, "neurips", 1.426077), (25, 11, "neurips", 1.067571), (50, 24, "arxiv", 1.750686)],
)
def test_z_is_that_of_the_paper(n, m, form, z) -> None:
    lie, initial = held(n, m, form=form)
    assert (initial[m:].mean() - lie) / initial[m:].std() == pytest.approx(z, abs=5e-7)


def test_mean_and_deviation_can_be_those_of_the_hijacked_daemons_alone() -> None:
    lie, initial = held(12, 4, z=1.5, estimate="own")
    assert lie == pytest.approx(initial[:4].mean() - 1.5 * initial[:4].std(), rel=1e-14)


def test_a_swarm_of_hijacked_daemons_only_stays_as_it_is() -> None:
    swarm = beliefs([0, 1], {"kind": "complete", "n": 2}, attacks=[{"kind": "alie", "daemons": "all"}], rounds=1)
    assert simulate(swarm, arm="attacked").final[:, 0].tolist() == [0.5, 0.5]


def test_zero_strength_does_no_damage() -> None:
    assert run(spread_swarm("alie", z=1.5, strength=0.0), seeds=1).damage["attacked"].mean == 0.0


@pytest.mark.parametrize("estimate", ["honest", "own"])
def test_it_bites_and_w_msr_makes_it_worse(estimate) -> None:
    undefended, defended = (
        run(spread_swarm("alie", ds, z=1.5, estimate=estimate)) for ds in ([], [{"kind": "wmsr", "f": 10}])
    )
    assert undefended.bites
    assert defended.verdict == "harmful"


def test_perfect_detection_limits_it() -> None:
    assert run(spread_swarm("alie", [{"kind": "oracle"}], z=1.5)).verdict == "limited"
