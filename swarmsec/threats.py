"""Published lists of threats: those of their entries that an attack on a swarm can name, with the lists' versions.

`threats.json` has for each list the id and the name of every entry that may be named; names only, as published.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from swarmsec.errors import UnknownNameError, did_you_mean

ListName = Literal["owasp", "atlas", "enterprise-attack", "ics-attack"]
Domain = Literal["enterprise-attack", "ics-attack"]
"""The lists that the ATT&CK Navigator shows."""

_FILE = Path(__file__).with_name("threats.json")


class ThreatList(NamedTuple):
    """A published list of threats.

    Attributes:
        name: Its title.
        version: The version that the ids and names are from.
        threats: id → name, in the order of the list.
    """

    name: str
    version: str
    threats: Mapping[str, str]


@cache
def threat_lists() -> Mapping[ListName, ThreatList]:
    """The lists by their short names."""
    return {name: ThreatList(**entry) for name, entry in json.loads(_FILE.read_text(encoding="utf-8")).items()}


def name_of_threat(threat: str) -> str:
    """The published name of a threat.

    Raises:
        UnknownNameError: No list has this id.

    Examples:
        >>> name_of_threat("T12")
        'Agent Communication Poisoning'
    """
    names = _names()
    if threat not in names:
        raise UnknownNameError(f"no list of threats has {threat!r}; {did_you_mean(threat, names)}", where="threats")
    return names[threat]


@cache
def _names() -> dict[str, str]:
    return {threat: name for one in threat_lists().values() for threat, name in one.threats.items()}


def attacks_by_threat(listed: ListName, attacks: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Threat → the attacks that name it, in the order of a list.

    Args:
        listed: The list.
        attacks: Attack → the ids that it names, of all lists.
    """
    found = {
        threat: [kind for kind, ids in attacks.items() if threat in ids] for threat in threat_lists()[listed].threats
    }
    return {threat: kinds for threat, kinds in found.items() if kinds}


def navigator_layer(domain: Domain, attacks: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """A layer of the ATT&CK Navigator (layer format 4.5): a technique's score is the number of attacks that name it.

    Args:
        domain: The list.
        attacks: Attack → the ids that it names, of all lists.
    """
    found = attacks_by_threat(domain, attacks)
    return {
        "name": "swarmsec",
        "versions": {"attack": threat_lists()[domain].version, "navigator": "5.1.0", "layer": "4.5"},
        "domain": domain,
        "description": "Attacks of swarmsec by the techniques that they name",
        "techniques": [
            {"techniqueID": threat, "score": len(kinds), "comment": ", ".join(kinds), "enabled": True}
            for threat, kinds in found.items()
        ],
        "gradient": {
            "colors": ["#ffffff", "#ff6666"],
            "minValue": 0,
            "maxValue": max(map(len, found.values()), default=1),
        },
    }
