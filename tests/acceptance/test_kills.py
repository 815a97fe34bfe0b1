"""A tournament that is killed at any moment is resumed to the same result, and no acknowledged run is lost."""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time

import pytest

from swarmsec.store import Store

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="forks and kills processes"),
]

KILLS = 30
SMALL = ["tournament", "ring_with_a_liar", "--seeds", "6", "--no-nulls", "--set", "rounds=60"]


def killed_after(seconds, words):
    """Run the command in a copy of this process, kill it after a time, and return whether it was still running."""
    from swarmsec.cli import main

    child = os.fork()
    if child == 0:
        try:
            quiet = os.open(os.devnull, os.O_RDWR)
            for descriptor in (0, 1, 2):
                os.dup2(quiet, descriptor)
            main(words)
        finally:
            os._exit(0)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def test_thirty_kills_are_resumed_to_the_same_digest(cli, tmp_path):
    cli(*SMALL, "--store", tmp_path / "first.sqlite")  # Everything is imported and compiled now.
    begun = time.monotonic()
    whole = cli(*SMALL, "--store", tmp_path / "undisturbed.sqlite", "--json")
    assert whole.code in {0, 4}, whole.err
    duration, expected = time.monotonic() - begun, json.loads(whole.out)
    draws, interrupted = random.Random(20), 0
    for number in range(KILLS):
        store = tmp_path / f"{number}.sqlite"
        words = [*SMALL, "--store", str(store)]
        interrupted += killed_after(draws.uniform(0.0, duration), words)
        if number % 3 == 0:  # The next one is killed as well.
            killed_after(draws.uniform(0.0, duration), [*words, "--resume"])
        acknowledged = set()
        if store.exists():
            with Store.open(store, read_only=True) as there:
                acknowledged = there.done()
        again = cli(*words, "--resume", "--json")
        found = json.loads(again.out)
        assert (again.code, found["digest"], found["id"]) == (whole.code, expected["digest"], expected["id"])
        assert found["standings"] == expected["standings"]
        with Store.open(store, read_only=True) as there:
            assert acknowledged <= there.done()
        store.unlink()
    assert interrupted >= KILLS // 2, "most of them were killed while they ran"
