"""The result of a checker if its condition is violated."""

from __future__ import annotations

from typing import NamedTuple


class Violation(NamedTuple):
    """The first violation of a condition.

    Attributes:
        round: The round, as an index into the checked states.
        daemon: The daemon with the largest violation in that round; of several the lowest number.
        amount: The size of the violation, in the unit of the values; infinite where a value is missing.
    """

    round: int
    daemon: int
    amount: float
