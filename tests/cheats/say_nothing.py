"""Say nothing that is a number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from swarmsec.teams import Attack, Floats, RedView, Surface


@dataclass(kw_only=True)
class SayNothing(Attack):
    """A hijacked daemon says NaN to all its listeners alike: the malicious node that omits (LeBlanc et al. 2013).

    A rule that drops its message, and does not count it as one of F, trusts an honest one less.
    """

    surface = Surface.DAEMON

    def on_daemons(self, state: Floats, red: RedView) -> Floats:
        return np.full_like(state, np.nan)
