"""Claims of hijacked daemons, forged so that a defense acts against honest ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from swarmsec import simulate
from swarmsec.network import topology
from swarmsec.registry import Registry
from swarmsec.teams import Defense, Surface, Vantage
from swarmsec.worlds.beliefs import Beliefs
from tests.strategies import READS, beliefs, play, swarm_of

FORGED = Registry().get("attacks", "forged_accusation")


@dataclass(kw_only=True)
class Accusations(Defense):
    """Daemons accuse neighbors; a listener ignores those that `corroborate` of the daemons that it hears accuse."""

    vantage = Vantage.GOSSIP
    sees = Surface.MESSAGE
    corroborate: int = 1

    def respond(self, blue) -> None:
        # Nobody suspects anybody: a message that a defense of this test would suspect does not exist.
        claims = blue.tell(np.full((blue.n, blue.n), np.nan))
        accused = np.zeros((blue.n, blue.n))
        np.add.at(accused, claims.receivers, claims.payload > 0.5)
        blue.ignore(np.flatnonzero(accused[claims.receivers, claims.senders] >= self.corroborate))


def trace_of(arm="defended", corroborate=1, liars=(5,), **forged):
    return play(
        swarm_of(
            topology("complete", n=6),
            arm=arm,
            world=Beliefs(initial=[12.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
            attacks=[FORGED(daemons=list(liars), victims=[0], **forged)],
            defenses=[Accusations(corroborate=corroborate)],
            rounds=4,
        )
    )


def told(network, **forged):
    """The signals as the median gate leaves them, while the hijacked daemon claims that its own is 100."""
    attack = {"kind": "forged_accusation", "daemons": [0], "value": 100.0, **forged}
    gate = {"kind": "median_gate", "warm_up": 0}
    swarm = beliefs([2.0, 1.0, 2.0, 3.0, 2.0], network, attacks=[attack], defenses=[gate], protocol=READS)
    return simulate(swarm, arm="defended").final[:, 0]


def test_a_defense_that_believes_one_claim_isolates_the_accused_daemon() -> None:
    trace = trace_of()
    assert trace.quarantined[-1].tolist() == [True, False, False, False, False, False]
    assert trace.quarantined[0].sum() == 1
    assert trace.compromised.tolist() == [False] * 5 + [True]


def test_a_defense_that_needs_f_plus_1_claims_withstands_f_liars_and_no_more() -> None:
    assert not trace_of(corroborate=2).quarantined.any()
    assert trace_of(corroborate=2, liars=(4, 5)).quarantined[-1, 0]


def test_without_a_defense_or_at_zero_strength_it_does_no_damage() -> None:
    assert trace_of("attacked").bill.tolist() == trace_of("clean").bill.tolist()
    assert trace_of(strength=0.0).bill.tolist() == trace_of("guarded").bill.tolist()


def test_a_forged_reading_moves_a_gate_whose_neighborhoods_have_a_lying_majority() -> None:
    assert told({"kind": "star", "n": 5})[1:].tolist() == [100.0] * 4


def test_a_forged_reading_moves_no_gate_whose_neighborhoods_have_an_honest_majority() -> None:
    assert told({"kind": "complete", "n": 5})[1:] == pytest.approx(np.full(4, 2.0), abs=1.0)
