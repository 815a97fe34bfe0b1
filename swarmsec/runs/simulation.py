"""Run one arm of one seed."""

from __future__ import annotations

import dataclasses
import operator
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from swarmsec.errors import SwarmsecError, UsageError, did_you_mean
from swarmsec.network import Network
from swarmsec.runs.guarantees import guarantees_after
from swarmsec.scenario import Scenario, load_scenario
from swarmsec.swarm.arms import Arm
from swarmsec.swarm.daemon import Daemon
from swarmsec.swarm.model import SwarmModel
from swarmsec.swarm.setup import Setup
from swarmsec.swarm.trace import Trace
from swarmsec.teams import Guarantee

Loadable = str | Path | Mapping[str, Any] | Scenario


def build(
    scenario: Loadable, *, arm: str = "defended", seed: int = 0, daemon_class: type[Daemon] = Daemon
) -> SwarmModel:
    """Build the swarm of one arm and seed as a Mesa model; `.step()` runs one round.

    Args:
        scenario: Anything that `load_scenario` takes.
        arm: `clean`, `attacked`, `defended` or `guarded`.
        seed: The seed.
        daemon_class: A subclass of `Daemon`, for the engine `agents`.
    """
    loaded = load_scenario(scenario)
    return _model(loaded.setup(_seed(seed)), loaded.bill, arm_of(arm), daemon_class=daemon_class)


def simulate(scenario: Loadable, *, arm: str = "defended", seed: int = 0, record_states: bool = False) -> Trace:
    """Run one arm of one seed to its end.

    Args:
        scenario: Anything that `load_scenario` takes.
        arm: `clean`, `attacked`, `defended` or `guarded`.
        seed: The seed.
        record_states: Whether to keep every round's proposals and decisions: 8 bytes per daemon, component and round.
    """
    loaded = load_scenario(scenario)
    return run_model(_model(loaded.setup(_seed(seed)), loaded.bill, arm_of(arm), record_states=record_states))


EachRound = Callable[[int, Arm, int], None]
"""Called after each round: the seed, the arm, and the number of its rounds that are done."""


class ArmRun(NamedTuple):
    """One arm that was run to its end.

    Attributes:
        trace: The record, without the final state.
        guarantees: For each defense of the defended arm, by its kind: whether its precondition held.
        cpu_seconds: The CPU time of the rounds, without the setup.
    """

    trace: Trace
    guarantees: tuple[tuple[str, Guarantee], ...]
    cpu_seconds: float


def run_arm(
    scenario: Scenario,
    seed: int,
    arm: Arm,
    *,
    network: Network | None = None,
    each_round: EachRound | None = None,
) -> ArmRun:
    """Run one arm of one seed, with fresh plug-ins.

    Args:
        scenario: The checked scenario.
        seed: The seed.
        arm: The arm.
        network: The network of this seed; drawn unless given.
        each_round: Called after each round.

    Raises:
        SwarmsecError: A plug-in breaks its contract; the message names the round and arm.
    """
    setup = scenario.setup(seed, network=network)
    start = time.process_time()
    trace = run_model(_model(setup, scenario.bill, arm), each_round)
    seconds = time.process_time() - start
    # The final state is not scored; of a million daemons it would take much memory in every arm.
    return ArmRun(dataclasses.replace(trace, final=np.empty((0, 0))), guarantees_after(setup, trace), seconds)


def arm_of(name: str) -> Arm:
    """The arm of that name.

    Raises:
        UsageError: No arm has that name.
    """
    try:
        return Arm(name)
    except ValueError:
        raise UsageError(f"no arm {name!r}; {did_you_mean(str(name), [str(arm) for arm in Arm])}") from None


def _model(setup: Setup, bill: str, arm: Arm, **options: Any) -> SwarmModel:
    return SwarmModel(setup, arm=arm, bill=bill, **options)


def run_model(model: SwarmModel, each_round: EachRound | None = None) -> Trace:
    """Run a model to its end, and close it.

    Args:
        model: A new model, before its first round.
        each_round: Called after each round.

    Raises:
        SwarmsecError: A plug-in breaks its contract; the message names the round and arm.
    """
    try:
        while model.running:
            model.step()
            if each_round:
                each_round(model.setup.streams.seed, model.arm, model.round)
        return model.trace()
    except SwarmsecError as error:
        raise type(error)(f"{error.message} (round {model.round}, {model.arm} arm)", where=error.where) from error
    finally:
        model.close()


def _seed(seed: int) -> int:
    try:
        number = operator.index(seed)
    except TypeError:
        number = -1
    if number < 0:
        raise UsageError(f"{seed!r} given; a seed is a whole number from 0 on", where="seed")
    return number
