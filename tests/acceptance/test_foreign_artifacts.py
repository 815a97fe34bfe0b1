"""What others made is data: no command imports code that a run's folder, a store or a scenario names."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from swarmsec.runs import JobCache, run_scenario, whole
from swarmsec.runs.executors import Serial
from swarmsec.runs.write_folder import RunFolder
from swarmsec.scenario import load_scenario
from swarmsec.store import Store
from swarmsec.tournament import Request, plan_of, run_plan

PULL = '''"""Pull feeds, and leave a trace of the import where the folder is armed."""

from dataclasses import dataclass
from pathlib import Path

from _trace import leave_trace

from swarmsec import Attack, Surface

leave_trace(__file__)


@dataclass(kw_only=True)
class Pull(Attack):
    """Add a constant to the feeds of the targets."""

    surface = Surface.SIGNAL

    def on_signals(self, readings, red):
        return readings + 3.0
'''
TRACE = """from pathlib import Path


def leave_trace(file):
    if (Path(file).parent / "armed").exists():
        (Path(file).parent / "fired").open("a").write(Path(file).name + "\\n")


leave_trace(__file__)
"""


@pytest.fixture(scope="module")
def _made(tmp_path_factory):
    """The folder of a run and a store that need a plug-in of a folder."""
    root = tmp_path_factory.mktemp("made")
    own = root / "own"
    own.mkdir()
    (own / "pull.py").write_text(PULL, encoding="utf-8")
    (own / "_trace.py").write_text(TRACE, encoding="utf-8")
    scenario = load_scenario(
        "ring_with_a_liar", attack="pull:daemons=[0]", settings={"rounds": 8, "seeds": 2}, plugins=[own]
    )
    folder = RunFolder(root / "runs", scenario, scenario.seeds, ["swarmsec", "run"])
    folder.finish(run_scenario(scenario, scenario.seeds, JobCache(Serial(), whole), each_seed=folder.add))
    settings = {"rounds": 8}
    attacks = (({"kind": "pull", "daemons": [0]},),)
    request = Request(
        scenarios=("ring_with_a_liar",),
        attacks=attacks,
        seeds=(0, 1),
        nulls=False,
        settings=settings,
        plugins=(str(own),),
    )
    plan = plan_of(request)
    with Store.open(root / "kept.sqlite") as store:
        run_plan(plan, store, Serial())
    return root, folder.id


class Stranger:
    """A run's folder and a store of somebody else, which name a folder that notices an import."""

    def __init__(self, made: tuple[Path, str], root: Path) -> None:
        source, name = made
        self.folder = Path(shutil.copytree(source / "runs" / name, root / name))
        self.store = Path(shutil.copy(source / "kept.sqlite", root / "kept.sqlite"))
        self.plugins = Path(shutil.copytree(source / "own", root / "theirs", ignore=shutil.ignore_patterns("__*")))
        (self.plugins / "armed").touch()
        (self.plugins / "unneeded.py").write_text(PULL.replace("Pull", "Unneeded"), encoding="utf-8")
        manifest = json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))
        manifest["plugin_folders"] = [str(self.plugins)]
        (self.folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        with sqlite3.connect(self.store) as connection:
            connection.execute("UPDATE runs SET folders = ?", (json.dumps([str(self.plugins)]),))
            self.run = connection.execute("SELECT id FROM runs WHERE arm = 'attacked'").fetchone()[0]
        connection.close()
        _renew_checksums(self.store)

    @property
    def fired(self) -> list[str]:
        """The files of the folder that were imported."""
        there = self.plugins / "fired"
        return sorted(set(there.read_text(encoding="utf-8").split())) if there.exists() else []


def _renew_checksums(path: Path) -> None:
    from swarmsec.store.rows import ABOUT, RECORDED, checksum

    names = ", ".join((*ABOUT, *RECORDED))
    connection = sqlite3.connect(path)
    for row in connection.execute(f"SELECT {names} FROM runs LEFT JOIN blocks ON run = id").fetchall():
        connection.execute("UPDATE runs SET checksum = ? WHERE id = ?", (checksum(row), row[0]))
    connection.commit()
    connection.close()


@pytest.fixture
def stranger(_made, tmp_path):
    return Stranger(_made, tmp_path)


COMMANDS = {
    "report": (["report", "FOLDER"], 0),
    "report a store": (["report", "STORE"], 0),
    "verify": (["verify", "FOLDER"], 2),
    "verify with processes": (["verify", "FOLDER", "--jobs", "2"], 2),
    "verify a store": (["verify", "STORE"], 3),
    "replay": (["replay", "FOLDER", "--round", "0"], 2),
    "replay steps": (["replay", "FOLDER"], 2),
    "replay --attribute": (["replay", "FOLDER", "--attribute"], 2),
    "replay a run of a store": (["replay", "RUN", "--store", "STORE", "--events"], 2),
    "results": (["results", "STORE"], 0),
    "results --matrix": (["results", "STORE", "--matrix"], 0),
    "results --leaderboard": (["results", "STORE", "--leaderboard"], 0),
    "results --sql": (["results", "STORE", "--sql", "SELECT count(*) FROM rounds"], 0),
    "export": (["export", "STORE", "--csv", "FOLDER/csv"], 0),
    "lint": (["lint", "FOLDER/scenario.yaml"], 3),
    "lint --deep": (["lint", "FOLDER/scenario.yaml", "--deep"], 3),
    "validate": (["validate", "FOLDER/scenario.yaml"], 3),
    "resolve": (["resolve", "FOLDER/scenario.yaml"], 3),
    "certify": (["certify", "FOLDER/scenario.yaml"], 3),
    "fmt": (["fmt", "--check", "FOLDER/scenario.yaml"], None),
    "diff": (["diff", "ring_with_a_liar", "FOLDER/scenario.yaml"], 3),
    "run": (["run", "FOLDER/scenario.yaml", "--out", "FOLDER/out"], 3),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_imports_what_a_stranger_names(cli, stranger, name, monkeypatch):
    monkeypatch.chdir(stranger.plugins)  # Not even with the folder as the working directory.
    words, code = COMMANDS[name]
    there = {"FOLDER": str(stranger.folder), "STORE": str(stranger.store), "RUN": stranger.run}
    for word, value in there.items():
        words = [one.replace(word, value) for one in words]
    ran = cli(*words)
    assert stranger.fired == []
    assert code is None or ran.code == code, ran.out + ran.err


@pytest.mark.parametrize(
    "words", [["verify", "FOLDER"], ["verify", "STORE"], ["replay", "RUN", "--store", "STORE", "--round", "0"]]
)
def test_a_missing_plugin_is_named_with_the_two_ways_to_load_it(cli, stranger, words):
    there = {"FOLDER": str(stranger.folder), "STORE": str(stranger.store), "RUN": stranger.run}
    ran = cli(*(there.get(word, word) for word in words))
    said = ran.out + ran.err
    assert "attacks/pull" in said
    assert "--plugins DIR" in said
    assert f"{stranger.plugins}, with --trust" in said


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("what", ["folder", "store"])
def test_trust_announces_the_folder_and_imports_only_the_needed_files(cli, stranger, what, jobs):
    ran = cli("verify", getattr(stranger, what), "--trust", "--jobs", jobs)
    assert ran.code == 0, ran.err
    assert f"loading attacks/pull from {stranger.plugins}" in ran.err
    assert stranger.fired == ["_trace.py", "pull.py"]


@pytest.mark.parametrize("options", [["--trust"], ["--plugins", "THEIRS"]])
@pytest.mark.parametrize("file", ["pull.py", "_trace.py"])
@pytest.mark.parametrize("what", ["folder", "store"])
def test_changed_plugins_are_refused_before_their_import(cli, stranger, options, file, what):
    with (stranger.plugins / file).open("a", encoding="utf-8") as changed:
        changed.write("\nCHANGED = True\n")
    options = [str(stranger.plugins) if word == "THEIRS" else word for word in options]
    ran = cli("verify", getattr(stranger, what), *options)
    assert ran.code == 3
    assert "changed since this was run" in ran.out + ran.err
    assert stranger.fired == []


@pytest.mark.parametrize("what", ["folder", "store"])
def test_named_plugins_verify_and_replay_the_run(cli, stranger, what):
    assert cli("verify", getattr(stranger, what), "--plugins", stranger.plugins).code == 0
    run = stranger.folder if what == "folder" else stranger.run
    ran = cli("replay", run, "--store", stranger.store, "--round", 1, "--plugins", stranger.plugins)
    assert ran.code == 0, ran.err
    assert "which the run names" not in ran.err


def test_a_report_with_the_named_plugins_shows_the_network(cli, stranger):
    assert cli("report", stranger.folder).code == 0
    assert "--plugins DIR" in (stranger.folder / "report.html").read_text(encoding="utf-8")
    assert cli("report", stranger.folder, "--plugins", stranger.plugins).code == 0
    assert "does not load here" not in (stranger.folder / "report.html").read_text(encoding="utf-8")


def test_a_kind_that_leads_out_of_the_folder_names_no_file(cli, stranger, tmp_path):
    (tmp_path / "outside.py").write_text(PULL, encoding="utf-8")
    manifest = json.loads((stranger.folder / "manifest.json").read_text(encoding="utf-8"))
    for kind in ("../outside", "..outside", "_trace", "pull/../../outside", "."):
        changed = manifest | {"plugins": {f"attacks/{kind}": "0" * 64}}
        (stranger.folder / "manifest.json").write_text(json.dumps(changed), encoding="utf-8")
        assert cli("verify", stranger.folder, "--trust").code in {2, 3}
    assert stranger.fired == []


def test_the_plugins_of_a_tournament_file_are_announced_before_their_import(cli, stranger, tmp_path):
    file = tmp_path / "theirs.yaml"
    file.write_text(
        "apiVersion: swarmsec/v1\nkind: Tournament\nscenarios: [ring_with_a_liar]\nattacks: [no_such_attack]\n"
        "plugins: [theirs]\n",
        encoding="utf-8",
    )
    ran = cli("tournament", file, "--store", tmp_path / "s.sqlite")
    assert ran.code == 3
    assert f"{file} loads plug-ins from {stranger.plugins}" in ran.err.splitlines()[0]


def test_a_store_names_no_file_of_this_machine_as_a_scenario(cli, stranger, tmp_path):
    """A tournament's plan is data too: the name of its scenario opens only the library."""
    import os

    os.mkfifo(tmp_path / "fifo")
    connection = sqlite3.connect(stranger.store)
    from swarmsec.store.rows import canonical, checksum

    id, name, plan = connection.execute("SELECT id, name, plan FROM tournaments").fetchone()
    text = canonical(
        {**json.loads(plan), "scenarios": [{**json.loads(plan)["scenarios"][0], "name": str(tmp_path / "fifo")}]}
    )
    connection.execute("UPDATE tournaments SET plan = ?, checksum = ?", (text, checksum((id, name, text))))
    connection.execute("UPDATE entries SET scenario = ?", (str(tmp_path / "fifo"),))
    connection.commit()
    connection.close()
    assert cli("report", stranger.store).code == 0
