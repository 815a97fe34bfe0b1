"""The store of tournaments: one SQLite file, in which every acknowledged run survives whatever happens next.

    documents      resolved scenarios, each once
    runs           a run a row: summary columns, events, and a compressed block of its rounds
    tournaments    their plans
    entries        which run stands where in which tournament; runs are shared between cells and tournaments

Only the driver of a tournament writes. Scores, comparisons, exports and queries are made here from what it wrote; how
they look is decided in `swarmsec.report`.
"""

from __future__ import annotations

from swarmsec.store.cells import CellKey, Picked, cells_of
from swarmsec.store.comparison import Difference, compare
from swarmsec.store.records import Entry, Summary, Tournament
from swarmsec.store.scores import CellOutcome, outcomes, result_of, seed_runs
from swarmsec.store.store import Store

__all__ = [
    "CellKey",
    "CellOutcome",
    "Difference",
    "Entry",
    "Picked",
    "Store",
    "Summary",
    "Tournament",
    "cells_of",
    "compare",
    "outcomes",
    "result_of",
    "seed_runs",
]
