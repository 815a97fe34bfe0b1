"""How far a run is: rounds in a bar, seeds in lines, and a line now and then while a long seed is played."""

from __future__ import annotations

import pytest

from swarmsec.cli import progress as module
from swarmsec.cli.progress import Bar, Lines, Progress, progress
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


def test_every_round_of_every_arm_and_seed_is_told_in_order():
    told = []
    run(SWARM, each_round=lambda *place: told.append(place))
    assert told == [(seed, arm, played) for seed in (0, 1) for arm in Arm for played in (1, 2, 3)]


def test_who_watches_does_not_change_what_is_played():
    watched, alone = run(SWARM, each_round=lambda *place: None), run(SWARM)
    assert watched.to_dict(times=False) == alone.to_dict(times=False)


def test_a_pipe_gets_a_line_a_seed_and_none_a_round(clock, capsys):
    lines = Lines("x", seeds=2, rounds=3)
    run(SWARM, each_round=lines.each_round, each_seed=lambda done: lines.each_seed(done.seed))
    assert capsys.readouterr().err.splitlines() == ["x: seed 0 done, 1 of 2", "x: seed 1 done, 2 of 2"]


def test_a_long_seed_says_now_and_then_where_it_is(clock, capsys):
    lines = Lines("x", seeds=1, rounds=50)
    for played in range(1, 11):
        clock[0] += 3.0
        lines.each_round(0, "attacked", played)
    assert capsys.readouterr().err.splitlines() == [
        "x: seed 0, attacked arm, round 4 of 50 (2%)",
        "x: seed 0, attacked arm, round 8 of 50 (4%)",
    ]


def test_a_bar_moves_with_rounds_but_not_with_every_one(clock):
    moves = []

    class Rich:
        def add_task(self, name, **fields):
            assert fields["total"] == 2 * 4 * 50
            return 7

        def update(self, task, *, completed, where):
            moves.append((task, completed, where))

    bar = Bar("x", seeds=2, rounds=50, bar=Rich())
    for played in range(1, 51):
        clock[0] += 0.021
        bar.each_round(0, "clean", played)
    assert moves == [(7, played, "seed 0, clean") for played in range(5, 51, 5)]
    bar.each_seed(0)
    assert moves[-1] == (7, 200, "1 of 2 seeds")


def test_rounds_that_other_processes_play_are_counted_when_their_seed_is_done():
    quiet = Progress("x", seeds=2, rounds=50)
    quiet.each_seed(0)
    assert (quiet.done, quiet.total) == (200, 400)
    quiet.each_seed(1)
    assert quiet.done == quiet.total


def test_quiet_says_nothing_where_there_is_no_terminal(capsys):
    with progress("x", seeds=1, rounds=1, quiet=True) as shown:
        shown.each_seed(0)
    assert "seed" not in capsys.readouterr().err
