"""The identity of a plug-in covers every module that it consists of."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from swarmsec.registry import Registry, source_digest
from swarmsec.registry._identity import _modules, _roots
from tests.registry.library import ROOT, entry_points, install, scenario, swarmsec, write_folder

RUN = ["run", "five.yaml", "--json"]
TOURNAMENT = ["tournament", "five.yaml", "--no-nulls", "--json", "--resume", "--seeds", "1"]


@pytest.mark.slow
@pytest.mark.parametrize("source", ["folder", pytest.param("package", marks=pytest.mark.slow)])
def test_a_changed_helper_changes_the_run_id_and_the_results(tmp_path, source):
    more = ["--plugins", "lib"] if source == "folder" else []
    lib = write_folder(tmp_path / "lib")
    if source == "package":
        install(tmp_path, "lib", entry_points("lib"))
    (tmp_path / "five.yaml").write_text(scenario())

    def ran():
        run, tournament = swarmsec([*RUN, *more], [*TOURNAMENT, *more], site=tmp_path, cwd=tmp_path)
        assert {run.code, tournament.code} <= {0, 4}, run.err + tournament.err
        manifest = json.loads((tmp_path / "runs" / "latest" / "manifest.json").read_text())
        return manifest["id"], json.loads(run.out)["damage"]["attacked"]["mean"], json.loads(tournament.out)["cells"]

    first = ran()
    (lib / "_shared.py").write_text("FACTOR = 3.0\n")
    after = ran()
    assert after[0] != first[0]
    assert after[1] != first[1]
    assert after[2] != first[2]


@pytest.mark.parametrize(
    ("helper", "changes", "stays"),
    [
        ("swarmsec/worlds/_market.py", ("worlds", "trading"), ("worlds", "beliefs")),
        ("swarmsec/protocols/_bids.py", ("protocols", "cbba"), ("protocols", "average_consensus")),
        ("swarmsec/network/topologies/_growth.py", ("topologies", "scale_free"), ("topologies", "ring")),
        ("swarmsec/network/topologies/_base.py", ("topologies", "ring"), ("worlds", "beliefs")),
        ("attacks/stubborn.py", ("attacks", "stubborn"), ("attacks", "none")),
        ("defenses/wmsr.py", ("defenses", "wmsr"), ("defenses", "none")),
    ],
)
def test_a_changed_shipped_helper_changes_only_plugins_that_import_it(tmp_path, helper, changes, stays):
    for folder in ("swarmsec", "attacks", "defenses"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))

    def digests():
        program = (
            "import json, sys; from swarmsec.registry import Registry, source_digest\n"
            "print(json.dumps([source_digest(Registry().get(*one)) for one in json.loads(sys.argv[1])]))"
        )
        done = subprocess.run(
            [sys.executable, "-c", program, json.dumps([changes, stays])],
            cwd=tmp_path,
            env={"PYTHONPATH": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(done.stdout)

    before = digests()
    with (tmp_path / helper).open("a") as file:
        file.write("\n# Changed.\n")
    after = digests()
    assert [old == new for old, new in zip(before, after, strict=True)] == [False, True]


BASE = """
from dataclasses import dataclass
from swarmsec.teams import Attack, Surface
{imports}

@dataclass(kw_only=True)
class Mine(Attack):
    surface = Surface.SIGNAL
"""


@pytest.mark.parametrize(
    ("imports", "files", "counts"),
    [
        ("import _a", {"_a.py": "x = 1"}, True),
        ("from _a import x", {"_a.py": "x = 1"}, True),
        ("from . import _a", {"_a.py": "x = 1"}, True),
        ("from ._a import x", {"_a.py": "x = 1"}, True),
        ("from ._b import y", {"_b.py": "from _a import x as y", "_a.py": "x = 1"}, True),
        ("from ._p._a import x", {"_p/_a.py": "x = 1"}, True),
        ("from ._p import x", {"_p/__init__.py": "from ._a import x", "_p/_a.py": "x = 1"}, True),
        ("if True:\n    try:\n        from _a import x\n    except OSError: pass", {"_a.py": "x = 1"}, True),
        ("def late():\n    from _a import x", {"_a.py": "x = 1"}, True),
        ("import json", {"_a.py": "x = 1"}, False),
    ],
)
def test_the_digest_includes_exactly_the_imported_modules(tmp_path, imports, files, counts):
    digests = []
    for copy, value in (("one", "x = 1"), ("two", "x = 1"), ("three", "x = 2")):
        for name, text in {"mine.py": BASE.format(imports=imports), **files}.items():
            path = Path(tmp_path, copy, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(value if name.endswith("_a.py") else text)
        digests.append(source_digest(Registry([tmp_path / copy]).get("attacks", "mine")))
    assert digests[0] == digests[1]
    assert (digests[2] != digests[0]) == counts


def test_the_digest_includes_the_shipped_base_class(tmp_path):
    (tmp_path / "louder.py").write_text(
        "from dataclasses import dataclass\nfrom attacks.stubborn import Stubborn\n"
        "@dataclass(kw_only=True)\nclass Louder(Stubborn):\n    value: float = 9.0\n"
    )
    plugin = Registry([tmp_path]).get("attacks", "louder")
    modules = [(found.label, found.digest) for found in _modules(plugin.__module__, _roots(plugin.__module__))]
    assert {label for label, _ in modules} == {".louder", "attacks", "attacks.stubborn"}
