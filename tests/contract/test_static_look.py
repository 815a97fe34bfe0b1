"""What Python cannot prevent is found in the source of a plug-in: imports, private names, and writes to others."""

from __future__ import annotations

from pathlib import Path

import pytest

from swarmsec.registry import Registry
from swarmsec.testing._static_look import findings

ATTACK = '''"""Shift readings."""

from dataclasses import dataclass
import numpy as np
from swarmsec.teams import Attack, Surface
{top}


@dataclass(kw_only=True)
class Looked(Attack):
    """Shift readings."""

    surface = Surface.SIGNAL

    def begin(self, red):
        self._kept = getattr(red, "rounds")

    def on_signals(self, readings, red):
        {hook}
        return readings + red.rng.normal()
'''


def found(folder: Path, *, top: str = "", hook: str = "pass", helper: str = "") -> list[str]:
    (folder / "looked.py").write_text(ATTACK.format(top=top, hook=hook), encoding="utf-8")
    (folder / "_helper.py").write_text(helper, encoding="utf-8")
    return list(findings(Registry([folder]).get("attacks", "looked")))


def test_a_plugin_that_keeps_to_its_view_has_no_finding(tmp_path) -> None:
    assert found(tmp_path, top="from _helper import shift", helper="def shift(x):\n    return x + 1\n") == []


@pytest.mark.parametrize(
    ("hook", "finding"),
    [
        ("red._state.signals", "uses `._state`, a private name of another object"),
        ("getattr(red, '_state')", "calls `getattr`"),
        ("getattr(red, '_sta' + 'te')", "calls `getattr`"),
        ("vars(red)", "calls `vars`"),
        ("red.__dict__", "uses `.__dict__`"),
        ("readings.base[:] = 0", "uses `.base`: what a view shows is not to be written"),
        ("readings.flags.writeable = True", "uses `.writeable`: what a view shows is not to be written"),
        ("np.tape = readings", "sets or deletes `.tape` of another object"),
        ("type(self).tape = readings", "sets or deletes `.tape` of another object"),
        ("del red.board", "sets or deletes `.board` of another object"),
        ("open('/tmp/tape', 'a')", "calls `open`"),
        ("np.random.default_rng(0)", "makes a random generator with `default_rng`; draw from the view's `rng`"),
        (
            "np.random.normal()",
            "draws from the global generator of numpy with `normal`; draw from the view's `rng`",
        ),
        (
            "\n        match red:\n            case object(_state=s): pass",
            "matches `_state`, a private name of another object",
        ),
    ],
)
def test_a_hook_that_reaches_beyond_its_view_is_found(tmp_path, hook, finding) -> None:
    assert [one.partition(": ")[2] for one in found(tmp_path, hook=hook)] == [finding]


@pytest.mark.parametrize(
    ("top", "finding"),
    [
        ("import gc", "imports `gc`"),
        ("from sys import modules", "imports `sys`"),
        ("import os.path", "imports `os.path`"),
        ("from pathlib import Path", "imports `pathlib`"),
        ("import time", "imports `time`"),
        ("from numpy import random", "imports `numpy.random`"),
        ("from swarmsec.swarm.red import RedTeam", "imports `swarmsec.swarm.red`, which is the engine's"),
        ("from swarmsec.worlds._base import World", "imports `swarmsec.worlds._base`, a private module"),
    ],
)
def test_an_import_that_leads_beyond_the_view_is_found_with_its_line(tmp_path, top, finding) -> None:
    assert found(tmp_path, top=top) == [f"line 6: {finding}"]


def test_a_helper_of_a_plugin_is_looked_at_as_well(tmp_path) -> None:
    helper = "\nimport gc\n"
    assert found(tmp_path, top="from _helper import gc", helper=helper) == ["_helper.py, line 2: imports `gc`"]
