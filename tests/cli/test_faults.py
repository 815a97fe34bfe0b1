"""A fault is named for what it is: its message and its exit code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from swarmsec.cli.commands import main
from swarmsec.errors import ExitCode, OutputError, TooLargeError, UsageError
from swarmsec.runs.jobs import job, require_done, run_in_worker
from swarmsec.scenario import load_scenario
from swarmsec.store import Store
from swarmsec.swarm.arms import Arm

SMALL = {
    "name": "small",
    "world": {"kind": "beliefs", "initial": [0, 1, 2]},
    "network": {"kind": "complete", "n": 3},
    "rounds": 2,
    "seeds": 1,
}


def ended(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    """The exit code of the command line, and what it wrote on standard error."""
    with pytest.raises(SystemExit) as end:
        main(words)
    return int(end.value.code or 0), capsys.readouterr().err.strip()


RAISED = [
    (EOFError("Ran out of input"), ExitCode.INTERNAL, "EOFError: Ran out of input"),
    (KeyboardInterrupt(), ExitCode.PLUGIN_FAILED, "there was no signal"),
    (
        MemoryError("Unable to allocate 8 TiB"),
        ExitCode.SCENARIO_REJECTED,
        "not enough memory: Unable to allocate 8 TiB",
    ),
    (MemoryError(), ExitCode.SCENARIO_REJECTED, "not enough memory; fewer daemons"),
    (RecursionError("maximum recursion depth exceeded"), ExitCode.USAGE, "nested too deeply"),
    (UsageError("no"), ExitCode.USAGE, "no"),
    (OutputError("full"), ExitCode.USAGE, "full"),
]


@pytest.mark.parametrize(("error", "code", "message"), RAISED, ids=[repr(error) for error, *_ in RAISED])
def test_only_an_interrupt_is_called_interrupted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: BaseException, code: int, message: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("swarmsec.scenario.load_scenario", fail)
    monkeypatch.delenv("SWARMSEC_DEBUG", raising=False)
    found, err = ended(capsys, "resolve", "blackswarm")
    assert (found, len(err.splitlines())) == (code, 1)
    assert message in err


def test_a_worker_without_memory_says_that_the_scenario_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise MemoryError("Unable to allocate 8 TiB")

    monkeypatch.setattr("swarmsec.runs.jobs.run_arm", fail)
    small = job(load_scenario(SMALL), 0, Arm.CLEAN)
    with pytest.raises(TooLargeError, match="not enough memory: Unable to allocate 8 TiB"):
        require_done(small, run_in_worker(small))


def test_a_folder_is_not_a_store(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    folder.mkdir()
    for read_only in (False, True):
        with pytest.raises(UsageError, match="this is a folder, and a store is a file"):
            Store.open(folder, read_only=read_only)
    assert list(tmp_path.iterdir()) == [folder]


WORLD = '''
from dataclasses import dataclass
from swarmsec.worlds import Outcome, World
from swarmsec.worlds.beliefs import Beliefs


@dataclass(kw_only=True)
class Overflowing(Beliefs):
    """A world of which some figure overflows."""

    figure: str = "metric"
    value: float = float("inf")

    def apply(self, decisions):
        outcome = super().apply(decisions)
        if self.figure != "metric":
            return outcome
        return Outcome(outcome.bills, {name: self.value for name in outcome.metrics})

    def central(self):
        central = super().central()
        return central if self.figure == "metric" else {name: self.value for name in central}
'''


@pytest.mark.parametrize("value", ["inf", "-inf", "nan"])
@pytest.mark.parametrize("figure", ["metric", "central"])
def test_a_figure_that_is_not_finite_ends_the_run_with_its_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], figure: str, value: str
) -> None:
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "overflowing.py").write_text(WORLD.replace('"inf"', f'"{value}"'), encoding="utf-8")
    world: dict[str, Any] = {"kind": "overflowing", "initial": [0, 1, 2], "figure": figure}
    file = tmp_path / "scenario.yaml"
    file.write_text(json.dumps({**SMALL, "world": world, "attacks": []}), encoding="utf-8")
    code, err = ended(capsys, "run", str(file), "--plugins", str(tmp_path / "plugins"), "--out", str(tmp_path / "runs"))
    assert code == ExitCode.SCENARIO_REJECTED
    assert "is no longer a finite number" in err
