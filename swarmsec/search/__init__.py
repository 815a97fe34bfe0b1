"""The worst attack that the rules allow: search for it, minimize it, and map what a defense tolerates.

The mechanism and damage of an attack are decided below (teams, swarm, scoring).
"""

from __future__ import annotations

from swarmsec.search.attack_search import Gauntlet, Query, gauntlet
from swarmsec.search.evaluator import figures_cache
from swarmsec.search.minimize import Size, Witness, minimize_attack, smallest_subset
from swarmsec.search.space import Dimension, Space, spaces_of
from swarmsec.search.tolerance import SHARES, STRENGTHS, ToleranceMap, TolerancePoint, tolerance_map

__all__ = [
    "SHARES",
    "STRENGTHS",
    "Dimension",
    "Gauntlet",
    "Query",
    "Size",
    "Space",
    "ToleranceMap",
    "TolerancePoint",
    "Witness",
    "figures_cache",
    "gauntlet",
    "minimize_attack",
    "smallest_subset",
    "spaces_of",
    "tolerance_map",
]
