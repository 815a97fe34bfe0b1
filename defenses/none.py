"""No defense: the null that every defense is compared with."""

from __future__ import annotations

from dataclasses import dataclass

from swarmsec.teams import Defense, Surface


@dataclass(kw_only=True)
class NoDefense(Defense):
    """Do nothing. The defended arm then equals the attacked one, and its DL is exactly 0."""

    sees = Surface.NONE
