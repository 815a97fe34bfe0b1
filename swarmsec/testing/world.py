"""The rules for worlds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from swarmsec.arrays import Bools, Floats, read_only
from swarmsec.rng import stream
from swarmsec.swarm.arms import Arm
from swarmsec.swarm.trace import Trace
from swarmsec.testing._common import (
    COMMON_RULES,
    require_no_write,
    require_own_stream,
    require_same_parameters,
    require_same_runs,
)
from swarmsec.testing._opponents import Guard, Lie, Shout
from swarmsec.testing._plugin_case import ConformanceRule, PluginCase, check_rules, fits, require
from swarmsec.testing._swarms import ROUNDS, START, STOP, SmallSwarm, odd_swarms, ring, run_swarm, targets
from swarmsec.worlds import Outcome, World, WorldView

HOOKS = ("sense", "decide", "apply")

ENGINE_FIGURES = frozenset({"compromised", "quarantined", "alarms", "messages", "bytes"})
"""The names of the figures that the engine itself records in every round."""

_EXTREME = 1e100
"""The largest belief with which the kit asks a world for a finite bill."""

Beliefs = Callable[[Floats, int], Floats]
"""A function that gives the swarm's beliefs in a round from its signals."""


def check_world(plugin_class: type[World], **parameters: Any) -> None:
    """Check that a world keeps the contract.

    Args:
        plugin_class: The world.
        parameters: Parameters for its instances, where they have no default or should differ from it.

    Raises:
        AssertionError: It breaks a rule: the rule, the finding, and a line of Python that repeats the check.
    """
    check_rules(PluginCase(plugin_class, parameters), RULES)


def it_names_its_unit_and_bills(case: PluginCase[World]) -> None:
    """`unit` names a unit, and `bills` names at least one bill."""
    unit, bills = getattr(case.plugin_class, "unit", None), getattr(case.plugin_class, "bills", None)
    require(isinstance(unit, str) and bool(unit.strip()), f"`unit` is {unit!r}; must be USD, minutes, kWh or the like")
    named = isinstance(bills, tuple) and bool(bills) and all(isinstance(name, str) and name for name in bills)
    require(named, f"`bills` is {bills!r}; must be a tuple of names, the scored one first")


def it_declares_what_it_senses_and_decides(case: PluginCase[World]) -> None:
    """`senses` and `decides` are nouns, and the traits that depend on parameters are numbers."""
    world = case.make()
    for name in ("senses", "decides"):
        value = getattr(world, name)
        require(isinstance(value, str) and bool(value.strip()), f"`{name}` is {value!r}; must be a noun such as belief")
    deviation = world.signal_deviation
    require(0 <= deviation < np.inf, f"`signal_deviation` is {deviation!r}; must be at least 0")
    require(world.acts_beyond >= 0, f"`acts_beyond` is {world.acts_beyond!r}; must be at least 0")
    if deviation > 0:
        signals = _run_world(case).signals
        moves = any(not np.array_equal(signals[0], later) for later in signals[1:])
        require(moves, f"`signal_deviation` is {deviation:g}, and the signals are the same in every round")


def it_reports_its_bills_every_round(case: PluginCase[World]) -> None:
    """Every round reports the bills that the class names and the same metrics; all are finite."""
    run = _run_world(case)
    figures = set(run.outcomes[0].metrics)
    clash = figures & (ENGINE_FIGURES | set(case.plugin_class.bills)) | set(case.plugin_class.bills) & ENGINE_FIGURES
    require(not clash, f"the name `{'`, `'.join(sorted(clash))}` is taken, by the engine or by a bill")
    for round, outcome in enumerate(run.outcomes):
        require(isinstance(outcome, Outcome), f"`apply` gives {type(outcome).__name__}; must be an Outcome")
        names = tuple(outcome.bills)
        require(
            set(names) == set(case.plugin_class.bills),
            f"round {round} bills {names}; the class names {case.plugin_class.bills}",
        )
        require(
            set(outcome.metrics) == figures,
            f"round {round} has the figures {sorted(outcome.metrics)}; round 0 had {sorted(figures)}",
        )
        _require_finite(outcome, round)


def its_bill_is_finite_for_extreme_beliefs(case: PluginCase[World]) -> None:
    """Beliefs up to 1e100 give finite decisions and a finite bill."""
    with np.errstate(all="ignore"):
        for extreme in (_EXTREME, -_EXTREME):
            signs = np.where(np.arange(case.n) % 2 == 0, extreme, -extreme)[:, None]
            for believed in (np.full_like(signs, extreme), signs):
                run = _run_world(case, _always(believed))
                for round, outcome in enumerate(run.outcomes):
                    require(
                        bool(np.isfinite(run.decisions[round]).all()),
                        f"beliefs of {extreme:g} give non-finite decisions",
                    )
                    _require_finite(outcome, round)


def it_keeps_its_shapes(case: PluginCase[World]) -> None:
    """`sense` gives finite (n, d) float64 and `decide` (n, k), with the same d and k in every round."""
    run, n = _run_world(case), case.n
    for name, arrays in (("sense", run.signals), ("decide", run.decisions)):
        for round, array in enumerate(arrays):
            right = array.ndim == 2 and array.shape[0] == n and array.shape == arrays[0].shape
            require(right, f"`{name}` gives {array.shape} in round {round}, to {n} daemons; round 0: {arrays[0].shape}")
            require(array.dtype == np.float64, f"`{name}` gives {array.dtype}; must be float64")
            require(bool(np.isfinite(array).all()), f"`{name}` gives a value that is not finite in round {round}")


def its_draws_do_not_depend_on_decisions(case: PluginCase[World]) -> None:
    """In every round it draws the same random numbers in every arm, whatever the swarm decides."""
    usual = _run_world(case)
    for what, other in (
        ("the swarm decides differently", _run_world(case, lambda signals, round: -2.0 - signals)),
        ("some daemons are not billed", _run_world(case, some_unbilled=True)),
    ):
        for round, (one, two) in enumerate(zip(usual.streams, other.streams, strict=True)):
            require(
                one == two,
                f"in round {round} it draws other random numbers if {what}; they must be equal in every arm",
            )


def its_first_signals_are_equal_in_all_arms(case: PluginCase[World]) -> None:
    """`sense` gives the same in round 0 of every arm, also if daemons are hijacked from the start."""
    without, hijacked = _run_world(case), _run_world(case, some_unbilled=True)
    require(
        np.array_equal(without.signals[0], hijacked.signals[0]), "the signals of round 0 differ if daemons are hijacked"
    )


def deciding_changes_nothing(case: PluginCase[World]) -> None:
    """`decide` has no side effects: it draws nothing, stores nothing, and gives the same result a second time."""
    once, twice = _run_world(case), _run_world(case, calls=2)
    _require_same_run(once, twice, "when `decide` is called twice a round")


def a_decision_depends_on_the_own_belief_only(case: PluginCase[World]) -> None:
    """The decision of a daemon depends on its own row of the beliefs only."""
    world, signals = _started(case)
    beliefs = 0.1 * signals - 0.2
    decided = world.decide(read_only(beliefs))
    for daemon in {0, case.n - 1}:
        other = beliefs - 0.4
        other[daemon] = beliefs[daemon]
        again = world.decide(read_only(other))
        require(
            np.array_equal(decided[daemon], again[daemon]),
            f"daemon {daemon} decides {decided[daemon]}, and {again[daemon]} once the beliefs of the others change",
        )


def central_changes_nothing(case: PluginCase[World]) -> None:
    """`central` gives finite amounts for some of the world's bills, or for none, and has no side effects."""
    with_central = _run_world(case, call_central=True)
    for round, center in enumerate(with_central.centers):
        right = set(center) <= set(case.plugin_class.bills) and all(map(np.isfinite, center.values()))
        require(right, f"`central` gives {dict(center)!r} in round {round}; the bills are {case.plugin_class.bills}")
    _require_same_run(_run_world(case), with_central, "when `central` is called every round")


def its_roles_name_daemons(case: PluginCase[World]) -> None:
    """`roles` are known before `begin`, and each one lists different daemon numbers."""
    for role, daemons in case.make().roles.items():
        numbers = np.asarray(daemons)
        right = numbers.ndim == 1 and numbers.dtype.kind == "i" and len(np.unique(numbers)) == len(numbers)
        inside = right and bool(((numbers >= 0) & (numbers < case.n)).all())
        require(inside, f"the role `{role}` is {numbers!r}; must be different numbers of {case.n} daemons")


def it_writes_into_no_given_array(case: PluginCase[World]) -> None:
    """It returns new arrays: it writes neither into beliefs or decisions nor into arrays that it returned before."""
    require_no_write(lambda: _run(case.make_watched(HOOKS), ring(case.n)))


def equal_seeds_give_equal_runs(case: PluginCase[World]) -> None:
    """Two runs of one seed are equal, step by step, also when an instance runs a second time."""
    swarm = ring(case.n)
    require_same_runs(case, case.make, lambda world, seed: _run(world, swarm, seed=seed))


def it_draws_from_its_own_stream(case: PluginCase[World]) -> None:
    """It draws random numbers from the view's `rng` only."""
    swarm = ring(case.n)
    require_own_stream(case.make(), lambda world, seed: _run(world, swarm, seed=seed))


def a_run_leaves_its_parameters_alone(case: PluginCase[World]) -> None:
    """It keeps its memory in attributes with an underscore, and changes no parameter."""
    swarm = ring(case.n)
    require_same_parameters(case, case.make(), lambda world, seed: _run(world, swarm, seed=seed))


def it_runs_on_every_network(case: PluginCase[World]) -> None:
    """It runs to the end, with finite figures, on one daemon, on two, in disconnected swarms, in two components."""
    for swarm in odd_swarms():
        if fits(case.make(), swarm.n):
            for arm in (Arm.CLEAN, Arm.DEFENDED):
                try:
                    _run(case.make(), swarm, arm=arm)
                except Exception as error:
                    raise AssertionError(f"in {swarm.name}: {type(error).__name__}: {error}") from error


RULES: tuple[ConformanceRule, ...] = (
    *COMMON_RULES,
    it_names_its_unit_and_bills,
    its_roles_name_daemons,
    it_writes_into_no_given_array,
    it_keeps_its_shapes,
    it_reports_its_bills_every_round,
    its_bill_is_finite_for_extreme_beliefs,
    it_runs_on_every_network,
    it_declares_what_it_senses_and_decides,
    equal_seeds_give_equal_runs,
    it_draws_from_its_own_stream,
    a_run_leaves_its_parameters_alone,
    its_draws_do_not_depend_on_decisions,
    its_first_signals_are_equal_in_all_arms,
    deciding_changes_nothing,
    a_decision_depends_on_the_own_belief_only,
    central_changes_nothing,
)


class _WorldRun(NamedTuple):
    """A run of a world without a swarm, round by round."""

    signals: list[Floats]
    decisions: list[Floats]
    outcomes: list[Outcome]
    streams: list[str]
    """The state of its random generator after each round."""
    centers: list[Mapping[str, float]]


def _view(n: int, billed: Bools) -> WorldView:
    rng = stream(0, "conformance", 0, "world")
    return WorldView(network=ring(n).network, rounds=ROUNDS, rng=rng, billed=read_only(billed))


def _started(case: PluginCase[World]) -> tuple[World, Floats]:
    world = case.make()
    world.begin(_view(case.n, np.ones(case.n, dtype=bool)))
    return world, world.sense()


def _always(believed: Floats) -> Beliefs:
    return lambda signals, round: np.broadcast_to(believed, signals.shape)


def _follow_signals(signals: Floats, round: int) -> Floats:
    """The signals as beliefs, lowered by 0.5 while the kit's attacks would act."""
    return signals - 0.5 if START <= round < STOP else signals + 0.0


def _run_world(
    case: PluginCase[World],
    beliefs: Beliefs = _follow_signals,
    *,
    some_unbilled: bool = False,
    calls: int = 1,
    call_central: bool = False,
) -> _WorldRun:
    world, n = case.make(), case.n
    billed = np.ones(n, dtype=bool)
    billed[::2] = not some_unbilled
    view = _view(n, billed)
    world.begin(view)
    run = _WorldRun([], [], [], [], [])
    for round in range(ROUNDS):
        run.signals.append(np.array(world.sense(), copy=True))
        state = read_only(beliefs(run.signals[-1], round))
        for _ in range(calls):
            decisions = world.decide(state)
        run.decisions.append(np.array(decisions, copy=True))
        run.outcomes.append(world.apply(read_only(decisions)))
        run.streams.append(repr(view.rng.bit_generator.state))
        run.centers.append(world.central() if call_central else {})
    return run


def _require_same_run(one: _WorldRun, other: _WorldRun, when: str) -> None:
    for round in range(ROUNDS):
        for name, left, right in (
            ("signals", one.signals[round], other.signals[round]),
            ("decisions", one.decisions[round], other.decisions[round]),
        ):
            require(np.array_equal(left, right), f"the {name} of round {round} differ {when}")
        _require_same_figures(one.outcomes[round].bills, other.outcomes[round].bills, round, when)
        _require_same_figures(one.outcomes[round].metrics, other.outcomes[round].metrics, round, when)
        require(one.streams[round] == other.streams[round], f"other random numbers are drawn in round {round} {when}")


def _require_same_figures(one: Mapping[str, float], other: Mapping[str, float], round: int, when: str) -> None:
    for name, figure in one.items():
        require(figure == other[name], f"`{name}` of round {round} is {figure!r}, and {other[name]!r} {when}")


def _require_finite(outcome: Outcome, round: int) -> None:
    for name, figure in {**outcome.bills, **outcome.metrics}.items():
        require(bool(np.isfinite(figure)), f"`{name}` is {figure!r} in round {round}; must be finite")


def _run(world: World, swarm: SmallSwarm, *, arm: Arm = Arm.DEFENDED, **how: Any) -> Trace:
    attacks = [kind(daemons=targets(swarm.n), start=START, stop=STOP) for kind in (Lie, Shout)]
    return run_swarm(swarm, attacks=attacks, defenses=[Guard()], world=world, arm=arm, **how)
