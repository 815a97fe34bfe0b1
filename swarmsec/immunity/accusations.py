"""How many of a receiver's neighbors accuse another of its neighbors."""

from __future__ import annotations

import numpy as np

from swarmsec.arrays import Ints
from swarmsec.immunity.testimony import testimony
from swarmsec.messages import Messages


def accusers(claims: Messages) -> Ints:
    """(m,) for each edge how many other neighbors of the receiver claim more than 0.5 about its sender.

    With at most f liars among them, f + 1 accusers include an honest one (Lamport, Shostak, Pease, TOPLAS 1982).
    """
    said = testimony(claims)
    return np.bincount(said.subject[said.value > 0.5], minlength=claims.network.m).astype(np.int32)
