"""The progress display: bars count rounds, lines name seeds, and a long seed gets a line every ten seconds."""

from __future__ import annotations

import pytest

from swarmsec.cli import progress as module
from swarmsec.cli.progress import Progress, ProgressBar, ProgressLines, RunProgress, progress
from swarmsec.runs import run
from swarmsec.swarm.arms import Arm
from tests.strategies import K3, beliefs

SWARM = beliefs([0, 1, 2], K3, rounds=3, seeds=2)


@pytest.fixture
def clock(monkeypatch):
    """A clock that the test moves."""
    now = [0.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    return now


def test_every_round_of_every_arm_and_seed_is_reported_in_order():
    seen = []
    run(SWARM, each_round=lambda *place: seen.append(place))
    assert seen == [(seed, arm, played) for seed in (0, 1) for arm in Arm for played in (1, 2, 3)]


def test_a_progress_callback_does_not_change_the_result():
    watched, alone = run(SWARM, each_round=lambda *place: None), run(SWARM)
    assert watched.to_dict(times=False) == alone.to_dict(times=False)


def run_progress(shown, *, seeds, rounds):
    return RunProgress(shown, seeds=seeds, rounds=rounds)


def test_a_pipe_gets_a_line_per_seed_and_none_per_round(clock, capsys):
    lines = run_progress(ProgressLines("x"), seeds=2, rounds=3)
    run(SWARM, each_round=lines.each_round, each_seed=lambda done: lines.each_seed(done.seed))
    assert capsys.readouterr().err.splitlines() == ["x: seed 0 done, 1 of 2", "x: seed 1 done, 2 of 2"]


def test_a_long_seed_gets_a_line_every_ten_seconds(clock, capsys):
    lines = run_progress(ProgressLines("x"), seeds=1, rounds=50)
    for rounds in range(1, 11):
        clock[0] += 3.0
        lines.each_round(0, "attacked", rounds)
    assert capsys.readouterr().err.splitlines() == [
        "x: seed 0, attacked arm, round 4 of 50 (2%)",
        "x: seed 0, attacked arm, round 8 of 50 (4%)",
    ]


def test_a_bar_moves_ten_times_a_second_at_most(clock):
    moves = []

    class Rich:
        def add_task(self, name, **fields):
            return 7

        def update(self, task, *, completed, total, text):
            moves.append((task, completed, total, text.partition(",")[0]))

    bar = run_progress(ProgressBar("x", bar=Rich()), seeds=2, rounds=50)
    for rounds in range(1, 51):
        clock[0] += 0.021
        bar.each_round(0, "clean", rounds)
    assert moves == [(7, rounds, 400, "seed 0") for rounds in range(5, 51, 5)]
    bar.each_seed(0)
    assert moves[-1] == (7, 200, 400, "seed 0 done")


def test_rounds_run_by_other_processes_are_counted_when_their_seed_is_done():
    shown = Progress("x")
    quiet = run_progress(shown, seeds=2, rounds=50)
    quiet.each_seed(0)
    assert (shown.done, shown.total) == (200, 400)
    quiet.each_seed(1)
    assert shown.done == shown.total


def test_quiet_progress_prints_nothing_without_a_terminal(capsys):
    with progress("x", quiet=True) as shown:
        run_progress(shown, seeds=1, rounds=1).each_seed(0)
    assert "seed" not in capsys.readouterr().err


def test_a_text_that_is_not_shown_is_not_formatted(clock):
    shown = ProgressLines("x", 3)
    shown.update(1, lambda: pytest.fail("this text is not due"))


def test_a_milestone_is_shown_at_once(clock, capsys):
    shown = ProgressLines("x")
    shown.update(1, lambda: "1 of 2", total=2, always=True)
    assert (capsys.readouterr().err, shown.total) == ("x: 1 of 2\n", 2)
