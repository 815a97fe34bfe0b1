"""What a run is composed of, before anything runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, fields
from typing import Any, Generic, Literal, NamedTuple, TypeVar

from swarmsec.arrays import Ints
from swarmsec.errors import ParameterError, SwarmsecError
from swarmsec.network import Network
from swarmsec.plugin import Plugin
from swarmsec.protocols import NegotiationProtocol
from swarmsec.rng import Streams
from swarmsec.teams import Attack, Defense, Rules, Surface, rule_of, select, size_of
from swarmsec.worlds import World

DAEMONS_AT_ONCE_MAX = 20_000
"""Up to this many daemons are created with a model; past that on demand, by `SwarmModel.daemon`."""

Engine = Literal["arrays", "agents"]
P = TypeVar("P", bound=Plugin)


class PluginSpec(NamedTuple, Generic[P]):
    """A plug-in in its role: its kind, which the class itself does not know, and where it stands in the scenario."""

    kind: str
    plugin: P
    where: str = ""

    @property
    def parameters(self) -> dict[str, Any]:
        """Its parameters by name."""
        return {field.name: getattr(self.plugin, field.name) for field in fields(self.plugin)}

    def fresh(self) -> PluginSpec[P]:
        """The same with a new plug-in of equal parameters, which shares no list with this one."""
        given = {field.name: deepcopy(getattr(self.plugin, field.name)) for field in fields(self.plugin) if field.init}
        return self._replace(plugin=type(self.plugin)(**given))


@dataclass(frozen=True, eq=False)
class Setup:
    """Everything that a run of one seed is composed of; an arm then says who of it plays.

    Attributes:
        network: Who listens to whom.
        world: What the swarm is in charge of.
        protocol: How it negotiates.
        attacks: Red's plug-ins, in order.
        defenses: Blue's plug-ins, in order.
        rules: The rules of engagement.
        rounds: How many rounds.
        streams: The streams of this seed.
        engine: `arrays`, or `agents` in which Mesa steps every daemon.
        targets: Whom each attack is aimed at; (k,) each.
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
    targets: tuple[Ints, ...]


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
) -> Setup:
    """Put a run together and refuse what does not fit.

    Raises:
        ParameterError: A plug-in does not fit the swarm's size, or a selector names nobody.
        RulesError: Red asks for more than the rules allow.
        ScenarioError: The defenses do not go together.
    """
    _check_fit(network.n, (world, protocol, *attacks, *defenses), defenses, engine)
    roles: Mapping[str, Ints] = world.plugin.roles
    targets = tuple(
        _located(cast, _aim, cast.plugin, network, roles, streams, number) for number, cast in enumerate(attacks)
    )
    rules.enforce([cast.plugin for cast in attacks], targets, n=network.n, rounds=rounds)
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
        targets=targets,
    )


def surely_fits(
    n: int,
    *,
    world: PluginSpec[World],
    protocol: PluginSpec[NegotiationProtocol],
    attacks: Sequence[PluginSpec[Attack]],
    defenses: Sequence[PluginSpec[Defense]],
    rules: Rules,
    rounds: int,
    engine: Engine,
) -> bool:
    """Whether `compose` takes this with any network of `n` daemons, as far as counts can tell: no array is made.

    Targets of several attacks are added up as if nobody were aimed at twice. False says nothing.
    """
    try:
        _check_fit(n, (world, protocol, *attacks, *defenses), defenses, engine)
        sizes = [size_of(cast.plugin.daemons, n, world.plugin.roles) for cast in attacks]
        on = [(cast.plugin, size) for cast, size in zip(attacks, sizes, strict=True) if cast.plugin.strength > 0]
        hijacked = sum(size for attack, size in on if attack.surface.compromises)
        tainted = sum(size for attack, size in on if Surface.SIGNAL in attack.surface)
        rules.allow(
            [attack for attack, _ in on], hijacked=min(n, hijacked), tainted=min(n, tainted), n=n, rounds=rounds
        )
    except SwarmsecError:
        return False
    return True


def _check_fit(
    n: int, everyone: Sequence[PluginSpec[Any]], defenses: Sequence[PluginSpec[Defense]], engine: Engine
) -> None:
    """Refuse plug-ins that do not fit a swarm of `n` daemons or each other, whoever is aimed at."""
    if engine == "agents" and n > DAEMONS_AT_ONCE_MAX:
        raise ParameterError(
            f"`agents` steps up to {DAEMONS_AT_ONCE_MAX:,} daemons, and {n:,} need `arrays`", where="engine"
        )
    for cast in everyone:
        _located(cast, cast.plugin.check, n)
    rule_of([defense.plugin for defense in defenses])


def _aim(attack: Attack, network: Network, roles: Mapping[str, Ints], streams: Streams, number: int) -> Ints:
    try:
        return select(attack.daemons, network=network, roles=roles, rng=streams.of(f"red/{number}/targets"))
    except SwarmsecError as error:
        raise error.at("daemons") from None


def _located(cast: PluginSpec[Any], act: Any, *arguments: Any) -> Any:
    try:
        return act(*arguments)
    except SwarmsecError as error:
        raise error.at(cast.where) if cast.where else error from None
