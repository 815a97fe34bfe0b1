"""The effect of each defense with an aggregation rule against a liar, and its limits."""

from __future__ import annotations

import numpy as np
import pytest

from defenses.centered_clipping import CenteredClipping
from defenses.geometric_median import GeometricMedian
from defenses.krum import Krum
from defenses.median import Median
from defenses.oddi_c import ODDIC
from defenses.trimmed_mean import TrimmedMean
from swarmsec import simulate
from swarmsec.errors import ParameterError
from swarmsec.network import Network, topology
from swarmsec.teams import Surface, ThreatCase
from tests.strategies import TWO_CLIQUE, beliefs

K9 = {"kind": "complete", "n": 9}
STARTS = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 3.5]
ROBUST = ["trimmed_mean", "median", "krum", "geometric_median", "oddi_c"]


def final(defense: str, liars: list[int], *, value: float = 100.0, rounds: int = 300, **options: float) -> np.ndarray:
    """The final values of the honest daemons in K9 against daemons that send one value forever."""
    swarm = beliefs(
        STARTS,
        K9,
        attacks=[{"kind": "stubborn", "daemons": liars, "value": value}],
        defenses=[{"kind": defense, **options}],
        rules={"red": {"daemons": len(liars)}},
        rounds=rounds,
    )
    honest = np.setdiff1d(np.arange(9), liars)
    return simulate(swarm).final[honest, 0]


@pytest.mark.parametrize("defense", ROBUST)
def test_one_liar_in_nine_cannot_move_the_others_out_of_their_initial_range(defense: str) -> None:
    ends = final(defense, [8])
    assert ends.min() >= 0.0
    assert ends.max() <= 7.0


@pytest.mark.parametrize("defense", ["trimmed_mean", "median", "geometric_median", "oddi_c"])
def test_one_liar_in_nine_does_not_prevent_agreement_of_the_others(defense: str) -> None:
    assert np.ptp(final(defense, [8])) < 1e-6


@pytest.mark.parametrize("defense", ["none", "centered_clipping"])
def test_averaging_and_clipping_converge_to_the_value_of_a_patient_liar(defense: str) -> None:
    assert final(defense, [8], rounds=3000, **({"tau": 1.0} if defense != "none" else {})) == pytest.approx(
        np.full(8, 100.0), abs=1e-3
    )


def test_clipping_bounds_the_step_caused_by_a_liar() -> None:
    after = final("centered_clipping", [8], rounds=10, tau=0.1)
    assert after.max() <= 7.0 + 10 * 0.1 / 9
    assert final("none", [8], rounds=10).max() > 50.0


@pytest.mark.parametrize("defense", ["trimmed_mean", "median", "geometric_median", "oddi_c"])
def test_a_lying_majority_of_a_neighborhood_moves_the_honest_daemons_out_of_their_range(defense: str) -> None:
    assert final(defense, [4, 5, 6, 7, 8], value=1000.0).max() > 7.0


def test_krum_adopts_the_lie_of_a_pair_that_agrees_if_f_is_1() -> None:
    """Two liars at one point support each other; with f = 1, Krum counts three neighbors of six values."""
    swarm = beliefs(
        [0, 3, 6, 9, 100, 100],
        {"kind": "complete", "n": 6},
        attacks=[{"kind": "stubborn", "daemons": [4, 5], "value": 4.0}],
        defenses=[{"kind": "krum", "f": 1}],
        rules={"red": {"daemons": 2}},
        rounds=3,
    )
    assert simulate(swarm).final[:4, 0].tolist() == [4.0] * 4


def test_krum_selects_values_and_averages_none() -> None:
    swarm = beliefs(
        [0, 1, 2, 4, 8, 16, 32], {"kind": "complete", "n": 7}, defenses=[{"kind": "krum", "f": 1}], rounds=1
    )
    assert set(simulate(swarm, arm="guarded").final[:, 0]) <= {0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0}


@pytest.mark.parametrize("defense", ["median", "trimmed_mean"])
def test_two_cliques_that_averaging_joins_stay_apart(defense: str) -> None:
    halves = [0.0] * 4 + [1.0] * 4
    assert (
        simulate(beliefs(halves, TWO_CLIQUE, defenses=[{"kind": defense}], rounds=50), arm="guarded")
        .final[:, 0]
        .tolist()
        == halves
    )
    assert np.ptp(simulate(beliefs(halves, TWO_CLIQUE, rounds=500), arm="clean").final) < 1e-6


def test_inverted_tolerance_moves_an_outlier_to_the_others_and_not_the_others_to_it() -> None:
    swarm = beliefs([5, 5, 5, 5, 5, 100], {"kind": "complete", "n": 6}, defenses=[{"kind": "oddi_c"}], rounds=1)
    assert simulate(swarm, arm="guarded").final[:, 0].tolist() == [5.0] * 5 + [52.5]


def test_slow_liars_move_a_swarm_with_inverted_tolerance() -> None:
    """Four of nine drift away together: the rule has no f, and the honest daemons at the edge follow."""
    swarm = beliefs(
        STARTS,
        K9,
        attacks=[{"kind": "stubborn", "daemons": [5, 6, 7, 8], "value": 6.0, "drift": 0.02}],
        defenses=[{"kind": "oddi_c"}],
        rules={"red": {"daemons": 4}},
        rounds=600,
    )
    assert simulate(swarm).final[:5, 0].max() > 4.5


C9 = topology("circulant", n=9, offsets=[1, 2, 3])


def guarantee_of(defense, targets: list[int], network: Network = C9, surface: Surface = Surface.DAEMON):
    return defense.guarantee(ThreatCase(network, np.array(targets, dtype=np.int32), surface))


@pytest.mark.parametrize(
    ("defense", "targets", "holds"),
    [
        (TrimmedMean(f=1), [0], True),
        (TrimmedMean(f=1), [0, 1], False),
        (Median(), [0, 1, 2], True),
        (Median(), [1, 2, 3, 5], False),
        (Krum(f=2), [0, 1], True),
        (Krum(f=1), [0, 1], False),
        (Krum(f=3), [0], False),
        (GeometricMedian(), [0, 1, 2], True),
        (GeometricMedian(), [1, 2, 3, 5], False),
        (CenteredClipping(), [0], None),
        (ODDIC(), [0], None),
    ],
)
def test_its_guarantee_holds_if_its_precondition_holds(defense, targets: list[int], holds: bool | None) -> None:
    assert guarantee_of(defense, targets).holds is holds


@pytest.mark.parametrize("defense", [TrimmedMean(), Median(), Krum(), GeometricMedian()])
@pytest.mark.parametrize("surface", [Surface.SIGNAL, Surface.NETWORK, Surface.DAEMON | Surface.NETWORK])
def test_it_gives_no_guarantee_for_signals_and_links(defense, surface: Surface) -> None:
    assert guarantee_of(defense, [0], surface=surface).holds is False


@pytest.mark.parametrize("defense", [TrimmedMean(), Median(), Krum(), GeometricMedian()])
def test_it_gives_no_guarantee_if_the_protocol_adds_to_the_rule(defense) -> None:
    case = ThreatCase(C9, np.array([0], dtype=np.int32), Surface.DAEMON, rule_decides=False)
    assert defense.guarantee(case).holds is False


@pytest.mark.parametrize(("defense", "n", "most"), [(TrimmedMean(f=2), 4, 1), (Krum(f=2), 6, 1)])
def test_an_f_that_drops_all_values_is_refused(defense, n: int, most: int) -> None:
    with pytest.raises(ParameterError, match=f"at most {most}"):
        defense.check(n)
    assert defense.check(n + 1) is None
