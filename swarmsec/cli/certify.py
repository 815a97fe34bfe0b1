"""`swarmsec certify`: what a network withstands, and what defenses can promise on it, before anything is run."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from typing import Annotated

import typer

from swarmsec.cli.options import Json, Plugins, seeds_of, settings_of
from swarmsec.cli.output import print_json, print_rendered
from swarmsec.errors import ExitCode, ParameterError, UsageError

_CODES = {
    "inside": ExitCode.DONE,
    "no_defense": ExitCode.DONE,
    "outside": ExitCode.GATE_FAILED,
    "unknown": ExitCode.INCONCLUSIVE,
}


def certify(
    scenario: Annotated[str, typer.Argument(help="A library name, a file, or - for standard input.")],
    attack: Annotated[
        list[str] | None, typer.Option(help="Against this attack instead.", metavar="KIND[:p=v,..]")
    ] = None,
    defense: Annotated[list[str] | None, typer.Option(help="Of this defense instead.", metavar="KIND[:p=v,..]")] = None,
    seeds: Annotated[str | None, typer.Option(help="How many seeds, or which.", metavar="5|3,4,9")] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="Put a value into the scenario first.", metavar="PATH=VALUE")
    ] = None,
    time_limit: Annotated[
        float, typer.Option(help="Seconds for programs; what is not decided by then is told as a bound.")
    ] = 10.0,
    as_json: Json = False,
    plugins: Plugins = None,
) -> int:
    """Say what SCENARIO's network withstands, and what its defenses can promise on it.

    Nothing is run. Ends with 0 if a promise covers the attacks or no defense is there, 1 if none that is made does,
    and 4 if nobody promises anything or it is not known.
    """
    from swarmsec.runs.certification import certify as certified
    from swarmsec.scenario import load_scenario, seed_list

    if not time_limit >= 0:
        raise UsageError(f"{time_limit:g} given; must be at least 0 seconds", where="--time-limit")
    with redirect_stdout(sys.stderr):  # What a plug-in prints is none of the results.
        loaded = load_scenario(
            scenario,
            settings=settings_of(set_),
            attack=attack or None,
            defense=defense or None,
            plugins=plugins or (),
        )
        wanted = seeds_of(seeds)
        try:
            chosen = None if wanted is None else seed_list(wanted)
        except ParameterError as error:
            raise UsageError(error.message, where="--seeds") from None
        certificate = certified(loaded, seeds=chosen, time_limit=time_limit)
    if as_json:
        print_json(certificate.to_dict())
    else:
        from swarmsec.report.certificate import render

        print_rendered(render(certificate))
    return _CODES[certificate.verdict]
