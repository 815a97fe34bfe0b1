"""The rules for defenses."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from swarmsec.arrays import Bools
from swarmsec.network import Network
from swarmsec.parameters import describe, problems
from swarmsec.registry import Registry
from swarmsec.runs.nulls import NULLS
from swarmsec.swarm.arms import Arm
from swarmsec.swarm.model import SwarmModel
from swarmsec.swarm.trace import Trace
from swarmsec.teams import Admission, Attack, Defense, Surface, ThreatCase, Vantage
from swarmsec.testing._common import (
    COMMON_RULES,
    require_no_memory,
    require_no_write,
    require_own_stream,
    require_same_parameters,
    require_same_runs,
)
from swarmsec.testing._defense_runs import attacks_from, breaks_in_other_runs
from swarmsec.testing._locality import hidden_by_a_crowd, moved_elsewhere, treated_by_number
from swarmsec.testing._opponents import Cut, Flood, Lie, NonFiniteFeeds, NonFiniteMessages, Shout, Split
from swarmsec.testing._plugin_case import ConformanceRule, PluginCase, check_rules, fits, require
from swarmsec.testing._static_look import its_source_keeps_to_the_view
from swarmsec.testing._swarms import SmallSwarm, first_difference, influence, odd_swarms, ring, run_swarm, targets
from swarmsec.testing._watched_hooks import recording

HOOKS = ("filter_signals", "weigh", "govern", "respond")
"""The methods that a defense can override, besides `rule`."""

_SHORTENING = 8
"""The kit divides a defense's parameters in rounds by this number, so that its warm-up is short."""

_AFTER_WARM_UP = 24


def check_defense(plugin_class: type[Defense], **parameters: Any) -> None:
    """Check that a defense keeps the contract.

    Args:
        plugin_class: The defense.
        parameters: Parameters for its instances, where they have no default or should differ from it. Where the
            defense has a `warm_up`, the kit shortens it and all other parameters in rounds that are not given here.

    Raises:
        AssertionError: It breaks a rule: the rule, the finding, and a line of Python that repeats the check.
    """
    check_rules(PluginCase(plugin_class, parameters), RULES)


def its_traits_are_of_their_types(case: PluginCase[Defense]) -> None:
    """`vantage` is a Vantage, and `sees` a Surface."""
    cls = case.plugin_class
    require(isinstance(cls.vantage, Vantage), f"`vantage` is {cls.vantage!r}; it must be a Vantage")
    sees = getattr(cls, "sees", None)
    require(isinstance(sees, Surface), f"`sees` is {sees!r}; it must be a Surface: where it can detect an attack")


def it_overrides_a_hook_or_sees_nothing(case: PluginCase[Defense]) -> None:
    """A defense that sees a surface overrides a hook; one that overrides none sees Surface.NONE."""
    cls = case.plugin_class
    acts = any(getattr(cls, hook) is not getattr(Defense, hook) for hook in (*HOOKS, "rule"))
    require(acts or not cls.sees, f"`sees` names {cls.sees!r}, and it overrides none of {', '.join(HOOKS)}, rule")
    require(bool(cls.sees) or not acts, "it overrides a hook, and `sees` is Surface.NONE")


def it_answers_for_its_guarantee(case: PluginCase[Defense]) -> None:
    """For every surface, `guarantee` gives True, False or None, and a reason."""
    swarm = _swarm(case)
    for surface in Surface:
        for some in ([], targets(swarm.n), list(range(swarm.n))):
            attacked = ThreatCase(swarm.network, np.array(some, dtype=np.int32), surface)
            answer = case.make().guarantee(attacked)
            complete = answer.holds in (True, False, None) and bool(answer.why.strip())
            require(complete, f"for an attack on {surface!r} at daemons {some}, `guarantee` gives {answer!r}")


def it_runs_on_every_network(case: PluginCase[Defense]) -> None:
    """It runs to the end, with finite figures, on one daemon, on two, in disconnected swarms, in two components."""
    for swarm in odd_swarms():
        defense = _defense(case)
        if fits(defense, swarm.n):
            long = swarm._replace(rounds=_rounds(defense))
            for attack in (Lie, Shout):
                _run_with_context(long, [_attack_after_warm_up(attack, defense, swarm.n)], defense)


def non_finite_input_leaves_figures_finite(case: PluginCase[Defense]) -> None:
    """Signals and messages of NaN, infinity and 1e300, floods and cut links leave all proposals and figures finite."""
    swarm = _swarm(case)
    for kind in (NonFiniteFeeds, NonFiniteMessages, Split, Flood, Cut):
        defense = _defense(case)
        _run_with_context(swarm, [_attack_after_warm_up(kind, defense, swarm.n)], defense, protocol=influence(inbox=20))


def it_reads_only_its_view_and_keeps_shapes(case: PluginCase[Defense]) -> None:
    """It reads nothing beyond its vantage, gives weights within [0, 1], and keeps shapes."""
    swarm = _swarm(case)
    for one in (swarm, ring(swarm.n, width=2, rounds=swarm.rounds)):
        _run_with_context(one, [], _defense(case))
    _attacked(_defense(case), swarm)


def equal_seeds_give_equal_runs(case: PluginCase[Defense]) -> None:
    """Two runs of one seed are equal, step by step, also when an instance runs a second time."""
    swarm = _swarm(case)
    require_same_runs(case, lambda: _defense(case), lambda defense, seed: _attacked(defense, swarm, seed=seed))


def it_draws_from_its_own_stream(case: PluginCase[Defense]) -> None:
    """It draws random numbers from `blue.rng` only."""
    swarm = _swarm(case)
    require_own_stream(_defense(case), lambda defense, seed: _attacked(defense, swarm, seed=seed))


def a_run_leaves_its_parameters_alone(case: PluginCase[Defense]) -> None:
    """It keeps its memory in attributes with an underscore, and changes no parameter."""
    swarm = _swarm(case)
    require_same_parameters(case, _defense(case), lambda defense, seed: _attacked(defense, swarm, seed=seed))


def it_writes_into_no_given_array(case: PluginCase[Defense]) -> None:
    """A hook returns new arrays: it writes neither into given arrays nor into arrays that it returned before."""
    watched = case.make_watched(("filter_signals", "weigh", "govern"), **_shortened(case))
    require_no_write(lambda: _attacked(watched, _swarm(case)))


def ground_truth_has_no_effect(case: PluginCase[Defense]) -> None:
    """It acts in the same way if the list of attacked daemons is permuted. The oracle is exempt."""
    if case.plugin_class.vantage is Vantage.ORACLE:
        return
    swarm = _swarm(case)
    found = first_difference(
        _without_red_events(_attacked(_defense(case), swarm)),
        _without_red_events(_attacked(_defense(case), swarm, model_class=_MisleadingModel)),
    )
    require(not found, f"it acts differently once the list of attacked daemons is permuted: {found} ({swarm.name})")


def a_local_filter_is_local(case: PluginCase[Defense]) -> None:
    """Below the monitor a filtered signal depends on the daemon's own, and on its neighbors' if it asks them."""
    _require_local(case, "filter_signals", Lie, reach=0)


def local_weights_are_local(case: PluginCase[Defense]) -> None:
    """Below the monitor the weights of a receiver depend on the messages that it received only."""
    _require_local(case, "weigh", Split, reach=1)


def local_governing_is_local(case: PluginCase[Defense]) -> None:
    """Below the monitor a governed decision depends on the daemon's own, and on its neighbors' if it asks them."""
    # A message travels one link before it becomes a decision.
    _require_local(case, "govern", Shout, reach=1)


def one_island_has_no_effect_on_another(case: PluginCase[Defense]) -> None:
    """Below the monitor an attack on one of two unconnected rings changes nothing on the other, bit for bit."""
    if not case.plugin_class.vantage.acts_on_swarm:
        defense = _defense(case)
        found = moved_elsewhere(lambda: _defense(case), _rounds(defense))
        require(not found, found)


def moves_follow_the_daemons(case: PluginCase[Defense]) -> None:
    """In a ring that is turned, the moves turn as well: no daemon is treated by its number. Draws are exempt."""
    found = treated_by_number(lambda: _defense(case), case.n, _rounds(_defense(case)))
    require(not found, found)


def a_crowd_elsewhere_hides_no_liar(case: PluginCase[Defense]) -> None:
    """A daemon about which an alarm is raised is found as well if others lie, to which no link leads."""
    found = hidden_by_a_crowd(lambda: _defense(case), _rounds(_defense(case)))
    require(not found, found)


def it_runs_in_unusual_runs(case: PluginCase[Defense]) -> None:
    """It runs for hundreds of rounds, under tight rules, over bad links, beside a second defense, in an auction."""
    found = breaks_in_other_runs(lambda: _defense(case), case.n, _rounds(_defense(case)))
    require(not found, found)


def an_arm_leaves_no_memory(case: PluginCase[Defense]) -> None:
    """The arms can be run in any order: a run leaves nothing behind, in the module or elsewhere."""
    swarm, attacks, new = _swarm(case), attacks_from(case.n, _rounds(_defense(case)) - 20), case.anew()
    require_no_memory(
        lambda arm: run_swarm(swarm, attacks=attacks, defenses=[_defense(new)], arm=arm), Arm.GUARDED, Arm.DEFENDED
    )


def only_nulls_know_the_truth(case: PluginCase[Defense]) -> None:
    """`Vantage.ORACLE` is for the shipped null that shows the effect of perfect detection."""
    if case.plugin_class.vantage is Vantage.ORACLE:
        known = {Registry().get("defenses", kind) for kind in NULLS}
        require(case.plugin_class in known, "its vantage is Vantage.ORACLE; ground truth is not observable")


def both_engines_agree(case: PluginCase[Defense]) -> None:
    """The engines `arrays` and `agents` agree to 1e-12, against attacks that send each neighbor another message."""
    swarm = _swarm(case)
    for kind in (Split, NonFiniteMessages, Flood):
        arrays, agents = (
            run_swarm(swarm, attacks=[_attack_after_warm_up(kind, defense, swarm.n)], defenses=[defense], engine=engine)
            for engine in ("arrays", "agents")
            for defense in [_defense(case)]
        )
        found = first_difference(arrays, agents, tolerance=1e-12)
        require(not found, f"`arrays` and `agents`, against {kind.__name__}: {found} ({swarm.name})")


RULES: tuple[ConformanceRule, ...] = (
    *COMMON_RULES,
    its_traits_are_of_their_types,
    it_overrides_a_hook_or_sees_nothing,
    it_answers_for_its_guarantee,
    it_writes_into_no_given_array,
    it_reads_only_its_view_and_keeps_shapes,
    it_runs_on_every_network,
    equal_seeds_give_equal_runs,
    it_draws_from_its_own_stream,
    a_run_leaves_its_parameters_alone,
    an_arm_leaves_no_memory,
    ground_truth_has_no_effect,
    only_nulls_know_the_truth,
    a_local_filter_is_local,
    local_weights_are_local,
    local_governing_is_local,
    one_island_has_no_effect_on_another,
    moves_follow_the_daemons,
    a_crowd_elsewhere_hides_no_liar,
    non_finite_input_leaves_figures_finite,
    it_runs_in_unusual_runs,
    both_engines_agree,
    its_source_keeps_to_the_view,
)


class _MisleadingModel(SwarmModel):
    """A swarm in which the list of attacked daemons is shifted by one."""

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


def _require_local(case: PluginCase[Defense], hook: str, attack: type[Attack], *, reach: int) -> None:
    """Attack daemon 0 in one round after the warm-up, up or down; the hook's result in it may change nearby only.

    A defense that sends messages of its own in that round reaches one link farther.
    """
    cls = case.plugin_class
    if cls.vantage.acts_on_swarm or not cls.overrides(hook):
        return
    swarm = ring(24 if fits(case.make(), 24) else case.n, rounds=_rounds(_defense(case)))
    attacked_in = swarm.rounds - 8
    changes: list[dict[str, Any]] = [{}] if attack is Split else [{"shift": 5.0}, {"shift": -5.0}]
    answers, asks = [], False
    for parameters in ({"strength": 0.0}, *changes):
        recorded, calls = recording(cls, hook)
        defense = PluginCase(recorded, case.parameters).make(**_shortened(case))
        one_attack = attack(daemons=[0], start=attacked_in, stop=attacked_in + 1, **parameters)
        trace = run_swarm(swarm, attacks=[one_attack], defenses=[defense], protocol=influence(exchanges=1))
        sent = trace.metrics["messages"]
        asks = asks or bool(sent[attacked_in] - sent[attacked_in - 1] > swarm.network.m)
        answers.append(_weights(calls[attacked_in], swarm.network.m) if hook == "weigh" else calls[attacked_in])
    reach += asks and hook != "weigh"
    near = _within(swarm.network, reach)
    for answer in answers[1:]:
        changed = (answers[0] != answer).reshape(len(answer), -1).any(axis=1)
        distant = np.flatnonzero(changed & ~(near[swarm.network.receivers] if hook == "weigh" else near))
        if len(distant):
            daemon = int(swarm.network.receivers[distant[0]]) if hook == "weigh" else int(distant[0])
            raise AssertionError(
                f"`{hook}`: an attack on daemon 0 at once changes the result for daemon {daemon}, more "
                f"than {reach} link{'s' * (reach != 1)} away ({swarm.name}); Vantage.{cls.vantage.name} sees no "
                "farther, and asking neighbors goes through `blue.neighborhoods` or `blue.tell`"
            )


def _weights(answer: Any, m: int) -> Any:
    """(m, 2) the weights and copies that `weigh` gives."""
    copies, weights = (answer.copies, answer.weights) if isinstance(answer, Admission) else (None, answer)
    return np.stack(
        [np.ones(m) if part is None else np.asarray(part, dtype=float) for part in (weights, copies)], axis=1
    )


def _within(network: Network, reach: int) -> Bools:
    """(n,) whether a daemon is at most `reach` links away from daemon 0."""
    near: Bools = np.zeros(network.n, dtype=bool)
    near[0] = True
    for _ in range(reach):
        near[network.receivers[near[network.indices]]] = True
    return near


def _shortened(case: PluginCase[Defense]) -> dict[str, Any]:
    """Smaller values for the parameters in rounds, as far as the defense's bounds allow."""
    infos = describe(case.plugin_class)
    if not any(info.name == "warm_up" for info in infos):
        return {}
    shorter: dict[str, Any] = {}
    for info in infos:
        counts_rounds = info.unit == "rounds" and isinstance(info.default, int) and info.name not in case.parameters
        if counts_rounds and info.default > _SHORTENING:
            wanted = {**case.parameters, info.name: max(1, info.default // _SHORTENING)}
            if not any(problem.path[:1] == (info.name,) for problem in problems(case.plugin_class, wanted)):
                shorter[info.name] = wanted[info.name]
    return {} if problems(case.plugin_class, {**case.parameters, **shorter}) else shorter


def _defense(case: PluginCase[Defense]) -> Defense:
    return case.make(**_shortened(case))


def _rounds(defense: Defense) -> int:
    return int(getattr(defense, "warm_up", 0)) + _AFTER_WARM_UP


def _swarm(case: PluginCase[Defense]) -> SmallSwarm:
    return ring(case.n, rounds=_rounds(_defense(case)))


def _attack_after_warm_up(kind: type[Attack], defense: Defense, n: int) -> Attack:
    """An attack that begins shortly after the defense's warm-up, and ends shortly before the run does."""
    rounds = _rounds(defense)
    return kind(daemons=targets(n), start=rounds - _AFTER_WARM_UP + 2, stop=rounds - 4)


def _attacked(defense: Defense, swarm: SmallSwarm, **how: Any) -> Trace:
    attacks = [_attack_after_warm_up(kind, defense, swarm.n) for kind in (Lie, Split)]
    return run_swarm(swarm, attacks=attacks, defenses=[defense], **how)


def _run_with_context(swarm: SmallSwarm, attacks: list[Attack], defense: Defense, **how: Any) -> Trace:
    against = f" against {type(attacks[0]).__name__}" if attacks else " without an attack"
    try:
        return run_swarm(swarm, attacks=attacks, defenses=[defense], arm=Arm.DEFENDED, **how)
    except Exception as error:
        raise AssertionError(f"in {swarm.name}{against}: {type(error).__name__}: {error}") from error
