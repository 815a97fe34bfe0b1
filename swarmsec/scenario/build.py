"""Build what a checked document names: plug-ins, topology, rules of engagement, and the setup of a run."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from swarmsec.errors import ParameterError, PluginError, ScenarioError, SwarmsecError, did_you_mean
from swarmsec.network import Network, Topology
from swarmsec.parameters import build
from swarmsec.plugin import Family
from swarmsec.protocols import NegotiationProtocol
from swarmsec.registry import Registry, fresh_classes, shipped_kinds
from swarmsec.rng import Streams
from swarmsec.scenario.check import SPEC_KEYS, TEAMS
from swarmsec.scenario.model import Document, Spec
from swarmsec.swarm.setup import Aim, PluginSpec, Setup, compose, fits_by_counts, selectors_among
from swarmsec.teams import Attack, Defense, Rules, Vantage, needs_edges, same_as
from swarmsec.worlds import World

SPEC_FAMILIES: dict[str, Family] = {
    "world": "worlds",
    "network": "topologies",
    "protocol": "protocols",
    "attacks": "attacks",
    "defenses": "defenses",
}
"""The document's keys for plug-ins, and the family of each."""


def plugin_names(document: Mapping[str, Any]) -> list[tuple[Family, str]]:
    """The family and the kind of every plug-in of a resolved document.

    Raises:
        ScenarioError: It is not a resolved document.
    """
    found: list[tuple[Family, str]] = []
    for key, family in SPEC_FAMILIES.items():
        specs = document.get(key)
        for spec in specs if isinstance(specs, list) else [specs]:
            if not (isinstance(spec, Mapping) and isinstance(spec.get("kind"), str)):
                raise ScenarioError("is not a resolved scenario: every plug-in needs a kind", where=key)
            found.append((family, spec["kind"]))
    return found


class Parts(NamedTuple):
    """Everything that a document names, built. Runs do not use these plug-ins; each run gets copies."""

    document: Document
    world: PluginSpec[World]
    protocol: PluginSpec[NegotiationProtocol]
    attacks: tuple[PluginSpec[Attack], ...]
    defenses: tuple[PluginSpec[Defense], ...]
    topology: PluginSpec[Topology]
    rules: Rules
    bill: str
    unbilled: tuple[Aim, ...]

    @property
    def n(self) -> int:
        """The number of daemons."""
        return self.topology.plugin.size()

    @property
    def aims(self) -> tuple[Aim, ...]:
        """What the attacks set out to hijack; `same:NAME` as the aim of the attack of that name."""
        aims: list[Aim] = []
        earlier: dict[str, Aim] = {}
        for number, spec in enumerate(self.attacks):
            aim = Aim(attack=number, daemons=spec.plugin.daemons)
            aim = earlier[spec.kind] = earlier.get(same_as(aim.daemons) or "", aim)
            if spec.plugin.surface.compromises:
                aims.append(aim)
        return tuple(aims)


def parts_of(data: Mapping[str, Any], registry: Registry) -> Parts:
    """Build every plug-in of a document.

    Args:
        data: A document in which `check` finds no errors.
        registry: The installed plug-ins.
    """
    document = build(Document, {key: value for key, value in data.items() if not key.startswith("x-")})

    def plugin_spec(family: Family, spec: Spec, where: str) -> PluginSpec[Any]:
        plugin = registry.get(family, spec["kind"])
        kind = registry.full_name(family, spec["kind"])
        built = build(plugin, _parameters(spec), where=where)
        if isinstance(built, Defense) and built.vantage is Vantage.ORACLE and kind not in shipped_kinds(family):
            raise PluginError(f"{plugin.__name__} has Vantage.ORACLE, which is for the shipped null alone", where=where)
        return PluginSpec(kind, built, where)

    world = plugin_spec("worlds", document.world, "world")
    return Parts(
        document=document,
        world=world,
        protocol=plugin_spec("protocols", document.protocol, "protocol"),
        attacks=tuple(plugin_spec("attacks", spec, f"attacks[{i}]") for i, spec in enumerate(document.attacks)),
        defenses=tuple(plugin_spec("defenses", spec, f"defenses[{i}]") for i, spec in enumerate(document.defenses)),
        topology=plugin_spec("topologies", document.network, "network"),
        rules=Rules(**{team: build(TEAMS[team], budget) for team, budget in document.rules.items()}),
        bill=_bill(document.score, world.plugin.bill_names()),
        unbilled=tuple(Aim(**aim) for aim in document.score.get("unbilled", ())),
    )


def resolved(data: Mapping[str, Any], parts: Parts) -> dict[str, Any]:
    """The document with every default written out, as plain data; `x-` keys stay as they are."""
    return {
        **{key: () if key in SPEC_FAMILIES else _without_tuples(value) for key, value in vars(parts.document).items()},
        "world": _resolved_spec(parts.world, parts.document.world),
        "network": _resolved_spec(parts.topology, parts.document.network),
        "protocol": _resolved_spec(parts.protocol, parts.document.protocol),
        "attacks": [_resolved_spec(*pair) for pair in zip(parts.attacks, parts.document.attacks, strict=True)],
        "defenses": [_resolved_spec(*pair) for pair in zip(parts.defenses, parts.document.defenses, strict=True)],
        "rules": dataclasses.asdict(parts.rules),
        "score": score_of(parts),
        **{key: value for key, value in data.items() if key.startswith("x-")},
    }


def score_of(parts: Parts) -> Spec:
    """The key `score` of a resolved document; `unbilled` is in those of arms from which attacks were left out."""
    unbilled = [_without_tuples(dataclasses.asdict(aim)) for aim in parts.unbilled]
    return {"bill": parts.bill, **({"unbilled": unbilled} if unbilled else {})}


def fresh(parts: Parts) -> Parts:
    """The parts with new plug-ins of equal parameters, from modules executed anew, so that runs share no state."""
    specs: list[PluginSpec[Any]] = [parts.world, parts.protocol, *parts.attacks, *parts.defenses]
    classes = fresh_classes(type(spec.plugin) for spec in specs)
    world, protocol, *others = (spec.fresh(classes.get(type(spec.plugin))) for spec in specs)
    attacks = len(parts.attacks)
    return parts._replace(
        world=world, protocol=protocol, attacks=tuple(others[:attacks]), defenses=tuple(others[attacks:])
    )


def network_of(parts: Parts, streams: Streams) -> Network:
    """Draw the network of one seed."""
    try:
        return parts.topology.fresh().plugin.network(streams.of("network"))
    except SwarmsecError as error:
        raise error.at("network") from None


def setup_of(parts: Parts, streams: Streams, *, network: Network | None = None) -> Setup:
    """The setup of one seed's run, with new plug-ins; the network is drawn unless it is given."""
    drawn = network_of(parts, streams) if network is None else network
    return compose(network=drawn, streams=streams, unbilled=parts.unbilled, **_composition(fresh(parts)))


def _composition(parts: Parts) -> dict[str, Any]:
    """The arguments of `compose`, except network and streams."""
    return {
        "world": parts.world,
        "protocol": parts.protocol,
        "attacks": parts.attacks,
        "defenses": parts.defenses,
        "rules": parts.rules,
        "rounds": parts.document.rounds,
        "engine": parts.document.engine,
    }


_AIMED_MAX = 20_000_000
"""Selectors are checked before a run if daemons times attacks is at most this number; more would take too long."""


_DRAWN_MAX = 20_000
"""Networks are drawn before a run, if selectors need their edges, up to so many daemons in all seeds together."""


def composition_errors(parts: Parts, seeds: Sequence[Streams]) -> list[ScenarioError]:
    """The errors of `compose` for the parts of a document, mostly found without building the network.

    Most of these errors depend on the number of daemons and not on the edges, so a network without edges replaces the
    real one, and a scenario of ten million daemons is checked at once. Networks are drawn if a selector such as
    `around:7` needs their edges.

    Args:
        parts: The parts.
        seeds: The random streams of each seed.
    """
    try:
        n = parts.n
        parts.topology.plugin.check(n)
    except ScenarioError as error:
        return [type(error)(error.message, where=error.at("network").where)]
    reserve = parts.topology.plugin.reserve
    if fits_by_counts(n, reserve=reserve, **_composition(parts)):
        return []
    if n * len(seeds) > _DRAWN_MAX or not _need_edges(parts):
        network = Network(np.zeros(n + 1, dtype=np.int32), np.zeros(0, dtype=np.int32), reserve=reserve)
        return _errors_on(network, parts, seeds[0])
    try:
        checked = (_errors_on(network_of(parts, streams), parts, streams) for streams in seeds)
        return next((found for found in checked if found), [])
    except ScenarioError as error:
        return [error]


def _need_edges(parts: Parts) -> bool:
    """Whether a selector depends on the edges of the network."""
    selectors = [one for spec in parts.attacks for one in selectors_among(spec.plugin).values()]
    return any(map(needs_edges, [*selectors, *(aim.daemons for aim in parts.unbilled)]))


def _errors_on(network: Network, parts: Parts, streams: Streams) -> list[ScenarioError]:
    """The errors of `compose` on a network, at most one for each plug-in."""
    n = network.n
    attacks = parts.attacks if n * len(parts.attacks) <= _AIMED_MAX else ()
    bare = parts._replace(attacks=(), defenses=(), rules=Rules())
    found: dict[str, ScenarioError] = {}
    for some in (
        bare,
        *(bare._replace(attacks=_with_the_same(attacks, number)) for number in range(len(attacks))),
        *(bare._replace(defenses=(defense,)) for defense in parts.defenses),
        parts._replace(attacks=attacks),
    ):
        if fits_by_counts(n, reserve=network.reserve, **_composition(some)):
            continue
        try:
            setup_of(some, streams, network=network)
        except ScenarioError as error:
            where = _last_with_rule(parts.defenses) if error.where in {"", "defenses"} else error.where
            found.setdefault(where, type(error)(error.message, where=where))
    return list(found.values())


def _with_the_same(attacks: Sequence[PluginSpec[Attack]], number: int) -> tuple[PluginSpec[Attack], ...]:
    """An attack, after the earlier ones whose daemons it selects by `same:NAME`."""
    name = same_as(attacks[number].plugin.daemons)
    return (*(earlier for earlier in attacks[:number] if earlier.kind == name), attacks[number])


def _last_with_rule(defenses: Sequence[PluginSpec[Defense]]) -> str:
    """The place of the last defense with an aggregation rule; a swarm may have only one such defense."""
    return max((spec.path for spec in defenses if spec.plugin.rule is not None), default="defenses")


def _parameters(spec: Spec) -> Spec:
    return {key: value for key, value in spec.items() if key not in SPEC_KEYS}


def _resolved_spec(plugin: PluginSpec[Any], written: Spec) -> Spec:
    named = {"name": written["name"]} if "name" in written else {}
    return {"kind": plugin.kind, **named, **_without_tuples(plugin.parameters)}


def _without_tuples(value: Any) -> Any:
    """The value with tuples as lists, as in YAML and JSON."""
    if isinstance(value, dict):
        return {key: _without_tuples(one) for key, one in value.items()}
    return [_without_tuples(one) for one in value] if isinstance(value, (list, tuple)) else value


def _bill(score: Spec, bills: Sequence[str]) -> str:
    bill = score.get("bill", bills[0])
    if bill not in bills:
        raise ParameterError(f"this world has no bill {bill!r}; {did_you_mean(str(bill), bills)}", where="score.bill")
    return str(bill)
