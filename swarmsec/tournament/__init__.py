"""Tournaments: every attack against every defense, in every scenario and with every seed.

    request, labels       what a command line or a file asks for; canonical names of plug-ins
    matchups, contestants every pair of attack and defense, loaded and checked; the contestants by label
    plan                  every run with its id; cells share the runs of equal arms
    driver, halving       run what is not in the store yet
    cells                 which runs make a cell, and filters of cells
    scores                the score of each cell, from the store
    leaderboard, standings, comparison, failures
                          ratings; worst cases and equilibria; paired differences; failed runs
    outcome, result       all of it as plain data
    from_store            the same from a store alone

Executors are in `swarmsec.runs.executors`, storage is in `swarmsec.store`, and output in `swarmsec.report`.
"""

from __future__ import annotations

from swarmsec.tournament.driver import Shard, copy_runs, run_plan
from swarmsec.tournament.outcome import outcome_of
from swarmsec.tournament.plan import Plan, plan_of
from swarmsec.tournament.request import Request, request_of_file, tournament_file
from swarmsec.tournament.result import TournamentResult

__all__ = [
    "Plan",
    "Request",
    "Shard",
    "TournamentResult",
    "copy_runs",
    "outcome_of",
    "plan_of",
    "request_of_file",
    "run_plan",
    "tournament_file",
]
