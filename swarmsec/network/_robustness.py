"""How many liars a network withstands."""

from __future__ import annotations
from typing import NamedTuple


class Robustness(NamedTuple):
    r: int


def robustness(network: object) -> Robustness:
    """Being written."""
    raise NotImplementedError
