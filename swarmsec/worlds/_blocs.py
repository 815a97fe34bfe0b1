"""Four blocs of buyers, each with a home region and its own weights of cost, carbon, latency and sovereignty."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from swarmsec.arrays import Floats
from swarmsec.worlds._energy import KWH_PER_PFH, NAMES, REGIONS

CRITERIA = ("cost", "carbon", "latency", "sovereignty")
OWN, OTHER = 2.5, 0.5
"""What a bloc multiplies its own criterion by, and each of the three others: 1 on average over the blocs."""


class Bloc(NamedTuple):
    """A bloc.

    Attributes:
        name: Its name: the criterion that it puts first.
        home: Its home region.
        hours_east: Its local time minus UTC.
    """

    name: str
    home: str
    hours_east: float


BLOCS = (
    Bloc("cost", "texas", -6.0),
    Bloc("carbon", "norway", 1.0),
    Bloc("latency", "germany", 1.0),
    Bloc("sovereignty", "iceland", 0.0),
)
CONTINENTS = {"norway": 0, "iceland": 0, "germany": 0, "quebec": 1, "texas": 1}
AFTERNOON = 15.0
"""The local hour at which most jobs arrive."""


def weights(disagreement: float) -> Floats:
    """(4 blocs, 4 criteria) the weights: 1 for all with a disagreement of 0; own and other ones with 1."""
    own = np.where(np.eye(len(BLOCS), dtype=np.bool_), OWN, OTHER)
    mixed: Floats = 1.0 + disagreement * (own - 1.0)
    return mixed


def is_foreign() -> Floats:
    """(4 blocs, R) 1 for all regions but the home region, else 0."""
    return np.array([[float(name != bloc.home) for name in NAMES] for bloc in BLOCS])


def distance() -> Floats:
    """(4 blocs, R) 0 at home, 1 on the same continent, 2 across the Atlantic."""
    return np.array(
        [[(name != bloc.home) + float(CONTINENTS[name] != CONTINENTS[bloc.home]) for name in NAMES] for bloc in BLOCS]
    )


def carbon_kg() -> Floats:
    """(R,) emissions, kg CO2 per petaflop-hour."""
    return np.array([KWH_PER_PFH * region.carbon for region in REGIONS])
