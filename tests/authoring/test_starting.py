"""A command starts fast because it imports little, and prints the same as if it imported everything."""

from __future__ import annotations

import inspect
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import typer

from swarmsec.cli import lazy_commands as lazy
from swarmsec.cli.commands import COMMANDS
from swarmsec.errors import ScenarioError
from swarmsec.scenario import build as parts
from swarmsec.scenario import library, load_scenario

CORPUS = sorted((Path(__file__).parent / "corpus").glob("*/*.yaml"))
WITH_NUMPY = {"campaign", "two_cliques"}
"""One counts the daemons of `same:`, the other lists its edges, which are checked for repetitions."""


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_a_command_is_the_first_line_of_its_docstring(name):
    module, _, attribute = COMMANDS[name].home.partition(".")
    home = getattr(import_module(f"swarmsec.cli.{module}"), attribute)
    about = home.info.help if isinstance(home, typer.Typer) else inspect.getdoc(home)
    assert about.partition("\n")[0] == COMMANDS[name].help


CHECKS = """
import sys
from swarmsec.cli import main
try:
    main({words!r})
except SystemExit as end:
    assert not end.code, end.code
for heavy in ("numpy._core", "pydantic", "importlib.metadata", "rich", "swarmsec.cli.run"):
    assert heavy not in sys.modules, heavy + " is imported"
"""


def test_checking_the_library_executes_no_numpy_and_imports_no_pydantic():
    """Write array types in quotes or as annotations, as `swarmsec.arrays` does, and make no array on import."""
    names = [name for name in library() if name not in WITH_NUMPY]
    program = CHECKS.format(words=["validate", *names])
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


USES = {
    "an attribute": "assert np.zeros(2).sum() == 0",
    "its types": "assert npt.NDArray[np.float64]",
    "a name of a part": "from numpy.linalg import norm; assert norm([3, 4]) == 5",
    "a part": "import numpy.linalg; assert np.linalg.norm([3, 4]) == 5 and numpy.linalg is np.linalg",
    "compiled code": "import numba; assert numba.njit(lambda x: np.sum(x))(np.ones(3)) == 3",
}
DEFERRED = """
import sys
from swarmsec.cli.lazy_numpy import numpy_on_demand
numpy_on_demand()
import numpy as np
import numpy.typing as npt
import numpy
assert "numpy._core" not in sys.modules
{use}
assert sys.modules["numpy"] is np and type(np) is type(sys) and np.__spec__.name == "numpy"
assert npt is np.typing and np.ndarray.__module__ == "numpy"
assert not [finder for finder in sys.meta_path if type(finder).__module__ == "swarmsec.cli.lazy_numpy"]
"""


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_lazy_numpy_is_the_real_module_after_its_first_use(use):
    program = DEFERRED.format(use=use)
    done = subprocess.run([sys.executable, "-W", "error::UserWarning", "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


LINES = [
    "validate",
    "validate ring.yaml",
    "validate ring.yaml nothing.yaml ring.yaml",
    "validate --json ring.yaml",
    "validate --json --json nothing.yaml",
    "validate -- ring.yaml",
    "validate -x ring.yaml",
    "list scenarios --json",
    "list scenario",
    "list scenarios worlds",
    "list topologies",
    "show wmsr",
    "show",
    "explain rounds --json",
    "explain rounds name",
    "diff ring.yaml cube",
    "diff ring.yaml",
    "fmt --check ring.yaml",
]


@pytest.mark.parametrize("line", LINES)
def test_a_fast_command_gives_the_same_output_as_typer(line, command, monkeypatch):
    quick = command(*line.split())
    monkeypatch.setattr(lazy._FastCommand, "_plain_values", lambda self, args: None)
    assert command(*line.split()) == quick


def test_an_environment_variable_is_handled_by_typer(command, monkeypatch):
    monkeypatch.setenv("SWARMSEC_JSON", "1")
    assert command("validate", "ring.yaml").json[0]["valid"]


def verdict(source):
    try:
        return load_scenario(source).digest
    except ScenarioError as error:
        return str(error)


def test_a_check_by_counts_accepts_only_scenarios_that_build(monkeypatch):
    sources = [*CORPUS, *library()]
    by_counts = {str(source): verdict(source) for source in sources}
    monkeypatch.setattr(parts, "fits_by_counts", lambda n, **those: False)
    assert {str(source): verdict(source) for source in sources} == by_counts
