"""`swarmsec gauntlet`: search for the worst attack that the rules allow against a defense."""

from __future__ import annotations

import math
import os
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from swarmsec.cli.options import (
    Cluster,
    Jobs,
    Json,
    Plugins,
    Timeout,
    check_executor_options,
    executor_of,
    seeds_of,
    settings_of,
)
from swarmsec.cli.output import print_document, print_json, print_report
from swarmsec.cli.progress import progress
from swarmsec.errors import ExitCode, SwarmsecError, UsageError
from swarmsec.files import write_atomically
from swarmsec.visible import one_line

if TYPE_CHECKING:
    from swarmsec.runs import JobCache
    from swarmsec.scenario import Scenario
    from swarmsec.search import Gauntlet, Query, ToleranceMap, Witness
    from swarmsec.search.evaluator import ArmFigures


def gauntlet(
    scenario: Annotated[str, typer.Argument(help="A library name, a file, or - for standard input.")],
    attack: Annotated[
        list[str] | None, typer.Option(help="Search attacks of this kind; all kinds unless given.", metavar="KIND")
    ] = None,
    defense: Annotated[
        list[str] | None, typer.Option(help="Replace the defenses of the scenario.", metavar="KIND[:p=v,..]")
    ] = None,
    budget: Annotated[int, typer.Option(help="The number of queries, that is attacks to try.")] = 200,
    seeds: Annotated[str, typer.Option(help="The seeds of a query: a number, or a list.", metavar="5|3,4,9")] = "2",
    known: Annotated[bool, typer.Option("--known", help="Red knows the defense's parameters.")] = False,
    metric: Annotated[
        str | None, typer.Option(help="Maximize the greatest value of this metric, and not the damage.", metavar="NAME")
    ] = None,
    search_seed: Annotated[int, typer.Option(help="The random seed of the search.", metavar="N")] = 0,
    witness: Annotated[
        bool, typer.Option("--witness", help="Minimize the worst attack for a share of its damage.")
    ] = False,
    keep: Annotated[float, typer.Option(help="With --witness: the share of the damage that must remain.")] = 0.5,
    tries: Annotated[int, typer.Option(help="With --witness: the maximum number of attacks to try.")] = 1000,
    map_: Annotated[
        bool,
        typer.Option(
            "--map",
            help="Map the prevented damage of the scenario's first attack, or of the worst one if it has none, "
            "by the share of daemons and strength.",
        ),
    ] = False,
    shares: Annotated[str | None, typer.Option(help="With --map: the shares of daemons.", metavar="0.1,0.2,..")] = None,
    strengths: Annotated[str | None, typer.Option(help="With --map: the strengths.", metavar="0.5,1,..")] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="Set a value of the scenario.", metavar="PATH=VALUE")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Write the worst attack as a scenario that extends this one.", metavar="FILE.yaml"),
    ] = None,
    jobs: Jobs = 1,
    timeout: Timeout = None,
    cluster: Cluster = None,
    form: Annotated[
        Literal["text", "json", "sarif"],
        typer.Option("--format", help="sarif is for code scanning: the attacks of the witness; needs --witness."),
    ] = "text",
    as_json: Json = False,
    plugins: Plugins = None,
) -> int:
    """Search for the attack that harms SCENARIO's defense most within its rules of engagement.

    The worst attack and the scenario's own are run again on seeds that the search did not use. Ends with 0 whatever was
    found, and with 2 if no attack could be run. Needs the optional package optuna.
    """
    from swarmsec.scenario import load_scenario
    from swarmsec.search import figures_cache
    from swarmsec.search import gauntlet as searched

    form = "json" if as_json else form
    check_executor_options(jobs=jobs, timeout=timeout)
    _check_options(keep=keep, tries=tries, metric=metric, witness=witness, out=out, form=form)
    rows = _numbers(shares, "--shares", most=1.0)
    columns = _numbers(strengths, "--strengths")
    wanted = seeds_of(seeds)
    with redirect_stdout(sys.stderr):  # Output of plug-ins must not mix with the results.
        loaded = load_scenario(scenario, settings=settings_of(set_), defense=defense or None, plugins=plugins or ())
        with executor_of(jobs=jobs, cluster=cluster, timeout=timeout) as executor:
            cache = figures_cache(executor)
            with _progress(loaded, budget, metric) as each:
                found = searched(
                    loaded,
                    cache,
                    budget=budget,
                    attacks=attack or (),
                    seeds=wanted,
                    known=known,
                    metric=metric,
                    search_seed=search_seed,
                    each=each,
                )
            small = _minimized(loaded, cache, found, keep=keep, tries=tries) if witness else None
            mapped = _mapped(loaded, cache, found, rows, columns) if map_ else None
        if out:
            _write(out, loaded, found.best.attacks)
    extra = ["--witness", "--keep", f"{keep:g}", "--tries", str(tries)] if witness else []
    extra += ["--map"] if map_ else []
    for option, given in (("--shares", shares), ("--strengths", strengths)):
        extra += [option, given] if given else []
    repeat = _repeat(loaded, found, attack or (), extra)
    if form == "json":
        print_json(_document(found, small, mapped, repeat))
    elif form == "sarif":
        from swarmsec.report.witness_sarif import witness_sarif

        print_document(f"{witness_sarif(loaded, found, small, repeat)}\n")
    else:
        print_report(f"{_text(found, small, mapped, loaded.title, keep)}\n\n  repeat   {one_line(repeat)}")
    return ExitCode.DONE


def _check_options(*, keep: float, tries: int, metric: str | None, witness: bool, out: Path | None, form: str) -> None:
    """Refuse options that would fail only after the search."""
    if not 0 < keep <= 1:
        raise UsageError(f"{keep:g} given; must be more than 0 and at most 1", where="--keep")
    if tries < 1:
        raise UsageError(f"{tries} given; must be at least 1", where="--tries")
    if witness and metric is not None:
        raise UsageError("an attack is minimized by its damage; leave --metric out", where="--witness")
    if form == "sarif" and not witness:
        raise UsageError("sarif has the attacks of the witness; add --witness", where="--format")
    if out and out.exists():
        raise UsageError("the file exists; name another file", where=str(out))
    if out and not out.parent.is_dir():
        raise UsageError(f"there is no folder {out.parent}", where=str(out))


def _numbers(text: str | None, option: str, *, most: float = math.inf) -> tuple[float, ...]:
    """The numbers of an option, all above 0; empty if it is not given."""
    if text is None:
        return ()
    try:
        numbers = tuple(float(word) for word in text.split(",") if word.strip())
    except ValueError:
        numbers = ()
    if not numbers or not all(0 < number <= most and math.isfinite(number) for number in numbers):
        bound = "" if most == math.inf else f" and at most {most:g}"
        raise UsageError(f"{text!r} given; must be numbers above 0{bound}, such as 0.1,0.2", where=option)
    return numbers


def _minimized(
    scenario: Scenario, cache: JobCache[ArmFigures], found: Gauntlet, *, keep: float, tries: int
) -> Witness | None:
    """The minimal attack that does a share of the worst attack's damage; None if that does no damage."""
    from swarmsec.search import minimize_attack

    if not (found.best.harm and found.best.harm > 0):
        return None
    with progress(scenario.name, tries) as shown:
        shown.update(0, "minimizing the worst attack", always=True)
        return minimize_attack(
            scenario,
            found.best.attacks,
            cache,
            keep=keep,
            seeds=found.seeds,
            tries=tries,
            each=lambda tried: shown.update(tried, f"minimizing, {tried:,} of at most {tries:,} tries"),
        )


def _mapped(
    scenario: Scenario,
    cache: JobCache[ArmFigures],
    found: Gauntlet,
    shares: Sequence[float],
    strengths: Sequence[float],
) -> ToleranceMap:
    """The tolerance map of the scenario's first attack, or of the worst attack found if it has none."""
    from swarmsec.search import SHARES, STRENGTHS, tolerance_map

    shares, strengths = shares or SHARES, strengths or STRENGTHS
    cells = len(shares) * len(strengths)
    with progress(scenario.name, cells) as shown:
        shown.update(0, f"mapping {len(shares)} shares and {len(strengths)} strengths", always=True)
        return tolerance_map(
            scenario,
            cache,
            (*scenario.document["attacks"], *found.best.attacks)[0],
            shares=shares,
            strengths=strengths,
            seeds=found.seeds,
            each=lambda cell: shown.update(
                shown.done + 1, f"mapping, done up to a share of {cell.share:g} at strength {cell.strength:g}"
            ),
        )


@contextmanager
def _progress(scenario: Scenario, budget: int, metric: str | None) -> Iterator[Callable[[Query], None]]:
    """Progress in queries, with the greatest damage so far."""
    from swarmsec.report.gauntlet import progress_line

    unit = scenario.unit if metric is None else ""
    best: float | None = None

    with progress(scenario.name, budget) as shown:

        def each(query: Query) -> None:
            nonlocal best
            if query.harm is not None:
                best = query.harm if best is None else max(best, query.harm)
            done = query.number + 1
            shown.update(done, progress_line(query, best, budget=budget, unit=unit), always=done == budget)

        yield each


def _write(file: Path, scenario: Scenario, attacks: Sequence[Any]) -> None:
    """Write the worst attack as a scenario: only the differences if they suffice, else the whole scenario."""
    from swarmsec.scenario import load_scenario
    from swarmsec.scenario.writer import yaml_text

    named = [{"name": f"worst_{number}", **spec} for number, spec in enumerate(attacks, 1)]
    whole = load_scenario(scenario, settings={"sweep": {}}, attack=named)
    write_atomically(file, yaml_text(_child(scenario, named, file)))
    try:
        same = load_scenario(file, plugins=scenario.registry.folders).digest == whole.digest
    except SwarmsecError:
        same = False  # The base is standard input, or refuses the attack without the command line's changes.
    if not same:
        document = {key: value for key, value in whole.document.items() if key != "x-expect"}
        write_atomically(file, yaml_text({**document, "title": _title(scenario)}))


def _child(scenario: Scenario, named: Sequence[Any], file: Path) -> dict[str, Any]:
    """A scenario that only replaces the attacks of its base."""
    base, document = Path(scenario.source), scenario.document
    keys = [("name" if "name" in spec else "kind", spec) for spec in document["attacks"]]
    gone = dict.fromkeys((key, spec[key]) for key, spec in keys)
    return {
        "extends": os.path.relpath(base, file.parent) if base.is_file() else scenario.source,
        "title": _title(scenario),
        "attacks": [*({key: called, "drop": True} for key, called in gone), *named],
        **({"x-expect": None} if "x-expect" in document else {}),
    }


def _title(scenario: Scenario) -> str:
    return f"{scenario.title}: the worst attack that was found"


def _repeat(scenario: Scenario, found: Gauntlet, kinds: Sequence[str], extra: Sequence[str]) -> str:
    """The command line that repeats the search."""
    seeds = ",".join(map(str, found.seeds)) + ("," if len(found.seeds) == 1 else "")
    words = ["swarmsec", "gauntlet", scenario.source, *scenario.changes.as_options()]
    for folder in scenario.registry.folders:
        words += ["--plugins", str(folder)]
    for kind in kinds:
        words += ["--attack", kind]
    words += ["--budget", str(len(found.queries)), "--seeds", seeds]
    words += ["--known"] if found.known else []
    words += ["--metric", found.metric] if found.metric else []
    words += ["--search-seed", str(found.search_seed)] if found.search_seed else []
    return shlex.join([*words, *extra])


def _document(found: Gauntlet, small: Witness | None, mapped: ToleranceMap | None, repeat: str) -> dict[str, Any]:
    more = {"witness": small.to_dict() if small else None, "map": mapped.to_dict() if mapped else None}
    return {**found.to_dict(), **more, "repeat": repeat}


def _text(found: Gauntlet, small: Witness | None, mapped: ToleranceMap | None, title: str, keep: float) -> str:
    from swarmsec.report.gauntlet import gauntlet_lines, map_lines, witness_lines

    blocks = [gauntlet_lines(found, title=title)]
    blocks += [witness_lines(small, found.unit, keep=keep)] if small else []
    blocks += [map_lines(mapped)] if mapped else []
    return "\n\n".join(blocks)
