"""What a checker finds where its condition is broken."""

from __future__ import annotations

from typing import NamedTuple


class Violation(NamedTuple):
    """The first place where a condition is broken.

    Attributes:
        round: The first round in which it is: position in what was checked, from 0.
        daemon: The daemon that breaks it most in that round; the lowest number of several.
        amount: By how much, in the unit of the values; infinite where there is no value at all.
    """

    round: int
    daemon: int
    amount: float
