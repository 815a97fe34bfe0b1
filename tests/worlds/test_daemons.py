"""The daemons world: the loop of two roles, repairs, outages, people, the bill and the center."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest

from swarmsec import load_scenario, simulate
from swarmsec.errors import ScenarioError
from swarmsec.network import topology
from swarmsec.parameters import describe
from swarmsec.rng import stream
from swarmsec.testing import check_world
from swarmsec.worlds import WorldView
from swarmsec.worlds._region import Events, Plant, Region, add_spikes, arrivals, daily_load
from swarmsec.worlds.daemons import Daemons

QUIET: dict[str, Any] = {"noise": 0.0, "faults": 0.0, "spikes": 0.0, "swing": 0.0, "mean_load": 0.8}
"""Nothing happens, and load is at 80% of the capacity."""


def begun(n: int = 2, rounds: int = 2_000, seed: int = 0, billed: int | None = None, **parameters: Any) -> Daemons:
    world = Daemons(**parameters)
    view = WorldView(
        network=topology("edges", n=n, edges=[]),
        rounds=rounds,
        rng=stream(0, "test", seed, "world"),
        billed=np.arange(n) < (n if billed is None else billed),
    )
    world.begin(view)
    return world


def plant(**constants: Any) -> Plant:
    defaults = {info.name: info.default for info in describe(Daemons)}
    return Plant(**{name: defaults[name] for name in Plant.__dataclass_fields__} | constants)


def region(
    *,
    load: float = 0.8,
    faults: tuple[tuple[int, float], ...] = (),
    answer: float = 1e9,
    rounds: int = 600,
    **constants: Any,
) -> Region:
    starts, minutes = zip(*faults, strict=True) if faults else ((), ())
    events = Events(
        load=np.full(rounds, load),
        fault_start=np.array(starts, dtype=np.int32),
        fault_minutes=np.array(minutes, dtype=np.float64),
        answer_minutes=np.full(rounds, answer),
    )
    return Region(plant(**constants), events)


def run(world: Daemons, rounds: int) -> list[dict[str, float]]:
    """Bills and metrics of rounds in which every daemon believes its own reading."""
    rows = []
    for _ in range(rounds):
        signals = world.sense()
        world.hear(signals)
        outcome = world.apply(world.feasible(world.decide(signals)))
        rows.append({**outcome.bills, **outcome.metrics})
    return rows


# The loop of the two roles.


def pulse(ratio: float, *, protocol: dict[str, Any], network: dict[str, Any], rounds: int = 2_000) -> float:
    """How much u grows from round 500 to the last through the whole engine, after a false reading in round 0."""
    gain = 0.05 * math.sqrt(ratio)
    world = {"kind": "daemons", **QUIET, "storage_usual": 0.0, "latency_usual": 0.0}
    trace = simulate(
        {
            "world": {**world, "storage_gain": gain, "latency_gain": gain},
            "network": network,
            "protocol": {"kind": "friedkin_johnsen", **protocol},
            "rounds": rounds,
            "attacks": [
                {
                    "kind": "false_signal",
                    "daemons": "role=latency",
                    "columns": ["u"],
                    "bias": 1e-3,
                    "start": 0,
                    "stop": 1,
                }
            ],
        },
        arm="attacked",
    )
    u = trace.metrics["storage_share"]
    return float(u[-1] / u[499])


@pytest.mark.parametrize(("ratio", "growth"), [(0.999, 0.963), (1.0, 1.0), (1.001, 1.038)])
def test_the_loop_grows_above_bc_ad_1_and_dies_below_through_the_whole_engine(ratio: float, growth: float) -> None:
    found = pulse(ratio, protocol={"anchor": 1.0}, network={"kind": "complete", "n": 4})
    assert found == pytest.approx(growth, abs=5e-4)
    assert found == pytest.approx((1.0 - 0.05 + 0.05 * math.sqrt(ratio)) ** 1_500, rel=1e-9)


def test_the_negotiation_delays_the_loop_and_leaves_its_threshold_where_it_is() -> None:
    how = {
        "protocol": {"anchor": 0.2, "exchanges": 5},
        "network": {"kind": "circulant", "n": 12, "offsets": [1, 2]},
        "rounds": 900,
    }
    below, at, above = (pulse(ratio, **how) for ratio in (0.99, 1.0, 1.01))
    assert below < 0.97
    assert at == pytest.approx(1.0, abs=1e-6)
    assert above > 1.03


@pytest.mark.parametrize(("factor", "ends_at"), [(0.99, 0.0), (1.01, 1.0)])
def test_a_disturbance_above_the_saddle_goes_on_without_its_cause(factor: float, ends_at: float) -> None:
    world = begun(**QUIET, reset_minutes=1e9)
    assert world.loop_gain == pytest.approx(2.0, abs=1e-5)
    saddle = factor * world.storage_usual * (math.sqrt(2.0) + 2.0) / (2.0 - 1.0)
    world.apply(np.full((2, 1), saddle))
    last = run(world, 900)[-1]
    assert last["storage_share"] == pytest.approx(ends_at, abs=1e-6)
    assert last["latency_share"] == pytest.approx(ends_at, abs=1e-6)


def test_each_role_answers_to_the_other_ones_column() -> None:
    world = begun(4, **QUIET, storage_gain=0.5, latency_gain=0.25)
    beliefs = np.array([[0.9, 0.125], [np.nan, 0.225], [0.225, 0.9], [0.125, np.nan]])
    # b (v − v0) = 0.5 · 0.1 and 0.5 · 0.2; c (u − u0) = 0.25 · 0.2 and 0.25 · 0.1.
    assert world.decide(beliefs)[:, 0] == pytest.approx([0.05, 0.1, 0.05, 0.025])
    world.apply(np.full((4, 1), 0.4))
    assert world.decide(np.zeros((4, 2)))[:, 0] == pytest.approx([0.38] * 4)
    assert world.decide(np.full((4, 2), np.nan))[:, 0] == pytest.approx([0.38] * 4)
    assert world.decide(np.full((4, 2), 1e100))[:, 0].tolist() == [1.0] * 4


# The region.


@pytest.mark.parametrize(("u", "v"), [(0.0, 0.0), (0.1, 0.1), (0.3, 0.0), (0.0, 0.5), (1.0, 1.0)])
def test_service_is_what_capacity_and_admission_leave(u: float, v: float) -> None:
    one = region()
    one.step(0, u, v)
    served = min(0.8, 1.0 - u) * (1.0 - v / 2.0)
    assert one.served_share == pytest.approx(served / 0.8, abs=1e-12)
    assert one.lost == pytest.approx(0.8 - served, abs=1e-12)
    assert one.outage_minutes == (served / 0.8 < 0.9)


def test_load_above_the_capacity_is_moved_by_latency_daemons_up_to_what_neighbors_take() -> None:
    one = region(load=1.3)
    assert one.need(0) == (0.0, pytest.approx(0.015))
    one.step(0, 0.0, 0.01)  # 0.2 is moved, and 1.1 is left for a capacity of 1.
    assert one.served_share == pytest.approx((0.2 + 0.995) / 1.3)
    assert region(load=2.0).need(0).latency == pytest.approx(0.5 / 20.0)


def test_a_fault_takes_daemons_a_ninth_of_the_time_of_people() -> None:
    for u, minutes in ((0.0, 60.0), (0.012, 6.6), (1.0, 6.6), (0.006, 60.0 / (1.0 + 0.5 * (1.0 / 0.11 - 1.0)))):
        one = region(faults=((3, 60.0),))
        for round in range(100):
            one.step(round, u, 0.0)
        assert one.fault_minutes == pytest.approx(minutes, abs=1e-9)


def test_two_faults_need_twice_as_many_daemons_and_take_their_shares_of_the_service() -> None:
    one = region(faults=((0, 60.0), (0, 60.0)), load=1.0)
    assert one.need(0).storage == pytest.approx(0.024)
    one.step(0, 0.0, 0.0)
    assert one.served_share == pytest.approx(0.88**2)
    assert one.open_faults(1) == 2


def test_people_reset_an_outage_hold_recruitment_off_and_start_over() -> None:
    one = region(answer=100.0, hold=30)
    for round in range(250):
        one.step(round, *((0.0, 0.0) if one.held(round) else (1.0, 1.0)))
    assert one.resets == 2
    assert one.outage_minutes == 200
    assert one.longest_outage == 100
    assert one.held(259)
    assert not one.held(260)


def test_an_outage_that_ends_before_the_reset_is_not_reset() -> None:
    one = region(answer=100.0)
    for round in range(400):
        bad = float(round % 99 != 98)
        one.step(round, bad, bad)
    assert one.resets == 0
    assert one.longest_outage == 98


def test_a_day_of_load_has_its_mean_its_peak_and_its_spikes() -> None:
    load = daily_load(1_440, mean=0.85, swing=0.6, peak_hour=14.0)
    assert load.mean() == pytest.approx(0.85)
    assert load.argmax() == 14 * 60
    assert load.max() == pytest.approx(1.36)
    raised = add_spikes(np.ones(10), np.array([2, 4], dtype=np.int32), np.array([3.0, 2.5]), 0.2)
    assert raised == pytest.approx([1, 1, 1.2, 1.2, 1.2, 1.2, 1.2, 1, 1, 1])


def test_faults_arrive_at_their_rate() -> None:
    counts = [len(arrivals(stream(0, "test", seed, "world"), 2.0, 1_440)) for seed in range(400)]
    assert np.mean(counts) == pytest.approx(2.0, abs=4 * math.sqrt(2.0 / 400))
    assert np.var(counts) == pytest.approx(2.0, rel=0.3)


# The bill.


def test_the_bill_is_the_sum_of_its_priced_parts_and_load_is_served_or_lost() -> None:
    world = begun(40, rounds=1_440, seed=3, faults=6.0)
    rows = run(world, 1_440)
    load, served = (np.array([row[name] for row in rows]) for name in ("load", "served_share"))
    last = rows[-1]
    assert last["lost_load_hours"] == pytest.approx(float((load * (1.0 - served)).sum()) / 60.0, abs=1e-9)
    assert last["outage_hours"] == pytest.approx(float((served < 0.9).sum()) / 60.0, abs=1e-9)
    priced = 300_000.0 * last["outage_hours"] + 50_000.0 * last["lost_load_hours"]
    assert last["cost_usd"] == pytest.approx(priced, abs=1e-6)
    assert all(after["cost_usd"] >= before["cost_usd"] for before, after in itertools.pairwise(rows))


def test_the_bill_is_that_of_the_billed_daemons() -> None:
    whole, half = (run(begun(40, seed=3, billed=billed), 900)[-1] for billed in (40, 20))
    for bill in Daemons.bill_names():
        assert half[bill] == pytest.approx(whole[bill] / 2.0, rel=1e-12)
    assert half["longest_outage_hours"] == whole["longest_outage_hours"]


def test_standing_still_costs_a_multiple_of_working() -> None:
    worked, stood = begun(40, rounds=1_440, seed=3), begun(40, rounds=1_440, seed=3)
    for _ in range(1_440):
        stood.sense()
        idle = stood.apply(np.zeros((40, 1)))
    last = run(worked, 1_440)[-1]
    assert idle.bills["outage_hours"] > 7.0
    assert idle.bills["cost_usd"] > 10.0 * last["cost_usd"]
    assert idle.metrics["downtime_hours"] == idle.metrics["people_downtime_hours"] == last["people_downtime_hours"]


def test_work_on_true_causes_ends_with_them() -> None:
    rows = run(begun(40, rounds=1_440, seed=3, faults=6.0), 1_440)
    assert max(row["latency_share"] for row in rows) < 0.05
    assert max(row["storage_share"] for row in rows) < 0.05
    assert rows[-1]["resets"] == 0.0


# The center.


def test_a_center_in_peace_pays_about_as_much_as_the_swarm() -> None:
    for center in ("aware", "blind"):
        world = begun(40, rounds=1_440, seed=3, center=center)
        paid = run(world, 1_440)[-1]["cost_usd"]
        assert world.central()["cost_usd"] == pytest.approx(paid, rel=0.1)


def lied_to(center: str, bias: float) -> dict[str, float]:
    """The bills of a center whose feeds about u are false for 15 minutes, all of them by `bias`."""
    world = begun(4, rounds=900, **QUIET, center=center, reset_minutes=1e9)
    for round in range(900):
        signals = world.sense()
        world.hear(signals + np.array([bias if 100 <= round < 115 else 0.0, 0.0]))
        world.apply(np.zeros((4, 1)))
    return dict(world.central())


def test_a_center_hears_the_lie_and_escalates_only_if_it_forgets_what_it_did_itself() -> None:
    assert lied_to("aware", 0.0)["cost_usd"] == 0.0
    assert 0.0 < lied_to("aware", 0.3)["outage_hours"] < 1.0
    assert lied_to("blind", 0.3)["outage_hours"] > 12.0
    assert lied_to("aware", float("nan"))["cost_usd"] == 0.0
    assert math.isfinite(lied_to("aware", 1e300)["cost_usd"])


# The contract.


@pytest.mark.parametrize(
    "parameters", [{"center": "blind", "noise": 0.0}, {"faults": 400.0, "spikes": 400.0, "mean_load": 1.5}]
)
def test_other_parameters_pass_the_conformance_check(parameters: dict[str, Any]) -> None:
    check_world(Daemons, **parameters)


@pytest.mark.parametrize(
    ("name", "value"),
    [("storage_decay", 0.0), ("daemon_repair", 0.0), ("throttle", 1.0), ("mean_load", 0.0), ("center", "both")],
)
def test_parameters_out_of_their_bounds_are_refused(name: str, value: Any) -> None:
    with pytest.raises(ScenarioError, match=name):
        load_scenario({"world": {"kind": "daemons", name: value}, "network": {"kind": "complete", "n": 4}, "rounds": 3})
