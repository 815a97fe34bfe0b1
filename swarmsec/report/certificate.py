"""A certificate on a terminal: what the network withstands, then what each defense can promise on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from swarmsec.runs.certification import Certificate, Withstands

_NAMED_MAX = 8
"""Of a set so many daemons are named to people."""

_SAID = {
    "inside": ("Inside: what is promised holds against these attacks", "green"),
    "outside": ("Outside: nothing that is promised covers these attacks", "red"),
    "unknown": ("Not known: that what is promised holds here is not proven", "yellow"),
    "nothing": ("Nothing is promised here", "yellow"),
    "no_defense": ("No defense here that could promise anything; try one with --defense", "yellow"),
}
_IN_PEACE = {
    "inside": ("Inside: what is promised holds while nobody attacks", "green"),
    "outside": ("Outside: what is promised does not hold even while nobody attacks", "red"),
}
_THREATS = {
    "total_malicious": "liars in all who tell everybody the same (malicious, F-total)",
    "local": "liars in every neighborhood (F-local)",
    "total_byzantine": "liars in all who need not (Byzantine, F-total)",
}


def render(certificate: Certificate) -> RenderableType:
    """The whole certificate."""
    seeds, n = len(certificate.seeds), certificate.worst_over_seeds.n
    silent = certificate.verdict == "unknown" and not any(claim.guarantee.promise for claim in certificate.claims)
    said, color = (_SAID if certificate.attacks else _SAID | _IN_PEACE)["nothing" if silent else certificate.verdict]
    heading = Text.assemble(
        (certificate.title, "bold"), f"  ·  {n:,} daemons, {seeds} seed{'s' if seeds > 1 else ''}, nothing run"
    )
    table = Table.grid(padding=(0, 3, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for row in _rows(certificate):
        table.add_row(*row)
    return Group(heading, Text(), Text(f"  {said}", style=color), Text(), table)


def _rows(certificate: Certificate) -> Iterator[tuple[str, str, str]]:
    yield from _network_rows(certificate)
    yield "", "", ""
    for number, (kind, aimed) in enumerate(certificate.attacks):
        yield "  red" if number == 0 else "", kind, f"aimed at {_range(aimed)} daemon{'s' * (max(aimed) != 1)}"
    if not certificate.attacks:
        yield "  red", "nobody", ""
    for claim in certificate.claims:
        held = claim.guarantee.label.replace("none", "promises nothing")
        yield "  blue", claim.kind, held + (f", with {_told(claim.parameters)}" if claim.parameters else "")
        yield "", "because", claim.guarantee.why
        for what in ("promise", "assumption", "source"):
            if told := getattr(claim.guarantee, what):
                yield "", what, told


def _network_rows(certificate: Certificate) -> Iterator[tuple[str, str, str]]:
    """What the network withstands; of several the weakest."""
    one, others = certificate.worst_over_seeds, len(certificate.networks) - 1
    found = one.robustness
    which = f", the weakest of {others + 1} (seed {one.seeds[0]})" if others else ""
    yield "  network", "robustness", _robustness(one) + which
    if found.witness:
        first, second = map(_set, found.witness)
        yield "", "witness", f"nobody in {first} or in {second} hears {found.r_at_most + 1} from outside its set"
    for number, (threat, (proven, most)) in enumerate(one.f_max.items()):
        yield "", "withstands" if number == 0 else "", f"{_THREATS[threat]}: {_proven(proven, most)}"


def _robustness(one: Withstands) -> str:
    found = one.robustness
    if found.exact:
        return f"({found.r},{found.s})-robust, exactly"
    if found.r == found.r_at_most:
        return f"({found.r},{found.s})-robust at least; r is exact, s a bound"
    return f"({found.r},{found.s})-robust at least, {found.r_at_most}-robust at most: between them it is not known"


def _proven(proven: int, most: int) -> str:
    if most < 0:
        return "none, and not even honest daemons need agree"
    return f"{proven:,}" if proven == most else f"{max(proven, 0):,} for certain, {most:,} at most"


def _range(counts: Sequence[int]) -> str:
    low, high = min(counts), max(counts)
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def _set(daemons: Sequence[int]) -> str:
    named = ", ".join(f"{one:,}" for one in daemons[:_NAMED_MAX])
    return f"{{{named}{f', … ({len(daemons):,} in all)' if len(daemons) > _NAMED_MAX else ''}}}"


def _told(parameters: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in parameters.items())
