"""The null for detectors isolates daemons at random."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from defenses.random_quarantine import RandomQuarantine
from swarmsec import simulate
from swarmsec.network import topology
from swarmsec.teams import BlueView, Defense, Surface, Vantage
from tests.strategies import beliefs, play, swarm_of

RING = {"kind": "ring", "n": 20}


def isolated(seed=0, rules=None, rounds=30, **parameters):
    defense = {"kind": "random_quarantine", "share": 0.25, "stride": 10, **parameters}
    swarm = beliefs(range(20), RING, defenses=[defense], rounds=rounds, rules=rules or {})
    return simulate(swarm, arm="guarded", seed=seed).quarantined


def test_the_share_is_isolated_in_every_round() -> None:
    assert isolated().sum(axis=1).tolist() == [5] * 30


def test_it_draws_again_on_its_stride_only() -> None:
    rows = isolated()
    changes = np.flatnonzero((rows[1:] != rows[:-1]).any(axis=1)) + 1
    assert changes.tolist() == [10, 20]


def test_the_rules_limit_it() -> None:
    assert isolated(rules={"blue": {"quarantine": "10%"}}).sum(axis=1).tolist() == [2] * 30


def test_the_seed_determines_the_isolated_daemons() -> None:
    assert np.array_equal(isolated(seed=1), isolated(seed=1))
    assert not np.array_equal(isolated(seed=1), isolated(seed=2))


def test_it_isolates_all_daemons_equally_often_in_the_long_run() -> None:
    share = isolated(rounds=2000, stride=1).mean(axis=0)
    assert np.abs(share - 0.25).max() < 5 * np.sqrt(0.25 * 0.75 / 2000)


def test_a_share_of_0_isolates_no_daemon() -> None:
    assert not isolated(share=0.0).any()


@dataclass(kw_only=True)
class IsolatesDaemon3(Defense):
    """Isolate daemon 3 once."""

    vantage = Vantage.MONITOR
    sees = Surface.MESSAGE

    def respond(self, blue: BlueView) -> None:
        if blue.round == 0:
            blue.isolate(np.array([3]))


def test_it_releases_only_the_daemons_that_it_isolated() -> None:
    """Defenses compose: a daemon isolated by another defense stays isolated."""
    defenses = [IsolatesDaemon3(), RandomQuarantine(share=0.0, stride=1)]
    trace = play(swarm_of(topology("ring", n=6), defenses=defenses, rounds=3))
    assert trace.quarantined[:, 3].tolist() == [True, True, True]
