"""The wheel has the files of the checkout and works without it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Folder of the checkout → folder in the wheel.
INSTALLED_AS = {
    "swarmsec": "swarmsec",
    "attacks": "swarmsec/attacks",
    "defenses": "swarmsec/defenses",
    "scenarios": "swarmsec/scenarios",
}
JUNK = {".nbi", ".nbc", ".pyc"}


def build(target: str, source: Path, out: Path) -> Path:
    """Build a `wheel` or an `sdist` of `source` into the empty folder `out`."""
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(out)], cwd=source, check=True)
    (built,) = out.iterdir()
    return built


def files_of(wheel: Path) -> set[str]:
    """The paths of the files in a wheel, without its metadata."""
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


def test_the_wheel_contains_exactly_the_files_of_the_four_folders(wheel: Path) -> None:
    expected = {
        f"{installed}/{path.relative_to(ROOT / folder).as_posix()}"
        for folder, installed in INSTALLED_AS.items()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.suffix not in JUNK
    }
    assert files_of(wheel) == expected


def test_the_wheel_has_one_top_level_name(wheel: Path) -> None:
    assert {name.partition("/")[0] for name in files_of(wheel)} == {"swarmsec"}


def test_the_source_distribution_builds_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    sdist = build("sdist", ROOT, tmp_path / "sdist")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    source = tmp_path / sdist.name.removesuffix(".tar.gz")
    assert files_of(build("wheel", source, tmp_path / "wheel")) == files_of(wheel)


@pytest.mark.slow
def test_a_clean_environment_runs_a_scenario_from_another_folder(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "environment"
    venv.create(home, with_pip=True)
    scripts = home / ("Scripts" if os.name == "nt" else "bin")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "SWARMSEC_"))}

    def call(program: str, *arguments: str | Path) -> str:
        command = [str(scripts / program), *map(str, arguments)]
        done = subprocess.run(command, cwd=elsewhere, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    call("pip", "install", "-q", "-c", ROOT / "requirements.lock", wheel)
    assert str(ROOT) not in call("python", "-c", "import swarmsec, sys; print(swarmsec.__file__, *sys.path)")
    result = json.loads(call("swarmsec", "run", "blackswarm", "--seeds", "2", "--json"))
    assert result["scenario"] == "blackswarm"
    assert result["bites"] is True
