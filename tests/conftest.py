"""Fixtures of all tests: the command line in this process and in a new process."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.running import Ran, clean_environment, installed_program


@pytest.fixture
def cli(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """Run the command in this process; `given` is its standard input."""
    from swarmsec.cli import main

    def call(*arguments: object, given: str = "") -> Ran:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given.encode()), encoding="utf-8"))
        capfd.readouterr()
        code: object = 0
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as end:
            code = end.code or 0
        out, err = capfd.readouterr()
        assert isinstance(code, int)
        return Ran(int(code), out, err)

    return call


@pytest.fixture(scope="session")
def program() -> list[str]:
    """The installed command, as the first element of an argument list."""
    return [installed_program()]


@pytest.fixture(scope="session")
def shell(program: list[str]) -> Callable[..., Ran]:
    """Run the command in a new process with piped output."""

    def call(*arguments: object, cwd: Path | str | None = None, env: Mapping[str, str] | None = None) -> Ran:
        done = subprocess.run(
            [*program, *map(str, arguments)],
            cwd=cwd,
            env=clean_environment(env or {}),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    return call
