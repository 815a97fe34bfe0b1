"""What the acceptance tests share: small scenarios, plug-ins of a user's own, and the command line.

These tests were written from the contract, not from the code: they know `import swarmsec`, the command `swarmsec`,
and the files of a run's folder.
"""

import copy
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

RING_WITH_A_LIAR = {
    "apiVersion": "swarmsec/v1",
    "kind": "Scenario",
    "name": "ring_with_a_liar",
    "version": 1,
    "world": {"kind": "beliefs", "initial": [0, 0, 1, 2, 3, 4, 5]},
    "network": {"kind": "circulant", "n": 7, "offsets": [1, 2]},
    "protocol": {"kind": "average_consensus", "weights": "uniform"},
    "rounds": 20,
    "engine": "arrays",
    "attacks": [{"kind": "stubborn", "daemons": [0], "value": 100.0, "start": 0}],
    "defenses": [{"kind": "wmsr", "f": 1}],
    "rules": {"red": {"daemons": 1}, "blue": {"quarantine": "10%"}},
    "seeds": 3,
}

SMALL_TRADING = {
    "apiVersion": "swarmsec/v1",
    "kind": "Scenario",
    "name": "small_trading",
    "version": 1,
    "world": {"kind": "trading"},
    "network": {"kind": "small_world", "n": 30, "neighbors": 6, "rewire": 0.1},
    "protocol": {"kind": "friedkin_johnsen", "anchor": 0.1},
    "rounds": 80,
    "attacks": [{"kind": "false_signal", "daemons": "30%", "start": 40, "stop": 70, "bias": -1.5}],
    "defenses": [{"kind": "median_gate", "warm_up": 20}],
    "seeds": 3,
}

PULL = '''"""Pull the feeds of the targeted daemons."""

from dataclasses import dataclass

from swarmsec import Attack, Surface


@dataclass(kw_only=True)
class Pull(Attack):
    """Add a constant to the feeds of the targets."""

    surface = Surface.SIGNAL

    by: float = 3.0

    def on_signals(self, signals, red):
        lies = signals.copy()
        lies[red.targets] += red.strength * self.by
        return lies
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


@dataclass(frozen=True)
class Ran:
    """What a call of the command line gave."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def _clean_environment(extra: Mapping[str, str]) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("SWARMSEC_")}
    for key in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        kept.pop(key, None)
    return kept | dict(extra)


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for key in [key for key in os.environ if key.startswith("SWARMSEC_")]:
        monkeypatch.delenv(key)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def command() -> list[str]:
    """The installed command, beside the interpreter that runs the tests."""
    script = Path(sys.executable).parent / "swarmsec"
    assert script.exists(), f"swarmsec is not installed beside {sys.executable}"
    return [str(script)]


@pytest.fixture(scope="session")
def shell(command: list[str]) -> Callable[..., Ran]:
    """Run the command as a process of its own, its output piped."""

    def call(*arguments: object, cwd: Path | str | None = None, env: Mapping[str, str] | None = None) -> Ran:
        done = subprocess.run(
            [*command, *map(str, arguments)],
            cwd=cwd,
            env=_clean_environment(env or {}),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    return call


@pytest.fixture
def cli(capfd: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Run the command in this process: the same entry point, without the start of an interpreter."""
    from swarmsec.cli import main

    def call(*arguments: object) -> Ran:
        capfd.readouterr()
        code: object = 0
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as end:
            code = 0 if end.code is None else end.code
        out, err = capfd.readouterr()
        assert isinstance(code, int)
        return Ran(int(code), out, err)

    return call


@pytest.fixture
def ring() -> dict[str, Any]:
    """Seven daemons on C7(1,2), one of whom says 100 whatever it hears."""
    return copy.deepcopy(RING_WITH_A_LIAR)


@pytest.fixture
def trading() -> dict[str, Any]:
    """Thirty daemons with books to sell, and lies in three feeds of ten."""
    return copy.deepcopy(SMALL_TRADING)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a scenario as a file; JSON is YAML."""

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
