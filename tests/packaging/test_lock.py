"""requirements.lock has an allowed version of every requirement in pyproject.toml."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCK = [line for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines() if line]
PINS = [Requirement(line) for line in LOCK if not line.lstrip().startswith("#")]
SUPPORTED = [line.rpartition(" ")[2] for line in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", line)]


def requirements() -> list[Requirement]:
    lines = [*PROJECT["dependencies"], *(line for extra in PROJECT["optional-dependencies"].values() for line in extra)]
    return [requirement for requirement in map(Requirement, lines) if requirement.name != PROJECT["name"]]


@pytest.mark.parametrize("python", SUPPORTED)
@pytest.mark.parametrize("requirement", requirements(), ids=lambda requirement: requirement.name)
def test_every_supported_python_has_one_allowed_version(requirement: Requirement, python: str) -> None:
    environment = {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": "linux"}
    pins = [
        pin
        for pin in PINS
        if canonicalize_name(pin.name) == canonicalize_name(requirement.name)
        and (pin.marker is None or pin.marker.evaluate(environment))
    ]
    assert len(pins) == 1
    (version,) = [specifier.version for specifier in pins[0].specifier]
    assert requirement.specifier.contains(version)


def test_the_lock_has_no_urls_or_paths() -> None:
    assert [line for line in LOCK if re.search(r"://|file:|^\s*-|@", line)] == []


def test_the_lock_has_no_torch() -> None:
    assert "torch" not in {pin.name for pin in PINS}
