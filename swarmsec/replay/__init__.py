"""Run a stored run again: step through its rounds, compare it with a changed run, attribute its damage, verify it.

Rounds are run again from the stored scenario on the same random streams, so they are identical. Text for people belongs
in `swarmsec.report`.
"""

from __future__ import annotations

from swarmsec.replay.attribution import Attribution, Division, Share, attribute
from swarmsec.replay.changes import parse_without, without
from swarmsec.replay.counterfactuals import ArmChange, Counterfactual, counterfactual
from swarmsec.replay.left_out import LeftOut, leave_one_out
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
    "LeftOut",
    "Recording",
    "ReplaySource",
    "Session",
    "Share",
    "Shown",
    "attribute",
    "counterfactual",
    "leave_one_out",
    "open_source",
    "parse_without",
    "record",
    "without",
]
