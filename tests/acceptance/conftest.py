"""Fixtures of the acceptance tests: a temporary folder for each test, and a folder with a user's plug-ins.

These tests were written from the contract, not from the code: they know `import swarmsec`, the command `swarmsec`,
and the files of a run's folder.
"""

import copy
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.running import RING, TRADING

PULL = '''"""Pull the feeds of the targeted daemons."""

from dataclasses import dataclass

from swarmsec import Attack, Surface


@dataclass(kw_only=True)
class Pull(Attack):
    """Add a constant to the feeds of the targets."""

    surface = Surface.SIGNAL

    by: float = 3.0

    def on_signals(self, readings, red):
        return readings + self.by
'''

MIDDLE = '''"""Take the neighbors' median."""

from dataclasses import dataclass

from swarmsec import Defense, Vantage


@dataclass(kw_only=True)
class Middle(Defense):
    """Replace every signal by the median of its neighborhood."""

    vantage = Vantage.LOCAL

    def filter_signals(self, signals, blue):
        median, _ = blue.neighborhoods.median_and_mad(signals)
        return median
'''


@pytest.fixture(autouse=True)
def _in_a_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for key in [key for key in os.environ if key.startswith("SWARMSEC_")]:
        monkeypatch.delenv(key)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def ring() -> dict[str, Any]:
    """Seven daemons on C7(1,2), one of which sends 100 in every exchange."""
    return copy.deepcopy(RING)


@pytest.fixture
def trading() -> dict[str, Any]:
    """Thirty trading daemons; three feeds of ten are attacked."""
    return copy.deepcopy(TRADING)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a scenario to a file, as JSON, which is valid YAML."""

    def to_file(scenario: Mapping[str, Any] | str, name: str = "mine.yaml") -> Path:
        path = tmp_path / name
        path.write_text(scenario if isinstance(scenario, str) else json.dumps(scenario, indent=1), encoding="utf-8")
        return path

    return to_file


@pytest.fixture
def ring_file(write: Callable[..., Path], ring: dict[str, Any]) -> Path:
    return write(ring, "ring.yaml")


@pytest.fixture
def own_plugins(tmp_path: Path) -> Path:
    """A folder with an attack `pull` and a defense `middle`."""
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "pull.py").write_text(PULL, encoding="utf-8")
    (folder / "middle.py").write_text(MIDDLE, encoding="utf-8")
    return folder
