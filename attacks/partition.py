"""Cut the links between two groups of daemons for a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.teams import Attack, Help, Links, RedView, Selector, Surface


@dataclass(kw_only=True)
class Partition(Attack):
    """Cut all links between the targets and the daemons of `others`, from `start` until `stop`.

    Each side goes on alone: averaging agrees on the mean of each side, and after the cut on that of all, if a path was
    left or comes back; decisions of the time between differ by the distance of the two means. No rule of aggregation
    helps, since no false message arrives; more links than the budget can cut do. Source: Gilbert & Lynch, Brewer's
    conjecture, SIGACT News 2002.
    """

    surface = Surface.NETWORK
    threats = ("T0804",)

    others: Annotated[Selector | None, Help("The other group; all that are no targets if none.")] = None

    def on_network(self, links: Links, red: RedView) -> Links:
        """Cut the links with one end in each group."""
        ends = [links.sender, links.receiver]
        ours = [np.isin(end, red.targets) for end in ends]
        theirs = [~one for one in ours] if self.others is None else [np.isin(end, red.named("others")) for end in ends]
        return links.cutting((ours[0] & theirs[1]) | (ours[1] & theirs[0]))
