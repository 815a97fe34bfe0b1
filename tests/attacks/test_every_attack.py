"""Every attack of the registry: compromised daemons, zero strength, declared knowledge, engines, and jobs.

Each runs in small swarms that have what some attack needs: a reserve for identities, an inbox with a limit, a defense
that uses claims, bids, fitness, and signals that change. The rules of engagement limit nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from swarmsec import build, load_scenario, run, simulate
from swarmsec.errors import NotVisibleError
from swarmsec.registry import Registry
from swarmsec.runs import JobCache, run_scenario, whole
from swarmsec.runs.executors import Executor, open_executor
from swarmsec.swarm.trace import Trace
from swarmsec.teams import Knowledge
from swarmsec.testing._swarms import first_difference
from tests.sampling import sampled

ATTACKS = Registry().classes("attacks")
HARMLESS = sorted(kind for kind, cls in ATTACKS.items() if not cls.surface.compromises)
COMPROMISING = sorted(set(ATTACKS) - set(HARMLESS))
KNOWING = [(kind, flag) for kind, cls in sorted(ATTACKS.items()) for flag in cls.knowledge]
"""Every attack that knows something, with each thing that it knows."""

COMPLETE = {"kind": "complete", "n": 10}
SWARMS: dict[str, dict[str, Any]] = {
    "beliefs": {
        "world": {"kind": "beliefs", "initial": "normal", "noise": 0.3},
        "network": {"kind": "circulant", "n": 10, "offsets": [1, 2], "reserve": 2},
        "protocol": {"kind": "friedkin_johnsen", "anchor": 0.3, "exchanges": 2, "inbox": 3},
        "defenses": [{"kind": "median_gate", "warm_up": 2, "threshold": 1.0}],
    },
    "trading": {
        "world": {"kind": "trading"},
        "network": {"kind": "small_world", "n": 20, "neighbors": 4, "rewire": 0.1, "reserve": 2},
        "protocol": {"kind": "friedkin_johnsen", "anchor": 0.3},
        "defenses": [{"kind": "signal_clip", "warm_up": 2}],
    },
    "auction": {
        "world": {"kind": "allocation", "items": 10},
        "network": COMPLETE,
        "protocol": {"kind": "vickrey"},
    },
    "search": {
        "world": {"kind": "beliefs", "initial": "normal"},
        "network": COMPLETE,
        "protocol": {"kind": "consensus_based_optimization", "objective": "rastrigin"},
    },
}
ARMS = (("attacked", "clean"), ("defended", "guarded"))
"""Each arm with an attack, and the same arm without it."""


ROUNDS = 22


SAMPLE = {"false_signal", "stubborn", "conflicting_flood", "delay", "sybil"}
"""One attack on each surface; the others are in the slow tests."""


def scenario(swarm: str, kind: str, **parameters: Any) -> dict[str, Any]:
    """A small swarm under an attack that begins in round 1."""
    attack = {"kind": kind, "daemons": [0, 5], "start": 1, **parameters}
    return {"name": swarm, "rounds": ROUNDS, "seeds": 1, **SWARMS[swarm], "attacks": [attack]}


def trace_of(swarm: str, kind: str, arm: str, **parameters: Any) -> Trace:
    return simulate(scenario(swarm, kind, **parameters), arm=arm, seed=1, record_states=True)


def effect(one: Trace, other: Trace) -> str:
    """The first difference of states, decisions, bill or quarantine; that a daemon is compromised is no effect."""
    nobody = np.zeros_like(one.compromised)
    return first_difference(*(replace(trace, metrics={}, events=(), compromised=nobody) for trace in (one, other)))


@pytest.mark.parametrize("swarm", ["beliefs", "trading"])
@pytest.mark.parametrize("kind", HARMLESS)
def test_an_attack_on_signals_links_or_timing_compromises_no_daemon_in_any_round(kind: str, swarm: str) -> None:
    document = scenario(swarm, kind, daemons="all", strength=3.0)
    for arm, _ in ARMS:
        model = build(document, arm=arm, seed=1)
        daemons = SWARMS[swarm]["network"]["n"]
        for _ in range(ROUNDS):
            model.step()
            assert not model.red.hijacked[:daemons].any()
        trace = model.trace()
        assert trace.compromised.tolist() == [False] * daemons
        assert trace.metrics["compromised"].tolist() == [0.0] * ROUNDS
        assert trace.spent["red"]["daemons"] == 0
    assert run(document).to_dict()["spent"]["red"]["daemons"] == 0


@pytest.mark.parametrize("kind", COMPROMISING)
def test_an_attack_on_messages_or_daemons_compromises_its_targets_and_pays_for_them(kind: str) -> None:
    trace = trace_of("beliefs", kind, "attacked")
    assert trace.metrics["compromised"][:2].tolist() == [0, 2]
    assert trace.compromised[[0, 5]].all()
    assert trace.spent["red"]["daemons"] == trace.compromised.sum()


@pytest.mark.parametrize("kind", sampled(sorted(ATTACKS), SAMPLE))
def test_zero_strength_is_exactly_no_attack_and_full_strength_has_an_effect(kind: str) -> None:
    effects = []
    for swarm in SWARMS:
        for arm, without in ARMS:
            expected = trace_of(swarm, kind, without)
            assert first_difference(trace_of(swarm, kind, arm, strength=0.0), expected) == ""
            effects.append(effect(trace_of(swarm, kind, arm), expected))
    assert any(effects) == bool(ATTACKS[kind].surface)


@pytest.mark.parametrize("kind", sorted(set(ATTACKS) - {"eclipse", "sybil"}))
def test_identities_that_never_join_change_nothing(kind: str) -> None:
    without = scenario("beliefs", kind)
    without["network"] = {**without["network"], "reserve": 0}
    one, other = (simulate(document, seed=1, record_states=True) for document in (scenario("beliefs", kind), without))
    assert one.states is not None
    assert other.states is not None
    assert np.array_equal(one.states[:, :10], other.states[:, :10])
    assert one.bill.tolist() == other.bill.tolist()


@pytest.mark.parametrize(("kind", "flag"), KNOWING, ids=[f"{kind}-{flag.name}" for kind, flag in KNOWING])
def test_an_attack_needs_all_knowledge_that_it_declares(
    kind: str, flag: Knowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    trace_of("beliefs", kind, "defended")
    monkeypatch.setattr(ATTACKS[kind], "knowledge", ATTACKS[kind].knowledge & ~flag)
    with pytest.raises(NotVisibleError, match=f"needs Knowledge.{flag.name}, which this attack does not have"):
        trace_of("beliefs", kind, "defended")


@pytest.mark.parametrize("kind", sorted(ATTACKS))
def test_engines_agree_to_the_bit_with_a_reserve_a_limited_inbox_and_claims(kind: str) -> None:
    arrays, agents = (
        simulate(scenario("beliefs", kind) | {"engine": engine}, seed=1, record_states=True)
        for engine in ("arrays", "agents")
    )
    assert first_difference(arrays, agents) == ""


@pytest.fixture(scope="module")
def executors() -> Iterator[list[Executor]]:
    """One process, and two."""
    with ExitStack() as stack:
        yield [stack.enter_context(open_executor(jobs=jobs)) for jobs in (1, 2)]


@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted(ATTACKS))
def test_the_result_of_an_attack_does_not_depend_on_the_number_of_jobs(kind: str, executors: list[Executor]) -> None:
    for swarm in SWARMS:
        loaded = load_scenario(scenario(swarm, kind))
        results = [run_scenario(loaded, (0, 1), JobCache(executor, whole)) for executor in executors]
        one, two = (json.dumps(result.to_dict(times=False)) for result in results)
        assert one == two
