"""The parts of a run, and the check that they are compatible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Annotated, Any, Generic, Literal, NamedTuple, TypeVar, get_type_hints

import numpy as np

from swarmsec.arrays import Bools, Ints, read_only
from swarmsec.errors import ParameterError, PluginError, SwarmsecError
from swarmsec.network import Network, with_rows
from swarmsec.parameters import Ge, Help, once_per_class
from swarmsec.plugin import Plugin
from swarmsec.protocols import NegotiationProtocol
from swarmsec.rng import Streams
from swarmsec.short_repr import short_repr
from swarmsec.teams import Attack, Defense, Rules, Selector, Surface, Terms, moved, rule_of, select, size_of, terms_of
from swarmsec.worlds import World

DAEMONS_AT_ONCE_MAX = 20_000
"""Up to this many daemons are created with the model; in larger swarms, `SwarmModel.daemon` creates them on demand."""

Engine = Literal["arrays", "agents"]
P = TypeVar("P", bound=Plugin)


@dataclass(frozen=True, kw_only=True)
class Aim:
    """The daemons that an attack sets out to hijack, for the arms without that attack."""

    attack: Annotated[int, Ge(0), Help("The attack's place among red's attacks: the selector draws from its stream.")]
    daemons: Annotated[Selector, Help("The daemons that it is aimed at.")]


class PluginSpec(NamedTuple, Generic[P]):
    """A plug-in of a scenario.

    Attributes:
        kind: Its kind, which its class does not contain.
        plugin: The plug-in.
        path: Its place in the scenario, such as `attacks[0]`; empty if it is in none.
    """

    kind: str
    plugin: P
    path: str = ""

    @property
    def parameters(self) -> dict[str, Any]:
        """The plug-in's parameters by name."""
        return {field.name: getattr(self.plugin, field.name) for field in fields(self.plugin)}

    def fresh(self, plugin_class: type[P] | None = None) -> PluginSpec[P]:
        """A copy with a new plug-in of equal parameters, which shares no mutable value with this one."""
        given = {field.name: deepcopy(getattr(self.plugin, field.name)) for field in fields(self.plugin) if field.init}
        return self._replace(plugin=(plugin_class or type(self.plugin))(**given))


@dataclass(frozen=True, eq=False, repr=False)
class Setup:
    """The parts of a run of one seed; the arm then decides which teams take part.

    Attributes:
        network: The network.
        world: The world.
        protocol: The negotiation protocol.
        attacks: Red's attacks, in the scenario's order.
        defenses: Blue's defenses, in the scenario's order.
        rules: The rules of engagement.
        rounds: The number of rounds.
        streams: The random streams of this seed.
        engine: `arrays`, or `agents` in which Mesa steps every daemon.
        terms: The schedule and traits of each attack, as the rules were checked against.
        targets: The daemons that each attack is aimed at; (k,) each.
        named: What every selector among each attack's parameters selects, by the parameter's name.
        billed: (n,) the daemons over which the world keeps its bill; see `WorldView.billed`.
        roles: The world's roles: role → indices.
    """

    network: Network
    world: World
    protocol: NegotiationProtocol
    attacks: tuple[PluginSpec[Attack], ...]
    defenses: tuple[PluginSpec[Defense], ...]
    rules: Rules
    rounds: int
    streams: Streams
    engine: Engine
    terms: tuple[Terms, ...]
    targets: tuple[Ints, ...]
    named: tuple[Mapping[str, Ints], ...]
    billed: Bools
    roles: Mapping[str, Ints]

    __repr__ = short_repr

    @cached_property
    def network_with_rows(self) -> Network:
        """The network with a row for each identity that may join; `network` itself without a reserve."""
        return with_rows(self.network)


def compose(
    *,
    network: Network,
    world: PluginSpec[World],
    protocol: PluginSpec[NegotiationProtocol],
    attacks: Sequence[PluginSpec[Attack]],
    defenses: Sequence[PluginSpec[Defense]],
    rules: Rules,
    rounds: int,
    streams: Streams,
    engine: Engine,
    unbilled: Sequence[Aim] = (),
) -> Setup:
    """Compose a run, and check that its parts are compatible.

    Args:
        network: The network.
        world: The world.
        protocol: The negotiation protocol.
        attacks: Red's attacks, in the scenario's order.
        defenses: Blue's defenses, in the scenario's order.
        rules: The rules of engagement.
        rounds: The number of rounds.
        streams: The random streams of this seed.
        engine: `arrays` or `agents`.
        unbilled: What attacks that are left out in this arm set out to hijack; the bill leaves these daemons out.

    Raises:
        ParameterError: A plug-in does not fit the swarm's size, or a selector selects no daemon.
        RulesError: Red asks for more than the rules allow.
        ScenarioError: Two defenses bring an aggregation rule.
    """
    _check_fit(network.n, (world, protocol, *attacks, *defenses), defenses, engine, network.reserve)
    _check_widths(world, protocol)
    _check_membership(protocol, rules, network.reserve)
    asked = tuple(terms_of(spec.plugin) for spec in attacks)
    attacks = [_with_drawn_start(spec, streams.of(f"red/{number}/start")) for number, spec in enumerate(attacks)]
    roles = world.plugin.roles(network.n)
    named = _select_all(attacks, network, roles, streams)
    targets = tuple(selected["daemons"] for selected in named)
    terms = tuple(terms_of(spec.plugin) for spec in attacks)
    compromising = [aimed for term, aimed in zip(terms, targets, strict=True) if term.surface.compromises] + [
        _select_targets(aim.daemons, network, roles, streams, aim.attack) for aim in unbilled
    ]
    rules.enforce(asked, targets, n=network.n, rounds=rounds)
    rules.link_limit(network.m)
    return Setup(
        network=network,
        world=world.plugin,
        protocol=protocol.plugin,
        attacks=tuple(attacks),
        defenses=tuple(defenses),
        rules=rules,
        rounds=rounds,
        streams=streams,
        engine=engine,
        terms=terms,
        targets=targets,
        named=named,
        billed=_all_except(compromising, network.n),
        roles=roles,
    )


def _with_drawn_start(spec: PluginSpec[Attack], rng: np.random.Generator) -> PluginSpec[Attack]:
    """The attack with the first round of this seed, if it is to be drawn; `stop` moves with it."""
    if not isinstance(spec.plugin.start, list):
        return spec
    drawn, rounds = spec.fresh(), moved(spec.plugin.start, rng)
    drawn.plugin.start = spec.plugin.first_start + rounds
    drawn.plugin.stop = None if spec.plugin.stop is None else spec.plugin.stop + rounds
    return drawn


def _check_widths(world: PluginSpec[World], protocol: PluginSpec[NegotiationProtocol]) -> None:
    """Check that the protocol makes proposals as wide as the world expects them."""
    width = len(world.plugin.signal_columns)
    made, expected = protocol.plugin.proposal_width(width), world.plugin.proposal_width
    if made != expected:
        raise ParameterError(
            f"proposals of {protocol.kind} have {made} columns, and those that {world.kind} expects {expected}",
            where=protocol.path or "protocol",
        )


def _check_membership(protocol: PluginSpec[NegotiationProtocol], rules: Rules, reserve: int) -> None:
    """Check that identities can join the protocol, and that there are as many as the rules grant."""
    if reserve and not protocol.plugin.admits_newcomers:
        raise ParameterError(
            f"{reserve:,} given; must be 0, since no identity can join {protocol.kind} during a run",
            where="network.reserve",
        )
    rules.identity_limit(reserve)


def fits_by_counts(
    n: int,
    *,
    reserve: int,
    world: PluginSpec[World],
    protocol: PluginSpec[NegotiationProtocol],
    attacks: Sequence[PluginSpec[Attack]],
    defenses: Sequence[PluginSpec[Defense]],
    rules: Rules,
    rounds: int,
    engine: Engine,
) -> bool:
    """Whether `compose` accepts this for every network of `n` daemons, decided by counts alone.

    Targets of several attacks are counted as if they were disjoint; so after False, `compose` may still accept it.
    """
    try:
        _check_fit(n, (world, protocol, *attacks, *defenses), defenses, engine, reserve)
        _check_membership(protocol, rules, reserve)
        roles = world.plugin.roles(n)
        sizes = [_sizes_of(spec.plugin, n, roles)["daemons"] for spec in attacks]
        terms = [terms_of(spec.plugin) for spec in attacks]
        on = [(term, size) for term, size in zip(terms, sizes, strict=True) if term.strength > 0]
        hijacked = sum(size for term, size in on if term.surface.compromises)
        tainted = sum(size for term, size in on if Surface.SIGNAL in term.surface)
        rules.allow([term for term, _ in on], hijacked=min(n, hijacked), tainted=min(n, tainted), n=n, rounds=rounds)
    except SwarmsecError:
        return False
    return True


def _sizes_of(attack: Attack, n: int, roles: Mapping[str, Ints]) -> dict[str, int]:
    """How many of `n` daemons each selector among the parameters selects, by the parameter's name."""
    return {name: size_of(selector, n, roles) for name, selector in selectors_among(attack).items()}


def _check_fit(
    n: int,
    specs: Sequence[PluginSpec[Any]],
    defenses: Sequence[PluginSpec[Defense]],
    engine: Engine,
    reserve: int,
) -> None:
    """Check that plug-ins fit a swarm of `n` daemons and each other, whatever the targets."""
    if engine == "agents" and n + reserve > DAEMONS_AT_ONCE_MAX:
        raise ParameterError(
            f"`agents` steps up to {DAEMONS_AT_ONCE_MAX:,} daemons, and {n + reserve:,} need `arrays`", where="engine"
        )
    for spec in specs:
        _at_path(spec, _check_traits, spec.plugin)
        _at_path(spec, spec.plugin.check, n)
    rule_of([defense.plugin for defense in defenses])


def _check_traits(plugin: Plugin) -> None:
    """Check that an instance has the traits of its class, which the library, the reports and the kit read."""
    cls = type(plugin)
    for trait in cls.fixed():
        if hasattr(cls, trait) and getattr(plugin, trait) is not getattr(cls, trait):
            raise PluginError(f"{cls.__name__} changes the trait `{trait}` in an instance; set it in the class")


def _all_except(selections: Sequence[Ints], n: int) -> Bools:
    """(n,) the daemons in none of the selections; all daemons if there would be none."""
    rest = np.ones(n, dtype=bool)
    for selection in selections:
        rest[selection] = False
    return read_only(rest if rest.any() else ~rest)


def _select_all(
    attacks: Sequence[PluginSpec[Attack]], network: Network, roles: Mapping[str, Ints], streams: Streams
) -> tuple[dict[str, Ints], ...]:
    """What every selector among the attacks' parameters selects: for each attack, parameter -> daemons."""
    found: list[dict[str, Ints]] = []
    earlier: dict[str, Ints] = {}
    for number, spec in enumerate(attacks):
        selected: dict[str, Ints] = {}
        for name, selector in selectors_among(spec.plugin).items():
            rng = streams.of(f"red/{number}/targets" if name == "daemons" else f"red/{number}/{name}")
            same = {**earlier, **selected}
            try:
                selected[name] = select(selector, network=network, roles=roles, rng=rng, same=same)
            except SwarmsecError as error:
                error = error.at(name)
                raise error.at(spec.path) if spec.path else error from None
        earlier[spec.kind] = selected["daemons"]
        found.append(selected)
    return tuple(found)


@once_per_class
def _selectors_of(attack: type[Attack]) -> list[str]:
    """The parameters of an attack whose type is `Selector`, or `Selector | None`; `daemons` is the first."""
    hints = get_type_hints(attack)
    names = [field.name for field in fields(attack) if hints[field.name] in (Selector, Selector | None)]
    return sorted(names, key=lambda name: name != "daemons")


def selectors_among(attack: Attack) -> dict[str, Selector]:
    """The selectors that an attack is given, by the parameter's name; `daemons` is the first."""
    given = {name: getattr(attack, name) for name in _selectors_of(type(attack))}
    return {name: selector for name, selector in given.items() if selector is not None}


def _select_targets(
    selector: Selector, network: Network, roles: Mapping[str, Ints], streams: Streams, number: int
) -> Ints:
    try:
        return select(selector, network=network, roles=roles, rng=streams.of(f"red/{number}/targets"))
    except SwarmsecError as error:
        raise error.at("daemons") from None


def _at_path(spec: PluginSpec[Any], function: Any, *arguments: Any) -> Any:
    try:
        return function(*arguments)
    except SwarmsecError as error:
        raise error.at(spec.path) if spec.path else error from None
