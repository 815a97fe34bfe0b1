"""Verification by re-running: identical runs pass, and every change is found and located."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from swarmsec.errors import ScenarioError, UsageError
from swarmsec.replay.verification import verify_folder, verify_store
from swarmsec.runs import JobCache, run_scenario, whole, with_nulls
from swarmsec.runs.executors import Processes, Serial, open_executor
from swarmsec.runs.jobs import job, run_job
from swarmsec.runs.recorded_plugins import AllowedFolders
from swarmsec.runs.write_folder import RunFolder
from swarmsec.scenario import load_scenario
from swarmsec.store import Store
from swarmsec.store.rows import ABOUT, RECORDED, checksum
from swarmsec.swarm.arms import Arm
from tests.store.stored import small

PULL = '''"""Pull feeds."""

from dataclasses import dataclass

from swarmsec import Attack, Surface


@dataclass(kw_only=True)
class Pull(Attack):
    """Add a constant to the feeds of the targets."""

    surface = Surface.SIGNAL

    def on_signals(self, readings, red):
        return readings + 3.0
'''


def kept(root: Path, *, seeds=(0, 1, 2), attack="stubborn:daemons=[0],value=100.0", plugins=(), nulls=False) -> Path:
    """The folder of a run, as `swarmsec run` writes it."""
    settings = {"rounds": 12}
    scenario = load_scenario("ring_with_a_liar", attack=attack, settings=settings, plugins=plugins)
    folder = RunFolder(root, scenario, seeds, ["swarmsec", "run", "ring_with_a_liar"])
    cache = JobCache(Serial(), whole)
    result = run_scenario(scenario, seeds, cache, each_seed=folder.add)
    if nulls:
        result = with_nulls(result, scenario, cache)
    folder.finish(result)
    return folder.path


def verified(folder, *, jobs=1, **options):
    with open_executor(jobs=jobs) as executor:
        return verify_folder(folder, executor, **options)


@pytest.fixture(scope="module")
def _made(tmp_path_factory):
    return kept(tmp_path_factory.mktemp("runs"))


@pytest.fixture
def folder(_made, tmp_path):
    """A run of three seeds that a test may damage."""
    return Path(shutil.copytree(_made, tmp_path / _made.name))


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_rerun_is_identical_to_the_run(folder):
    found = verified(folder)
    assert (found.differences, found.reasons, found.notes) == ((), (), ())
    assert found.checked == ("seed 0", "seed 1", "seed 2")


def test_a_rerun_with_nulls_is_identical_to_the_run(tmp_path):
    path = kept(tmp_path, seeds=(0, 1), nulls=True)
    assert verified(path).differences == ()
    result = json.loads((path / "result.json").read_text(encoding="utf-8"))
    assert result["verdict"] == "limited"
    (path / "result.json").write_text(json.dumps({**result, "verdict": "partly"}), encoding="utf-8")
    assert verified(path).differences[0].where == "verdict"


def test_two_processes_give_the_same_verification(folder):
    assert verified(folder, jobs=2) == verified(folder)


def line_of(path: Path, number: int) -> str:
    return path.read_text(encoding="utf-8").splitlines()[number - 1]


def test_a_changed_round_is_found_with_its_seed_arm_round_and_column(folder):
    row = line_of(folder / "rounds.csv", 70)
    cells = row.split(",")
    cells[3] = "0.125"
    change(folder / "rounds.csv", row, ",".join(cells))
    found = verified(folder)
    assert len(found.differences) == 1
    difference = found.differences[0]
    assert difference.file == "rounds.csv"
    assert difference.where == f"line 70 (seed {cells[0]}, {cells[1]} arm, round {cells[2]}), deviation"
    assert (difference.kept, difference.again) == ("0.125", row.split(",")[3])
    assert any("changed afterward" in reason for reason in found.reasons)


@pytest.mark.parametrize(
    ("name", "old", "new", "where"),
    [
        ("rounds.csv", "deviation", "deviations", "line 1"),
        ("rounds.csv", "\n0,clean,3,", "\n0,clean,4,", "line 5"),
        ("rounds.csv", "\n1,clean,0,", "\n9,clean,0,", "line 50"),
        ("events.jsonl", '"hijacked"', '"hijacke"', "line 2, kind"),
        ("events.jsonl", '"daemons": [0]', '"daemons": [1]', "line 1, daemons[0]"),
        ("events.jsonl", '{"seed": 1', '{"sed": 1', "line 5"),
        ("events.jsonl", '{"seed": 0', '{"seed":  0', "line 1"),
        ("result.json", '"mean": ', '"mean": 1', "arms.clean.bill.mean"),
        ("result.json", '"verdict": "limited"', '"verdict": "no_bite"', "verdict"),
        ("result.json", '"bites": true,', "", "bites"),
        ("result.json", "{", '{ "more": 1,', "more"),
        ("result.json", '"recall": 0.0', '"recall": 0.9', "detection.recall"),
        ("result.json", '"engine_version": "', '"engine_version": "9', "engine_version"),
        ("result.json", "--seeds 0,1,2", "--seeds 0,1", "replay"),
        ("result.json", "\n  ", "\n   ", "its layout"),
        ("result.json", "{", "{{", "the whole file"),
        ("manifest.json", '"hijacked": "0"', '"hijacked": "1"', "truth.hijacked"),
    ],
)
def test_a_changed_file_is_found_with_the_field_that_differs_first(folder, name, old, new, where):
    if old not in (folder / name).read_text(encoding="utf-8"):
        pytest.fail(f"{name} has no {old!r}")
    change(folder / name, old, new)
    differences = verified(folder).differences
    assert [one.file for one in differences] == [name]
    assert differences[0].where.startswith(where)


@pytest.mark.parametrize("name", ["rounds.csv", "events.jsonl", "result.json"])
def test_a_missing_file_is_a_difference(folder, name):
    (folder / name).unlink()
    assert [one.file for one in verified(folder).differences] == [name]


@pytest.mark.parametrize("name", ["rounds.csv", "events.jsonl"])
@pytest.mark.parametrize("spoil", [lambda text: text[:-1], lambda text: text + b"\n", lambda text: text[:-40]])
def test_a_file_that_is_shorter_or_longer_is_a_difference(folder, name, spoil):
    path = folder / name
    path.write_bytes(spoil(path.read_bytes()))
    assert [one.file for one in verified(folder).differences] == [name]


def test_another_scenario_in_the_folder_is_found_without_a_rerun(folder):
    change(folder / "scenario.yaml", "value: 100.0", "value: 50.0")
    found = verified(folder)
    assert (found.checked, [one.file for one in found.differences]) == ((), ["scenario.yaml"])


def test_other_seeds_in_the_manifest_are_found(folder):
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, "seeds": [0, 1]}))
    assert [(one.file, one.where) for one in verified(folder).differences] == [("manifest.json", "id")]


def test_a_sample_is_deterministic_and_the_result_is_compared_with_the_rounds(folder):
    first = verified(folder, sample=1)
    assert first == verified(folder, sample=1)
    assert (len(first.checked), first.of, first.differences) == (1, 3, ())
    assert any("result.json was compared with" in note for note in first.notes)
    change(folder / "result.json", '"mean": ', '"mean": 1')
    assert [one.where for one in verified(folder, sample=1).differences] == ["arms.clean.bill.mean"]


def test_metrics_over_the_whole_run_follow_from_the_rounds(tmp_path):
    """`efficiency` of allocation is declared as a mean over rounds."""
    scenario = load_scenario("task_force", settings={"rounds": 6})
    folder = RunFolder(tmp_path, scenario, (0, 1), ["swarmsec", "run", "task_force"])
    result = run_scenario(scenario, (0, 1), JobCache(Serial(), whole), each_seed=folder.add)
    folder.finish(result)
    assert verified(folder.path, sample=1).differences == ()
    rows = [row.split(",") for row in (folder.path / "rounds.csv").read_text(encoding="utf-8").splitlines()]
    column, bill = rows[0].index("efficiency"), rows[0].index(scenario.bill)
    arms = json.loads((folder.path / "result.json").read_text(encoding="utf-8"))["arms"]
    for arm, score in arms.items():
        mine = [row for row in rows if row[1] == arm]
        assert len({row[column] for row in mine}) > 2
        assert score["metrics"]["efficiency"]["mean"] == pytest.approx(sum(float(row[column]) for row in mine) / 12)
        last = [float(row[bill]) for row in mine if row[2] == mine[-1][2]]
        assert score["metrics"][scenario.bill]["mean"] == score["bill"]["mean"] == pytest.approx(sum(last) / 2)


def test_a_difference_is_reported_with_changes_of_the_environment(folder):
    row = line_of(folder / "rounds.csv", 20)
    change(folder / "rounds.csv", row, row + "1")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["versions"]["numpy"] = "1.0"
    manifest |= {"platform": "Plan 9", "cpu_features": ["X86_V2"], "sim_semantics": 0}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    reasons = "\n".join(verified(folder).reasons)
    assert all(
        word in reasons for word in ("numpy 1.0 then", "Plan 9 then", "another processor", "SIM_SEMANTICS 0 then")
    )


def test_a_run_with_changed_plugins_is_refused(tmp_path):
    own = tmp_path / "own"
    own.mkdir()
    (own / "pull.py").write_text(PULL, encoding="utf-8")
    path = kept(tmp_path / "runs", attack="pull", plugins=[own])
    assert verified(path, allowed=AllowedFolders(trust=True)).differences == ()
    with pytest.raises(UsageError, match=r"needs attacks/pull, which is not installed; .* --plugins DIR"):
        verified(path)
    other = tmp_path / "other"
    other.mkdir()
    (other / "pull.py").write_text(PULL.replace("3.0", "4.0"), encoding="utf-8")
    with pytest.raises(ScenarioError, match="attacks/pull has changed since this was run"):
        verified(path, allowed=AllowedFolders([other]))
    shutil.rmtree(own)
    with pytest.raises(UsageError, match="name their folder with --plugins"):
        verified(path, allowed=AllowedFolders(trust=True))


def test_the_stored_part_of_an_interrupted_run_is_compared(folder):
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, "status": "interrupted"}))
    (folder / "result.json").unlink()
    rows = (folder / "rounds.csv").read_text().splitlines(keepends=True)
    (folder / "rounds.csv").write_text("".join(rows[:70]) + rows[70][:9])
    found = verified(folder)
    assert (found.checked, found.differences) == (("seed 0", "seed 1"), ())
    change(folder / "rounds.csv", rows[65], rows[64])
    assert [one.file for one in verified(folder).differences] == ["rounds.csv"]


@pytest.mark.parametrize("manifest", ["", "[]", "{}", '{"id": 3}', '{"id": "x", "seeds": [true]}'])
def test_an_invalid_manifest_is_refused(folder, manifest):
    (folder / "manifest.json").write_text(manifest)
    with pytest.raises(UsageError, match=r"manifest\.json"):
        verified(folder)


@pytest.fixture(scope="module")
def _stored(tmp_path_factory):
    return small(rounds=12).keep(tmp_path_factory.mktemp("store") / "kept.sqlite")


@pytest.fixture
def store(_stored, tmp_path):
    """A store of small runs that a test may damage."""
    return Path(shutil.copy(_stored, tmp_path / "kept.sqlite"))


def spoil(path: Path, **columns: object) -> str:
    """Rewrite columns of one run, with a correct checksum."""
    connection = sqlite3.connect(path)
    run = connection.execute("SELECT id FROM runs WHERE arm = 'attacked' ORDER BY id").fetchone()[0]
    sets = ", ".join(f"{name} = ?" for name in columns)
    connection.execute(f"UPDATE runs SET {sets} WHERE id = ?", (*columns.values(), run))
    names = (*ABOUT, *RECORDED)
    row = connection.execute(f"SELECT {', '.join(names)} FROM runs JOIN blocks ON run = id WHERE id = ?", (run,))
    connection.execute("UPDATE runs SET checksum = ? WHERE id = ?", (checksum(row.fetchone()), run))
    connection.commit()
    connection.close()
    return str(run)


def test_reruns_of_a_store_are_identical(store):
    found = verify_store(store, Serial(), sample=None)
    assert (found.differences, found.refused) == ((), ())
    assert len(found.checked) == found.of


def test_a_sample_of_a_store_is_deterministic_for_any_number_of_processes(store):
    first = verify_store(store, Serial(), sample=3)
    assert len(first.checked) == 3
    processes = Processes(2)
    try:
        assert verify_store(store, processes, sample=3) == first
    finally:
        processes.close()


@pytest.mark.parametrize(
    ("columns", "where"),
    [
        ({"digest": "0" * 64}, "digest"),
        ({"finals": None}, "the last deviation"),
        ({"watch": None}, "watch.hits"),
        ({"unit": "USD"}, "unit"),
    ],
)
def test_a_changed_run_of_a_store_is_found(store, columns, where):
    with Store.open(store, read_only=True) as opened:
        run = min(one for one, summary in opened.summaries().items() if summary.arm == "attacked")
    row = sqlite3.connect(store).execute("SELECT finals, watch FROM runs WHERE id = ?", (run,)).fetchone()
    finals, watch = json.loads(row[0]), json.loads(row[1])
    changed = {"finals": json.dumps(finals | {"deviation": 0.5}), "watch": json.dumps(watch | {"hits": 99})}
    assert spoil(store, **{key: value or changed[key] for key, value in columns.items()}) == run
    found = verify_store(store, Serial(), sample=None)
    assert [one.file.split()[0] for one in found.differences] == [run[:12]]
    assert found.differences[0].where == where


def test_a_run_of_a_store_with_a_changed_plugin_is_refused_and_the_others_are_rerun(tmp_path):
    own = tmp_path / "own"
    own.mkdir()
    (own / "pull.py").write_text(PULL, encoding="utf-8")
    scenario = load_scenario("ring_with_a_liar", attack="pull", settings={"rounds": 5}, plugins=[own])
    path = tmp_path / "kept.sqlite"
    with Store.open(path) as opened:
        for arm in (Arm.CLEAN, Arm.ATTACKED):
            one = job(scenario, 0, arm)
            opened.add(one, run_job(one))
    trusting = AllowedFolders(trust=True)
    assert verify_store(path, Serial(), sample=None, allowed=trusting).refused == ()
    connection = sqlite3.connect(path)
    connection.execute("UPDATE runs SET folders = '[\"/nowhere\"]' WHERE arm = 'attacked'")
    connection.execute("UPDATE runs SET sim_semantics = 99 WHERE arm = 'clean'")
    connection.commit()
    connection.close()
    found = verify_store(path, Serial(), sample=None, allowed=trusting)
    assert sorted(why.split(":")[0].split(",")[0] for _, why in found.refused) == [
        "/nowhere",
        "was run with SIM_SEMANTICS 99",
    ]
    assert (found.checked, found.differences) == ((), ())


def test_a_store_without_a_run_has_nothing_to_verify(tmp_path):
    with Store.open(tmp_path / "empty.sqlite"):
        pass
    with pytest.raises(UsageError, match="nothing to verify"):
        verify_store(tmp_path / "empty.sqlite", Serial())
