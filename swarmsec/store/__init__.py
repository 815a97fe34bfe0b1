"""The store of tournaments: one SQLite file. A run that `add` has acknowledged survives every crash.

    documents      resolved scenarios, each once
    runs           one run per row: summary columns, events, and a compressed block of its rounds
    tournaments    their plans
    entries        the runs of each tournament; cells and tournaments share runs

Only the process that runs a tournament writes. Exports and SQL queries are made here; scores, leaderboards and
comparisons are made in `swarmsec.tournament`.
"""

from __future__ import annotations

from swarmsec.store.records import RunEntry, StoredJob, Summary, Tournament
from swarmsec.store.store import Store

__all__ = ["RunEntry", "Store", "StoredJob", "Summary", "Tournament"]
