"""Scenarios: read, checked, resolved, set up. What a scenario means is here; how it is run is not.

Nothing here imports Mesa, numba, scikit-learn or pyod: to check a scenario takes none of them.
"""

from __future__ import annotations

from swarmsec.authoring.findings import Finding, InvalidScenarioError, findings_of
from swarmsec.authoring.model import Document, Spec, seed_list
from swarmsec.authoring.options import Teams, parse_option, parse_value
from swarmsec.authoring.scenario import Scenario, load_scenario
from swarmsec.authoring.source import library, library_folder

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
