"""Rules about the document itself: seeds, size, names, descriptive keys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import prod

from swarmsec.authoring.lint_rules._case import LintCase
from swarmsec.authoring.lint_rules._rule import Fix, Remark, rule
from swarmsec.scenario.sweep import points
from swarmsec.scenario.yaml_tree import YamlPath

EDGES_A_SECOND = 2e7
"""Edges times rounds that one process simulates in a second, measured on BlackSwarm; `agents` is 100 times slower."""

HOURS_MAX = 1.0

_NAME = re.compile(r"[a-z][a-z0-9_]*")


@rule("SW023")
def one_seed(case: LintCase) -> Iterator[Remark]:
    """The scenario has one seed and therefore no interval.

    Whether an attack bites, and how much of its damage a defense prevents, is estimated with a 95% interval over paired
    seeds. With one seed there is no interval, so no damage limited is reported. Five seeds are quick and usual, twenty
    give narrow intervals. `--fix` sets 5.
    """
    if len(case.scenario.seeds) == 1:
        fix = Fix(("seeds",), 5) if isinstance(case.document["seeds"], int) else None
        yield Remark(("seeds",), "one seed gives no interval, so no attack counts as biting", "use 5", fix)


@rule("SW024")
def huge_run(case: LintCase) -> Iterator[Remark]:
    """A run would take more than an hour.

    The time is estimated from four arms × seeds × rounds × exchanges × edges × points of the sweep and the speed of a
    usual machine. A long run is not an error, but readers should be able to try a scenario while they wait. Use fewer
    seeds while you write it, and `--jobs` when you measure. The engine `agents` is about a hundred times slower than
    `arrays` and gives the same results.
    """
    sweep = prod(len(points({path: values})) for path, values in case.document["sweep"].items())
    slower = 100.0 if case.setup.engine == "agents" else 1.0
    edges = case.setup.network.m * case.rounds * case.setup.protocol.exchanges * 4.0
    hours = edges * len(case.scenario.seeds) * sweep * slower / EDGES_A_SECOND / 3600
    if hours > HOURS_MAX:
        at: YamlPath = ("engine",) if slower > 1 and hours / slower <= HOURS_MAX else ("rounds",)
        yield Remark(at, f"about {hours:,.0f} hours for one process", "use fewer daemons, rounds, seeds or points")


@rule("SW025")
def missing_description(case: LintCase) -> Iterator[Remark]:
    """A scenario of the library has no title, story, goals or tags.

    Users choose a scenario by what happens in it and what it teaches: `title` is its title, `story` says what happens,
    `goals` what it teaches, `tags` are keywords for searching. The rule applies to shipped scenarios only.
    """
    if case.in_library:
        for key in ("title", "story", "goals", "tags"):
            if not case.document[key]:
                yield Remark((key,), "missing; every scenario of the library has it", f"add {key}")


@rule("SW026")
def name_differs_from_file(case: LintCase) -> Iterator[Remark]:
    """The scenario's name differs from the name of its file.

    Commands take the file's name (`swarmsec run mine.yaml`); run folders, tables and random streams use the scenario's
    name, so two scenarios without a name draw the same random numbers. Rename the file and not the scenario, since
    another name gives other random numbers. `--fix` adds a missing name.
    """
    if case.file is None or case.file.stem == case.scenario.name or not _NAME.fullmatch(case.file.stem):
        return
    stem = case.file.stem
    if not case.written("name"):
        message = "missing; it is the key of the random streams"
        yield Remark(("name",), message, f"use {stem}", Fix(("name",), stem))
    else:
        message = f"the name is {case.scenario.name!r}, but the file is {case.file.name}"
        yield Remark(("name",), message, f"rename the file to {case.scenario.name}.yaml")


@rule("SW027")
def unused_campaign(case: LintCase) -> Iterator[Remark]:
    """A campaign is not used by any attack, or no attack names a phase of the schedule.

    A campaign has an effect only if the list of attacks has an item `{campaign: NAME, start: ROUND}`. A schedule sets
    the length of the run; its phases have an effect only if attacks name them with `phase`. The usual cause is that an
    attack was renamed or removed.
    """
    places = case.tree.places
    names = [str(path[1]) for path in places if path[:1] == ("campaigns",) and len(path) == 2]
    used = {place for path, place in places.items() if path[:1] == ("attacks",) and len(path) == 2}
    for name in names:
        steps = [place for path, place in places.items() if path[:2] == ("campaigns", name) and len(path) == 3]
        if not used.intersection(steps):
            message = f"no attack uses the campaign `{name}`"
            yield Remark(("campaigns", name), message, f"add {{campaign: {name}}} to the attacks", of_key=True)
    named = any(path[:1] == ("attacks",) and path[2:] == ("phase",) for path in places)
    if ("schedule",) in places and not named and case.written("rounds") and case.attacks:
        message = "no attack names one of its phases"
        yield Remark(("schedule",), message, "add `phase` to an attack, or remove the schedule", of_key=True)


@rule("SW028", severity="note")
def difficulty_without_attack(case: LintCase) -> Iterator[Remark]:
    """The difficulty is hard or open, but no attack has an effect.

    `difficulty` says how hard the scenario is for blue; `hard` and `open` promise that the given defense is not enough.
    Without an effective attack there is nothing to defend against: set `intro`, or add an attack. The rule applies only
    if the scenario sets `difficulty`.
    """
    if case.written("difficulty") and case.document["difficulty"] in {"hard", "open"} and not case.acting:
        message = f"is {case.document['difficulty']}, but no attack has an effect"
        yield Remark(("difficulty",), message, "use intro, or add an attack")
