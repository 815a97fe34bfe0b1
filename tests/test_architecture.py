"""Imports point down the house's floors only, the engine knows no technique by name, and starting up is light."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

FLOORS = [
    {"errors", "arrays", "_version"},
    {"rng", "parameters", "plugin"},
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


def module_name(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_between_modules():
    """Module → the modules of this tree that it imports by name, anywhere in its file and TYPE_CHECKING included."""
    paths = {module_name(path): path for path in modules("swarmsec", "attacks", "defenses")}
    found = {}
    for name, path in paths.items():
        found[name] = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found[name] |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                submodules = {f"{node.module}.{alias.name}" for alias in node.names}
                found[name] |= (submodules & paths.keys()) or {node.module}
        found[name] = (found[name] & paths.keys()) - {name}
    return found


def circles(imports):
    """The sets of modules that import each other: strongly connected components of at least two (Tarjan 1972)."""
    index, low, stack, found = {}, {}, [], []

    def visit(name):
        index[name] = low[name] = len(index)
        stack.append(name)
        for other in sorted(imports[name]):
            if other not in index:
                visit(other)
            if other in stack:
                low[name] = min(low[name], low[other])
        if low[name] == index[name]:
            component = set(stack[stack.index(name) :])
            del stack[stack.index(name) :]
            if len(component) > 1:
                found.append(sorted(component))

    for name in sorted(imports):
        if name not in index:
            visit(name)
    return found


def test_no_modules_import_each_other_in_a_circle():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [["a", "b", "c"]]
    assert circles(imports_between_modules()) == []


def test_no_package_of_the_engine_is_exempt_from_the_rule_about_private_attributes():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"]["lint"]
    exempt = [glob for glob, rules in settings["per-file-ignores"].items() if {"SLF", "SLF001"} & set(rules)]
    assert exempt == ["tests/**"]
    ours = modules("swarmsec", "attacks", "defenses")
    # `noqa` is accepted only for private attributes of the standard library.
    assert [
        f"{path.relative_to(ROOT)}:{number}"
        for path in ours
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if "noqa: SLF001" in line and "multiprocessing." not in line
    ] == []
