"""Copies of ordinary messages displace those of others in a limited inbox."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from swarmsec import simulate
from swarmsec.network import topology
from swarmsec.protocols.average_consensus import AverageConsensus
from swarmsec.registry import Registry
from swarmsec.teams import Admission, Defense, Surface
from swarmsec.worlds.beliefs import Beliefs
from tests.strategies import beliefs, play, swarm_of

EXHAUSTION = Registry().get("attacks", "exhaustion")
INITIAL = [float(i) for i in range(20)]


def trace_of(arm="attacked", inbox=19, defenses=(), rounds=10, **exhaustion):
    return play(
        swarm_of(
            topology("complete", n=20),
            arm=arm,
            world=Beliefs(initial=INITIAL),
            protocol=AverageConsensus(weights="metropolis", inbox=inbox),
            attacks=[EXHAUSTION(daemons=[19], **exhaustion)],
            defenses=defenses,
            rounds=rounds,
        )
    )


@dataclass(kw_only=True)
class OneCopy(Defense):
    """Admit one copy of a message."""

    sees = Surface.MESSAGE

    def weigh(self, messages, blue):
        return Admission(np.ones(blue.network.m, dtype=np.int32))


def test_a_flooded_daemon_processes_the_share_of_honest_messages_that_the_formula_gives() -> None:
    # 18 honest messages beside 1,000 copies, 19 processed: 19 · 18/1,018 = 0.336 a daemon, none at exp(−0.336) = 71%.
    states = trace_of(rounds=1).states[:, :19, 0]
    only_the_flooder = np.isclose(states[1], states[0] + (19 - states[0]) / 20)
    assert only_the_flooder.mean() == pytest.approx(0.71, abs=0.3)


def test_it_bites_while_an_inbox_has_a_limit_and_costs_copies() -> None:
    clean, attacked = trace_of("clean"), trace_of()
    assert attacked.bill[-1] > clean.bill[-1] + 1.0
    assert attacked.spent["red"] == {**attacked.spent["red"], "messages": 0.0, "copies": 10 * 19 * 999.0}
    assert trace_of(inbox=None).bill.tolist() == trace_of("clean", inbox=None).bill.tolist()


def test_zero_strength_does_no_damage() -> None:
    assert trace_of(strength=0.0).bill.tolist() == trace_of("clean").bill.tolist()


def test_a_limit_of_copies_a_sender_prevents_all_of_it_and_wmsr_nothing() -> None:
    wmsr = Registry().get("defenses", "wmsr")(f=1)
    assert np.array_equal(trace_of("defended", defenses=[OneCopy()]).states, trace_of("clean").states)
    assert trace_of("defended", defenses=[wmsr]).bill[-1] > trace_of("clean").bill[-1] + 1.0


def test_a_daemon_that_sends_nothing_floods_nothing() -> None:
    auction = {"world": {"kind": "allocation"}, "protocol": {"kind": "vickrey"}}
    swarm = beliefs([0.0], {"kind": "complete", "n": 6}, attacks=[{"kind": "exhaustion", "daemons": [1]}], rounds=4)
    swarm = {**swarm, **auction}
    assert simulate(swarm, arm="attacked").bill.tolist() == simulate(swarm, arm="clean").bill.tolist()
