"""Every public name is documented, and the examples in the docstrings run."""

from __future__ import annotations

import doctest
import functools
import importlib
import inspect
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("swarmsec", "attacks", "defenses")
METHODS = (FunctionType, property, classmethod, staticmethod, functools.cached_property)


def modules() -> list[str]:
    """The dotted name of every module of the checkout."""
    names = []
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            if parts[-1] != "__main__":
                names.append(".".join(parts).removesuffix(".__init__"))
    return names


def is_public(dotted_name: str) -> bool:
    return not any(part.startswith("_") for part in dotted_name.split("."))


def undocumented(owner: type, name: str) -> Iterator[str]:
    """The public names of one class that say nothing, itself included. A method may inherit its docstring."""
    own = vars(owner).get("__doc__")
    if not own or own.startswith(f"{owner.__name__}("):  # What dataclass and NamedTuple write by themselves.
        yield name
    for key, member in vars(owner).items():
        if key.startswith("_"):
            continue
        if inspect.isclass(member) and member.__qualname__.startswith(owner.__qualname__ + "."):
            yield from undocumented(member, f"{name}.{key}")
        told = [vars(base).get(key) for base in owner.__mro__]
        if isinstance(member, METHODS) and not any(each.__doc__ for each in told if isinstance(each, METHODS)):
            yield f"{name}.{key}"


@pytest.mark.parametrize("name", modules())
def test_examples_in_docstrings_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = importlib.import_module(name)
    monkeypatch.chdir(tmp_path)
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    assert doctest.testmod(module, optionflags=flags).failed == 0


@pytest.mark.parametrize("name", [name for name in modules() if is_public(name)])
def test_every_public_name_has_a_docstring(name: str) -> None:
    module = importlib.import_module(name)
    silent = [] if module.__doc__ else [name]
    for key, value in vars(module).items():
        ours = str(getattr(value, "__module__", "")).partition(".")[0] in FOLDERS
        if key.startswith("_") or not ours:
            continue
        if inspect.isclass(value):
            silent += undocumented(value, f"{name}.{key}")
        elif inspect.isroutine(value) and not inspect.getdoc(value):
            silent.append(f"{name}.{key}")
    assert silent == []


def test_the_linter_asks_for_docstrings_at_every_depth() -> None:
    source = "class Outer:\n    class Inner:\n        def method(self): ...\n\n\ndef function(): ...\n"
    command = [
        sys.executable,
        "-m",
        "ruff",
        "check",
        "--output-format=concise",
        "--stdin-filename",
        "swarmsec/x.py",
        "-",
    ]
    report = subprocess.run(command, input=source, text=True, capture_output=True, cwd=ROOT, check=False).stdout
    assert {rule for rule in ("D100", "D101", "D102", "D103", "D106") if rule not in report} == set()
