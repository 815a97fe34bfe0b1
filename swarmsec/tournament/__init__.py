"""Tournaments: every attack against every defense, in every scenario and with every seed.

    draft, labels     what was asked for, and what everybody is called
    lineup, plan      every cell checked, every run with its id; arms that cells share are one run
    play, halving     what is not in the store is played, and nothing twice
    figures           what came of each cell
    standings, rating who stands where: worst cases, equilibrium, ratings
    result, outcome   all of it as plain data

Who plays is decided in `swarmsec.runs.executors`, what is kept in `swarmsec.store`, and how it looks in
`swarmsec.report`.
"""

from __future__ import annotations

from swarmsec.tournament.driver import Shard, play, take_over
from swarmsec.tournament.outcome import command_of, outcome_of
from swarmsec.tournament.plan import Plan, plan_of
from swarmsec.tournament.request import Draft, draft_of_file, is_tournament_file, replaced
from swarmsec.tournament.result import TournamentResult

__all__ = [
    "Draft",
    "Plan",
    "Shard",
    "TournamentResult",
    "command_of",
    "draft_of_file",
    "is_tournament_file",
    "outcome_of",
    "plan_of",
    "play",
    "replaced",
    "take_over",
]
