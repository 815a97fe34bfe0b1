"""Scenarios: read, checked, resolved, set up. What a scenario means is here; how it is run is not.

Nothing here imports Mesa, numba, scikit-learn or pyod: to check a scenario takes none of them. A name is fetched when
it is first used, since to list a library takes little of what is here.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from swarmsec.authoring.findings import Finding, InvalidScenarioError, findings_of
    from swarmsec.authoring.model import Document, Spec, seed_list
    from swarmsec.authoring.options import Teams, parse_option, parse_value
    from swarmsec.authoring.scenario import Scenario, load_scenario
    from swarmsec.authoring.source import library, library_folder

_HOMES = {
    "Document": "model",
    "Finding": "findings",
    "InvalidScenarioError": "findings",
    "Scenario": "scenario",
    "Spec": "model",
    "Teams": "options",
    "findings_of": "findings",
    "library": "source",
    "library_folder": "source",
    "load_scenario": "scenario",
    "parse_option": "options",
    "parse_value": "options",
    "seed_list": "model",
}

__all__ = [
    "Document",
    "Finding",
    "InvalidScenarioError",
    "Scenario",
    "Spec",
    "Teams",
    "findings_of",
    "library",
    "library_folder",
    "load_scenario",
    "parse_option",
    "parse_value",
    "seed_list",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(f"swarmsec.authoring.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'swarmsec.authoring' has no attribute {name!r}")
