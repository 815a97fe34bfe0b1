"""Models and networks are freed after a run; only recorded data stays."""

from __future__ import annotations

import gc
import weakref

import pytest

from swarmsec import load_scenario
from swarmsec.network import Network
from swarmsec.runs import run
from swarmsec.swarm import model

SWARM = {
    "name": "memory",
    "world": {"kind": "beliefs"},
    "network": {"kind": "random_regular", "n": 300, "degree": 4},
    "attacks": [{"kind": "stubborn", "daemons": 3}],
    "defenses": [{"kind": "wmsr"}, {"kind": "random_quarantine"}],
    "rounds": 3,
}


@pytest.mark.slow
def test_a_large_swarm_is_freed_after_its_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "COLLECT_FROM", 1)
    monkeypatch.setattr(model, "DAEMONS_AT_ONCE_MAX", 1)
    scenario = load_scenario(SWARM)
    made: list[weakref.ref[object]] = []
    begin = model.SwarmModel.begin

    def watched(self: model.SwarmModel) -> None:
        made.extend([weakref.ref(self), weakref.ref(self.network)])
        begin(self)

    monkeypatch.setattr(model.SwarmModel, "begin", watched)
    gc.collect()
    gc.disable()
    try:
        kept = run(scenario, seeds=(0, 1)).seed_runs
        left = [one() for one in made if one() is not None]
    finally:
        gc.enable()
    assert len(kept) == 2
    assert len(made) == 16
    assert not [one for one in left if isinstance(one, model.SwarmModel)]
    assert not [one for one in left if isinstance(one, Network)]
