"""Scenarios: read, checked, resolved, set up. What a scenario means is here; how it is run is not.

Nothing here imports Mesa, numba, scikit-learn or pyod: to check a scenario takes none of them.
"""

from __future__ import annotations

from swarmsec.authoring.model import Document, seed_list
from swarmsec.authoring.scenario import Scenario, load_scenario, parse_option
from swarmsec.authoring.source import library, library_folder, parse_value

__all__ = [
    "Document",
    "Scenario",
    "library",
    "library_folder",
    "load_scenario",
    "parse_option",
    "parse_value",
    "seed_list",
]
