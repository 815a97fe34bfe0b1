"""What an attack promises to the engine and to who reads its results."""

from __future__ import annotations

from typing import Any

import numpy as np

from swarmsec.arrays import Floats, Ints, read_only
from swarmsec.network import Network
from swarmsec.swarm.active_attack import ActiveAttack
from swarmsec.swarm.arms import Arm
from swarmsec.swarm.model import SwarmModel
from swarmsec.swarm.trace import Trace
from swarmsec.teams import Attack, Knowledge, RedState, RedView, Surface
from swarmsec.testing._case import Case, Rule, fits, hold, require
from swarmsec.testing._common import (
    HOW_IT_LOOKS,
    require_nothing_written,
    require_own_stream,
    require_parameters_kept,
    require_same_runs,
)
from swarmsec.testing._opponents import Guard
from swarmsec.testing._swarms import START, STOP, SmallSwarm, first_difference, odd_swarms, play, ring, targets

HOOKS = {
    "on_signals": Surface.SIGNAL,
    "on_messages": Surface.MESSAGE,
    "on_daemons": Surface.DAEMON,
    "on_network": Surface.NETWORK | Surface.TIMING,
}


def check_attack(plugin_class: type[Attack], **parameters: Any) -> None:
    """Check that an attack keeps the contract.

    Args:
        plugin_class: The attack.
        parameters: What to build it with, where a parameter has no default or another value shows more. The kit
            chooses `daemons`, `start` and `stop` itself.

    Raises:
        AssertionError: It breaks a rule: which one, what was found, and the line that shows it again.
    """
    hold(Case(plugin_class, parameters), RULES)


def its_traits_are_of_their_types(case: Case[Attack]) -> None:
    """`surface` is a Surface, and `knowledge` a Knowledge."""
    surface, knowledge = getattr(case.plugin_class, "surface", None), case.plugin_class.knowledge
    require(isinstance(surface, Surface), f"`surface` is {surface!r}; it must say where the attack touches")
    require(isinstance(knowledge, Knowledge), f"`knowledge` is {knowledge!r}; it must be a Knowledge")


def its_hooks_are_those_of_its_surface(case: Case[Attack]) -> None:
    """It overrides the hook of every surface that it names, and no other: the engine would never call it."""
    cls = case.plugin_class
    unknown = sorted(name for name in dir(cls) if name.startswith("on_") and name not in HOOKS)
    require(not unknown, f"the engine knows no hook `{'`, `'.join(unknown)}`; it calls {', '.join(HOOKS)}")
    for hook, surface in HOOKS.items():
        overrides = getattr(cls, hook) is not getattr(Attack, hook)
        if overrides:
            require(bool(surface & cls.surface), f"it has `{hook}`, and `surface` does not name {surface!r}")
        else:
            require(not surface & cls.surface, f"`surface` names {surface & cls.surface!r}, and it has no `{hook}`")


def it_touches_and_sees_only_what_is_its_own(case: Case[Attack]) -> None:
    """It changes no daemon that it does not hold, looks at nothing that its knowledge does not show, keeps shapes."""
    for swarm in (ring(case.n), ring(case.n, width=2)):
        for arm in (Arm.ATTACKED, Arm.DEFENDED):
            _play(_aimed(case, swarm), swarm, arm)


def it_runs_on_every_network(case: Case[Attack]) -> None:
    """It runs to the end, with finite figures, on one daemon, on two, in disconnected swarms, in two components."""
    for swarm in odd_swarms():
        for arm in (Arm.ATTACKED, Arm.DEFENDED):
            if fits(_aimed(case, swarm), swarm.n):
                _told_where(swarm, lambda swarm=swarm, arm=arm: _play(_aimed(case, swarm), swarm, arm))


def equal_seeds_give_equal_runs(case: Case[Attack]) -> None:
    """Two runs of one seed are equal, step by step, also when an instance is used again."""
    swarm = ring(case.n)
    require_same_runs(case, lambda: _aimed(case, swarm), lambda attack, seed: _play(attack, swarm, seed=seed))


def it_draws_from_its_own_stream(case: Case[Attack]) -> None:
    """What it draws, it draws from `red.rng`."""
    swarm = ring(case.n)
    require_own_stream(_aimed(case, swarm), lambda attack, seed: _play(attack, swarm, seed=seed))


def a_run_leaves_its_parameters_alone(case: Case[Attack]) -> None:
    """What it remembers between rounds are attributes with an underscore; its parameters stay."""
    swarm = ring(case.n)
    require_parameters_kept(case, _aimed(case, swarm), lambda attack, seed: _play(attack, swarm, seed=seed))


def strength_0_is_no_attack(case: Case[Attack]) -> None:
    """With strength 0 the attacked arm is the clean one and the defended arm the guarded one, to the bit."""
    swarm = ring(case.n)
    for with_red, without in ((Arm.ATTACKED, Arm.CLEAN), (Arm.DEFENDED, Arm.GUARDED)):
        harmless = _play(_aimed(case, swarm, strength=0.0), swarm, with_red)
        found = first_difference(harmless, _play(_aimed(case, swarm), swarm, without))
        require(not found, f"with strength 0, {with_red.value} and {without.value} part: {found} ({swarm.name})")


def it_waits_for_its_start(case: Case[Attack]) -> None:
    """Before round `start` nothing differs from the run without it."""
    swarm = ring(case.n)
    attacked, clean = _play(_aimed(case, swarm), swarm, Arm.ATTACKED), _play(_aimed(case, swarm), swarm, Arm.CLEAN)
    assert attacked.states is not None and clean.states is not None
    early = np.flatnonzero((attacked.states != clean.states)[: START + 1].any(axis=(1, 2)))
    require(
        not len(early), f"it starts in round {START}, and states differ {START + 1 - min([*early, 99])} rounds before"
    )
    hurried = [event for event in attacked.events if event.round < START]
    require(not hurried, f"it starts in round {START}, and before it there is {hurried}")


def it_writes_into_nothing_that_it_is_given(case: Case[Attack]) -> None:
    """A hook gives new arrays: it writes neither into what it is given nor into what it returned before."""
    swarm = ring(case.n)
    require_nothing_written(lambda: _play(case.make_witnessed(tuple(HOOKS), **_aim(swarm)), swarm))


def it_compromises_through_its_surface_alone(case: Case[Attack]) -> None:
    """An attack on signals, links or timing leaves every daemon uncompromised."""
    swarm = ring(case.n)
    trace = _play(_aimed(case, swarm), swarm, Arm.ATTACKED)
    if not case.plugin_class.surface.compromises:
        taken = np.flatnonzero(trace.compromised)
        require(not len(taken), f"its surface takes nobody over, and it has daemons {taken.tolist()}")


def it_uses_only_what_its_knowledge_grants(case: Case[Attack]) -> None:
    """What `knowledge` does not show, it does not act on: other daemons' signals and beliefs, links, defenses."""
    swarm = ring(case.n)
    for arm in (Arm.ATTACKED, Arm.DEFENDED):
        sighted = _play(_aimed(case, swarm), swarm, arm)
        found = first_difference(sighted, _play(_aimed(case, swarm), swarm, arm, model_class=_Blinkered))
        require(
            not found,
            f"with {case.plugin_class.knowledge!r} the attack goes another way once what lies beyond that is replaced "
            f"in its view: {found} ({swarm.name}, {arm.value})",
        )


def both_engines_agree(case: Case[Attack]) -> None:
    """The engines `arrays` and `agents` agree to 1e-12."""
    swarm = ring(case.n)
    arrays, agents = _play(_aimed(case, swarm), swarm), _play(_aimed(case, swarm), swarm, engine="agents")
    found = first_difference(arrays, agents, tolerance=1e-12)
    require(not found, f"`arrays` and `agents`: {found} ({swarm.name})")


RULES: tuple[Rule, ...] = (
    *HOW_IT_LOOKS,
    its_traits_are_of_their_types,
    its_hooks_are_those_of_its_surface,
    it_writes_into_nothing_that_it_is_given,
    it_touches_and_sees_only_what_is_its_own,
    it_runs_on_every_network,
    equal_seeds_give_equal_runs,
    it_draws_from_its_own_stream,
    a_run_leaves_its_parameters_alone,
    it_compromises_through_its_surface_alone,
    strength_0_is_no_attack,
    it_waits_for_its_start,
    it_uses_only_what_its_knowledge_grants,
    both_engines_agree,
)


class _Blinkered(SwarmModel):
    """A swarm whose attacks see nonsense wherever their knowledge does not reach."""

    def begin(self) -> None:
        for attack in self.red.attacks:
            _blinker(attack, self.network)
        super().begin()


class _BlinkeredState(RedState):
    """Shows nonsense in the rows of all daemons but the attack's own."""

    targets: Ints = read_only(np.empty(0, dtype=np.int32))

    def show(self, signals: Floats, proposals: Floats) -> None:
        own = np.union1d(self.targets, self.hijacked)
        super().show(_nonsense_but(own, signals), _nonsense_but(own, proposals))


class _BlinkeredView(RedView):
    """Shows another network and no defenses; every attack may ask for the real listeners of hijacked daemons."""

    real: RedView

    def trusted_by(self, daemons: Ints) -> Ints:
        return self.real.trusted_by(daemons)


def _blinker(attack: ActiveAttack, network: Network) -> None:
    """Give an attack a view with nonsense in all that its knowledge does not show."""
    knowledge, rng = attack.spec.plugin.knowledge, attack.view.rng
    if Knowledge.SIGNALS not in knowledge:
        state = _BlinkeredState.initial(network.n)
        state.targets = attack.targets
        attack.state = state
    view = _BlinkeredView(
        rng=rng,
        network=network if Knowledge.TOPOLOGY in knowledge else ring(network.n + 1).network,
        targets=attack.targets,
        state=attack.state,
        knowledge=knowledge,
        defenses=attack.view.defenses if Knowledge.DEFENSE in knowledge else (),
        hijack=attack.take,
    )
    view.n = network.n
    view.real = RedView(
        rng=rng, network=network, targets=attack.targets, state=attack.state, knowledge=knowledge, hijack=attack.take
    )
    attack.view = view


def _nonsense_but(own: Ints, values: Floats) -> Floats:
    nonsense = -3.0 * values + 7.0
    nonsense[own] = values[own]
    return read_only(nonsense)


def _aim(swarm: SmallSwarm) -> dict[str, Any]:
    return {"daemons": targets(swarm.n), "start": START, "stop": STOP}


def _aimed(case: Case[Attack], swarm: SmallSwarm, **more: Any) -> Attack:
    return case.make(**_aim(swarm), **more)


def _play(attack: Attack, swarm: SmallSwarm, arm: Arm = Arm.DEFENDED, **how: Any) -> Trace:
    return play(swarm, attacks=[attack], defenses=[Guard()], arm=arm, **how)


def _told_where(swarm: SmallSwarm, act: Any) -> None:
    try:
        act()
    except Exception as error:
        raise AssertionError(f"in {swarm.name}: {type(error).__name__}: {error}") from error
