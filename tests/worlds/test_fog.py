"""The fog world: Erlang's loss, the conservation of operations, borders, and the hub that it is compared with."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from swarmsec import simulate
from swarmsec.errors import ParameterError
from swarmsec.network import topology
from swarmsec.rng import stream
from swarmsec.testing import check_world
from swarmsec.worlds import WorldView
from swarmsec.worlds._fog_placement import Servers, place
from swarmsec.worlds.fog import Fog

BLOCKS = {"kind": "stochastic_blocks", "n": 160, "blocks": 4, "p_in": 0.3, "p_out": 0.05}


def erlang_b(servers: int, erlangs: float) -> float:
    blocked = 1.0
    for count in range(1, servers + 1):
        blocked = erlangs * blocked / (count + erlangs * blocked)
    return blocked


def begun(n: int, rounds: int, seed: int = 0, **parameters: Any) -> Fog:
    world = Fog(**parameters)
    world.check(n)
    network = topology("edges", n=n, edges=[])
    rng = stream(seed, "test", 0, "world")
    world.begin(WorldView(network=network, rounds=rounds, rng=rng, billed=np.ones(n, dtype=np.bool_)))
    return world


def run(world: Fog, rounds: int) -> tuple[dict[str, float], dict[str, float]]:
    for _ in range(rounds):
        world.sense()
        outcome = world.apply(np.full((world._n, 2), -1.0))
    return dict(outcome.bills), dict(outcome.metrics)


def refused(servers: int, load: float, rounds: int) -> list[float]:
    """The share that is turned away by eight seeds of four pools, of nodes that hand nothing over."""
    shares = []
    for seed in range(8):
        metrics = run(begun(4, rounds, seed, servers=servers, load=load, warm_up=500), rounds)[1]
        shares.append(metrics["turned_away"] / metrics["arrived"])
    return shares


def test_the_loss_formula_has_the_published_values() -> None:
    assert [round(100 * erlang_b(200, 200 * load), 1) for load in (0.9, 1.0, 1.1, 1.2)] == [1.0, 5.4, 11.9, 18.4]
    assert round(100 * erlang_b(40, 36), 1) == 6.5


@pytest.mark.parametrize(
    ("servers", "load"),
    [(40, 0.9), (2, 0.9)] + [pytest.param(200, load, marks=pytest.mark.slow) for load in (0.9, 1.0, 1.1, 1.2)],
)
def test_a_pool_of_servers_turns_away_what_erlang_says(servers: int, load: float) -> None:
    shares = refused(servers, load, 4_000)
    error = np.std(shares, ddof=1) / np.sqrt(len(shares))
    # Several operations that arrive in one round are one batch, which adds a little to the loss.
    assert abs(np.mean(shares) - erlang_b(servers, servers * load)) < 3.5 * error + 0.003


@pytest.mark.parametrize("kinds", [((2, 1), 3), ((0, 5), 1), ((4, 0), 2)])
def test_sensitive_operations_are_placed_first_and_never_abroad(kinds: tuple[tuple[int, int], int]) -> None:
    waiting, free = np.array([kinds[0], (0, 0)]), kinds[1]
    servers = Servers(np.zeros((2, free), dtype=np.bool_))
    none = np.array([-1, -1])
    placed = place(servers, waiting, none, np.array([1, -1]))
    assert placed.own[0].tolist() == [min(kinds[0][0], free), min(kinds[0][1], free - min(kinds[0][0], free))]
    assert placed.moved[:, 0].sum() == 0
    assert (placed.own.sum() + placed.moved.sum() + placed.lost.sum()) == waiting.sum()


def test_a_day_by_hand() -> None:
    # Node 0, north, has no free server and one sensitive and one plain operation; node 2 stands in the east.
    world = begun(8, 1, servers=1, load=0.0)
    world._servers.busy[:] = [[True], [False], [False], [False], [False], [False], [False], [False]]
    world._waiting = np.zeros((8, 2), dtype=np.int64)
    world._waiting[0] = 1, 1
    decisions = np.full((8, 2), -1.0)
    decisions[0] = 2, 1  # The "home" contractor is abroad, as after a forged tag; the other one is at home.
    outcome = world.apply(decisions)
    assert outcome.bills["sensitive_abroad_gb"] == 0.5
    assert outcome.bills["cross_border_gb"] == 0.5
    assert outcome.metrics["north_to_east_gb"] == 0.5
    assert outcome.metrics["served_home"] == 1.0
    assert outcome.bills["cost_usd"] == pytest.approx(100 * 0.5 + 0.09 * 1.0 + 0.0001 * (0.08 + 0.01), abs=1e-12)


def test_the_bill_is_the_sum_of_its_priced_parts_and_jobs_are_conserved() -> None:
    trace = simulate(swarm(attacks=[{"kind": "border_lure", "daemons": "10%", "start": 50}]), arm="attacked")
    m = {name: float(values[-1]) for name, values in trace.metrics.items()}
    served = m["served_own"] + m["served_home"] + m["served_abroad"]
    assert m["arrived"] == pytest.approx(served + m["turned_away"], abs=1e-9)
    flows = sum(value for name, value in m.items() if "_to_" in name)
    assert flows == pytest.approx(m["cross_border_gb"], abs=1e-9)
    parts = 100 * m["sensitive_abroad_gb"] + 0.09 * m["handed_over_gb"] + 0.5 * m["turned_away"]
    assert m["cost_usd"] == pytest.approx(parts + 0.0001 * m["latency_s"], abs=1e-9)


def test_servers_are_conserved() -> None:
    world = begun(40, 300, servers=3, load=1.1)
    started = int(world._servers.busy.sum())
    metrics = run(world, 300)[1]
    begun_operations = started + metrics["served_own"] + metrics["served_home"] + metrics["served_abroad"]
    assert begun_operations == metrics["completed"] + metrics["in_service"]


def swarm(rounds: int = 150, attacks=(), **world: Any) -> dict[str, Any]:
    return {
        "name": "fog",
        "world": {"kind": "fog", "load": 0.9, **world},
        "network": BLOCKS,
        "protocol": {"kind": "random_calls", "calls": 8},
        "rounds": rounds,
        "attacks": list(attacks),
    }


def test_arms_have_the_same_operations() -> None:
    lure = [{"kind": "border_lure", "daemons": "10%", "start": 50}]
    clean, attacked = (simulate(swarm(attacks=lure), arm=arm) for arm in ("clean", "attacked"))
    assert clean.metrics["arrived"].tolist() == attacked.metrics["arrived"].tolist()
    assert clean.metrics["sensitive_abroad_gb"][-1] == 0.0
    assert attacked.metrics["sensitive_abroad_gb"][-1] > 0.0


def test_negotiation_serves_more_than_nodes_alone() -> None:
    together = simulate(swarm(), arm="clean").metrics
    alone = run(begun(160, 150), 150)[1]
    share = together["turned_away"][-1] / together["arrived"][-1]
    assert share < 0.6 * alone["turned_away"] / alone["arrived"]


def test_the_hub_hears_the_tainted_signals() -> None:
    worlds = [begun(40, 60) for _ in range(2)]
    for world, hidden in zip(worlds, (False, True), strict=True):
        for _ in range(60):
            signals = world.sense()
            if hidden:
                signals[:20, 1:3] = 0.0
            world.hear(signals)
            world.apply(np.full((40, 2), -1.0))
    honest, tainted = (world.central() for world in worlds)
    assert tainted["cross_border_gb"] < 0.7 * honest["cross_border_gb"]
    assert tainted["cost_usd"] != honest["cost_usd"]


def test_a_hub_sends_seventy_percent_abroad() -> None:
    world = begun(400, 200, load=0.3)
    for _ in range(200):
        world.hear(world.sense())
        metrics = world.apply(np.full((400, 2), -1.0)).metrics
    assert world.central()["cross_border_gb"] == pytest.approx(0.7 * 0.5 * metrics["arrived"], rel=1e-9)


def test_a_node_that_moves_says_so() -> None:
    world = begun(40, 50, moves=10)
    first = world.sense()[:, 3]
    for _ in range(49):
        last = world.sense()[:, 3]
        world.apply(np.full((40, 2), -1.0))
    assert 8 <= int((first != last).sum()) <= 10


def test_decisions_without_sense_are_none_or_nodes() -> None:
    world = begun(4, 10)
    assert world.feasible(np.array([[np.nan, -7.0], [1e100, 2.4]])).tolist() == [[-1.0, -1.0], [3.0, 2.0]]


def test_more_moves_than_nodes_are_refused() -> None:
    with pytest.raises(ParameterError):
        Fog(moves=5).check(4)


def test_the_world_keeps_the_rules_of_worlds() -> None:
    check_world(Fog)
