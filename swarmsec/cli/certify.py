"""`swarmsec certify`: the tolerance of a network, and the guarantees of defenses on it, without a run."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from typing import Annotated

import typer

from swarmsec.cli.options import Json, Plugins, seeds_of, settings_of
from swarmsec.cli.output import print_json, print_rendered
from swarmsec.errors import ExitCode, UsageError

_CODES = {
    "inside": ExitCode.DONE,
    "no_defense": ExitCode.DONE,
    "outside": ExitCode.GATE_FAILED,
    "unknown": ExitCode.INCONCLUSIVE,
}


def certify(
    scenario: Annotated[str, typer.Argument(help="A library name, a file, or - for standard input.")],
    attack: Annotated[
        list[str] | None, typer.Option(help="Replace the attacks of the scenario.", metavar="KIND[:p=v,..]")
    ] = None,
    defense: Annotated[
        list[str] | None, typer.Option(help="Replace the defenses of the scenario.", metavar="KIND[:p=v,..]")
    ] = None,
    seeds: Annotated[str | None, typer.Option(help="A number of seeds, or a list of seeds.", metavar="5|3,4,9")] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="Set a value of the scenario.", metavar="PATH=VALUE")
    ] = None,
    time_limit: Annotated[
        float, typer.Option(help="Seconds for the integer programs; beyond, bounds are reported.")
    ] = 10.0,
    as_json: Json = False,
    plugins: Plugins = None,
) -> int:
    """Certify SCENARIO without running it: how many faulty daemons its network and its defenses tolerate.

    Ends with 0 if a guarantee covers the attacks or there is no defense, 1 if no guarantee covers them, and 4 if no
    defense gives a guarantee or it is not known whether one holds.
    """
    from swarmsec.runs.certification import certify as certified
    from swarmsec.scenario import load_scenario

    if not time_limit >= 0:
        raise UsageError(f"{time_limit:g} given; must be at least 0 seconds", where="--time-limit")
    with redirect_stdout(sys.stderr):  # Output of plug-ins must not mix with the results.
        loaded = load_scenario(
            scenario,
            settings=settings_of(set_),
            attack=attack or None,
            defense=defense or None,
            plugins=plugins or (),
        )
        chosen = None if seeds is None else seeds_of(seeds)
        certificate = certified(loaded, seeds=chosen, time_limit=time_limit)
    if as_json:
        print_json(certificate.to_dict())
    else:
        from swarmsec.report.certificate import render

        print_rendered(render(certificate))
    return _CODES[certificate.verdict]
