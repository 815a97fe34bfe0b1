"""The outcome of a tournament from its plan and its store."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Mapping, Sequence

from swarmsec._version import __version__
from swarmsec.store import Store, Summary
from swarmsec.tournament.failures import failures
from swarmsec.tournament.leaderboard import Color, Rank, leaderboard
from swarmsec.tournament.plan import Plan
from swarmsec.tournament.result import Counts, Drop, TournamentResult
from swarmsec.tournament.scores import CellScore, score_cells_with_traces
from swarmsec.tournament.standings import standing


def outcome_of(plan: Plan, store: Store, drops: Sequence[Drop] = ()) -> TournamentResult:
    """Score all runs of a plan that are in the store.

    Args:
        plan: The plan.
        store: The store of the runs.
        drops: The defenses that halving dropped, in order.
    """
    dropped = {drop.defense for drop in drops}
    cells = score_cells_with_traces(store, plan.id, plan.cells, plan.subjects, dropped=dropped)
    summaries = store.summaries(plan.id)
    return TournamentResult(
        id=plan.id,
        name=plan.name,
        engine_version=__version__,
        plan=plan.document,
        attacks=plan.attacks,
        defenses=plan.defenses,
        cells=tuple(cells),
        standings=tuple(
            standing(
                scenario["name"],
                scenario["title"],
                [cell for cell in cells if cell.key.scenario == scenario["name"]],
                plan.defenses,
            )
            for scenario in plan.document["scenarios"]
        ),
        ratings={"attacks": _rated(cells, "red"), "defenses": _rated(cells, "blue")},
        drops=tuple(drops),
        failures=tuple(failures(plan.cells, summaries)),
        counts=_counts(plan, summaries, dropped),
        digest=store.digest(plan.id),
        replay=shlex.join(["swarmsec", "tournament", *plan.command]),
        store=str(store.path),
    )


def _rated(cells: Sequence[CellScore], team: Color) -> tuple[Rank, ...]:
    """The leaderboard without contestants that have no rating."""
    return tuple(rank for rank in leaderboard(cells, team) if rank.points)


def _counts(plan: Plan, summaries: Mapping[str, Summary], dropped: Collection[str]) -> Counts:
    """Runs by status; runs that only dropped defenses need are not planned any more unless they are in the store."""
    wanted = {
        run
        for key, runs in plan.cells.items()
        for arms in runs.values()
        for run in arms.values()
        if run in summaries or key.defense not in dropped
    }
    done = sum(summaries[run].status == "done" for run in wanted if run in summaries)
    failed = sum(summaries[run].status != "done" for run in wanted if run in summaries)
    return Counts(len(wanted), done, failed, len(wanted) - done - failed)
