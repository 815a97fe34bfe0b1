"""Reading, merging, expanding and checking scenarios, and building what they name. Running them is in `swarmsec.runs`.

Nothing here imports Mesa, numba, scikit-learn or pyod, since a check needs none of them. The names of the public API
are imported on first use, which keeps `swarmsec list` fast.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from swarmsec.scenario.findings import Finding, InvalidScenarioError, findings_of
    from swarmsec.scenario.load import Scenario, load_scenario
    from swarmsec.scenario.model import Document, Spec, digest_of, seed_list, stop_of
    from swarmsec.scenario.overrides import Teams, parse_option, parse_value
    from swarmsec.scenario.sources import library, library_folder, tournament_library

_MODULES = {
    "Document": "model",
    "Finding": "findings",
    "InvalidScenarioError": "findings",
    "Scenario": "load",
    "Spec": "model",
    "Teams": "overrides",
    "digest_of": "model",
    "findings_of": "findings",
    "library": "sources",
    "library_folder": "sources",
    "load_scenario": "load",
    "parse_option": "overrides",
    "parse_value": "overrides",
    "seed_list": "model",
    "stop_of": "model",
    "tournament_library": "sources",
}

__all__ = [
    "Document",
    "Finding",
    "InvalidScenarioError",
    "Scenario",
    "Spec",
    "Teams",
    "digest_of",
    "findings_of",
    "library",
    "library_folder",
    "load_scenario",
    "parse_option",
    "parse_value",
    "seed_list",
    "stop_of",
    "tournament_library",
]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return getattr(importlib.import_module(f"swarmsec.scenario.{_MODULES[name]}"), name)
    raise AttributeError(f"module 'swarmsec.scenario' has no attribute {name!r}")
