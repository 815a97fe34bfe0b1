"""No attack: the null that every attack is compared with."""

from __future__ import annotations

from dataclasses import dataclass

from swarmsec.teams import Attack, Surface


@dataclass(kw_only=True)
class NoAttack(Attack):
    """Change nothing. The attacked arm then equals the clean one, and its damage is exactly 0."""

    surface = Surface.NONE
