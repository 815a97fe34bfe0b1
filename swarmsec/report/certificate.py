"""A certificate as text: the tolerance of the network, then the guarantee of each defense."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from swarmsec.report.fitting import FittingTable
from swarmsec.runs.certification import Certificate, NetworkTolerance

_NAMED_MAX = 8
"""The greatest number of listed daemons of a set."""

_VERDICTS = {
    "inside": ("Inside: a guarantee covers these attacks", "green"),
    "outside": ("Outside: no guarantee covers these attacks", "red"),
    "unknown": ("Not known: no guarantee is proven here", "yellow"),
    "nothing": ("No guarantee here", "yellow"),
    "no_defense": ("No defense here that could give a guarantee; try one with --defense", "yellow"),
}
_IN_PEACE = {
    "inside": ("Inside: a guarantee holds without an attack", "green"),
    "outside": ("Outside: no guarantee holds even without an attack", "red"),
}
_THREATS = {
    "total_malicious": "faulty daemons in total, same message to all (malicious, F-total)",
    "local": "faulty daemons in every neighborhood (F-local)",
    "total_byzantine": "faulty daemons in total, any messages (Byzantine, F-total)",
}


def render(certificate: Certificate) -> RenderableType:
    """The certificate."""
    seeds, n = len(certificate.seeds), certificate.worst_over_seeds.n
    silent = certificate.verdict == "unknown" and not any(claim.guarantee.promise for claim in certificate.claims)
    verdict, color = (_VERDICTS if certificate.attacks else _VERDICTS | _IN_PEACE)[
        "nothing" if silent else certificate.verdict
    ]
    heading = Text.assemble(
        (certificate.title, "bold"), f"  ·  {n:,} daemons, {seeds} seed{'s' if seeds > 1 else ''}, nothing run"
    )
    table = Table.grid(padding=(0, 3, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for row in _rows(certificate):
        table.add_row(*row)
    return Group(heading, Text(), Text(f"  {verdict}", style=color), Text(), FittingTable(table))


def _rows(certificate: Certificate) -> Iterator[tuple[str, str, str]]:
    yield from _network_rows(certificate)
    yield "", "", ""
    for number, (kind, aimed) in enumerate(certificate.attacks):
        yield "  red" if number == 0 else "", kind, f"aimed at {_range(aimed)} daemon{'s' * (max(aimed) != 1)}"
    if not certificate.attacks:
        yield "  red", "no attack", ""
    for claim in certificate.claims:
        held = claim.guarantee.label.replace("none", "no guarantee")
        yield "  blue", claim.kind, held + (f", with {_parameters(claim.parameters)}" if claim.parameters else "")
        yield "", "because", claim.guarantee.why
        for what in ("promise", "assumption", "source"):
            if text := getattr(claim.guarantee, what):
                yield "", what, text


def _network_rows(certificate: Certificate) -> Iterator[tuple[str, str, str]]:
    """The tolerance of the network, or of the weakest of several networks."""
    one, others = certificate.worst_over_seeds, len(certificate.networks) - 1
    found = one.robustness
    which = f", the weakest of {others + 1} (seed {one.seeds[0]})" if others else ""
    yield "  network", "robustness", _robustness(one) + which
    if found.witness:
        first, second = map(_set, found.witness)
        yield (
            "",
            "witness",
            f"no daemon in {first} or in {second} hears {found.r_at_most + 1} from outside its set",
        )
    for number, (threat, (proven, most)) in enumerate(one.f_max.items()):
        yield "", "withstands" if number == 0 else "", f"{_THREATS[threat]}: {_proven(proven, most)}"


def _robustness(one: NetworkTolerance) -> str:
    found = one.robustness
    if found.exact:
        return f"({found.r},{found.s})-robust, exactly"
    if found.r == found.r_at_most:
        return f"({found.r},{found.s})-robust at least; r is exact, s a bound"
    return f"({found.r},{found.s})-robust at least, {found.r_at_most}-robust at most: the exact r is not known"


def _proven(proven: int, most: int) -> str:
    if most < 0:
        return "none, and even without faulty daemons agreement is not guaranteed"
    return f"{proven:,}" if proven == most else f"{max(proven, 0):,} for certain, {most:,} at most"


def _range(counts: Sequence[int]) -> str:
    low, high = min(counts), max(counts)
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def _set(daemons: Sequence[int]) -> str:
    named = ", ".join(f"{one:,}" for one in daemons[:_NAMED_MAX])
    return f"{{{named}{f', … ({len(daemons):,} in all)' if len(daemons) > _NAMED_MAX else ''}}}"


def _parameters(parameters: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in parameters.items())
