"""Hijack daemons, and send NaN or infinite values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from swarmsec.teams import Attack, Channels, Help, RedView, Surface

_VALUES = {"nan": [np.nan], "inf": [np.inf], "-inf": [-np.inf], "mixed": [np.nan, np.inf, -np.inf]}


@dataclass(kw_only=True)
class NonFinite(Attack):
    """Send NaN, +∞ or −∞ in every column; `mixed` sends them in turn to one listener after the other.

    A rule that computes with them is destroyed by a single message. A rule that counts them among its F Byzantine
    values has lost a neighbor and nothing else. Below strength 1 the message stays true, since there is no value
    between a number and one that is not finite. No paper is known for it.
    """

    surface = Surface.MESSAGE
    threats = ("T12", "T13")

    value: Annotated[Literal["nan", "inf", "-inf", "mixed"], Help("The value that is sent.")] = "nan"

    def on_messages(self, channels: Channels, red: RedView) -> Channels:
        """Replace the payload."""
        values = np.array(_VALUES[self.value])
        return channels.saying(values[channels.rank % len(values)][:, None])
