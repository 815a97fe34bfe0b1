"""A run once more: step through it, ask what would have been, and whose doing it was.

Nothing here is read from what a run recorded: rounds are played again from the frozen scenario, on the same streams,
and come out as they were. How they look is decided in `swarmsec.report`.
"""

from __future__ import annotations

from swarmsec.replay.attribution import Attribution, Division, Share, attribute
from swarmsec.replay.changes import parse_without, without
from swarmsec.replay.counterfactuals import ArmChange, Counterfactual, counterfactual
from swarmsec.replay.recording import Changed, Frame, Recording, record
from swarmsec.replay.session import Session, Shown
from swarmsec.replay.sources import ReplaySource, open_source

__all__ = [
    "ArmChange",
    "Attribution",
    "Changed",
    "Counterfactual",
    "Division",
    "Frame",
    "Recording",
    "ReplaySource",
    "Session",
    "Share",
    "Shown",
    "attribute",
    "counterfactual",
    "open_source",
    "parse_without",
    "record",
    "without",
]
