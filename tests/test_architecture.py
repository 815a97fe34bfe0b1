"""Rules of the layout: imports point down, the engine names no plug-in, names are unique, starting is fast."""

from __future__ import annotations

import ast
import functools
import importlib
import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sizes import code_lines, lines_by_package, shares

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

LAYERS = [
    {"errors", "arrays", "compile", "visible", "short_repr", "_version"},
    {"rng", "parameters", "files"},
    {"plugin", "entry_points", "threats"},
    {"registry"},
    {"network"},
    {"messages"},
    {"aggregation"},
    {"checkers"},
    {"immunity"},
    {"teams"},
    {"protocols"},
    {"worlds"},
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
"""From the lowest to the highest: a package imports from layers below its own."""

SHARED_LAYERS = 1
"""Modules of the lowest layers, up to this one, may import each other."""

HEIGHT = {package: height for height, packages in enumerate(LAYERS) for package in packages}
PLUGIN_MAY_IMPORT = {"teams", "messages", "aggregation", "immunity", "network", "errors", "parameters", "arrays"}
SHARE_MAX = 0.12


def modules(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


@functools.cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported_by(path: Path) -> Iterator[str]:
    """The modules that a file imports, TYPE_CHECKING included."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def package_of(path: Path) -> str:
    """The package of `swarmsec` that a file is in, or the name of a module at its top."""
    return path.relative_to(ROOT / "swarmsec").parts[0].removesuffix(".py")


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def offenders(found: dict[Path, list[str]]) -> dict[str, list[str]]:
    """The non-empty findings, by path of the file."""
    return {str(path.relative_to(ROOT)): names for path, names in found.items() if names}


def test_imports_point_down() -> None:
    """`swarmsec/__init__.py` is excluded: it imports names when they are first used."""

    def above(path: Path) -> list[str]:
        package = package_of(path)
        names = [name.split(".") for name in imported_by(path) if name.startswith("swarmsec.")]
        others = [parts for parts in names if parts[1] != package]
        height = HEIGHT[package]
        return [
            ".".join(parts)
            for parts in others
            if HEIGHT[parts[1]] > height or (HEIGHT[parts[1]] == height and height > SHARED_LAYERS)
        ]

    assert offenders({path: above(path) for path in modules("swarmsec") if package_of(path) != "__init__"}) == {}


def test_the_engine_imports_no_plugin() -> None:
    plugins = {"attacks", "defenses", "scenarios"}
    found = {
        path: [name for name in imported_by(path) if name.split(".")[0] in plugins] for path in modules("swarmsec")
    }
    assert offenders(found) == {}


def test_plugins_import_public_packages_only() -> None:
    """A plug-in imports no other plug-in, and no module below a package of the engine."""

    def forbidden(name: str) -> bool:
        first, *rest = name.split(".")
        return first in {"attacks", "defenses"} or (
            first == "swarmsec" and not (len(rest) == 1 and rest[0] in PLUGIN_MAY_IMPORT)
        )

    found = {path: [*filter(forbidden, imported_by(path))] for path in modules("attacks", "defenses")}
    assert offenders(found) == {}


def test_no_exported_name_hides_a_module() -> None:
    hidden = set()
    for path in modules("swarmsec"):
        module = dotted(path)
        package, _, name = module.rpartition(".")
        if package and name != "__main__":
            loaded = importlib.import_module(module)
            if getattr(sys.modules[package], name, loaded) is not loaded:
                hidden.add(module)
    assert hidden == set()


def defined_names(path: Path) -> Iterator[str]:
    """Every name that a file defines: functions, classes, variables and attributes."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            if isinstance(node.value, ast.Name) and node.value.id in {"self", "cls"}:
                yield node.attr
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def private_attributes(path: Path) -> Iterator[str]:
    """Attributes with a leading underscore that a file uses, except those of `self` and `cls`."""
    # Of named tuples, of `os`, and of numba's dispatchers, which have no public way to set a cache.
    public = {"_replace", "_asdict", "_fields", "_make", "_exit", "_cache"}
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Attribute) and node.attr.startswith("_") and not node.attr.startswith("__"):
            of_itself = isinstance(node.value, ast.Name) and node.value.id in {"self", "cls"}
            if not of_itself and node.attr not in public:
                yield node.attr


def test_no_private_attribute_of_another_package_is_used() -> None:
    own = defaultdict(set)
    for path in modules("swarmsec"):
        own[package_of(path)].update(defined_names(path))
    found = {
        path: [name for name in private_attributes(path) if name not in own[package_of(path)]]
        for path in modules("swarmsec")
    }
    found |= {path: list(private_attributes(path)) for path in modules("attacks", "defenses")}
    assert offenders(found) == {}


def test_only_tests_may_use_private_attributes() -> None:
    ignores = PROJECT["tool"]["ruff"]["lint"]["per-file-ignores"]
    exempted = {files for files, rules in ignores.items() if any(rule.startswith("SLF") for rule in rules)}
    assert exempted == {"tests/**"}


def test_no_package_has_over_12_percent_of_the_code() -> None:
    assert {package: share for package, share in shares(lines_by_package()).items() if share > SHARE_MAX} == {}


def test_class_names_are_unique() -> None:
    places = defaultdict(set)
    for path in modules("swarmsec", "attacks", "defenses"):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.ClassDef):
                places[node.name].add(dotted(path))
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


@pytest.mark.parametrize("command", ["import swarmsec", "main --help", "main list", "main validate blackswarm"])
def test_startup_imports_no_slow_library(command: str) -> None:
    lines = ["import sys, swarmsec"]
    if command.startswith("main"):
        words = command.split()[1:]
        lines += ["from swarmsec.cli import main", "try:", f"    main({words!r})", "except SystemExit:", "    pass"]
    lines += ["print('\\n', sorted({'mesa', 'numba', 'sklearn', 'pyod'} & set(sys.modules)))"]
    done = subprocess.run([sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1].strip() == "[]"


def imports_between_modules() -> dict[str, set[str]]:
    """Module → the modules of this tree that it imports by name, including imports in functions and TYPE_CHECKING."""
    paths = {dotted(path): path for path in modules("swarmsec", "attacks", "defenses")}
    found = {}
    for module, path in paths.items():
        names: set[str] = set()
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                submodules = {f"{node.module}.{alias.name}" for alias in node.names}
                names |= (submodules & paths.keys()) or {node.module}
        found[module] = (names & paths.keys()) - {module}
    return found


def cycles(imports: dict[str, set[str]]) -> list[list[str]]:
    """The sets of modules that import each other: strongly connected components of at least two (Tarjan 1972)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found = []

    def visit(module: str) -> None:
        index[module] = low[module] = len(index)
        stack.append(module)
        for other in sorted(imports[module]):
            if other not in index:
                visit(other)
            if other in stack:
                low[module] = min(low[module], low[other])
        if low[module] == index[module]:
            component = stack[stack.index(module) :]
            del stack[stack.index(module) :]
            if len(component) > 1:
                found.append(sorted(component))

    for module in sorted(imports):
        if module not in index:
            visit(module)
    return found


def test_cycles_are_sets_of_modules_that_import_each_other() -> None:
    assert cycles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [["a", "b", "c"]]
    assert cycles({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


def test_modules_have_no_import_cycle() -> None:
    assert cycles(imports_between_modules()) == []


def test_comments_and_docstrings_are_not_code_lines() -> None:
    source = '"""A\nmodule."""\n\n# Why.\nx = 1  # One.\n\n\ndef f():\n    """Do."""\n    return x\n'
    assert code_lines(source) == {5, 8, 10}


def test_the_table_in_contributing_lists_all_packages_in_layer_order() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    table = text.partition("\n## Packages\n")[2].partition("\n## ")[0]
    rows = [re.findall(r"`(\w+)`", line.split("|")[1]) for line in table.splitlines() if line.startswith("|")]
    named = [package for row in rows for package in row if package != "swarmsec"]
    assert set(named) == set(HEIGHT) - {"_version"}
    heights = [min(HEIGHT[package] for package in row) for row in rows if row and row != ["swarmsec"]]
    assert heights == sorted(heights, reverse=True)
