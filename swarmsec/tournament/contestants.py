"""The contestants of a tournament: attacks and defenses by their labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from swarmsec.errors import PluginError, UnknownNameError
from swarmsec.registry import Registry
from swarmsec.runs.nulls import NULLS
from swarmsec.tournament.labels import TOGETHER, short_names, specs_of


class Contestant(NamedTuple):
    """An attack or a defense that takes part.

    Attributes:
        label: Its canonical name, such as `false_signal:bias=-3`; plug-ins that act together are joined by ` + `.
        name: A short name for tables: the kinds alone, if no other contestant of its team has the same kinds.
        team: `red` or `blue`.
        null: Whether it is a null defense (`none`, `random_quarantine`, `quarantine_all`, `oracle`).
        vantage: What it may see: `local`, `gossip`, `monitor` or `oracle`; empty for an attack, and for a defense that
            is not installed.
    """

    label: str
    name: str
    team: Literal["red", "blue"]
    null: bool = False
    vantage: str = ""


def attackers(labels: Sequence[str]) -> tuple[Contestant, ...]:
    """Red's contestants, each once, in the order of their first labels."""
    once = list(dict.fromkeys(labels))
    names = short_names(once)
    return tuple(Contestant(label, names[label], "red") for label in once)


def defenders(labels: Sequence[str], registry: Registry) -> tuple[Contestant, ...]:
    """Blue's contestants, each once, in the order of their first labels, with nulls last.

    Args:
        labels: The labels of the defenses.
        registry: The registry in which their vantages are looked up.
    """
    once = sorted(dict.fromkeys(labels), key=is_null)
    names = short_names(once)
    return tuple(
        Contestant(label, names[label], "blue", null=is_null(label), vantage=_vantage(label, registry))
        for label in once
    )


def is_null(label: str) -> bool:
    """Whether a defense is a null and no candidate."""
    return all(spec["kind"] in NULLS for spec in specs_of(label))


def _vantage(label: str, registry: Registry) -> str:
    try:
        found = dict.fromkeys(registry.get("defenses", spec["kind"]).vantage.value for spec in specs_of(label))
    except (UnknownNameError, PluginError):
        return ""
    return TOGETHER.join(found)
