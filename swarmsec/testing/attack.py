"""The rules for attacks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from swarmsec.arrays import Floats, Ints, read_only
from swarmsec.network import Delivery, Network
from swarmsec.parameters import build
from swarmsec.registry import Registry
from swarmsec.swarm.active_attack import ActiveAttack
from swarmsec.swarm.arms import Arm
from swarmsec.swarm.model import SwarmModel
from swarmsec.swarm.setup import Engine
from swarmsec.swarm.trace import Trace
from swarmsec.teams import Attack, Knowledge, RedRules, RedState, RedView, Rules, Surface
from swarmsec.testing._common import (
    COMMON_RULES,
    require_no_memory,
    require_no_write,
    require_own_stream,
    require_same_parameters,
    require_same_runs,
)
from swarmsec.testing._opponents import Guard, opponents
from swarmsec.testing._plugin_case import ConformanceRule, PluginCase, check_rules, fits, require
from swarmsec.testing._static_look import its_source_keeps_to_the_view
from swarmsec.testing._swarms import (
    START,
    STOP,
    SmallSwarm,
    first_difference,
    influence,
    odd_swarms,
    ring,
    run_swarm,
    targets,
)
from swarmsec.testing._watched_hooks import equal_arrays, recording

LONG = 150
"""The rounds of a long run."""

ENGINES: tuple[Engine, ...] = ("arrays", "agents")

_ATTACKED_AND_CLEAN = (Arm.ATTACKED, Arm.CLEAN)

HOOKS = {
    "on_signals": Surface.SIGNAL,
    "on_messages": Surface.MESSAGE | Surface.NETWORK,
    "on_claims": Surface.MESSAGE | Surface.NETWORK,
    "on_daemons": Surface.DAEMON | Surface.NETWORK,
    "on_network": Surface.NETWORK | Surface.TIMING,
    "on_decisions": Surface.DAEMON,
}


_OF_IDENTITIES = [(Surface.NETWORK, hook) for hook in ("on_messages", "on_claims", "on_daemons")]
"""The hooks of an attack on the network that decide what its identities say and hold."""


def check_attack(plugin_class: type[Attack], **parameters: Any) -> None:
    """Check that an attack keeps the contract.

    Args:
        plugin_class: The attack.
        parameters: Parameters for its instances, where they have no default or should differ from it. The kit
            chooses `daemons`, `start` and `stop` itself.

    Raises:
        AssertionError: It breaks a rule: the rule, the finding, and a line of Python that repeats the check.
    """
    check_rules(PluginCase(plugin_class, parameters), RULES)


def its_traits_are_of_their_types(case: PluginCase[Attack]) -> None:
    """`surface` is a Surface, and `knowledge` a Knowledge."""
    surface, knowledge = getattr(case.plugin_class, "surface", None), case.plugin_class.knowledge
    require(isinstance(surface, Surface), f"`surface` is {surface!r}; it must be a Surface")
    require(isinstance(knowledge, Knowledge), f"`knowledge` is {knowledge!r}; it must be a Knowledge")


def its_hooks_are_those_of_its_surface(case: PluginCase[Attack]) -> None:
    """It overrides the hooks of the surfaces that it names, and no other hook, which the engine would never call."""
    cls = case.plugin_class
    unknown = sorted(name for name in dir(cls) if name.startswith("on_") and name not in {*HOOKS, "on_round"})
    require(not unknown, f"the engine knows no hook `{'`, `'.join(unknown)}`; it calls {', '.join(HOOKS)}")
    has = {hook for hook in HOOKS if cls.overrides(hook)}
    for hook in sorted(has):
        require(bool(HOOKS[hook] & cls.surface), f"it has `{hook}`, and `surface` does not name {HOOKS[hook]!r}")
    for surface in cls.surface:
        hooks = [
            hook for hook, changed in HOOKS.items() if surface in changed and (surface, hook) not in _OF_IDENTITIES
        ]
        require(bool(has & set(hooks)), f"`surface` names {surface!r}, and it has no `{'` or `'.join(hooks)}`")


def it_changes_and_reads_only_what_it_may(case: PluginCase[Attack]) -> None:
    """It changes hijacked daemons only, reads only what its knowledge grants, and keeps shapes."""
    for swarm in (ring(case.n), ring(case.n, width=2)):
        for arm in (Arm.ATTACKED, Arm.DEFENDED):
            _run(_attack_on(case, swarm), swarm, arm)


def it_runs_on_every_network(case: PluginCase[Attack]) -> None:
    """It runs to the end, with finite figures, on one daemon, on two, in disconnected swarms, in two components."""
    for swarm in odd_swarms():
        for arm in (Arm.ATTACKED, Arm.DEFENDED):
            if fits(_attack_on(case, swarm), swarm.n):
                _run_with_context(swarm, lambda swarm=swarm, arm=arm: _run(_attack_on(case, swarm), swarm, arm))


def equal_seeds_give_equal_runs(case: PluginCase[Attack]) -> None:
    """Two runs of one seed are equal, step by step, also when an instance runs a second time."""
    swarm = ring(case.n)
    require_same_runs(case, lambda: _attack_on(case, swarm), lambda attack, seed: _run(attack, swarm, seed=seed))


def it_draws_from_its_own_stream(case: PluginCase[Attack]) -> None:
    """It draws random numbers from `red.rng` only."""
    swarm = ring(case.n)
    require_own_stream(_attack_on(case, swarm), lambda attack, seed: _run(attack, swarm, seed=seed))


def a_run_leaves_its_parameters_alone(case: PluginCase[Attack]) -> None:
    """It keeps its memory in attributes with an underscore, and changes no parameter."""
    swarm = ring(case.n)
    require_same_parameters(case, _attack_on(case, swarm), lambda attack, seed: _run(attack, swarm, seed=seed))


def an_arm_leaves_no_memory(case: PluginCase[Attack]) -> None:
    """The arms can be run in any order: a run leaves nothing behind, in the module or elsewhere."""
    swarm, new = ring(case.n), case.anew()
    require_no_memory(lambda arm: _run(_attack_on(new, swarm), swarm, arm), Arm.ATTACKED, Arm.DEFENDED)


def strength_0_is_no_attack(case: PluginCase[Attack]) -> None:
    """With strength 0 the attacked arm equals the clean arm, and the defended arm the guarded arm, bit for bit."""
    swarm = ring(case.n)
    for with_red, without in ((Arm.ATTACKED, Arm.CLEAN), (Arm.DEFENDED, Arm.GUARDED)):
        harmless = _run(_attack_on(case, swarm, strength=0.0), swarm, with_red)
        found = first_difference(harmless, _run(_attack_on(case, swarm), swarm, without))
        require(not found, f"with strength 0, {with_red.value} and {without.value} differ: {found} ({swarm.name})")


def its_lie_is_at_full_strength(case: PluginCase[Attack]) -> None:
    """A hook gives the same lie at every strength, which the engine applies: `rules.red.strength` bounds the effect."""
    swarm = ring(case.n)
    for hook in HOOKS:
        if not case.plugin_class.overrides(hook):
            continue
        first: list[Any] = []
        for strength in (1.0, 0.25):
            recorded, calls = recording(case.plugin_class, hook)
            attack = PluginCase(recorded, case.parameters).make(**_aim(swarm), strength=strength)
            _run(attack, swarm, Arm.ATTACKED)
            first += calls[:1]
        same = len(first) < 2 or equal_arrays(*first)
        require(same, f"the first lie of `{hook}` differs between strength 1 and 0.25 ({swarm.name})")


def it_waits_for_its_start(case: PluginCase[Attack]) -> None:
    """Before round `start` the run equals the run without the attack."""
    swarm = ring(case.n)
    attacked, clean = (
        _run(_attack_on(case, swarm), swarm, Arm.ATTACKED),
        _run(_attack_on(case, swarm), swarm, Arm.CLEAN),
    )
    assert attacked.states is not None and clean.states is not None
    early = np.flatnonzero((attacked.states != clean.states)[: START + 1].any(axis=(1, 2)))
    require(
        not len(early), f"it starts in round {START}, and states differ {START + 1 - min([*early, 99])} rounds before"
    )
    early_events = [event for event in attacked.events if event.round < START]
    require(not early_events, f"it starts in round {START}, and before that it causes {early_events}")


def it_changes_something(case: PluginCase[Attack]) -> None:
    """With its default strength something differs from the run without it, on one of the kit's swarms."""
    if not case.plugin_class.surface:
        return
    for swarm, composition in (*_situations(case), _with_reserve(case)):
        with_it, without = (_run(_attack_on(case, swarm), swarm, arm, **composition) for arm in _ATTACKED_AND_CLEAN)
        if first_difference(replace(with_it, events=()), replace(without, events=())):
            return
    require(False, "nothing differs from the run without it")


def it_runs_long(case: PluginCase[Attack]) -> None:
    """It runs to the end of a long run without a stop."""
    swarm = ring(case.n, rounds=LONG)
    require_own_stream(
        case.make(daemons=targets(swarm.n), start=START), lambda attack, seed: _run(attack, swarm, seed=seed)
    )


def it_runs_under_tight_rules(case: PluginCase[Attack]) -> None:
    """It runs where the rules grant its targets and nothing else."""
    swarm = ring(case.n)
    tight = Rules(red=RedRules(daemons=len(targets(swarm.n)), links=0, messages=0, copies=0, identities=0))
    for arm in (Arm.ATTACKED, Arm.DEFENDED):
        _run(_attack_on(case, swarm), swarm, arm, rules=tight)


def it_runs_beside_others(case: PluginCase[Attack]) -> None:
    """It runs over links that lose and delay messages, in an auction, and beside attacks on the same daemons."""
    for swarm, composition in (*_situations(case), _with_reserve(case)):
        for others in ([], opponents(swarm.n, start=0, stop=swarm.rounds)):
            run_swarm(swarm, attacks=[*others, _attack_on(case, swarm)], arm=Arm.ATTACKED, **composition)


def it_joins_identities_within_the_rules(case: PluginCase[Attack]) -> None:
    """With a reserve it joins no more identities than the rules grant, and runs equally in both engines."""
    if Surface.NETWORK not in case.plugin_class.surface:
        return
    reserve, _ = _with_reserve(case)
    for granted in (0, 1, 4):
        rules = Rules(red=RedRules(identities=granted))
        arrays, agents = (
            run_swarm(reserve, attacks=[_attack_on(case, reserve)], arm=Arm.ATTACKED, rules=rules, engine=engine)
            for engine in ENGINES
        )
        found = first_difference(arrays, agents, tolerance=1e-12)
        require(not found, f"`arrays` and `agents`, {granted} identities granted: {found} ({reserve.name})")
        joined = sum(event.count for event in arrays.events if event.kind == "joined")
        spent = arrays.spent["red"]["identities"]
        require(joined == spent <= granted, f"{joined} identities joined, {spent:g} counted, {granted} granted")


def it_writes_into_no_given_array(case: PluginCase[Attack]) -> None:
    """A hook returns new arrays: it writes neither into given arrays nor into arrays that it returned before."""
    swarm = ring(case.n)
    require_no_write(lambda: _run(case.make_watched(tuple(HOOKS), **_aim(swarm)), swarm))


def it_compromises_through_its_surface_alone(case: PluginCase[Attack]) -> None:
    """An attack on signals, links or timing leaves every daemon uncompromised."""
    swarm = ring(case.n)
    trace = _run(_attack_on(case, swarm), swarm, Arm.ATTACKED)
    if not case.plugin_class.surface.compromises:
        taken = np.flatnonzero(trace.compromised)
        require(not len(taken), f"its surface compromises no daemon, and it has compromised daemons {taken.tolist()}")


def it_uses_only_what_its_knowledge_grants(case: PluginCase[Attack]) -> None:
    """Signals and beliefs of other daemons, links and defenses have no effect on it unless `knowledge` grants them."""
    swarm = ring(case.n)
    for arm in (Arm.ATTACKED, Arm.DEFENDED):
        sighted = _run(_attack_on(case, swarm), swarm, arm)
        found = first_difference(sighted, _run(_attack_on(case, swarm), swarm, arm, model_class=_BlindedModel))
        require(
            not found,
            f"with {case.plugin_class.knowledge!r} the attack acts differently once everything beyond that is "
            f"replaced in its view: {found} ({swarm.name}, {arm.value})",
        )


def both_engines_agree(case: PluginCase[Attack]) -> None:
    """The engines `arrays` and `agents` agree to 1e-12."""
    swarm = ring(case.n)
    arrays, agents = _run(_attack_on(case, swarm), swarm), _run(_attack_on(case, swarm), swarm, engine="agents")
    found = first_difference(arrays, agents, tolerance=1e-12)
    require(not found, f"`arrays` and `agents`: {found} ({swarm.name})")


RULES: tuple[ConformanceRule, ...] = (
    *COMMON_RULES,
    its_traits_are_of_their_types,
    its_hooks_are_those_of_its_surface,
    it_writes_into_no_given_array,
    it_changes_and_reads_only_what_it_may,
    it_runs_on_every_network,
    equal_seeds_give_equal_runs,
    it_draws_from_its_own_stream,
    a_run_leaves_its_parameters_alone,
    an_arm_leaves_no_memory,
    it_compromises_through_its_surface_alone,
    strength_0_is_no_attack,
    its_lie_is_at_full_strength,
    it_waits_for_its_start,
    it_uses_only_what_its_knowledge_grants,
    both_engines_agree,
    it_joins_identities_within_the_rules,
    it_changes_something,
    it_runs_long,
    it_runs_under_tight_rules,
    it_runs_beside_others,
    its_source_keeps_to_the_view,
)


class _BlindedModel(SwarmModel):
    """A swarm that replaces, in the views of attacks, everything that their knowledge does not grant."""

    def begin(self) -> None:
        for attack in self.red.attacks:
            _blind(attack, self.network)
        super().begin()


class _BlindedState(RedState):
    """Shows false values in the rows of all daemons except the attack's own."""

    targets: Ints = read_only(np.empty(0, dtype=np.int32))

    def show(self, signals: Floats, proposals: Floats) -> None:
        own = np.union1d(self.targets, self.hijacked)
        super().show(_false_values_except(own, signals), _false_values_except(own, proposals))


class _BlindedView(RedView):
    """Shows another network and no defenses; who takes part and who listens to hijacked daemons stays real."""

    real: RedView

    def trusted_by(self, daemons: Ints, *, by_link: bool = False) -> Ints:
        return self.real.trusted_by(daemons, by_link=by_link)

    network = property(lambda self: self.real.network)
    honest = property(lambda self: self.real.honest)


def _blind(attack: ActiveAttack, network: Network) -> None:
    """Give an attack a view with false values for everything that its knowledge does not grant."""
    knowledge, real = attack.terms.knowledge, attack.view
    hidden: dict[str, Any] = {"real": real}
    if Knowledge.SIGNALS not in knowledge:
        state = _BlindedState.initial()
        state.targets = attack.targets
        attack.state = state
        real.__dict__["_state"] = hidden["_state"] = state
    if Knowledge.TOPOLOGY not in knowledge:
        hidden["_links"] = ring(network.n + 1).network
    if Knowledge.DEFENSE not in knowledge:
        hidden["_defenses"] = ()
    attack.view = _BlindedView.__new__(_BlindedView)
    attack.view.__dict__.update({**real.__dict__, **hidden})


def _false_values_except(own: Ints, values: Floats) -> Floats:
    nonsense = -3.0 * values + 7.0
    nonsense[own] = values[own]
    return read_only(nonsense)


def _situations(case: PluginCase[Attack]) -> Iterator[tuple[SmallSwarm, dict[str, Any]]]:
    """The kit's swarms for attacks, with their protocol and world: a ring, an inbox, bad links, and an auction."""
    swarm = ring(case.n)
    yield swarm, {}
    yield swarm, {"protocol": influence(inbox=2)}
    bad = replace(swarm.network, delivery=Delivery(loss=0.2, delay_max=2, duplication=0.1))
    yield swarm._replace(name=f"{swarm.name}, with bad links", network=bad), {}
    registry = Registry()
    world = build(registry.get("worlds", "allocation"), {})
    yield swarm, {"world": world, "protocol": build(registry.get("protocols", "vickrey"), {})}


def _with_reserve(case: PluginCase[Attack]) -> tuple[SmallSwarm, dict[str, Any]]:
    """A ring that four identities may join."""
    swarm = ring(case.n)
    network = replace(swarm.network, reserve=4)
    return swarm._replace(name=f"{swarm.name}, with a reserve of 4 identities", network=network), {}


def _aim(swarm: SmallSwarm) -> dict[str, Any]:
    return {"daemons": targets(swarm.n), "start": START, "stop": STOP}


def _attack_on(case: PluginCase[Attack], swarm: SmallSwarm, **more: Any) -> Attack:
    return case.make(**_aim(swarm), **more)


def _run(attack: Attack, swarm: SmallSwarm, arm: Arm = Arm.DEFENDED, **how: Any) -> Trace:
    return run_swarm(swarm, attacks=[attack], defenses=[Guard()], arm=arm, **how)


def _run_with_context(swarm: SmallSwarm, act: Any) -> None:
    try:
        act()
    except Exception as error:
        raise AssertionError(f"in {swarm.name}: {type(error).__name__}: {error}") from error
