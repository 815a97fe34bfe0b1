"""The catalog that `list` and `show` read has the content of the registry and the library."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from swarmsec.cli import list_show, main
from swarmsec.cli.catalog import FILE, make_catalog, read_catalog
from swarmsec.cli.make_catalog import catalog_text
from swarmsec.registry import Registry


def test_the_catalog_is_up_to_date():
    made = json.loads(json.dumps(make_catalog()))
    stored = read_catalog()
    stale = [
        f"{shelf}/{name}"
        for shelf in made | stored
        for name in made.get(shelf, {}) | stored.get(shelf, {})
        if made.get(shelf, {}).get(name) != stored.get(shelf, {}).get(name)
    ]
    assert not stale, f"{FILE.name} is out of date for {', '.join(stale)}; run `make catalog`"
    assert FILE.read_text(encoding="utf-8") == catalog_text(), "run `make catalog`"


@pytest.fixture
def printed(capsys):
    """Run a command with the catalog and with the registry: its output in both cases."""

    def call(monkeypatch, *arguments):
        texts = []
        for registry in (None, Registry()):
            monkeypatch.setattr(list_show, "_registry", lambda plugins, chosen=registry: chosen)
            with pytest.raises(SystemExit) as end:
                main(list(arguments))
            texts.append((end.value.code, *capsys.readouterr()))
        return texts

    return call


@pytest.mark.parametrize(
    "line", ["list", "list --json", "list topologies", "show none --json", "show wmsr", "show trading", "show wmsrr"]
)
def test_the_catalog_prints_what_the_registry_prints(line, printed, monkeypatch):
    catalog, registry = printed(monkeypatch, *line.split())
    assert catalog == registry


@pytest.mark.parametrize("line", ["list", "list scenarios", "show wmsr", "show average_consensus"])
def test_list_and_show_of_shipped_plugins_import_no_registry(line):
    program = f"""
import sys
from swarmsec.cli import main
try:
    main({line.split()!r})
except SystemExit as end:
    assert not end.code, end.code
for heavy in ("swarmsec.registry", "swarmsec.scenario", "ruamel.yaml", "numpy", "rich", "importlib.metadata"):
    assert heavy not in sys.modules, heavy + " is imported"
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_folder_of_plugins_is_listed_with_the_shipped_ones(tmp_path, capsys):
    (tmp_path / "quiet.py").write_text(
        "from dataclasses import dataclass\n"
        "from swarmsec import Defense, Vantage\n\n\n"
        "@dataclass(kw_only=True)\n"
        "class Quiet(Defense):\n"
        '    """Does nothing quietly."""\n\n'
        "    vantage = Vantage.LOCAL\n",
        encoding="utf-8",
    )
    with pytest.raises(SystemExit):
        main(["list", "defenses", "--json", "--plugins", str(tmp_path)])
    listed = json.loads(capsys.readouterr().out)["defenses"]
    assert listed["quiet"] == "Does nothing quietly."
    assert listed.keys() > read_catalog()["defenses"].keys()
