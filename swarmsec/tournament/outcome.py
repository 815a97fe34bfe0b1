"""The outcome of a tournament, from its plan and what the store has of it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Collection, Mapping, Sequence

from swarmsec._version import __version__
from swarmsec.scenario.overrides import as_option
from swarmsec.store import Store, Summary
from swarmsec.tournament.cells import figures_of
from swarmsec.tournament.labels import TOGETHER
from swarmsec.tournament.plan import Plan
from swarmsec.tournament.rating import rating
from swarmsec.tournament.result import Counts, Drop, Failure, TournamentResult
from swarmsec.tournament.standings import standing


def outcome_of(plan: Plan, store: Store, drops: Sequence[Drop] = ()) -> TournamentResult:
    """Score all that was played.

    Args:
        plan: What was to be played.
        store: Where the runs are.
        drops: Whom halving dropped.
    """
    dropped = {drop.defense for drop in drops}
    figures = figures_of(plan, store, dropped=dropped)
    summaries = store.summaries(plan.id)
    return TournamentResult(
        id=plan.id,
        name=plan.name,
        engine_version=__version__,
        plan=plan.to_dict(),
        attacks=plan.attacks,
        defenses=plan.defenses,
        cells=tuple(one.cell for one in figures),
        standings=tuple(
            standing(
                scenario.name,
                scenario.title,
                [one for one in figures if one.cell.scenario == scenario.name],
                plan.defenses,
            )
            for scenario in plan.scenarios
        ),
        ratings={"attacks": rating(figures, plan.attacks), "defenses": rating(figures, plan.defenses)},
        drops=tuple(drops),
        failures=_failures(plan, summaries),
        counts=_counts(plan, summaries, dropped),
        digest=store.digest(plan.id),
        replay=shlex.join(["swarmsec", "tournament", *command_of(plan)]),
        store=str(store.path),
    )


def command_of(plan: Plan) -> list[str]:
    """The arguments after `swarmsec tournament` that ask for the same again, with all seeds written out."""
    draft = plan.draft
    words = [*draft.scenarios, *(["--name", draft.name] if draft.name else [])]
    for option, teams in (("--attack", draft.attacks), ("--defense", draft.defenses)):
        words += [word for team in teams for word in (option, TOGETHER.join(as_option(spec) for spec in team))]
    if len(set(plan.seeds.values())) == 1:
        seeds = next(iter(plan.seeds.values()))
        words += ["--seeds", ",".join(map(str, seeds)) + ("," if len(seeds) == 1 else "")]
    words += [] if draft.nulls else ["--no-nulls"]
    words += ["--halving"] if draft.halving else []
    for path, value in draft.settings.items():
        words += ["--set", f"{path}={json.dumps(value, ensure_ascii=False)}"]
    return words + [word for folder in draft.plugins for word in ("--plugins", folder)]


def _counts(plan: Plan, summaries: Mapping[str, Summary], dropped: Collection[str]) -> Counts:
    """Runs that only dropped defenses would have needed, and that were not played, are no longer planned."""
    wanted = {one.run for one in plan.planned if one.run in summaries or one.match.defense not in dropped}
    done = sum(summaries[run].status == "done" for run in wanted if run in summaries)
    failed = sum(summaries[run].status != "done" for run in wanted if run in summaries)
    return Counts(len(wanted), done, failed, len(wanted) - done - failed)


def _failures(plan: Plan, summaries: Mapping[str, Summary]) -> tuple[Failure, ...]:
    """Each failed run once, in the plan's order."""
    found: dict[str, Failure] = {}
    for one in plan.planned:
        summary = summaries.get(one.run)
        if summary is None or summary.status == "done" or one.run in found:
            continue
        found[one.run] = Failure(
            run=one.run,
            scenario=one.match.scenario,
            attack=one.match.attack if one.arm.has_red else "",
            defense=one.match.defense if one.arm.has_blue else "",
            seed=one.seed,
            arm=str(one.arm),
            status=summary.status,
            error=summary.error,
        )
    return tuple(found.values())
