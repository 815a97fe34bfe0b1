"""The daemons of a swarm are fixed: none is removed or added."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from swarmsec.errors import UsageError
from swarmsec.runs import build
from swarmsec.swarm.daemon import Daemon
from swarmsec.swarm.model import SwarmModel

CHANGES: list[Callable[[SwarmModel], object]] = [
    lambda model: model.daemon(1).remove(),
    lambda model: model.deregister_agent(model.daemon(0)),
    lambda model: model.remove_all_agents(),
    lambda model: model.agents.select(at_most=2).do("remove"),
    lambda model: model.agents.shuffle_do("remove"),
    lambda model: Daemon(model, 1),
    lambda model: Daemon(model, 99),
]


@pytest.mark.parametrize("engine", ["arrays", "agents"])
@pytest.mark.parametrize("change", CHANGES)
def test_no_daemon_is_removed_or_added(change: Callable[[SwarmModel], object], engine: str) -> None:
    world = {"kind": "beliefs", "initial": [0, 1, 2]}
    network = {"kind": "complete", "n": 3}
    model = build({"name": "small", "world": world, "network": network, "rounds": 3, "engine": engine})
    model.step()
    with pytest.raises(UsageError, match="daemon"):
        change(model)
    model.step()
    assert len(model.agents) == 3
