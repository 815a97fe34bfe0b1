"""The world of supernodes: small bills by hand, the task stream, the hub, and the numbers of the model."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from swarmsec import simulate
from swarmsec.errors import ParameterError
from swarmsec.network import topology
from swarmsec.objectives import loss
from swarmsec.rng import stream
from swarmsec.testing import check_world
from swarmsec.worlds import WorldView
from swarmsec.worlds._group_work import rows_of
from swarmsec.worlds.supernodes import Supernodes

STEADY = {"gap": 0.0, "size_min": 4, "size_max": 4, "value_min": 3.0, "value_max": 3.0, "spare_min": 1.0}
"""Every desk always has a task of size 4 and $3 an hour, and all daemons are free."""

SMALL = {
    "world": {"kind": "supernodes"},
    "network": {"kind": "random_regular", "n": 200, "degree": 8},
    "protocol": {"kind": "supernode_formation"},
    "rounds": 60,
}


def begun(n: int = 10, *, rounds: int = 60, seed: int = 0, hijacked: tuple[int, ...] = (), **parameters: Any):
    world = Supernodes(**parameters)
    billed = np.ones(n, dtype=np.bool_)
    billed[list(hijacked)] = False
    rng = stream(0, "test", seed, "world")
    world.begin(WorldView(network=topology("edges", n=n, edges=[]), rounds=rounds, rng=rng, billed=billed))
    return world


def work(world: Supernodes, workers, at: float = 0.0, *, strays=()):
    """What a round costs in which some daemons work at `at` from the target in each component, and strays on 999."""
    signals = world.sense()
    world.hear(signals)
    decisions = np.zeros((len(signals), 3))
    desk = int(np.flatnonzero(signals[:, 0])[0])
    decisions[list(workers), 0] = signals[desk, 0]
    decisions[list(workers), 1:] = signals[desk, 4:] + at
    decisions[list(strays), 0] = 999.0
    return world.apply(world.feasible(decisions))


HOUR = {"minutes_per_round": 60.0, "hours_min": 3.0}


def test_a_group_at_the_target_costs_nothing() -> None:
    outcome = work(begun(**STEADY, **HOUR), range(4))
    assert outcome.bills["cost_usd"] == pytest.approx(0.0, abs=1e-9)
    assert outcome.metrics["done_usd"] == pytest.approx(4 * 3.0)
    assert outcome.metrics["work_hours"] == pytest.approx(4.0)
    assert outcome.metrics["energy_kwh"] == pytest.approx(4 * 0.4)


def test_a_task_that_is_not_done_costs_its_value() -> None:
    assert work(begun(**STEADY, **HOUR), []).bills["cost_usd"] == pytest.approx(4 * 3.0)
    assert work(begun(**STEADY, **HOUR), range(3)).bills["cost_usd"] == pytest.approx(3.0)


def test_excess_loss_is_billed_as_a_share_of_the_value() -> None:
    # On the sphere, 1 away in both components is a loss of 2, a tenth of 20.
    outcome = work(begun(**STEADY, **HOUR, objective="sphere"), range(4), at=1.0)
    assert outcome.bills["cost_usd"] == pytest.approx(4 * 3.0 * 2.0 / 20.0)
    assert outcome.metrics["mean_loss"] == pytest.approx(2.0)
    assert outcome.metrics["wasted_petaflop_hours"] == 0.0


def test_a_ruined_group_pays_its_value_and_its_petaflop_hours() -> None:
    # Rastrigin at (1.5, 1.5) is 2 · (2.25 + 20) = 44.5, above 20. Four hours of 0.3 petaflop/s at $5 are $6.
    outcome = work(begun(**STEADY, **HOUR), range(4), at=1.5)
    assert outcome.bills["cost_usd"] == pytest.approx(4 * 3.0 + 4 * 0.3 * 5.0)
    assert outcome.metrics["ruined_groups"] == 1.0


def test_daemons_beyond_the_size_of_a_task_and_on_closed_tasks_are_wasted() -> None:
    outcome = work(begun(**STEADY, **HOUR), range(6))
    assert outcome.metrics["wasted_petaflop_hours"] == pytest.approx(2 * 0.3)
    assert outcome.metrics["surplus_workers"] == 2.0
    outcome = work(begun(**STEADY, **HOUR), range(4), strays=[8, 9])
    assert outcome.bills["cost_usd"] == pytest.approx(2 * 0.3 * 5.0)


def test_busy_daemons_leave_a_part_undone() -> None:
    world = begun(**{**STEADY, "spare_min": 0.6}, **HOUR)
    spare = world.sense()[:, 3]
    assert (spare >= 0.6).all()
    assert (spare <= 1.0).all()
    assert work(world, range(4)).bills["cost_usd"] == pytest.approx(3.0 * (4 - spare[:4].sum()))


def test_tasks_of_hijacked_desks_and_slots_of_hijacked_daemons_are_not_billed() -> None:
    assert work(begun(**STEADY, **HOUR, hijacked=(0,)), []).bills["cost_usd"] == 0.0
    outcome = work(begun(**STEADY, **HOUR, hijacked=(3,)), range(4), at=1.5)
    assert outcome.bills["cost_usd"] == pytest.approx(3 * 3.0 + 3 * 0.3 * 5.0)


def test_every_posted_dollar_is_done_or_billed() -> None:
    trace = simulate(SMALL, arm="clean")
    figures = trace.metrics
    lost = figures["undone_usd"] + figures["excess_loss_usd"] + figures["wasted_usd"]
    assert trace.bill == pytest.approx(lost, rel=1e-9)
    steady = {**SMALL, "world": {"kind": "supernodes", **STEADY}}
    figures = simulate(steady, arm="clean").metrics
    posted = 20 * 4 * 3.0 / 30.0 * np.arange(1, 61)  # 20 desks, four slots at $3 an hour, rounds of two minutes.
    got = figures["done_usd"] + figures["excess_loss_usd"] + figures["undone_usd"]
    assert got == pytest.approx(posted, rel=1e-9)


def test_tasks_of_a_desk_follow_each_other_and_name_their_desk() -> None:
    world = begun(1200, rounds=720)
    stream_ = world._tasks
    assert len(stream_.desks) == 120
    assert (stream_.stop[:, :-1] <= stream_.start[:, 1:]).all()
    for round in (0, 300, 719):
        desk, task = stream_.open(round)
        number = stream_.number(desk, task)
        assert np.array_equal((number - 1) % 1200, stream_.desks[desk])
        assert len(np.unique(desk)) == len(desk)
    lengths = (stream_.stop - stream_.start)[stream_.stop < 720]
    assert lengths.min() >= 29
    assert lengths.max() <= 91


def test_more_tasks_are_open_at_noon_than_at_midnight() -> None:
    worlds = [begun(1200, rounds=720, seed=seed) for seed in range(5)]
    noon, midnight = (
        np.mean([len(world._tasks.open(round)[0]) for world in worlds for round in rounds])
        for rounds in (range(345, 376), range(690, 720))
    )
    assert noon > 1.1 * midnight


def test_a_hub_exchanges_two_messages_a_daemon_and_the_swarm_twelve_times_as_many() -> None:
    trace = simulate(SMALL, arm="clean")
    assert trace.metrics["hub_messages"][-1] == 2 * 200 * 60
    assert trace.metrics["messages"][-1] == 12 * trace.metrics["hub_messages"][-1]


def test_the_declared_payload_gives_the_terabytes_an_hour() -> None:
    trace = simulate({**SMALL, "network": {"kind": "small_world", "n": 1200, "neighbors": 8}, "rounds": 3}, arm="clean")
    hub, messages = trace.metrics["hub_tb_per_hour"][-1], trace.metrics["messages"][-1] * 10  # Three rounds: 6 minutes.
    assert hub == pytest.approx(2 * 1200 * 30 * 17e-6)
    assert messages * 17e-6 == pytest.approx(12 * hub)
    assert 1.0 <= hub <= 2.0
    assert 12.0 <= 12 * hub <= 18.0


def test_the_hub_staffs_the_most_valuable_tasks_with_the_best_daemons() -> None:
    world = begun(20, **{**STEADY, "spare_min": 0.5, "value_max": 6.0}, **HOUR)
    signals = world.sense()
    world.hear(signals)
    best = signals[np.flatnonzero(signals[:, 0])]
    top = best[best[:, 2].argmax(), 0]
    staffed = np.flatnonzero(world._heard[:, 0] == top)
    assert sorted(signals[staffed, 3]) == sorted(signals[:, 3])[-4:]
    assert (world._heard[:, 0] > 0).sum() == 8


def test_the_hub_learns_from_all_trials_and_believes_a_false_target() -> None:
    def central(lie: float) -> float:
        world = begun(10, **STEADY)
        for _ in range(30):
            signals = world.sense().copy()
            signals[0, 4:] += lie * (signals[0, 0] > 0)
            world.hear(signals)
            world.apply(np.zeros((10, 3)))
        return world.central()["cost_usd"]

    value = 4 * 3.0 * 30 / 30.0
    assert central(0.0) < 0.75 * value
    assert central(0.5) > value  # Between two minima nothing is worth anything.


def test_signals_and_the_hub_are_paired_over_decisions() -> None:
    one, other = begun(50), begun(50)
    for _ in range(20):
        first, second = one.sense(), other.sense()
        assert np.array_equal(first, second)
        for world, decisions in ((one, np.zeros((50, 3))), (other, np.full((50, 3), 1.0))):
            world.hear(first)
            world.apply(world.feasible(decisions))
    assert one.central() == other.central()


def test_a_proposal_with_nan_is_no_work_and_points_stay_in_the_box() -> None:
    world = begun()
    decided = world.decide(np.array([[1.0, 0, 0, 0, 9.0, np.nan], [1.0, 0, 0, 0, 9.0, -1e100]]))
    assert decided.tolist() == [[0.0, 0.0, 0.0], [1.0, 4.5, -4.5]]
    assert world.neutral(decided)[:, 0].tolist() == [0.0, 0.0]


def test_each_daemon_sees_the_loss_of_its_own_work() -> None:
    world = begun(**STEADY, **HOUR, objective="sphere")
    work(world, [2], at=2.0)
    assert world.observed().own["loss"].tolist() == [0.0, 0.0, pytest.approx(8.0)] + [0.0] * 7


def test_the_swarm_does_more_than_half_of_the_work_of_a_hub() -> None:
    figures = simulate(SMALL, arm="clean").metrics
    assert 0.5 < figures["work_hours"][-1] / figures["hub_work_hours"][-1] < 1.0


def test_rows_of_finds_the_place_of_each_number() -> None:
    assert rows_of(np.array([5.0, 2.0]), np.array([2.0, 3.0, 5.0, 9.0])).tolist() == [1, -1, 0, -1]
    assert rows_of(np.empty(0), np.array([1.0])).tolist() == [-1]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"size_min": 8}, "size_min: 8 is above size_max, 7"),
        ({"hours_min": 4.0}, "hours_min: 4 is above hours_max, 3"),
        ({"value_min": 7.0}, "value_min: 7 is above value_max, 6"),
    ],
)
def test_inconsistent_parameters_are_refused(parameters, message) -> None:
    with pytest.raises(ParameterError, match=message):
        Supernodes(**parameters)


@pytest.mark.slow
def test_one_liar_among_1200_ruins_consensus_based_optimization_and_evaluation_prevents_it() -> None:
    """Rastrigin in ten dimensions, all hear all, 60 exchanges: 20 without a liar, above 80 with one."""
    start = stream(0, "cbo", 1200, "signals").uniform(-3.0, 3.0, (1200, 10))
    scenario = {
        "world": {"kind": "beliefs", "initial": start.tolist()},
        "network": {"kind": "complete", "n": 1200},
        "protocol": {"kind": "consensus_based_optimization"},
        "rounds": 60,
        "attacks": [{"kind": "false_optimum", "daemons": [0]}],
        "defenses": [{"kind": "peer_evaluation"}],
    }
    clean, attacked, defended = (
        float(loss("rastrigin", simulate(scenario, arm=arm).final[1:]).mean())
        for arm in ("clean", "attacked", "defended")
    )
    assert clean == pytest.approx(20.0, abs=3.0)
    assert attacked > 80.0
    assert defended == pytest.approx(20.0, abs=3.0)


def test_one_percent_of_liars_ruins_the_evolution_strategy_and_ranks_restore_it() -> None:
    start = stream(0, "es", 0, "signals").uniform(-3.0, 3.0, (1200, 10))
    lie = {"kind": "false_fitness", "daemons": 12, "scale": 1.0, "bias": -1000.0, "columns": ["fitness_plus"]}

    def final(shaping: str, arm: str) -> float:
        scenario = {
            "world": {"kind": "beliefs", "initial": start.tolist()},
            "network": {"kind": "random_regular", "n": 1200, "degree": 8},
            "protocol": {"kind": "evolution_strategy", "shaping": shaping},
            "rounds": 150,
            "attacks": [lie],
        }
        trace = simulate(scenario, arm=arm)
        return float(loss("sphere", trace.final[~trace.attacked] if arm == "attacked" else trace.final).mean())

    assert final("raw", "clean") < 0.005
    assert final("raw", "attacked") > 100.0
    assert final("ranks", "attacked") < 0.01


@pytest.mark.parametrize("parameters", [{"objective": "sphere", "dimension": 3, "daemons_per_desk": 2}])
@pytest.mark.slow
def test_other_parameters_pass_the_conformance_check(parameters) -> None:
    check_world(Supernodes, **parameters)
