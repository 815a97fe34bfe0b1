"""The rules for worlds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from swarmsec.arrays import Bools, Floats, read_only
from swarmsec.parameters import describe
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
from swarmsec.worlds import Bill, Metric, Observed, Outcome, World, WorldView

HOOKS = ("sense", "hear", "decide", "feasible", "apply")

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


def it_names_its_bills_and_their_units(case: PluginCase[World]) -> None:
    """`bills` has at least one bill, each with a real unit, `metrics` the other figures, and all names differ."""
    bills, metrics = getattr(case.plugin_class, "bills", None), getattr(case.plugin_class, "metrics", None)
    sound = isinstance(bills, tuple) and bool(bills) and all(isinstance(bill, Bill) and bill.name for bill in bills)
    require(sound, f"`bills` is {bills!r}; must be a tuple of Bill, the scored one first")
    for bill in case.plugin_class.bills:
        require(bool(bill.unit.strip()), f"the unit of `{bill.name}` is {bill.unit!r}; must be USD, kWh or the like")
    sound = isinstance(metrics, tuple) and all(isinstance(metric, Metric) and metric.name for metric in metrics)
    require(sound, f"`metrics` is {metrics!r}; must be a tuple of Metric")
    names = _figures(case)
    taken = sorted({name for name in names if names.count(name) > 1} | ENGINE_FIGURES & set(names))
    require(not taken, f"the name `{'`, `'.join(taken)}` is taken, by the engine or by another figure")


def its_declarations_are_consistent(case: PluginCase[World]) -> None:
    """Pictures and claims name its figures, a round has a positive length or none, and facts have names."""
    cls, world, known = case.plugin_class, case.make(), set(_figures(case))
    drawn = {figure for picture in cls.pictures for figure in picture.figures}
    claimed = {figure for claim in cls.claims for figure in claim.figures}
    strange = (drawn - known) | (claimed - known - ENGINE_FIGURES)
    require(not strange, f"{sorted(strange)} is in a picture or claim; the figures are {sorted(known)}")
    inputs = {name for claim in cls.claims for name in (claim.calibrated, claim.by_construction) if name}
    strange = inputs - {info.name for info in describe(cls)}
    require(not strange, f"a claim is calibrated or made by {sorted(strange)}, which is not a parameter")
    empty = [picture.title for picture in cls.pictures if not picture.figures]
    require(not empty, f"the picture {empty} draws no figure")
    for picture in cls.pictures:
        places = set(getattr(picture, "places", ()))
        ends = {end for flow in getattr(picture, "flows", ()) for end in (flow.source, flow.target)}
        require(ends <= places, f"{sorted(ends - places)} is in a flow; the places are {sorted(places)}")
    seconds = world.seconds_per_round
    require(seconds is None or 0 < seconds < np.inf, f"`seconds_per_round` is {seconds!r}; must be positive, or None")
    facts: Any = world.facts
    named = isinstance(facts, Mapping) and all(isinstance(name, str) and name for name in facts)
    require(named, f"`facts` is {facts!r}; must be a mapping with names as keys")


def its_columns_name_its_arrays(case: PluginCase[World]) -> None:
    """`signal_columns` and `decision_columns` have a name for each column of `sense` and `decide`."""
    world, run = case.make(), _run_world(case)
    for name, columns, array in (
        ("signal_columns", world.signal_columns, run.signals[0]),
        ("decision_columns", world.decision_columns, run.decisions[0]),
    ):
        require(len(columns) == array.shape[1], f"`{name}` has {len(columns)} columns, and the array {array.shape[1]}")
        names = [column.name for column in columns]
        require(len(set(names)) == len(names) and all(names), f"`{name}` has the names {names}; must be different ones")


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
    """Every round reports the bills and metrics that the class declares, and all are finite."""
    run, bills = _run_world(case), set(case.plugin_class.bill_names())
    metrics = {metric.name for metric in case.plugin_class.metrics}
    for round, outcome in enumerate(run.outcomes):
        require(isinstance(outcome, Outcome), f"`apply` gives {type(outcome).__name__}; must be an Outcome")
        for what, given, declared in (("bills", outcome.bills, bills), ("metrics", outcome.metrics, metrics)):
            right = set(given) == declared
            require(right, f"round {round} has the {what} {sorted(given)}; the class declares {sorted(declared)}")
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


def decisions_change_its_bill(case: PluginCase[World]) -> None:
    """Other decisions of the swarm give another scored bill."""
    scored = case.plugin_class.bill_names()[0]
    others = (
        lambda signals, round: -2.0 - signals,
        lambda signals, round: np.zeros_like(signals),
        lambda signals, round: 3.0 * signals + 1.0,
    )
    bills = [_run_world(case, beliefs).outcomes[-1].bills[scored] for beliefs in (_follow_signals, *others)]
    require(len(set(bills)) > 1, f"`{scored}` is {bills[0]:g} whatever the swarm decides")


def its_center_hears_the_signals(case: PluginCase[World]) -> None:
    """The bills of a center, where the world has one, depend on the signals that it is shown."""
    usual = _run_world(case, call_central=True).centers[-1]
    heard = (
        lambda signals: signals + 3.0,
        lambda signals: -2.0 * signals,
        np.zeros_like,
        lambda signals: signals[::-1],
    )
    others = [_run_world(case, call_central=True, heard=change).centers[-1] for change in heard]
    moved = not usual or any(other != usual for other in others)
    require(moved, f"`central` gives {dict(usual)} whatever signals it is shown; must depend on them")


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
    beliefs = _proposals(world, 0.1 * signals - 0.2)
    decided = world.decide(read_only(beliefs))
    for daemon in {0, case.n - 1}:
        other = beliefs - 0.4
        other[daemon] = beliefs[daemon]
        again = world.decide(read_only(other))
        require(
            np.array_equal(decided[daemon], again[daemon]),
            f"daemon {daemon} decides {decided[daemon]}, and {again[daemon]} once the beliefs of the others change",
        )


def feasible_decisions_are_within_the_columns(case: PluginCase[World]) -> None:
    """`feasible` gives (n, k) within the bounds of the columns, leaves what is feasible alone, and changes nothing."""
    world, signals = _started(case)
    usual = np.array(world.decide(read_only(_proposals(world, signals))), copy=True)
    for decisions in (usual, usual - 1e6, usual + 1e6, -3.0 * usual):
        given = np.array(world.feasible(read_only(decisions)), copy=True)
        require(given.shape == usual.shape, f"`feasible` gives {given.shape}; must be {usual.shape}")
        require(bool(np.isfinite(given).all()), f"`feasible` gives values that are not finite, of {decisions.max():g}")
        for number, column in enumerate(world.decision_columns):
            values = given[:, number]
            within = bool((values >= column.low).all() and (values <= column.high).all())
            require(within, f"`feasible` gives {values.min():g} to {values.max():g} in the column `{column.name}`")
        again = world.feasible(read_only(given))
        require(bool(np.allclose(again, given, rtol=1e-12, atol=1e-12)), "`feasible` changes what it gave itself")
    _require_same_run(_run_world(case), _run_world(case, looks=True), "when `feasible` and `neutral` are called twice")


def neutral_decisions_are_feasible(case: PluginCase[World]) -> None:
    """`neutral` gives (n, k) finite decisions that `feasible` leaves alone."""
    world, signals = _started(case)
    usual = np.array(world.decide(read_only(_proposals(world, signals))), copy=True)
    for acts in (False, True):
        if acts:
            world.apply(world.feasible(read_only(usual)))
        given = np.array(world.neutral(read_only(usual)), copy=True)
        require(given.shape == usual.shape, f"`neutral` gives {given.shape}; must be {usual.shape}")
        same = np.isfinite(given).all() and np.allclose(world.feasible(read_only(given)), given, rtol=1e-12, atol=1e-12)
        require(bool(same), "`neutral` gives decisions that are not feasible")


def it_is_observed_in_public_figures_and_own_columns(case: PluginCase[World]) -> None:
    """`observed` gives finite figures and, for each daemon, finite numbers (n,), and changes nothing."""
    run = _run_world(case, looks=True)
    for round, seen in enumerate(run.observed):
        require(isinstance(seen, Observed), f"`observed` gives {type(seen).__name__}; must be Observed")
        same = set(seen.public) == set(run.observed[0].public) and set(seen.own) == set(run.observed[0].own)
        require(same, f"`observed` gives other names in round {round} than in round 0")
        for name, figure in seen.public.items():
            require(bool(np.isfinite(figure)), f"the public figure `{name}` is {figure!r} in round {round}")
        for name, values in seen.own.items():
            right = np.shape(values) == (case.n,) and bool(np.isfinite(values).all())
            require(right, f"`{name}` of `observed` has the shape {np.shape(values)}; must be ({case.n},), and finite")
    _require_same_run(_run_world(case), run, "when `observed` is called every round")


def central_changes_nothing(case: PluginCase[World]) -> None:
    """`central` gives finite amounts for some of the world's bills, or for none, and has no side effects."""
    with_central, bills = _run_world(case, call_central=True), case.plugin_class.bill_names()
    for round, center in enumerate(with_central.centers):
        right = set(center) <= set(bills) and all(map(np.isfinite, center.values()))
        require(right, f"`central` gives {dict(center)!r} in round {round}; the bills are {bills}")
    _require_same_run(_run_world(case), with_central, "when `central` is called every round")


def central_knows_only_what_it_heard(case: PluginCase[World]) -> None:
    """`central` does not depend on the swarm's decisions, where these do not change the signals."""
    usual = _run_world(case, call_central=True)
    other = _run_world(case, lambda signals, round: -2.0 - signals, call_central=True)
    if all(np.array_equal(one, two) for one, two in zip(usual.signals, other.signals, strict=True)):
        for round, (one, two) in enumerate(zip(usual.centers, other.centers, strict=True)):
            require(
                one == two, f"`central` gives {dict(one)} in round {round}, and {dict(two)} if the swarm decides so"
            )


def its_roles_name_daemons(case: PluginCase[World]) -> None:
    """`roles` are known before `begin`, and each one lists different daemon numbers."""
    for role, daemons in case.make().roles(case.n).items():
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
    it_names_its_bills_and_their_units,
    its_declarations_are_consistent,
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
    its_columns_name_its_arrays,
    feasible_decisions_are_within_the_columns,
    neutral_decisions_are_feasible,
    it_is_observed_in_public_figures_and_own_columns,
    deciding_changes_nothing,
    a_decision_depends_on_the_own_belief_only,
    central_changes_nothing,
    central_knows_only_what_it_heard,
    its_center_hears_the_signals,
    decisions_change_its_bill,
)


class _WorldRun(NamedTuple):
    """A run of a world without a swarm, round by round."""

    signals: list[Floats]
    decisions: list[Floats]
    outcomes: list[Outcome]
    streams: list[str]
    """The state of its random generator after each round."""
    centers: list[Mapping[str, float]]
    observed: list[Observed]


def _figures(case: PluginCase[World]) -> list[str]:
    """The names of its bills and metrics."""
    return [*case.plugin_class.bill_names(), *(metric.name for metric in case.plugin_class.metrics)]


def _proposals(world: World, beliefs: Floats) -> Floats:
    """Proposals of the width that the world expects, from beliefs as wide as the signals."""
    return (
        beliefs
        if beliefs.shape[1] == world.proposal_width
        else np.resize(beliefs, (len(beliefs), world.proposal_width))
    )


def _view(world: World, n: int, billed: Bools) -> WorldView:
    rng = stream(0, "conformance", 0, "world")
    return WorldView(network=ring(n).network, rounds=ROUNDS, rng=rng, billed=read_only(billed), roles=world.roles(n))


def _started(case: PluginCase[World]) -> tuple[World, Floats]:
    world = case.make()
    world.begin(_view(world, case.n, np.ones(case.n, dtype=bool)))
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
    looks: bool = False,
    heard: Callable[[Floats], Floats] = read_only,
) -> _WorldRun:
    world, n = case.make(), case.n
    billed = np.ones(n, dtype=bool)
    billed[::2] = not some_unbilled
    view = _view(world, n, billed)
    world.begin(view)
    run = _WorldRun([], [], [], [], [], [])
    for round in range(ROUNDS):
        run.signals.append(np.array(world.sense(), copy=True))
        world.hear(read_only(heard(run.signals[-1])))
        state = read_only(_proposals(world, beliefs(run.signals[-1], round)))
        for _ in range(calls):
            decisions = world.decide(state)
        for _ in range(1 + looks):
            feasible = world.feasible(read_only(decisions))
            if looks:
                world.neutral(read_only(decisions))
        run.decisions.append(np.array(feasible, copy=True))
        run.outcomes.append(world.apply(read_only(feasible)))
        run.observed.append(world.observed() if looks else Observed())
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
