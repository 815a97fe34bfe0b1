"""Imports point down the house's floors only, the engine knows no technique by name, and starting up is light."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

FLOORS = [
    {"errors", "arrays", "_version"},
    {"rng", "parameters", "plugin", "files"},
    {"network"},
    {"messages"},
    {"aggregation"},
    {"checkers"},
    {"immunity"},
    {"teams"},
    {"protocols"},
    {"worlds"},
    {"registry"},
    {"swarm"},
    {"scenario"},
    {"scoring"},
    {"runs"},
    {"authoring"},
    {"store"},
    {"tournament"},
    {"replay"},
    {"search"},
    {"report"},
    {"testing"},
    {"cli"},
]
HEIGHT = {room: height for height, rooms in enumerate(FLOORS) for room in rooms}
PLUGIN_MAY_IMPORT = {"teams", "messages", "aggregation", "immunity", "network", "errors", "parameters", "arrays"}


def modules(*folders):
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def imported_by(path):
    """The modules that a file imports, TYPE_CHECKING included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def room_of(path):
    return path.relative_to(ROOT / "swarmsec").parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", modules("swarmsec"), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_down(path):
    room = room_of(path)
    if room == "__init__":
        pytest.skip("the package's face fetches names when they are used")
    above = []
    for name in imported_by(path):
        parts = name.split(".")
        if parts[0] != "swarmsec" or len(parts) < 2 or parts[1] == room:
            continue
        same_floor_is_fine = HEIGHT[room] <= 1
        if HEIGHT[parts[1]] > HEIGHT[room] or (HEIGHT[parts[1]] == HEIGHT[room] and not same_floor_is_fine):
            above.append(name)
    assert above == []


@pytest.mark.parametrize("path", modules("swarmsec"), ids=lambda path: str(path.relative_to(ROOT)))
def test_the_engine_imports_no_plugin(path):
    assert [name for name in imported_by(path) if name.split(".")[0] in {"attacks", "defenses", "scenarios"}] == []


@pytest.mark.parametrize("path", modules("attacks", "defenses"), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_plugin_imports_the_public_faces_and_no_other_plugin(path):
    ours = [name for name in imported_by(path) if name.split(".")[0] in {"swarmsec", "attacks", "defenses"}]
    assert [
        name for name in ours if name.split(".")[0] != "swarmsec" or name.split(".")[1] not in PLUGIN_MAY_IMPORT
    ] == []
    assert [name for name in ours if len(name.split(".")) > 2] == [], "a room's face is enough"


@pytest.mark.parametrize("command", ["import swarmsec", "main --help", "main list", "main validate blackswarm"])
def test_starting_up_imports_none_of_the_heavy_libraries(command):
    lines = ["import sys, swarmsec"]
    if command.startswith("main"):
        words = command.split()[1:]
        lines += ["from swarmsec.cli import main", "try:", f"    main({words!r})", "except SystemExit:", "    pass"]
    lines += ["print('\\n', sorted({'mesa', 'numba', 'sklearn', 'pyod'} & set(sys.modules)))"]
    done = subprocess.run([sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1].strip() == "[]"
