"""Play one arm of one seed."""

from __future__ import annotations

import dataclasses
import operator
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from swarmsec.errors import SwarmsecError, UsageError, did_you_mean
from swarmsec.runs.guarantees import held
from swarmsec.scenario import Scenario, load_scenario
from swarmsec.scoring import SeedRun
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
    """The swarm of one arm and seed as a Mesa model; `.step()` is one round.

    Args:
        scenario: Whatever `load_scenario` takes.
        arm: `clean`, `attacked`, `defended` or `guarded`.
        seed: Which seed.
        daemon_class: A subclass of `Daemon`, for the engine `agents`.
    """
    loaded = load_scenario(scenario)
    return _model(loaded.setup(_seed(seed)), loaded.bill, arm_of(arm), daemon_class=daemon_class)


def simulate(scenario: Loadable, *, arm: str = "defended", seed: int = 0, record_states: bool = False) -> Trace:
    """Play one arm of one seed to the end.

    Args:
        scenario: Whatever `load_scenario` takes.
        arm: `clean`, `attacked`, `defended` or `guarded`.
        seed: Which seed.
        record_states: Whether to keep every round's proposals and decisions: 8 bytes a daemon, component and round.
    """
    loaded = load_scenario(scenario)
    return run_model(_model(loaded.setup(_seed(seed)), loaded.bill, arm_of(arm), record_states=record_states))


EachRound = Callable[[int, Arm, int], None]
"""Called after each round: the seed, the arm, and how many rounds of it are played."""


def play_seed(scenario: Scenario, seed: int, arms: Sequence[Arm], *, each_round: EachRound | None = None) -> SeedRun:
    """Play the arms of one seed, one after the other, on common random numbers.

    Args:
        scenario: What to play.
        seed: Which seed.
        arms: Which of the four.
        each_round: Called after each round.
    """
    network = None
    traces: dict[str, Trace] = {}
    cpu_seconds: dict[str, float] = {}
    guarantees: tuple[tuple[str, Guarantee], ...] = ()
    for arm in arms:
        setup = scenario.setup(seed, network=network)  # Fresh plug-ins: no arm remembers another.
        network = setup.network
        start = time.process_time()
        traces[arm] = _scored(setup, scenario.bill, arm, each_round)
        cpu_seconds[arm] = time.process_time() - start
        guarantees = guarantees or held(setup, traces[arm])
    return SeedRun(seed, traces, cpu_seconds, guarantees)


def run_arm(scenario: Scenario, seed: int, arm: Arm) -> tuple[Trace, tuple[tuple[str, Guarantee], ...]]:
    """Play one arm of one seed: what was recorded, and for each defense of the defended arm what it could promise."""
    setup = scenario.setup(seed)
    trace = _scored(setup, scenario.bill, arm)
    return trace, held(setup, trace)


def arm_of(name: str) -> Arm:
    """The arm of that name.

    Raises:
        UsageError: There is none.
    """
    try:
        return Arm(name)
    except ValueError:
        raise UsageError(f"no arm {name!r}; {did_you_mean(str(name), [str(arm) for arm in Arm])}") from None


def _model(setup: Setup, bill: str, arm: Arm, **options: Any) -> SwarmModel:
    return SwarmModel(setup, arm=arm, bill=bill, **options)


def run_model(model: SwarmModel, each_round: EachRound | None = None) -> Trace:
    """Play a model to its end, and close it.

    Args:
        model: Of which no round was played.
        each_round: Called after each round.

    Raises:
        SwarmsecError: A plug-in breaks its contract; the message says in which round and arm.
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


def _scored(setup: Setup, bill: str, arm: Arm, each_round: EachRound | None = None) -> Trace:
    """Play to the end. The last state of a million daemons is no part of the score, and is not kept for every arm."""
    return dataclasses.replace(run_model(_model(setup, bill, arm), each_round), final=np.empty((0, 0)))


def _seed(seed: int) -> int:
    try:
        number = operator.index(seed)
    except TypeError:
        number = -1
    if number < 0:
        raise UsageError(f"{seed!r} given; a seed is a whole number from 0 on", where="seed")
    return number
