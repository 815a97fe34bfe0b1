"""Stepping through a run: every round is shown as it was, in any order of visits."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swarmsec.errors import UsageError
from swarmsec.replay import Session, record
from swarmsec.replay.recording import rounds_of
from swarmsec.report.replay import round_lines, rows_lines, sparkline
from swarmsec.runs import simulate
from swarmsec.runs.jobs import trace_digest
from swarmsec.runs.simulation import run_arm
from swarmsec.scenario import load_scenario
from swarmsec.swarm.arms import Arm

ROUNDS = 60
SMALL = {"network.n": 60, "rounds": ROUNDS, "attacks[0].start": 25, "attacks[0].stop": 55, "rules.red.earliest": 0}


@pytest.fixture(scope="module")
def spreading():
    """Hijacks that spread, and a defense that isolates and releases."""
    return load_scenario("hijack_spreads", settings=SMALL, defense="random_quarantine")


@pytest.fixture(scope="module")
def recording(spreading):
    return record(spreading, 0, Arm.DEFENDED)


def test_a_recording_has_the_trace_of_the_run(spreading, recording):
    assert trace_digest(recording.trace) == trace_digest(run_arm(spreading, 0, Arm.DEFENDED)[0])


def test_frames_show_the_states_that_the_run_had(spreading, recording):
    trace = simulate(spreading, arm="defended", seed=0, record_states=True)
    assert np.array_equal(recording.states, trace.states[1:])
    hijacked = np.zeros(60, dtype=bool)
    for round in range(ROUNDS):
        frame = recording.frame(round)
        for event in frame.events:
            if event.kind == "hijacked":
                assert event.count == len(event.daemons)
                hijacked[list(event.daemons)] = True
        honest = trace.states[round + 1][~hijacked]
        assert frame.low.tolist() == honest.min(axis=0).tolist()
        assert frame.high.tolist() == honest.max(axis=0).tolist()
        assert frame.median.tolist() == np.median(honest, axis=0).tolist()
        assert frame.hijacked.tolist() == np.flatnonzero(hijacked).tolist()
        assert frame.quarantined.tolist() == np.flatnonzero(trace.quarantined[round]).tolist()
        assert len(frame.quarantined) == trace.metrics["quarantined"][round]
    assert hijacked.sum() > 1
    assert trace.quarantined.any()


def test_changes_of_all_rounds_add_up_to_the_final_metrics(recording):
    figures = dict.fromkeys(recording.trace.metrics, 0.0)
    for round in range(ROUNDS):
        for name, before, after in recording.frame(round).changed:
            assert figures[name] == before
            figures[name] = after
    assert figures == {name: values[-1] for name, values in recording.trace.metrics.items()}


def test_above_the_memory_limit_only_summaries_are_kept(spreading, recording):
    small = record(spreading, 0, Arm.DEFENDED, states_bytes_max=recording.states_bytes - 1)
    assert small.states is None
    assert [small.frame(round).to_dict() for round in (0, 30, 59)] == [
        recording.frame(round).to_dict() for round in (0, 30, 59)
    ]
    with pytest.raises(UsageError, match="more than the"):
        small.proposals(0, np.array([1], dtype=np.int32))


@pytest.mark.parametrize("round", [-1, ROUNDS])
def test_a_round_out_of_range_is_refused(recording, round):
    with pytest.raises(UsageError, match="there are 0 to 59"):
        recording.frame(round)


def session(recording):
    return Session(lambda seed, arm: recording, (0, 3), tuple(Arm), 0, Arm.DEFENDED)


@pytest.mark.parametrize(
    ("commands", "round"),
    [
        (["n", "n"], 2),
        (["n 7", "p 2"], 5),
        (["n7", "p2"], 5),
        (["n", "", ""], 3),
        (["g 40", "p", ""], 38),
        (["g end"], 59),
        (["g end", "n"], 59),
        (["n 5000"], 59),
        (["p"], 0),
        (["g 40", "a attacked", "s 3"], 40),
    ],
)
def test_commands_go_to_their_round(recording, commands, round):
    walk = session(recording)
    for command in commands:
        with suppress(UsageError):  # The first and last round are the ends.
            walk.execute(command)
    assert walk.round == round


def test_events_are_visited_in_order_in_both_directions(recording):
    walk, met = session(recording), []
    rounds = [round for round in recording.event_rounds if round]
    for _ in rounds:
        walk.execute("e")
        met.append(walk.round)
    assert met == rounds
    with pytest.raises(UsageError, match="no event after"):
        walk.execute("e")
    for round in reversed(rounds[:-1]):
        walk.execute("E")
        assert walk.round == round


@pytest.mark.parametrize("line", ["x", "g", "g -1", "g x", "n x", "a", "a nobody", "s 1", "d", "d 60", "d x", "l 3"])
def test_an_invalid_command_is_refused_and_the_position_is_kept(recording, line):
    walk = session(recording)
    walk.execute("g 30")
    with pytest.raises(UsageError):
        walk.execute(line)
    assert (walk.seed, walk.arm, walk.round) == (0, Arm.DEFENDED, 30)
    walk.execute("n")
    assert walk.round == 31


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, ROUNDS - 1), max_size=8))
def test_going_back_shows_the_same_rounds(recording, way):
    walk = session(recording)
    shown = {}
    for round in [*way, *way]:
        walk.execute(f"g {round}") if round != walk.round else None
        text = round_lines(walk.recording, walk.round)
        assert shown.setdefault(round, text) == text


def test_a_screen_shows_the_bill_and_the_position(recording):
    screen = round_lines(recording, 45)
    lines = screen.splitlines()
    assert lines[0].startswith("round 45 of 0 to 59  ·  defended arm, seed 0")
    assert lines[2].strip() == sparkline(recording.trace.bill)
    assert lines[3].index("▲") - 2 == 45
    assert f"hijacked  {len(recording.frame(45).hijacked)}:" in screen


def test_rows_have_one_line_per_round(recording):
    lines = rows_lines(recording, rounds_of(recording, 3, 9)).splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["3", "4", "5", "6", "7", "8", "9"]


@given(st.lists(st.floats(allow_nan=True), min_size=1, max_size=300), st.integers(1, 80))
def test_a_sparkline_has_one_character_per_round_up_to_its_width(values, width):
    assert len(sparkline(np.array(values), width)) == min(len(values), width)
