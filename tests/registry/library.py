"""A small library with one plug-in of each family and a shared helper, as a folder or as an installed package."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]

HELPER = "FACTOR = 2.0\n"
PLUGINS = {
    "attacks": """
from dataclasses import dataclass
from swarmsec.teams import Attack, Surface
from ._shared import FACTOR

@dataclass(kw_only=True)
class Louder(Attack):
    \"\"\"Multiply every reading.\"\"\"

    surface = Surface.SIGNAL
    gain: float = FACTOR

    def on_signals(self, readings, red):
        return readings * self.gain
""",
    "defenses": """
from dataclasses import dataclass
from swarmsec.teams import Defense
from ._shared import FACTOR

@dataclass(kw_only=True)
class Quieter(Defense):
    \"\"\"Divide every decision.\"\"\"

    def govern(self, decisions, blue):
        return decisions / FACTOR
""",
    "protocols": """
from dataclasses import dataclass
from swarmsec.protocols.average_consensus import AverageConsensus

@dataclass(kw_only=True)
class Slower(AverageConsensus):
    \"\"\"Average as usual.\"\"\"
""",
    "worlds": """
from dataclasses import dataclass
from swarmsec.worlds.beliefs import Beliefs

@dataclass(kw_only=True)
class Opinions(Beliefs):
    \"\"\"Believe as usual.\"\"\"
""",
    "topologies": """
from dataclasses import dataclass
from swarmsec.network import Network, Topology

@dataclass(kw_only=True)
class Ladder(Topology):
    \"\"\"Two paths, joined step by step.\"\"\"

    steps: int

    def size(self):
        return 2 * self.steps

    def build(self, rng):
        rungs = [(2 * i, 2 * i + 1) for i in range(self.steps)]
        rails = [(i, i + 2) for i in range(2 * self.steps - 2)]
        return Network.from_edges(self.size(), rungs + rails)
""",
}
KINDS = {
    "attacks": "louder",
    "defenses": "quieter",
    "protocols": "slower",
    "worlds": "opinions",
    "topologies": "ladder",
}
"""The kind of the plug-in of each family."""


class Ran(NamedTuple):
    """The outcome of a command."""

    code: int
    out: str
    err: str


def write_folder(folder: Path, *, helper: str = HELPER) -> Path:
    """Write the library as a folder of plug-ins."""
    folder.mkdir(parents=True)
    (folder / "_shared.py").write_text(helper)
    for family, text in PLUGINS.items():
        (folder / f"{KINDS[family]}.py").write_text(text)
    return folder


def entry_points(package: str) -> dict[str, dict[str, str]]:
    """The entry points of the library as a package: group → kind → module and class."""
    classes = {"louder": "Louder", "quieter": "Quieter", "slower": "Slower", "opinions": "Opinions", "ladder": "Ladder"}
    return {f"swarmsec.{family}": {kind: f"{package}.{kind}:{classes[kind]}"} for family, kind in KINDS.items()}


def install(site: Path, name: str, points: Mapping[str, Mapping[str, str]], *, version: str = "1.0") -> None:
    """Write the metadata of an installed package into a folder of `sys.path`."""
    metadata = site / f"{name.replace('-', '_')}-{version}.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    lines = [
        f"[{group}]\n" + "".join(f"{kind} = {value}\n" for kind, value in one.items()) for group, one in points.items()
    ]
    (metadata / "entry_points.txt").write_text("\n".join(lines))


def install_wheel(site: Path, source: Path) -> None:
    """Build the library as the wheel of a distribution `Five_Lib`, and unpack it into a folder of `sys.path`."""
    write_folder(source / "five_lib")
    (source / "five_lib" / "__init__.py").write_text("")
    points = [
        f'[project.entry-points."{group}"]\n' + "".join(f'{kind} = "{value}"\n' for kind, value in one.items())
        for group, one in entry_points("five_lib").items()
    ]
    head = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
    project = '[project]\nname = "Five_Lib"\nversion = "1.0"\ndependencies = ["swarmsec"]\n'
    packages = '[tool.hatch.build.targets.wheel]\npackages = ["five_lib"]\n'
    (source / "pyproject.toml").write_text("\n".join([head, project, *points, packages]))
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(source / "dist")]
    subprocess.run(build, cwd=source, check=True, capture_output=True)
    (wheel,) = (source / "dist").iterdir()
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)


def swarmsec(*commands: Sequence[str], site: Path | None, cwd: Path) -> list[Ran]:
    """Run commands one after the other in one new process, with a folder of installed packages."""
    program = (
        "import contextlib, io, json, sys\n"
        "from swarmsec.cli import main\n"
        "found = []\n"
        "for words in json.loads(sys.argv[1]):\n"
        "    out, err = io.StringIO(), io.StringIO()\n"
        "    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):\n"
        "        try:\n"
        "            code = main(words)\n"
        "        except SystemExit as end:\n"
        "            code = end.code\n"
        "    found.append([int(code or 0), out.getvalue(), err.getvalue()])\n"
        "print(json.dumps(found))\n"
    )
    path = os.pathsep.join([*([str(site)] if site else []), str(ROOT)])
    environment = {key: value for key, value in os.environ.items() if not key.startswith("SWARMSEC_")}
    done = subprocess.run(
        [sys.executable, "-c", program, json.dumps(commands)],
        cwd=cwd,
        env={**environment, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [Ran(*one) for one in json.loads(done.stdout.splitlines()[-1])]


def scenario(prefix: str = "") -> str:
    """A scenario in which all five plug-ins of the library take part."""
    return (
        f"name: five\nworld: {{kind: {prefix}opinions}}\nnetwork: {{kind: {prefix}ladder, steps: 4}}\n"
        f"protocol: {{kind: {prefix}slower}}\nrounds: 60\nseeds: 2\nx-lint-ignore: [SW016]\n"
        f"attacks: [{{kind: {prefix}louder, daemons: all}}]\ndefenses: [{{kind: {prefix}quieter}}]\n"
    )
