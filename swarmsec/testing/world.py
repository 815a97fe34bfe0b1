"""What a world promises to the engine and to the score."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from swarmsec.arrays import Bools, Floats, read_only
from swarmsec.rng import stream
from swarmsec.swarm.arms import Arm
from swarmsec.swarm.trace import Trace
from swarmsec.testing._case import Case, Rule, fits, hold, require
from swarmsec.testing._common import (
    HOW_IT_LOOKS,
    require_nothing_written,
    require_own_stream,
    require_parameters_kept,
    require_same_runs,
)
from swarmsec.testing._opponents import Guard, Lie, Shout
from swarmsec.testing._swarms import ROUNDS, START, STOP, SmallSwarm, odd_swarms, play, ring, targets
from swarmsec.worlds import Outcome, World, WorldView

HOOKS = ("sense", "decide", "apply")

ENGINE_FIGURES = frozenset({"compromised", "quarantined", "alarms", "messages", "bytes"})
"""What the engine itself records in every round."""

_WILD = 1e100
"""A hijacked daemon may believe anything. The bill must still be a number, which past this no world is asked for."""

Beliefs = Callable[[Floats, int], Floats]
"""What the swarm comes to believe in a round, given its signals."""


def check_world(plugin_class: type[World], **parameters: Any) -> None:
    """Check that a world keeps the contract.

    Args:
        plugin_class: The world.
        parameters: What to build it with, where a parameter has no default or another value shows more.

    Raises:
        AssertionError: It breaks a rule: which one, what was found, and the line that shows it again.
    """
    hold(Case(plugin_class, parameters), RULES)


def it_names_its_unit_and_bills(case: Case[World]) -> None:
    """`unit` is a real unit, and `bills` names at least one bill."""
    unit, bills = getattr(case.plugin_class, "unit", None), getattr(case.plugin_class, "bills", None)
    require(isinstance(unit, str) and bool(unit.strip()), f"`unit` is {unit!r}; must be USD, minutes, kWh or the like")
    named = isinstance(bills, tuple) and bool(bills) and all(isinstance(name, str) and name for name in bills)
    require(named, f"`bills` is {bills!r}; must be a tuple of names, the scored one first")


def it_bills_what_it_names(case: Case[World]) -> None:
    """Every round has the bills that the class names and the same other figures, all of them finite."""
    diary = _live(case)
    figures = set(diary.outcomes[0].metrics)
    clash = figures & (ENGINE_FIGURES | set(case.plugin_class.bills)) | set(case.plugin_class.bills) & ENGINE_FIGURES
    require(not clash, f"the name `{'`, `'.join(sorted(clash))}` is taken, by the engine or by a bill")
    for round, outcome in enumerate(diary.outcomes):
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


def its_bill_is_finite_whatever_is_believed(case: Case[World]) -> None:
    """Beliefs as wild as a liar can make them, up to 1e100, still come to a finite decision and a finite bill."""
    with np.errstate(all="ignore"):
        for wild in (_WILD, -_WILD):
            signs = np.where(np.arange(case.n) % 2 == 0, wild, -wild)[:, None]
            for believed in (np.full_like(signs, wild), signs):
                diary = _live(case, _always(believed))
                for round, outcome in enumerate(diary.outcomes):
                    require(bool(np.isfinite(diary.decisions[round]).all()), f"beliefs of {wild:g} give no decision")
                    _require_finite(outcome, round)


def it_keeps_its_shapes(case: Case[World]) -> None:
    """`sense` gives finite (n, d) float64 and `decide` (n, k), with the same d and k in every round."""
    diary, n = _live(case), case.n
    for name, arrays in (("sense", diary.signals), ("decide", diary.decisions)):
        for round, array in enumerate(arrays):
            right = array.ndim == 2 and array.shape[0] == n and array.shape == arrays[0].shape
            require(right, f"`{name}` gives {array.shape} in round {round}, to {n} daemons; round 0: {arrays[0].shape}")
            require(array.dtype == np.float64, f"`{name}` gives {array.dtype}; must be float64")
            require(bool(np.isfinite(array).all()), f"`{name}` gives what is not finite in round {round}")


def it_draws_the_same_whatever_is_decided(case: Case[World]) -> None:
    """In every round its stream stands where it stands in every other arm, whatever the swarm does in any of them."""
    calm = _live(case)
    for what, other in (
        ("the swarm decides otherwise", _live(case, lambda signals, round: -2.0 - signals)),
        ("daemons are hijacked", _live(case, compromised=True)),
    ):
        for round, (one, two) in enumerate(zip(calm.streams, other.streams, strict=True)):
            require(
                one == two, f"in round {round} it has drawn more or less if {what}; draw the noise of all arms alike"
            )


def its_first_signals_do_not_know_the_arm(case: Case[World]) -> None:
    """Round 0 senses the same in every arm, also where daemons are hijacked from the start."""
    calm, taken = _live(case), _live(case, compromised=True)
    require(
        np.array_equal(calm.signals[0], taken.signals[0]), "the signals of round 0 differ once daemons are hijacked"
    )


def deciding_changes_nothing(case: Case[World]) -> None:
    """`decide` can be asked twice: it draws nothing, remembers nothing, and gives the same again."""
    once, twice = _live(case), _live(case, asked=2)
    _require_same_diary(once, twice, "when `decide` is asked twice a round")


def a_daemon_decides_by_its_own_belief(case: Case[World]) -> None:
    """What a daemon decides depends on its own row of the beliefs, and on no other."""
    world, signals = _begun(case)
    beliefs = 0.1 * signals - 0.2
    decided = world.decide(read_only(beliefs))
    for daemon in {0, case.n - 1}:
        other = beliefs - 0.4
        other[daemon] = beliefs[daemon]
        again = world.decide(read_only(other))
        require(
            np.array_equal(decided[daemon], again[daemon]),
            f"daemon {daemon} decides {decided[daemon]}, and {again[daemon]} once only the others believe otherwise",
        )


def its_center_only_looks(case: Case[World]) -> None:
    """`central` gives a finite amount for bills of the world, or for none, and changes nothing."""
    looked = _live(case, look=True)
    for round, center in enumerate(looked.centers):
        right = set(center) <= set(case.plugin_class.bills) and all(map(np.isfinite, center.values()))
        require(right, f"`central` gives {dict(center)!r} in round {round}; the bills are {case.plugin_class.bills}")
    _require_same_diary(_live(case), looked, "when `central` is asked every round")


def its_roles_name_daemons(case: Case[World]) -> None:
    """`roles` are known before `begin`, and each names daemons by their numbers, each once."""
    for role, daemons in case.make().roles.items():
        numbers = np.asarray(daemons)
        right = numbers.ndim == 1 and numbers.dtype.kind == "i" and len(np.unique(numbers)) == len(numbers)
        inside = right and bool(((numbers >= 0) & (numbers < case.n)).all())
        require(inside, f"the role `{role}` is {numbers!r}; must be different numbers of {case.n} daemons")


def it_writes_into_nothing_that_it_is_given(case: Case[World]) -> None:
    """It gives new arrays: it writes neither into beliefs or decisions, nor into what it returned before."""
    require_nothing_written(lambda: _play(case.make_witnessed(HOOKS), ring(case.n)))


def equal_seeds_give_equal_runs(case: Case[World]) -> None:
    """Two runs of one seed are equal, step by step, also when an instance is used again."""
    swarm = ring(case.n)
    require_same_runs(case, case.make, lambda world, seed: _play(world, swarm, seed=seed))


def it_draws_from_its_own_stream(case: Case[World]) -> None:
    """What it draws, it draws from the view's `rng`."""
    swarm = ring(case.n)
    require_own_stream(case.make(), lambda world, seed: _play(world, swarm, seed=seed))


def a_run_leaves_its_parameters_alone(case: Case[World]) -> None:
    """What it remembers between rounds are attributes with an underscore; its parameters stay."""
    swarm = ring(case.n)
    require_parameters_kept(case, case.make(), lambda world, seed: _play(world, swarm, seed=seed))


def it_runs_on_every_network(case: Case[World]) -> None:
    """It runs to the end, with finite figures, on one daemon, on two, in disconnected swarms, in two components."""
    for swarm in odd_swarms():
        if fits(case.make(), swarm.n):
            for arm in (Arm.CLEAN, Arm.DEFENDED):
                try:
                    _play(case.make(), swarm, arm=arm)
                except Exception as error:
                    raise AssertionError(f"in {swarm.name}: {type(error).__name__}: {error}") from error


RULES: tuple[Rule, ...] = (
    *HOW_IT_LOOKS,
    it_names_its_unit_and_bills,
    its_roles_name_daemons,
    it_writes_into_nothing_that_it_is_given,
    it_keeps_its_shapes,
    it_bills_what_it_names,
    its_bill_is_finite_whatever_is_believed,
    it_runs_on_every_network,
    equal_seeds_give_equal_runs,
    it_draws_from_its_own_stream,
    a_run_leaves_its_parameters_alone,
    it_draws_the_same_whatever_is_decided,
    its_first_signals_do_not_know_the_arm,
    deciding_changes_nothing,
    a_daemon_decides_by_its_own_belief,
    its_center_only_looks,
)


class _Diary(NamedTuple):
    """A world played without a swarm, round by round."""

    signals: list[Floats]
    decisions: list[Floats]
    outcomes: list[Outcome]
    streams: list[str]
    """Where its stream stands after each round."""
    centers: list[Mapping[str, float]]


def _view(n: int, compromised: Bools) -> WorldView:
    rng = stream(0, "conformance", 0, "world")
    return WorldView(network=ring(n).network, rounds=ROUNDS, rng=rng, compromised=read_only(compromised))


def _begun(case: Case[World]) -> tuple[World, Floats]:
    world = case.make()
    world.begin(_view(case.n, np.zeros(case.n, dtype=bool)))
    return world, world.sense()


def _always(believed: Floats) -> Beliefs:
    return lambda signals, round: np.broadcast_to(believed, signals.shape)


def _as_told(signals: Floats, round: int) -> Floats:
    """Believe the signals, and for a while what makes a swarm act."""
    return signals - 0.5 if START <= round < STOP else signals + 0.0


def _live(
    case: Case[World],
    beliefs: Beliefs = _as_told,
    *,
    compromised: bool = False,
    asked: int = 1,
    look: bool = False,
) -> _Diary:
    world, n = case.make(), case.n
    taken = np.zeros(n, dtype=bool)
    taken[::2] = compromised
    view = _view(n, taken)
    world.begin(view)
    diary = _Diary([], [], [], [], [])
    for round in range(ROUNDS):
        diary.signals.append(np.array(world.sense(), copy=True))
        state = read_only(beliefs(diary.signals[-1], round))
        for _ in range(asked):
            decisions = world.decide(state)
        diary.decisions.append(np.array(decisions, copy=True))
        diary.outcomes.append(world.apply(read_only(decisions)))
        diary.streams.append(repr(view.rng.bit_generator.state))
        diary.centers.append(world.central() if look else {})
    return diary


def _require_same_diary(one: _Diary, other: _Diary, when: str) -> None:
    for round in range(ROUNDS):
        for name, left, right in (
            ("signals", one.signals[round], other.signals[round]),
            ("decisions", one.decisions[round], other.decisions[round]),
        ):
            require(np.array_equal(left, right), f"the {name} of round {round} are others {when}")
        _require_same_figures(one.outcomes[round].bills, other.outcomes[round].bills, round, when)
        _require_same_figures(one.outcomes[round].metrics, other.outcomes[round].metrics, round, when)
        require(one.streams[round] == other.streams[round], f"other draws are made in round {round} {when}")


def _require_same_figures(one: Mapping[str, float], other: Mapping[str, float], round: int, when: str) -> None:
    for name, figure in one.items():
        require(figure == other[name], f"`{name}` of round {round} is {figure!r}, and {other[name]!r} {when}")


def _require_finite(outcome: Outcome, round: int) -> None:
    for name, figure in {**outcome.bills, **outcome.metrics}.items():
        require(bool(np.isfinite(figure)), f"`{name}` is {figure!r} in round {round}; must be finite")


def _play(world: World, swarm: SmallSwarm, *, arm: Arm = Arm.DEFENDED, **how: Any) -> Trace:
    attacks = [kind(daemons=targets(swarm.n), start=START, stop=STOP) for kind in (Lie, Shout)]
    return play(swarm, attacks=attacks, defenses=[Guard()], world=world, arm=arm, **how)
