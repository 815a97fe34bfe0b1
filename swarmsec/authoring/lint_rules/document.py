"""The document itself: seeds, size, names, words for people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import prod

from swarmsec.authoring.lint_rules._case import LintCase
from swarmsec.authoring.lint_rules._rule import Fix, Remark, rule
from swarmsec.scenario.sweep import points
from swarmsec.scenario.yaml_tree import YamlPath

EDGES_A_SECOND = 2e7
"""Edges times rounds that one process plays in a second, measured on BlackSwarm; a hundredth of it daemon by daemon."""

HOURS_MAX = 1.0

_A_NAME = re.compile(r"[a-z][a-z0-9_]*")


@rule("SW023")
def one_seed(case: LintCase) -> Iterator[Remark]:
    """There is one seed, and so no interval.

    One run says what happened once. Whether an attack bites, and how much of it a defense prevents, is told with a 95%
    interval over paired seeds, and one seed has none: no damage limited is reported. Five is quick and usual, twenty
    gives narrow intervals. `--fix` says 5.
    """
    if len(case.scenario.seeds) == 1:
        fix = Fix(("seeds",), 5) if isinstance(case.document["seeds"], int) else None
        yield Remark(("seeds",), "one seed has no interval, and without one nothing is said to bite", "say 5", fix)


@rule("SW024")
def huge_run(case: LintCase) -> Iterator[Remark]:
    """A run would take more than an hour.

    Four arms × seeds × rounds × exchanges × edges × points of the sweep, at what a usual machine plays in a second.
    Nothing is wrong with a large run, but a scenario that others shall try should answer while they wait: fewer seeds
    while you write, `--jobs` when you measure. The engine `agents` is about a hundred times slower than `arrays`, and
    gives the same.
    """
    sweep = prod(len(points({path: values})) for path, values in case.document["sweep"].items())
    slower = 100.0 if case.setup.engine == "agents" else 1.0
    edges = case.setup.network.m * case.rounds * case.setup.protocol.exchanges * 4.0
    hours = edges * len(case.scenario.seeds) * sweep * slower / EDGES_A_SECOND / 3600
    if hours > HOURS_MAX:
        at: YamlPath = ("engine",) if slower > 1 and hours / slower <= HOURS_MAX else ("rounds",)
        yield Remark(at, f"about {hours:,.0f} hours for one process", "fewer daemons, rounds, seeds or points")


@rule("SW025")
def words_for_people(case: LintCase) -> Iterator[Remark]:
    """A scenario of the library lacks its title, its story, its goals or its tags.

    Whoever picks a scenario reads what happens in it and what can be learned. `title` is its name for people, `story`
    what happens, `goals` what one learns by playing it, `tags` words to find it by. Only the scenarios that ship are
    held to that.
    """
    if case.in_library:
        for key in ("title", "story", "goals", "tags"):
            if not case.document[key]:
                yield Remark((key,), "missing; the library tells it for every scenario", f"add {key}")


@rule("SW026")
def name_is_the_files(case: LintCase) -> Iterator[Remark]:
    """The scenario's name is not that of its file.

    A scenario is found by its file (`swarmsec run mine.yaml`) and known by its name: run folders, tables, and the
    streams of random numbers are keyed by it, so that two scenarios without a name of their own draw the same. Rename
    the file rather than the scenario, since another name gives other random numbers. A missing name is filled in by
    `--fix`.
    """
    if case.file is None or case.file.stem == case.scenario.name or not _A_NAME.fullmatch(case.file.stem):
        return
    stem = case.file.stem
    if not case.written("name"):
        yield Remark(("name",), "missing; random numbers are keyed by it", f"say {stem}", Fix(("name",), stem))
    else:
        said = f"{case.scenario.name!r}, and the file is called {case.file.name}"
        yield Remark(("name",), said, f"call the file {case.scenario.name}.yaml")


@rule("SW027")
def unused_campaign(case: LintCase) -> Iterator[Remark]:
    """A campaign is defined that no attack plays, or a schedule whose phases nobody names.

    A campaign is played by an item `{campaign: NAME, start: ROUND}` in the list of attacks; defined alone it does
    nothing. A schedule sets how long the run is, and its phases matter when attacks name them with `phase`. Usual
    cause: an attack was renamed or taken out.
    """
    places = case.tree.places
    names = [str(path[1]) for path in places if path[:1] == ("campaigns",) and len(path) == 2]
    played = {place for path, place in places.items() if path[:1] == ("attacks",) and len(path) == 2}
    for name in names:
        steps = [place for path, place in places.items() if path[:2] == ("campaigns", name) and len(path) == 3]
        if not played.intersection(steps):
            said = f"no attack plays the campaign `{name}`"
            yield Remark(("campaigns", name), said, f"add {{campaign: {name}}} to the attacks", of_key=True)
    named = any(path[:1] == ("attacks",) and path[2:] == ("phase",) for path in places)
    if ("schedule",) in places and not named and case.written("rounds") and case.attacks:
        said = "no attack names a phase of it"
        yield Remark(("schedule",), said, "say `phase` in an attack, or leave it out", of_key=True)


@rule("SW028", severity="note")
def difficulty_of_nothing(case: LintCase) -> Iterator[Remark]:
    """The scenario is called hard or open, and nobody attacks.

    `difficulty` says how hard it is for blue, and `hard` and `open` promise a player that the defense at hand is not
    enough. Where no attack does anything there is nothing to be beaten: call it `intro`, or put the attack back. Only
    a difficulty that was written is looked at.
    """
    if case.written("difficulty") and case.document["difficulty"] in {"hard", "open"} and not case.acting:
        yield Remark(("difficulty",), f"{case.document['difficulty']}, and there is no attack", "say intro")
