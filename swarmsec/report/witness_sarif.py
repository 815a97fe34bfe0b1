"""The minimal attack that a search found, as SARIF for code scanning, with the published threats that it names."""

from __future__ import annotations

from swarmsec.report.gauntlet import size_text
from swarmsec.report.numbers import amount, share
from swarmsec.report.sarif import Json, location, sarif_log
from swarmsec.scenario import Scenario
from swarmsec.search import Gauntlet, Witness
from swarmsec.teams import Attack
from swarmsec.threats import ThreatList, threat_lists


def witness_sarif(scenario: Scenario, found: Gauntlet, small: Witness | None, repeat: str) -> str:
    """A SARIF 2.1.0 log with one result for each attack of the witness, at the defenses of the scenario.

    Args:
        scenario: The defended swarm.
        found: The results of the search.
        small: The minimal attack; None if no attack does damage, which gives a log without results.
        repeat: The command line that repeats the search.
    """
    if small is None:
        return sarif_log([], [])
    attacks: dict[str, type[Attack]] = {
        spec["kind"]: scenario.registry.get("attacks", spec["kind"]) for spec in small.attacks
    }
    ids = {threat for attack in attacks.values() for threat in attack.threats}
    taxonomies = [_taxonomy(one, ids) for one in threat_lists().values() if ids & set(one.threats)]
    place = scenario.tree.place(("defenses",))
    figures = {"damage": small.harm, "of": small.of, "unit": found.unit, "repeat": repeat}
    results = [
        {
            "ruleId": spec["kind"],
            "ruleIndex": list(attacks).index(spec["kind"]),
            "level": "error",
            "message": {"text": f"{spec['kind']}{_others(small, number)}: {_damage(small, found)}"},
            "locations": [location(scenario.source, place.key if place else None, "defenses")],
            "taxa": _taxa(attacks[spec["kind"]], taxonomies),
            "properties": {"attack": dict(spec), **figures},
        }
        for number, spec in enumerate(small.attacks)
    ]
    return sarif_log([_rule(kind, attack) for kind, attack in attacks.items()], results, taxonomies)


def _rule(kind: str, attack: type[Attack]) -> Json:
    """An attack as a reporting descriptor."""
    return {
        "id": kind,
        "shortDescription": {"text": attack.summary()},
        "help": {"text": f"swarmsec show {kind}"},
        "defaultConfiguration": {"level": "error"},
    }


def _others(small: Witness, number: int) -> str:
    """The other attacks of the witness, which do the damage together with this one."""
    others = [str(spec["kind"]) for other, spec in enumerate(small.attacks) if other != number]
    return f" with {' and '.join(others)}" if others else ""


def _damage(small: Witness, found: Gauntlet) -> str:
    """The size of the witness, its damage in the world's unit, and the share of the worst attack's damage."""
    damage = amount(small.harm, found.unit) + (f" {found.unit}" if found.unit != "USD" else "")
    defenses = ", ".join(str(spec["kind"]) for spec in found.defenses)
    part = share(small.harm / small.of)
    return f"{size_text(small.after)} does {damage} of damage against {defenses}, {part} of that of the worst attack"


def _taxonomy(listed: ThreatList, ids: set[str]) -> Json:
    """A list of threats with those of its entries that are named."""
    taxa = [{"id": threat, "name": name} for threat, name in listed.threats.items() if threat in ids]
    return {"name": listed.name, "version": listed.version, "taxa": taxa}


def _taxa(attack: type[Attack], taxonomies: list[Json]) -> list[Json]:
    """References to the entries that an attack names."""
    return [
        {"id": taxon["id"], "index": place, "toolComponent": {"name": one["name"], "index": number}}
        for number, one in enumerate(taxonomies)
        for place, taxon in enumerate(one["taxa"])
        if taxon["id"] in attack.threats
    ]
