"""No attack: the null that every attack is compared with."""

from __future__ import annotations

from dataclasses import dataclass

from swarmsec.teams import Attack, Surface


@dataclass(kw_only=True)
class NoAttack(Attack):
    """Touch nothing. The attacked arm is then the clean one, and its damage exactly 0."""

    surface = Surface.NONE
