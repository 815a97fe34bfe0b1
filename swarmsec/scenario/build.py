"""From a document that was checked to what it names: plug-ins, topology, rules, and a whole run's setup."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from swarmsec.errors import ParameterError, ScenarioError, SwarmsecError, did_you_mean
from swarmsec.network import TOPOLOGIES, Network, Topology
from swarmsec.parameters import build
from swarmsec.protocols import NegotiationProtocol
from swarmsec.registry import Family, Registry
from swarmsec.rng import Streams
from swarmsec.scenario.check import SPEC_KEYS, TEAMS
from swarmsec.scenario.model import Document, Spec
from swarmsec.swarm.setup import PluginSpec, Setup, compose, surely_fits
from swarmsec.teams import Attack, Defense, Rules
from swarmsec.worlds import World

SPEC_FAMILIES = {
    "world": "worlds",
    "network": "topologies",
    "protocol": "protocols",
    "attacks": "attacks",
    "defenses": "defenses",
}
"""The keys under which plug-ins stand, and where their kinds are looked up."""


class Parts(NamedTuple):
    """What a document names, found and built. No run uses these plug-ins themselves: each one gets copies."""

    document: Document
    world: PluginSpec[World]
    protocol: PluginSpec[NegotiationProtocol]
    attacks: tuple[PluginSpec[Attack], ...]
    defenses: tuple[PluginSpec[Defense], ...]
    topology: Topology
    rules: Rules
    bill: str


def parts_of(data: Mapping[str, Any], registry: Registry) -> Parts:
    """Build every plug-in of a document.

    Args:
        data: The document, in which `check` finds nothing wrong.
        registry: Where plug-ins are found.
    """
    document = build(Document, {key: value for key, value in data.items() if not key.startswith("x-")})

    def cast(family: Family, spec: Spec, where: str) -> PluginSpec[Any]:
        plugin = registry.get(family, spec["kind"])
        return PluginSpec(spec["kind"], build(plugin, _parameters(spec), where=where), where)

    world = cast("worlds", document.world, "world")
    return Parts(
        document=document,
        world=world,
        protocol=cast("protocols", document.protocol, "protocol"),
        attacks=tuple(cast("attacks", spec, f"attacks[{i}]") for i, spec in enumerate(document.attacks)),
        defenses=tuple(cast("defenses", spec, f"defenses[{i}]") for i, spec in enumerate(document.defenses)),
        topology=_topology(document.network),
        rules=Rules(**{team: build(TEAMS[team], budget) for team, budget in document.rules.items()}),
        bill=_bill(document.score, world.plugin.bills),
    )


def resolved(data: Mapping[str, Any], parts: Parts) -> dict[str, Any]:
    """The document with every default written out, as plain data; `x-` keys stay as they are."""
    network = {"kind": parts.document.network["kind"], **_plain(dataclasses.asdict(parts.topology))}
    return {
        **{key: () if key in SPEC_FAMILIES else _plain(value) for key, value in vars(parts.document).items()},
        "world": _spec(parts.world, parts.document.world),
        "network": network,
        "protocol": _spec(parts.protocol, parts.document.protocol),
        "attacks": [_spec(*pair) for pair in zip(parts.attacks, parts.document.attacks, strict=True)],
        "defenses": [_spec(*pair) for pair in zip(parts.defenses, parts.document.defenses, strict=True)],
        "rules": dataclasses.asdict(parts.rules),
        "score": {"bill": parts.bill},
        **{key: value for key, value in data.items() if key.startswith("x-")},
    }


def fresh(parts: Parts) -> Parts:
    """The same parts with new plug-ins of equal parameters, so that no run remembers another."""
    return parts._replace(
        world=parts.world.fresh(),
        protocol=parts.protocol.fresh(),
        attacks=tuple(spec.fresh() for spec in parts.attacks),
        defenses=tuple(spec.fresh() for spec in parts.defenses),
    )


def network_of(parts: Parts, streams: Streams) -> Network:
    """Draw the network of one seed."""
    try:
        return parts.topology.network(streams.of("network"))
    except SwarmsecError as error:
        raise error.at("network") from None


def setup_of(parts: Parts, streams: Streams, *, network: Network | None = None) -> Setup:
    """The composition of one seed's run, with fresh plug-ins; the network is drawn unless it is given."""
    drawn = network_of(parts, streams) if network is None else network
    return compose(network=drawn, streams=streams, **_composition(fresh(parts)))


def _composition(parts: Parts) -> dict[str, Any]:
    """What takes part, by the names that composing it has for it."""
    return {
        "world": parts.world,
        "protocol": parts.protocol,
        "attacks": parts.attacks,
        "defenses": parts.defenses,
        "rules": parts.rules,
        "rounds": parts.document.rounds,
        "engine": parts.document.engine,
    }


DAEMONS_MAX = 10_000_000
_AIMED_MAX = 20_000_000
"""Daemons times attacks up to which selectors are looked at before a run; drawing from more takes too long."""


def daemons_of(topology: Topology) -> int:
    """How many daemons a topology has, by its parameters alone: nothing is built.

    Raises:
        ParameterError: More than a swarm may have.
    """
    said = vars(topology)
    if said.get("n") is not None:
        return int(said["n"])
    if said.get("sizes") is not None:
        n = sum(said["sizes"])
        if n > DAEMONS_MAX:
            raise ParameterError(f"{n:,} daemons; a swarm has at most {DAEMONS_MAX:,}", where="network.sizes")
        return int(n)
    return int(2 ** int(said["dimension"]) if "dimension" in said else said["rows"] * said["columns"])


def misfits(parts: Parts, streams: Streams) -> list[ScenarioError]:
    """Everything for which the parts of a document do not go together, found without building the network.

    What a composition refuses depends on how many daemons there are and not on who hears whom, but for hubs: which
    daemons those are. So a network without edges stands in, and a scenario of ten million daemons is checked at once.
    """
    try:
        n = daemons_of(parts.topology)
    except ParameterError as error:
        return [error]
    if surely_fits(n, **_composition(parts)):
        return []
    network = Network(np.zeros(n + 1, dtype=np.int32), np.zeros(0, dtype=np.int32))
    attacks = parts.attacks if n * len(parts.attacks) <= _AIMED_MAX else ()
    aloof = parts._replace(attacks=(), defenses=(), rules=Rules())
    found: dict[str, ScenarioError] = {}
    for some in (
        aloof,
        *(aloof._replace(attacks=(attack,)) for attack in attacks),
        *(aloof._replace(defenses=(defense,)) for defense in parts.defenses),
        parts._replace(attacks=attacks),
    ):
        if surely_fits(n, **_composition(some)):
            continue
        try:
            setup_of(some, streams, network=network)
        except ScenarioError as error:
            where = _too_many(parts.defenses) if error.where in {"", "defenses"} else error.where
            found.setdefault(where, type(error)(error.message, where=where))
    return list(found.values())


def _too_many(defenses: Sequence[PluginSpec[Defense]]) -> str:
    """The last defense with an aggregation rule, of which there may be one."""
    return max((cast.where for cast in defenses if cast.plugin.rule is not None), default="defenses")


def _topology(spec: Spec) -> Topology:
    topology: Topology = build(TOPOLOGIES[spec["kind"]], _parameters(spec), where="network")
    try:
        topology.delivery  # noqa: B018  # It refuses delays that make no range.
    except ParameterError as error:
        raise error.at("network") from None
    return topology


def _parameters(spec: Spec) -> Spec:
    return {key: value for key, value in spec.items() if key not in SPEC_KEYS}


def _spec(cast: PluginSpec[Any], written: Spec) -> Spec:
    named = {"name": written["name"]} if "name" in written else {}
    return {"kind": cast.kind, **named, **_plain(cast.parameters)}


def _plain(value: Any) -> Any:
    """Tuples as lists, as YAML and JSON have them."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, (list, tuple)) else value


def _bill(score: Spec, bills: Sequence[str]) -> str:
    bill = score.get("bill", bills[0])
    if bill not in bills:
        raise ParameterError(f"this world keeps no bill {bill!r}; {did_you_mean(str(bill), bills)}", where="score.bill")
    return str(bill)
