"""The four paired runs of a seed."""

from __future__ import annotations

from enum import StrEnum


class Arm(StrEnum):
    """The four combinations of teams. All share the world's and the protocol's random numbers."""

    CLEAN = "clean"
    ATTACKED = "attacked"
    DEFENDED = "defended"
    GUARDED = "guarded"

    @property
    def has_red(self) -> bool:
        """Whether the attacks are on."""
        return self in {Arm.ATTACKED, Arm.DEFENDED}

    @property
    def has_blue(self) -> bool:
        """Whether the defenses are on."""
        return self in {Arm.DEFENDED, Arm.GUARDED}


ALL_ARMS = tuple(Arm)
