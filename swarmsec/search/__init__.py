"""The worst that red can do within the rules: searched for, shrunk to what is needed, and mapped.

Here belongs the search; what an attack does and what it costs is decided below (teams, engine, scoring).
"""

from __future__ import annotations

from swarmsec.search.attack_search import Gauntlet, Query, gauntlet
from swarmsec.search.minimize import Size, Witness, smallest_subset, witness
from swarmsec.search.space import Dimension, Space, spaces_of
from swarmsec.search.tolerance import SHARES, STRENGTHS, Cell, ToleranceMap, tolerance_map

__all__ = [
    "SHARES",
    "STRENGTHS",
    "Cell",
    "Dimension",
    "Gauntlet",
    "Query",
    "Size",
    "Space",
    "ToleranceMap",
    "Witness",
    "gauntlet",
    "smallest_subset",
    "spaces_of",
    "tolerance_map",
    "witness",
]
