"""Commands that must start fast import no heavy package."""

import json
import subprocess
import sys

import pytest

HEAVY = ("mesa", "numba", "sklearn", "pyod")

LOADED = """
import json, sys
{code}
loaded = {{name.partition(".")[0] for name in sys.modules}}
print("\\n" + json.dumps(sorted(loaded & set({heavy!r}))), file=sys.__stderr__)
"""


def loaded_by(code):
    """The heavy packages that `code` imports in a fresh interpreter."""
    program = LOADED.format(code=code, heavy=HEAVY)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    return json.loads(done.stderr.strip().splitlines()[-1])


def command_line(*arguments):
    return (
        "from swarmsec.cli import main\n"
        f"sys.argv = {['swarmsec', *arguments]!r}\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code"
    )


def test_import_swarmsec_imports_nothing_heavy():
    assert loaded_by("import swarmsec") == []


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["--version"], ["run", "--help"], ["list"], ["show", "stubborn"], ["validate", "blackswarm"]],
    ids=" ".join,
)
def test_a_command_without_a_run_imports_nothing_heavy(arguments):
    assert loaded_by(command_line(*arguments)) == []


def test_loading_a_scenario_imports_nothing_heavy():
    assert loaded_by("import swarmsec; swarmsec.load_scenario('blackswarm')") == []


def test_the_base_classes_of_plugins_import_nothing_heavy():
    assert loaded_by("from swarmsec import Attack, Defense, Surface, Vantage") == []


def test_a_run_without_pyod_does_not_import_it():
    code = (
        "import swarmsec\nswarmsec.run({'apiVersion': 'swarmsec/v1', 'kind': 'Scenario', 'name': 'x', 'version': 1,"
        " 'world': {'kind': 'beliefs'}, 'network': {'kind': 'ring', 'n': 5}, 'rounds': 2,"
        " 'protocol': {'kind': 'average_consensus'}}, seeds=2)"
    )
    assert not set(loaded_by(code)) & {"pyod", "sklearn"}
