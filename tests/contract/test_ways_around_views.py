"""The static look of the kit finds the ways around a view that Python leaves open."""

from __future__ import annotations

from pathlib import Path

import pytest

from swarmsec.registry import Registry, shipped_kinds
from swarmsec.testing._static_look import findings

HEAD = """
from dataclasses import dataclass
import numpy as np
from swarmsec.teams import Attack, Defense, Surface, Vantage

"""

DEFENSE = '''
@dataclass(kw_only=True)
class Cheat(Defense):
    """Cheat."""

    def begin(self, blue):
        self._truth_seen = []

    def filter_signals(self, signals, blue):
        {line}
        return signals
'''

LINES = {
    "a frame": "import sys; sys._getframe(1).f_locals",
    "the collector": "import gc; gc.get_objects()",
    "inspect": "import inspect; inspect.stack()",
    "ctypes": "import ctypes; ctypes.memmove(0, 0, 0)",
    "ctypes of an array": "signals.ctypes.data",
    "importlib": "import importlib; importlib.import_module('swarmsec.swarm')",
    "the built-in import": "__import__('gc')",
    "a renamed built-in": "look = getattr; look(blue, 'x')",
    "a computed name": "getattr(blue, '_' + 'truth')()",
    "a private name as text": "getattr(blue, '_truth')()",
    "a private name": "blue._truth()",
    "vars": "vars(blue)",
    "a dictionary": "blue.__dict__",
    "a state for pickling": "blue.__reduce_ex__(2)",
    "a slot wrapper": "object.__getattribute__(blue, '_truth')",
    "the base of an array": "signals.base",
    "a flag": "signals.flags.writeable = True",
    "strides": "np.lib.stride_tricks.as_strided(signals, (10**6,))",
    "strides, imported": "from numpy.lib import stride_tricks",
    "the array interface": "signals.__array_interface__",
    "an address": "id(blue)",
    "a getter": "from operator import attrgetter; attrgetter('_truth')(blue)",
    "a format": "'{0._truth}'.format(blue)",
    "a pattern": "match blue:\n            case object(_truth=truth): pass",
    "the name self for another": "(lambda self: self._truth)(blue)",
    "self given away": "self = blue; self._truth()",
    "a thread": "import threading",
    "a file": "open('/tmp/memory', 'a')",
    "a file of numpy": "signals.tofile('/tmp/memory')",
    "the environment": "import os; os.environ['memory'] = '1'",
    "a clock": "import time; time.time()",
    "the key of a stream": "blue.rng.bit_generator.state",
    "an attribute of a module": "np.memory = 1",
    "an attribute of an imported class": "Surface.memory = 1",
    "an entry of an imported mapping": "Defense.traits['memory'] = 1",
    "the engine": "from swarmsec.swarm import model",
    "the models of mesa": "import mesa",
    "a generator": "np.random.default_rng(0)",
}


def cheat_in(folder: Path, source: str, name: str = "cheat") -> list[str]:
    (folder / f"{name}.py").write_text(HEAD + source, encoding="utf-8")
    registry = Registry([folder])
    family = "attacks" if "(Attack)" in source else "defenses"
    return list(findings(registry.get(family, name)))


@pytest.mark.parametrize("line", LINES.values(), ids=LINES.keys())
def test_a_way_around_the_view_is_found(line: str, tmp_path: Path) -> None:
    found = cheat_in(tmp_path, DEFENSE.format(line=line))
    assert found
    assert found[0].startswith("line 1")


def test_a_helper_is_looked_at_as_well(tmp_path: Path) -> None:
    (tmp_path / "_helper.py").write_text("import gc\n\n\ndef look():\n    return gc.get_objects()\n", encoding="utf-8")
    source = "from _helper import look\n" + DEFENSE.format(line="look()")
    assert cheat_in(tmp_path, source) == ["_helper.py, line 1: imports `gc`"]


def test_the_name_of_a_module_hides_no_plugin(tmp_path: Path) -> None:
    source = DEFENSE.format(line="blue._truth()").replace('"""Cheat."""', '"""Cheat."""\n    __module__ = "abc"')
    (tmp_path / "cheat.py").write_text(HEAD + source, encoding="utf-8")
    assert "cheat" not in Registry([tmp_path]).kinds("defenses")


def test_honest_lines_are_not_found(tmp_path: Path) -> None:
    line = "self._truth_seen.append(getattr(self, 'sees')); print(f'{signals!r}')"
    assert cheat_in(tmp_path, DEFENSE.format(line=line)) == []


@pytest.mark.parametrize("family", ["attacks", "defenses"])
def test_shipped_plugins_keep_to_their_view(family: str) -> None:
    registry = Registry()
    found = {kind: list(findings(registry.get(family, kind))) for kind in shipped_kinds(family)}  # type: ignore[arg-type]
    assert {kind: lines for kind, lines in found.items() if lines} == {}
