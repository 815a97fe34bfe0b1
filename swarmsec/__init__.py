"""swarmsec: the security testbed for consensus attacks on swarms of AI daemons.

A scenario puts a swarm in charge of a world. Red falsifies signals or hijacks daemons; blue defends the swarm. Four
paired arms of one seed measure the damage of the attack, and the share of the damage that blue prevented.

    import swarmsec
    result = swarmsec.run("blackswarm")
    result.damage_limited

Importing this package imports none of its subpackages; a name is fetched when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from swarmsec._version import __version__

if TYPE_CHECKING:
    from swarmsec.errors import ExitCode, SwarmsecError
    from swarmsec.runs import build, run, simulate
    from swarmsec.scenario import Scenario, load_scenario
    from swarmsec.scoring import Result
    from swarmsec.swarm.arms import ALL_ARMS, Arm
    from swarmsec.swarm.daemon import Daemon
    from swarmsec.swarm.trace import Trace
    from swarmsec.teams import Attack, Defense, Knowledge, Surface, Vantage

_MODULES = {
    "ALL_ARMS": "swarmsec.swarm.arms",
    "Arm": "swarmsec.swarm.arms",
    "Attack": "swarmsec.teams",
    "Daemon": "swarmsec.swarm.daemon",
    "Defense": "swarmsec.teams",
    "ExitCode": "swarmsec.errors",
    "Knowledge": "swarmsec.teams",
    "Result": "swarmsec.scoring",
    "Scenario": "swarmsec.scenario",
    "Surface": "swarmsec.teams",
    "SwarmsecError": "swarmsec.errors",
    "Trace": "swarmsec.swarm.trace",
    "Vantage": "swarmsec.teams",
    "build": "swarmsec.runs",
    "load_scenario": "swarmsec.scenario",
    "run": "swarmsec.runs",
    "simulate": "swarmsec.runs",
}
_SUBPACKAGES = frozenset({"aggregation", "network", "testing"})

__all__ = [
    "ALL_ARMS",
    "Arm",
    "Attack",
    "Daemon",
    "Defense",
    "ExitCode",
    "Knowledge",
    "Result",
    "Scenario",
    "Surface",
    "SwarmsecError",
    "Trace",
    "Vantage",
    "__version__",
    "build",
    "load_scenario",
    "run",
    "simulate",
]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return getattr(importlib.import_module(_MODULES[name]), name)
    if name in _SUBPACKAGES:
        return importlib.import_module(f"swarmsec.{name}")
    raise AttributeError(f"module 'swarmsec' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, *_SUBPACKAGES])
