"""A scenario that has been checked: every default written out, every plug-in found, ready to be set up."""

from __future__ import annotations

import copy
import dataclasses
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from swarmsec.authoring.model import Document, Spec, seed_list
from swarmsec.authoring.source import Source, parse_value, read, steps
from swarmsec.errors import ParameterError, SwarmsecError, UnknownNameError, UsageError, did_you_mean
from swarmsec.network import TOPOLOGIES, Topology
from swarmsec.parameters import build
from swarmsec.plugins import Family, Registry, source_digest
from swarmsec.protocols import NegotiationProtocol
from swarmsec.rng import Streams
from swarmsec.swarm.setup import Cast, Setup, compose
from swarmsec.teams import Attack, BlueRules, Defense, RedRules, Rules
from swarmsec.worlds import World


@dataclass(frozen=True, eq=False)
class Scenario:
    """A scenario, checked and resolved.

    Attributes:
        document: The scenario with every default written out, as plain data; it loads to the same scenario.
        source: How a command line names it.
        changes: The options that were applied to it on top, as a command line would say them.
        registry: Where its plug-ins are found.
    """

    document: Mapping[str, Any]
    source: str
    changes: tuple[str, ...]
    registry: Registry

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.document["name"])

    @property
    def title(self) -> str:
        """Its name for people."""
        return str(self.document["title"] or self.name)

    @property
    def version(self) -> int:
        """Its version."""
        return int(self.document["version"])

    @property
    def rounds(self) -> int:
        """How long a run is."""
        return int(self.document["rounds"])

    @property
    def n(self) -> int:
        """How many daemons there are."""
        return self.setup(self.seeds[0]).network.n

    @property
    def stop(self) -> int:
        """The round from which all attacks are off, at most the number of rounds."""
        stops = [self.rounds if spec["stop"] is None else spec["stop"] for spec in self.document["attacks"]]
        return min(self.rounds, max(stops, default=0))

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds that it is played with unless others are asked for."""
        return seed_list(self.document["seeds"])

    @property
    def bill(self) -> str:
        """The bill that is scored."""
        return str(self.document["score"]["bill"])

    @cached_property
    def digest(self) -> str:
        """SHA-256 of everything that decides a run of one seed: not the seeds, and not what is only told to people."""
        telling = {"seeds", "title", "story"}
        decisive = {
            key: value for key, value in self.document.items() if key not in telling and not key.startswith("x-")
        }
        canonical = json.dumps(decisive, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()

    @cached_property
    def plugin_digests(self) -> dict[str, str]:
        """`family/kind` → the digest of its source, for every plug-in that takes part."""
        taking_part = [("worlds", self.document["world"]), ("protocols", self.document["protocol"])]
        taking_part += [("attacks", spec) for spec in self.document["attacks"]]
        taking_part += [("defenses", spec) for spec in self.document["defenses"]]
        return {
            f"{family}/{spec['kind']}": source_digest(self.registry.get(family, spec["kind"]))  # type: ignore[arg-type]
            for family, spec in taking_part
        }

    def setup(self, seed: int) -> Setup:
        """The composition of one seed's run, from fresh plug-ins."""
        streams = Streams(self.name, seed, int(self.document["root_seed"]))
        return _compose(self.document, self.registry, streams)


def load_scenario(
    source: str | Path | Mapping[str, Any] | Scenario,
    *,
    settings: Mapping[str, Any] | None = None,
    attack: str | Spec | Sequence[str | Spec] | None = None,
    defense: str | Spec | Sequence[str | Spec] | None = None,
    plugins: Sequence[str | Path] = (),
) -> Scenario:
    """Load and check a scenario.

    Args:
        source: A library name, a file's path, a mapping, or a scenario that is already loaded.
        settings: Values to put in its place first: path → value, such as `attacks[0].bias`.
        attack: Attacks to play instead of its own: a kind, a mapping with a kind, or several.
        defense: Defenses to play instead of its own.
        plugins: Folders of plug-ins beyond those that are installed.

    Raises:
        UsageError: There is no such scenario.
        ScenarioError: It is refused: what, where, and what would be right.
    """
    if isinstance(source, Scenario):
        if not settings and attack is None and defense is None and not plugins:
            return source
        written = Source("", source.source, dict(source.document))
        registry = Registry([*source.registry.folders, *plugins]) if plugins else source.registry
    else:
        written, registry = read(source), Registry(plugins)
    data = dict(written.data)
    changes: list[str] = list(source.changes) if isinstance(source, Scenario) else []
    try:
        for key, family, teams in (("attacks", "attack", attack), ("defenses", "defense", defense)):
            if teams is not None:
                data[key] = _specs(teams)
                changes += [word for spec in data[key] for word in (f"--{family}", _as_option(spec))]
        for path, value in (settings or {}).items():
            data = _with(data, path, value)
            changes += ["--set", f"{path}={json.dumps(value, ensure_ascii=False)}"]
        document = _resolve(data, registry)
        scenario = Scenario(document, written.command, tuple(changes), registry)
        scenario.setup(scenario.seeds[0])
    except SwarmsecError as error:
        raise type(error)(error.message, where=written.place(error.where)) from None
    return scenario


class _Parts(NamedTuple):
    """What a document names, found and built."""

    world: Cast[World]
    protocol: Cast[NegotiationProtocol]
    attacks: tuple[Cast[Attack], ...]
    defenses: tuple[Cast[Defense], ...]
    topology: tuple[str, Topology]
    rules: Rules
    bill: str


def _parts(document: Document, registry: Registry) -> _Parts:
    """Find and build every plug-in of a document; each call builds fresh ones."""

    def cast(family: Family, spec: Spec, where: str) -> Cast[Any]:
        kind, parameters = _split(spec, where)
        try:
            plugin = registry.get(family, kind)
        except UnknownNameError as error:
            raise error.at(where) from None
        return Cast(kind, build(plugin, parameters, where=where), where)

    world = cast("worlds", document.world, "world")
    kind, parameters = _split(document.network, "network")
    if kind not in TOPOLOGIES:
        raise UnknownNameError(f"no topology `{kind}`; {did_you_mean(kind, TOPOLOGIES)}", where="network.kind")
    return _Parts(
        world=world,
        protocol=cast("protocols", document.protocol, "protocol"),
        attacks=tuple(cast("attacks", spec, f"attacks[{i}]") for i, spec in enumerate(document.attacks)),
        defenses=tuple(cast("defenses", spec, f"defenses[{i}]") for i, spec in enumerate(document.defenses)),
        topology=(kind, build(TOPOLOGIES[kind], parameters, where="network")),
        rules=_rules(document.rules),
        bill=_bill(document.score, world.plugin.bills),
    )


def _resolve(data: Mapping[str, Any], registry: Registry) -> dict[str, Any]:
    """The document with every default written out."""
    extensions = {key: value for key, value in data.items() if key.startswith("x-")}
    document = build(Document, {key: value for key, value in data.items() if key not in extensions})
    parts = _parts(document, registry)
    kind, topology = parts.topology
    return {
        **dataclasses.asdict(document),
        "world": _spec(parts.world),
        "network": {"kind": kind, **_plain(dataclasses.asdict(topology))},
        "protocol": _spec(parts.protocol),
        "attacks": [_spec(cast) for cast in parts.attacks],
        "defenses": [_spec(cast) for cast in parts.defenses],
        "rules": dataclasses.asdict(parts.rules),
        "score": {"bill": parts.bill},
        **extensions,
    }


def _compose(document: Mapping[str, Any], registry: Registry, streams: Streams) -> Setup:
    keys = {key: value for key, value in document.items() if not key.startswith("x-")}
    parts = _parts(build(Document, keys), registry)
    try:
        network = parts.topology[1].build(streams.of("network"))
    except SwarmsecError as error:
        raise error.at("network") from None
    return compose(
        network=network,
        world=parts.world,
        protocol=parts.protocol,
        attacks=parts.attacks,
        defenses=parts.defenses,
        rules=parts.rules,
        rounds=document["rounds"],
        streams=streams,
        engine=document["engine"],
    )


def _split(spec: Spec, where: str) -> tuple[str, Spec]:
    """A plug-in's kind and its parameters."""
    kind = spec.get("kind")
    if not isinstance(kind, str):
        raise ParameterError("a `kind` is missing: the name of what is meant here", where=where)
    return kind, {key: value for key, value in spec.items() if key != "kind"}


def _spec(cast: Cast[Any]) -> Spec:
    return {"kind": cast.kind, **_plain(cast.parameters)}


def _plain(value: Any) -> Any:
    """Tuples as lists, as YAML and JSON have them."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, (list, tuple)) else value


def _rules(spec: Spec) -> Rules:
    teams: dict[str, type[Any]] = {"red": RedRules, "blue": BlueRules}
    for team, budget in spec.items():
        if team not in teams:
            raise ParameterError(f"unknown key; {did_you_mean(team, teams)}", where=f"rules.{team}")
        if not isinstance(budget, Mapping):
            raise ParameterError(f"{budget!r} given; must be a mapping of budgets", where=f"rules.{team}")
    return Rules(**{team: build(teams[team], budget, where=f"rules.{team}") for team, budget in spec.items()})


def _bill(spec: Spec, bills: Sequence[str]) -> str:
    if unknown := sorted(set(spec) - {"bill"}):
        raise ParameterError("unknown key; did you mean `bill`?", where=f"score.{unknown[0]}")
    bill = spec.get("bill", bills[0])
    if bill not in bills:
        raise ParameterError(f"this world keeps no bill {bill!r}; {did_you_mean(str(bill), bills)}", where="score.bill")
    return str(bill)


def _specs(teams: str | Spec | Sequence[str | Spec]) -> list[Spec]:
    several = [teams] if isinstance(teams, (str, Mapping)) else list(teams)
    return [parse_option(one) if isinstance(one, str) else dict(one) for one in several]


def parse_option(text: str) -> Spec:
    """A plug-in as a command line says it: `false_signal`, or `false_signal:bias=-3,daemons=[3, 9]`.

    Raises:
        UsageError: A parameter has no value, or it is no YAML.
    """
    kind, _, rest = text.partition(":")
    spec: Spec = {"kind": kind.strip()}
    for part in _COMMAS_OUTSIDE_BRACKETS.split(rest) if rest.strip() else ():
        name, equals, value = part.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"{part!r} is no parameter; must be name=value", where=text)
        spec[name.strip()] = parse_value(value)
    return spec


def _as_option(spec: Spec) -> str:
    parameters = ",".join(
        f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in spec.items() if name != "kind"
    )
    return f"{spec['kind']}:{parameters}" if parameters else str(spec["kind"])


_COMMAS_OUTSIDE_BRACKETS = re.compile(r",(?![^\[{]*[\]}])")


def _with(data: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy of the document with one value replaced, or put in; mappings on the way to it are made.

    Raises:
        UsageError: There is no such place.
    """
    changed = copy.deepcopy(data)
    *way, last = steps(path) or [""]
    holder: Any = changed
    for depth, step in enumerate(way):
        if isinstance(holder, dict):
            holder = holder.setdefault(str(step), {})
        elif isinstance(holder, list) and isinstance(step, int) and step < len(holder):
            holder = holder[step]
        else:
            raise _no_such_place(path, [*way[:depth], step])
    if isinstance(holder, dict) and last != "":
        holder[str(last)] = value
    elif isinstance(holder, list) and isinstance(last, int) and last < len(holder):
        holder[last] = value
    else:
        raise _no_such_place(path, [*way, last])
    return changed


def _no_such_place(path: str, way: Sequence[str | int]) -> UsageError:
    there = ".".join(map(str, way))
    return UsageError(f"this scenario has no {there!r}; a path is like attacks[0].bias", where=f"--set {path}")
