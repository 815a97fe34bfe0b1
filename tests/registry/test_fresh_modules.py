"""What a plug-in leaves in its modules in one arm does not reach the next, in whichever process that is."""

from __future__ import annotations

import pytest

from swarmsec import load_scenario, run, simulate
from tests.strategies import K3, beliefs

MEMORY = '''"""Remember other arms."""

from dataclasses import dataclass

from _tape import TAPE

from swarmsec.teams import Attack, Surface

SEEN = []


@dataclass(kw_only=True)
class Memory(Attack):
    """Lie more for every arm that was run before in this process."""

    surface = Surface.SIGNAL
    arms = []

    def begin(self, red, cache=[]):
        for memory in (TAPE, SEEN, self.arms, cache):
            memory.append(1)
        from _tape import TAPE as late
        self._lie = len(late) + len(TAPE) + len(SEEN) + len(self.arms) + len(cache)

    def on_signals(self, readings, red):
        return readings + self._lie
'''


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "memory.py").write_text(MEMORY, encoding="utf-8")
    (tmp_path / "_tape.py").write_text("TAPE = []\n", encoding="utf-8")
    return tmp_path


def scenario(folder):
    attack = {"kind": "memory", "daemons": [0]}
    protocol = {"kind": "friedkin_johnsen", "anchor": 0.5}
    document = beliefs([0.0, 1.0, 2.0], K3, attacks=[attack], defenses=[{"kind": "wmsr", "f": 1}], protocol=protocol)
    return load_scenario(document, plugins=[folder])


def test_every_arm_and_seed_finds_the_modules_as_they_are_after_an_import(folder) -> None:
    loaded = scenario(folder)
    bills = [simulate(loaded, arm=arm).bill.tolist() for arm in ("attacked", "defended", "attacked", "attacked")]
    assert bills[0] == bills[2] == bills[3]


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [2, 3])
def test_the_number_of_jobs_does_not_show(folder, jobs) -> None:
    one, several = (run(scenario(folder), seeds=[0, 1, 2], jobs=number).to_dict() for number in (1, jobs))
    assert one["damage"] == several["damage"]
    assert one["arms"] == several["arms"]


def test_attacks_of_one_folder_share_their_helper_within_an_arm(folder) -> None:
    (folder / "second.py").write_text(MEMORY.replace("Memory", "Second"), encoding="utf-8")
    attacks = [{"kind": kind, "daemons": [0]} for kind in ("memory", "second")]
    both = load_scenario(beliefs([0.0] * 3, K3, attacks=attacks), plugins=[folder]).setup(0)
    modules = [vars(__import__("sys").modules[type(spec.plugin).__module__]) for spec in both.attacks]
    assert modules[0]["TAPE"] is modules[1]["TAPE"]
