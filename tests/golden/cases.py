"""The golden cases: shortened shipped scenarios, and the values that are recorded of their four arms."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from swarmsec import ALL_ARMS, Scenario, Trace, load_scenario, simulate

SEED = 0
CHECKPOINTS = 6
"""This many rounds of a series are recorded, from the first to the last, and its mean over all rounds."""
DIGITS = 12
RELATIVE, ABSOLUTE = 1e-9, 1e-12
"""Other processors round in another way; a difference within these is none."""

DETECTOR = {"kind": "pyod_detector", "detector": "ECOD", "warm_up": 40, "settle": 10, "stride": 2}

CASES: dict[str, dict[str, Any]] = {
    # A hijacked daemon in averaging, and W-MSR
    "ring_with_a_liar": {"rounds": 40},
    # False signals to traders, and a gate at the feeds
    "blackswarm": {
        "rounds": 100,
        "network.n": 120,
        "attacks[0].start": 50,
        "attacks[0].stop": 80,
        "defenses[0].warm_up": 20,
        "rules.red.earliest": 20,
    },
    # A campaign of two attacks, and a detector that isolates
    "blackswarm_decoy": {
        "rounds": 110,
        "network.n": 100,
        "campaigns": {
            "decoy_and_strike": [
                {"kind": "false_signal", "for": 10, "daemons": "10%", "bias": 1.5},
                {"kind": "false_signal", "for": 30, "daemons": "10%", "bias": -1.5},
            ]
        },
        "attacks": [{"campaign": "decoy_and_strike", "start": 50}],
        "defenses": [DETECTOR],
        "rules.red.earliest": 20,
    },
    # Identities that join, and messages that are held back, against a detector that isolates
    "arena_beliefs": {
        "rounds": 40,
        "attacks": [
            {"kind": "sybil", "daemons": [5, 6, 7, 8], "start": 25, "identities": 3, "value": 5.0},
            {"kind": "withhold", "daemons": [1, 2], "start": 10, "period": 3, "loss": 0.2},
        ],
        "defenses": [{"kind": "pyod_detector", "detector": "ECOD", "warm_up": 20, "settle": 5, "stride": 2}],
    },
    # A hijack that spreads and ends while daemons are isolated, on links that delay and lose messages
    "hijack_spreads": {
        "rounds": 110,
        "network.n": 100,
        "network.loss": 0.1,
        "network.delay": [0, 1],
        "attacks[0].start": 50,
        "attacks[0].stop": 64,
        "attacks[0].dwell": 5,
        "defenses": [DETECTOR],
        "rules.red.earliest": 20,
        "rules.blue.quarantine": "20%",
    },
    # Delay, loss and an attack on timing, in the engine of agents
    "late_messages": {
        "engine": "agents",
        "rounds": 40,
        "attacks": [
            {"kind": "delay", "daemons": [1], "start": 3, "stop": 30},
            {"kind": "stubborn", "daemons": [0], "value": 100.0, "start": 5},
        ],
        "rules.red.daemons": 2,
    },
    # A flood in small inboxes
    "small_inbox": {"rounds": 40, "network.n": 40},
    # Equivocation: a different message on every edge
    "two_data_centers": {"rounds": 30},
    # Votes, in the engine of agents
    "committee": {"engine": "agents", "rounds": 12},
    # Messages to one neighbor at a time: push-sum
    "poisoned_purse": {"rounds": 30, "network.n": 30},
    # The world `exchange`: prices, and false messages
    "price_whisper": {"rounds": 50, "network.n": 20},
    # The world `exchange`: bids, and false signals
    "loud_bidder": {"rounds": 60, "attacks[0].start": 30, "defenses[0].warm_up": 10},
    # The world `allocation`: an auction, and a detector
    "task_force": {"rounds": 80, "attacks[0].start": 50, "defenses[0].warm_up": 40, "defenses[0].stride": 2},
}
"""Scenario of the library → the settings that make it short or bring in what no scenario of the library has."""


def scenario_of(name: str) -> Scenario:
    """The scenario of a case."""
    return load_scenario(name, settings=CASES[name])


def measure(name: str) -> dict[str, Any]:
    """Measure a case: the values of its four arms, and the version of its scenario."""
    scenario = scenario_of(name)
    arms = {str(arm): digest(simulate(scenario, arm=str(arm), seed=SEED)) for arm in ALL_ARMS}
    return {"version": scenario.version, "arms": arms}


def digest(trace: Trace) -> dict[str, Any]:
    """The values of one arm, as plain data.

    Events, detection counts and daemons are exact. Each series, (rounds,), is reduced to some rounds and its mean.
    """
    return {
        "events": [_event(event) for event in trace.events],
        "detection": dict(vars(trace.watch)),
        "hijacked": np.flatnonzero(trace.compromised).tolist(),
        "attacked": np.flatnonzero(trace.attacked).tolist(),
        "central": {name: _rounded(value) for name, value in sorted(trace.central.items())},
        "series": {name: _series(values) for name, values in sorted(trace.metrics.items())},
        "final": [_rounded(value) for value in _checkpoints(np.asarray(trace.final).ravel())],
    }


def differences(recorded: Any, measured: Any, field: str = "") -> Iterator[str]:
    """The differing fields of two values: `arms.defended.series.bill[3]: 1.0 recorded, 2.0 measured`."""
    if isinstance(recorded, Mapping) and isinstance(measured, Mapping):
        for key in [*recorded, *(key for key in measured if key not in recorded)]:
            path = f"{field}.{key}" if field else str(key)
            if key not in recorded or key not in measured:
                yield f"{path}: only {'recorded' if key in recorded else 'measured'}"
            else:
                yield from differences(recorded[key], measured[key], path)
    elif isinstance(recorded, list) and isinstance(measured, list):
        for number, (one, other) in enumerate(zip(recorded, measured, strict=False)):
            yield from differences(one, other, f"{field}[{number}]")
        if len(recorded) != len(measured):
            yield f"{field}: {len(recorded)} recorded, {len(measured)} measured"
    elif not _same(recorded, measured):
        yield f"{field}: {recorded} recorded, {measured} measured"


def _same(recorded: Any, measured: Any) -> bool:
    if isinstance(recorded, float) and isinstance(measured, float):
        both_nan = math.isnan(recorded) and math.isnan(measured)
        return both_nan or math.isclose(recorded, measured, rel_tol=RELATIVE, abs_tol=ABSOLUTE)
    return type(recorded) is type(measured) and bool(recorded == measured)


def _event(event: Any) -> str:
    daemons = " ".join(map(str, event.daemons))
    return f"{event.round} {event.team} {event.kind} {event.plugin} {event.count}: {daemons}"


def _series(values: Any) -> list[float]:
    return [_rounded(value) for value in [*_checkpoints(values), np.mean(values)]]


def _checkpoints(values: Any) -> list[float]:
    rows = sorted(set(np.linspace(0, len(values) - 1, CHECKPOINTS).astype(int).tolist()))
    return [float(values[row]) for row in rows]


def _rounded(value: float) -> float:
    return float(f"{float(value):.{DIGITS}g}")
