"""The traits of a plug-in are those of its class: neither an instance nor a metaclass can show others to the engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from swarmsec.errors import PluginError
from swarmsec.registry import Registry
from swarmsec.runs import simulate
from swarmsec.scenario import load_scenario
from tests.running import RING

HEAD = """
from dataclasses import dataclass
import numpy as np
from swarmsec.teams import Attack, Defense, Knowledge, Surface, Vantage

"""

DEFENSES = {
    "an oracle by its class": """
    vantage = Vantage.ORACLE

    def respond(self, blue):
        blue.isolate(np.flatnonzero(blue.truth))
""",
    "an oracle by its instance": """
    vantage = Vantage.LOCAL

    def __post_init__(self):
        self.vantage = Vantage.ORACLE

    def respond(self, blue):
        blue.isolate(np.flatnonzero(blue.truth))
""",
    "a monitor by a property": """
    @property
    def vantage(self):
        return Vantage.MONITOR
""",
    "a gateway by its instance": """
    def __post_init__(self):
        self.gateway = True

    def govern(self, decisions, blue):
        return decisions * 0.0
""",
    "alarms that it denies": """
    @property
    def raises_alarms(self):
        return False

    def govern(self, decisions, blue):
        return decisions * 0.0
""",
    "hooks that it denies": """
    @classmethod
    def overrides(cls, hook):
        return False
""",
    "attributes of its own making": """
    def __getattribute__(self, name):
        return Vantage.MONITOR if name == "vantage" else super().__getattribute__(name)
""",
}


def folder_with(path: Path, kind: str, text: str) -> Path:
    (path / f"{kind}.py").write_text(HEAD + text, encoding="utf-8")
    return path


@pytest.mark.parametrize("members", DEFENSES.values(), ids=DEFENSES.keys())
def test_a_defense_cannot_change_its_traits_after_they_were_read(members: str, tmp_path: Path) -> None:
    text = f'@dataclass(kw_only=True)\nclass Cheat(Defense):\n    """Cheat."""\n{members}'
    folder = folder_with(tmp_path, "cheat", text)
    with pytest.raises(PluginError):
        simulate(load_scenario(RING, defense="cheat", plugins=[folder]))


def test_a_plugin_has_no_metaclass_of_its_own(tmp_path: Path) -> None:
    text = """
class Meta(type):
    @property
    def vantage(cls):
        return Vantage.LOCAL


@dataclass(kw_only=True)
class Cheat(Defense, metaclass=Meta):
    \"\"\"Cheat.\"\"\"
"""
    broken = Registry([folder_with(tmp_path, "cheat", text)]).broken()
    assert "metaclass" in broken["cheat"].message


def test_an_attack_cannot_change_its_surface_and_knowledge_in_an_instance(tmp_path: Path) -> None:
    text = """
@dataclass(kw_only=True)
class Cheat(Attack):
    \"\"\"Cheat.\"\"\"

    surface = Surface.SIGNAL

    def __post_init__(self):
        self.surface = Surface.DAEMON
        self.knowledge = Knowledge.SIGNALS

    def on_daemons(self, state, red):
        return state * 0.0 + red.signals.max()
"""
    folder = folder_with(tmp_path, "cheat", text)
    with pytest.raises(PluginError, match="changes the trait `surface`"):
        simulate(load_scenario(RING, attack="cheat:daemons=[0]", plugins=[folder]), arm="attacked")


def test_a_gateway_that_is_declared_while_the_run_goes_on_is_none(tmp_path: Path) -> None:
    text = """
@dataclass(kw_only=True)
class Cheat(Defense):
    \"\"\"Cheat.\"\"\"

    def govern(self, decisions, blue):
        self.gateway = True
        return decisions * 0.0
"""
    scenario = {**RING, "attacks": [{"kind": "stubborn", "daemons": [0], "value": 100.0, "start": 0}]}
    folder = folder_with(tmp_path, "cheat", text)
    trace = simulate(load_scenario(scenario, defense="cheat", plugins=[folder]), record_states=True)
    assert trace.decisions is not None
    assert (trace.decisions[:, 0] == 100.0).all()
