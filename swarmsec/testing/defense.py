"""What a defense promises to the engine and to who reads its results."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from swarmsec.arrays import Bools
from swarmsec.network import Network
from swarmsec.parameters import describe, problems
from swarmsec.swarm.arms import Arm
from swarmsec.swarm.model import SwarmModel
from swarmsec.swarm.trace import Trace
from swarmsec.teams import Attack, Defense, Surface, ThreatCase, Vantage
from swarmsec.testing._case import Case, Rule, fits, hold, require
from swarmsec.testing._common import (
    HOW_IT_LOOKS,
    require_nothing_written,
    require_own_stream,
    require_parameters_kept,
    require_same_runs,
)
from swarmsec.testing._opponents import Cut, Flood, Lie, PoisonedFeeds, PoisonedWords, Shout, Split
from swarmsec.testing._swarms import SmallSwarm, first_difference, influence, odd_swarms, play, ring, targets
from swarmsec.testing._witness import recording

HOOKS = ("filter_signals", "weigh", "govern", "respond")
"""What a defense overrides, next to `rule`."""

_QUICKER = 8
"""The kit divides what a defense counts in rounds by this, so that its warm-up is soon over."""

_AFTER_WARM_UP = 24


def check_defense(plugin_class: type[Defense], **parameters: Any) -> None:
    """Check that a defense keeps the contract.

    Args:
        plugin_class: The defense.
        parameters: What to build it with, where a parameter has no default or another value shows more. Where the
            defense has a `warm_up`, the kit shortens it and all else that is counted in rounds, if not given here.

    Raises:
        AssertionError: It breaks a rule: which one, what was found, and the line that shows it again.
    """
    hold(Case(plugin_class, parameters), RULES)


def its_traits_are_of_their_types(case: Case[Defense]) -> None:
    """`vantage` is a Vantage, and `sees` a Surface."""
    cls = case.plugin_class
    require(isinstance(cls.vantage, Vantage), f"`vantage` is {cls.vantage!r}; it must be a Vantage")
    sees = getattr(cls, "sees", None)
    require(isinstance(sees, Surface), f"`sees` is {sees!r}; it must say on which surfaces it notices an attack")


def it_overrides_a_hook_or_sees_nothing(case: Case[Defense]) -> None:
    """A defense that sees a surface overrides a hook; one that overrides none sees Surface.NONE."""
    cls = case.plugin_class
    acts = any(getattr(cls, hook) is not getattr(Defense, hook) for hook in (*HOOKS, "rule"))
    require(acts or not cls.sees, f"`sees` names {cls.sees!r}, and it overrides none of {', '.join(HOOKS)}, rule")
    require(bool(cls.sees) or not acts, "it overrides a hook, and `sees` is Surface.NONE")


def it_says_what_it_guarantees(case: Case[Defense]) -> None:
    """`guarantee` answers for every surface with true, false or none, and with the reason."""
    swarm = _swarm(case)
    for surface in Surface:
        for some in ([], targets(swarm.n), list(range(swarm.n))):
            attacked = ThreatCase(swarm.network, np.array(some, dtype=np.int32), surface)
            answer = case.make().guarantee(attacked)
            said = answer.holds in (True, False, None) and bool(answer.why.strip())
            require(said, f"asked about {surface!r} at {some} it answers {answer!r}")


def it_runs_on_every_network(case: Case[Defense]) -> None:
    """It runs to the end, with finite figures, on one daemon, on two, in disconnected swarms, in two components."""
    for swarm in odd_swarms():
        defense = _quick(case)
        if fits(defense, swarm.n):
            long = swarm._replace(rounds=_rounds(defense))
            for attack in (Lie, Shout):
                _told_where(long, [_in_phase(attack, defense, swarm.n)], defense)


def no_poison_gets_through(case: Case[Defense]) -> None:
    """Lies of NaN, infinity and 1e300, floods and cut links leave every proposal and every figure finite."""
    swarm = _swarm(case)
    for kind in (PoisonedFeeds, PoisonedWords, Split, Flood, Cut):
        defense = _quick(case)
        _told_where(swarm, [_in_phase(kind, defense, swarm.n)], defense, protocol=influence(inbox=20))


def it_keeps_to_its_view_and_to_shapes(case: Case[Defense]) -> None:
    """It looks at nothing beyond its vantage, keeps its weights within [0, 1], and keeps shapes."""
    swarm = _swarm(case)
    for one in (swarm, ring(swarm.n, width=2, rounds=swarm.rounds)):
        _told_where(one, [], _quick(case))
    _attacked(_quick(case), swarm)


def equal_seeds_give_equal_runs(case: Case[Defense]) -> None:
    """Two runs of one seed are equal, step by step, also when an instance is used again."""
    swarm = _swarm(case)
    require_same_runs(case, lambda: _quick(case), lambda defense, seed: _attacked(defense, swarm, seed=seed))


def it_draws_from_its_own_stream(case: Case[Defense]) -> None:
    """What it draws, it draws from `blue.rng`."""
    swarm = _swarm(case)
    require_own_stream(_quick(case), lambda defense, seed: _attacked(defense, swarm, seed=seed))


def a_run_leaves_its_parameters_alone(case: Case[Defense]) -> None:
    """What it remembers between rounds are attributes with an underscore; its parameters stay."""
    swarm = _swarm(case)
    require_parameters_kept(case, _quick(case), lambda defense, seed: _attacked(defense, swarm, seed=seed))


def it_writes_into_nothing_that_it_is_given(case: Case[Defense]) -> None:
    """A hook gives new arrays: it writes neither into what it is given nor into what it returned before."""
    watched = case.make_witnessed(("filter_signals", "weigh", "govern"), **_quicker(case))
    require_nothing_written(lambda: _attacked(watched, _swarm(case)))


def the_truth_does_not_move_it(case: Case[Defense]) -> None:
    """Who is attacked is not for it to see: told another truth it makes the same moves. The oracle is exempt."""
    if case.plugin_class.vantage is Vantage.ORACLE:
        return
    swarm = _swarm(case)
    found = first_difference(
        _without_red_events(_attacked(_quick(case), swarm)),
        _without_red_events(_attacked(_quick(case), swarm, model_class=_Misled)),
    )
    require(not found, f"once the truth is permuted it makes other moves: {found} ({swarm.name})")


def a_local_filter_is_local(case: Case[Defense]) -> None:
    """With Vantage.LOCAL a reading depends on its daemon's and the neighbors' readings, and on no other's."""
    _require_local(case, "filter_signals", Lie, reach=1)


def local_weights_are_local(case: Case[Defense]) -> None:
    """With Vantage.LOCAL a receiver weighs by what it heard itself."""
    _require_local(case, "weigh", Split, reach=1)


def local_government_is_local(case: Case[Defense]) -> None:
    """With Vantage.LOCAL a daemon's decision is governed by what it and its neighbors decided."""
    # A word travels one link before it becomes a decision, and a neighbor sees that one link further.
    _require_local(case, "govern", Shout, reach=2)


def both_engines_agree(case: Case[Defense]) -> None:
    """The engines `arrays` and `agents` agree to 1e-12, against liars that tell everybody something else."""
    swarm = _swarm(case)
    for kind in (Split, PoisonedWords, Flood):
        arrays, agents = (
            play(swarm, attacks=[_in_phase(kind, defense, swarm.n)], defenses=[defense], engine=engine)
            for engine in ("arrays", "agents")
            for defense in [_quick(case)]
        )
        found = first_difference(arrays, agents, tolerance=1e-12)
        require(not found, f"`arrays` and `agents`, against {kind.__name__}: {found} ({swarm.name})")


RULES: tuple[Rule, ...] = (
    *HOW_IT_LOOKS,
    its_traits_are_of_their_types,
    it_overrides_a_hook_or_sees_nothing,
    it_says_what_it_guarantees,
    it_writes_into_nothing_that_it_is_given,
    it_keeps_to_its_view_and_to_shapes,
    it_runs_on_every_network,
    equal_seeds_give_equal_runs,
    it_draws_from_its_own_stream,
    a_run_leaves_its_parameters_alone,
    the_truth_does_not_move_it,
    a_local_filter_is_local,
    local_weights_are_local,
    local_government_is_local,
    no_poison_gets_through,
    both_engines_agree,
)


class _Misled(SwarmModel):
    """A swarm that tells its defenses another truth: the attack seems to be on somebody else."""

    def begin_round(self) -> None:
        super().begin_round()
        self._attacked = np.roll(self._attacked, 1)
        events = self.recorder.events
        events[:] = [
            replace(event, daemons=tuple((daemon + 1) % self.network.n for daemon in event.daemons))
            if event.team == "red"
            else event
            for event in events
        ]


def _without_red_events(trace: Trace) -> Trace:
    return replace(trace, events=tuple(event for event in trace.events if event.team != "red"))


def _require_local(case: Case[Defense], hook: str, attack: type[Attack], *, reach: int) -> None:
    """Poke daemon 0 in one round after the warm-up, and see how far the hook's answer feels it in that round."""
    cls = case.plugin_class
    if cls.vantage is not Vantage.LOCAL or getattr(cls, hook) is getattr(Defense, hook):
        return
    swarm = ring(24 if fits(case.make(), 24) else case.n, rounds=_rounds(_quick(case)))
    poked_in = swarm.rounds - 8
    answers = []
    for strength in (0.0, 1.0):
        recorded, calls = recording(cls, hook)
        defense = Case(recorded, case.parameters).make(**_quicker(case))
        poke = attack(daemons=[0], start=poked_in, stop=poked_in + 1, strength=strength)
        play(swarm, attacks=[poke], defenses=[defense], protocol=influence(exchanges=1))
        answers.append(calls[poked_in])
    quiet, poked = answers
    if quiet is None or poked is None:
        quiet, poked = (np.ones(swarm.network.m) if answer is None else answer for answer in answers)
    felt = (quiet != poked).reshape(len(quiet), -1).any(axis=1)
    beyond = ~_within(swarm.network, reach)
    strangers = np.flatnonzero(felt & (beyond[swarm.network.receivers] if hook == "weigh" else beyond))
    if len(strangers):
        stranger = int(swarm.network.receivers[strangers[0]]) if hook == "weigh" else int(strangers[0])
        raise AssertionError(
            f"`{hook}`: something odd at daemon 0 in round {poked_in} moves daemon {stranger} in the same round, more "
            f"than {reach} link{'s' * (reach > 1)} away ({swarm.name}); Vantage.LOCAL sees no farther"
        )


def _within(network: Network, reach: int) -> Bools:
    """(n,) who is at most `reach` links away from daemon 0."""
    near: Bools = np.zeros(network.n, dtype=bool)
    near[0] = True
    for _ in range(reach):
        near[network.receivers[near[network.indices]]] = True
    return near


def _quicker(case: Case[Defense]) -> dict[str, Any]:
    """Fewer rounds to warm up in, as far as the defense's own bounds allow."""
    infos = describe(case.plugin_class)
    if not any(info.name == "warm_up" for info in infos):
        return {}
    shorter: dict[str, Any] = {}
    for info in infos:
        counts_rounds = info.unit == "rounds" and isinstance(info.default, int) and info.name not in case.parameters
        if counts_rounds and info.default > _QUICKER:
            wanted = {**case.parameters, info.name: max(1, info.default // _QUICKER)}
            if not any(problem.path[:1] == (info.name,) for problem in problems(case.plugin_class, wanted)):
                shorter[info.name] = wanted[info.name]
    return {} if problems(case.plugin_class, {**case.parameters, **shorter}) else shorter


def _quick(case: Case[Defense]) -> Defense:
    return case.make(**_quicker(case))


def _rounds(defense: Defense) -> int:
    return int(getattr(defense, "warm_up", 0)) + _AFTER_WARM_UP


def _swarm(case: Case[Defense]) -> SmallSwarm:
    return ring(case.n, rounds=_rounds(_quick(case)))


def _in_phase(kind: type[Attack], defense: Defense, n: int) -> Attack:
    """An attack that begins shortly after the defense's warm-up, and ends shortly before the run does."""
    rounds = _rounds(defense)
    return kind(daemons=targets(n), start=rounds - _AFTER_WARM_UP + 2, stop=rounds - 4)


def _attacked(defense: Defense, swarm: SmallSwarm, **how: Any) -> Trace:
    attacks = [_in_phase(kind, defense, swarm.n) for kind in (Lie, Split)]
    return play(swarm, attacks=attacks, defenses=[defense], **how)


def _told_where(swarm: SmallSwarm, attacks: list[Attack], defense: Defense, **how: Any) -> Trace:
    against = f" against {type(attacks[0]).__name__}" if attacks else " in peace"
    try:
        return play(swarm, attacks=attacks, defenses=[defense], arm=Arm.DEFENDED, **how)
    except Exception as error:
        raise AssertionError(f"in {swarm.name}{against}: {type(error).__name__}: {error}") from error
