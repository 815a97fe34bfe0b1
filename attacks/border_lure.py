"""Hijack edge nodes, and let each of them pose as an empty node of its caller's own jurisdiction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.teams import Attack, Channels, Floats, Ge, Help, RedView, Surface


@dataclass(kw_only=True)
class BorderLure(Attack):
    """Send bid ← `bid` and tag ← the listener's own jurisdiction, in a protocol with these columns (`random_calls`).

    A caller prefers low bids of its own jurisdiction, so it hands its operations, sensitive ones too, to a node behind
    a border. A hijacked node learns the jurisdiction of a neighbor from the tags of the neighbor's messages; before the
    first of these its own tag stays true. With `tag` it claims this jurisdiction to everybody. A lure that is full gets
    awards as well and has to refuse them, as a sinkhole in a sensor network attracts traffic by false routing metrics
    (Karlof & Wagner, Ad Hoc Networks 1, 2003).
    """

    surface = Surface.MESSAGE
    threats = ("T9", "T12", "T13", "AML.T0073")

    bid: Annotated[float, Help("The busy share that is claimed; below 0 it beats also an empty node.")] = 0.0
    tag: Annotated[float | None, Ge(0), Help("The jurisdiction that is claimed; null: the listener's own.")] = None

    def begin(self, red: RedView) -> None:
        """No jurisdiction is known yet."""
        self._places: Floats = np.full(red.n, np.nan)

    def on_messages(self, channels: Channels, red: RedView) -> Channels:
        """Note the tags that arrive, and replace bid and tag."""
        columns = channels.columns
        if any(columns.count(name) != 1 for name in ("act", "bid", "tag")):
            return channels
        act, tag = channels.heard[:, columns.index("act")], channels.heard[:, columns.index("tag")]
        told = (act > 0) & np.isfinite(tag)
        self._places[channels.receiver[told]] = tag[told]
        claimed = self._places[channels.receiver] if self.tag is None else np.full(len(tag), self.tag)
        true = channels["tag"][:, 0]
        return channels.saying(bid=self.bid, tag=np.where(np.isnan(claimed), true, claimed))
