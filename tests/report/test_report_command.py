"""`swarmsec report`, and the page that `swarmsec run` writes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from swarmsec.cli import main
from swarmsec.errors import ExitCode
from tests.report.conftest import RING, Page


def call(*words: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    return int(ended.value.code or 0)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_report_writes_the_same_page_as_the_run(capsys):
    Path("ring.yaml").write_text(
        json.dumps({"apiVersion": "swarmsec/v1", "kind": "Scenario", **RING}), encoding="utf-8"
    )
    assert call("run", "ring.yaml") == ExitCode.DONE
    page = Path("runs/latest/report.html")
    first = page.read_bytes()
    page.unlink()
    capsys.readouterr()
    assert call("report") == ExitCode.DONE
    assert capsys.readouterr().out.strip() == str(page)
    assert page.read_bytes() == first


def test_a_second_run_into_a_folder_removes_the_old_page_first(ring, tmp_path):
    from swarmsec.runs.write_folder import RunFolder
    from swarmsec.scenario import load_scenario

    with RunFolder(tmp_path, load_scenario(RING), [0, 1, 2], ["swarmsec"]) as folder:
        folder.keep_report("old")
    again = RunFolder(tmp_path, load_scenario(RING), [0, 1, 2], ["swarmsec"])
    assert again.path == folder.path
    assert not (again.path / "report.html").exists()


def test_several_folders_give_one_page_each_and_out_takes_only_one(ring, trading, tmp_path, capsys):
    copies = [Path(shutil.copytree(folder, tmp_path / folder.name)) for folder in (ring, trading)]
    for folder in copies:
        (folder / "report.html").unlink()
    assert call("report", *copies) == ExitCode.DONE
    assert all((folder / "report.html").is_file() for folder in copies)
    capsys.readouterr()
    assert call("report", *copies, "--out", "one.html") == ExitCode.USAGE
    assert "give one source" in capsys.readouterr().err
    assert call("report", copies[0], "--out", "one.html") == ExitCode.DONE
    assert Path("one.html").read_bytes() == (ring / "report.html").read_bytes()


def test_a_store_and_the_json_of_a_tournament_give_the_same_page_except_for_commands(store, tournament, capsys):
    assert call("report", store, "--out", "store.html") == ExitCode.DONE
    printed = store.with_name("tournament.json")
    assert (
        call(
            "report",
            printed,
            "--out",
            "printed.html",
        )
        == ExitCode.DONE
    )
    first, second = (Page(Path(name).read_text(encoding="utf-8")) for name in ("store.html", "printed.html"))
    assert first.figures == second.figures
    assert call("report", store, "--tournament", tournament["id"][:8]) == ExitCode.DONE
    assert Path(capsys.readouterr().out.split()[-1]).name == f"store-{tournament['id'][:10]}.html"


def test_latest_can_be_a_file_with_the_name_of_the_run(ring, capsys):
    shutil.copytree(ring, Path("runs") / ring.name)
    Path("runs/latest").write_text(ring.name + "\n", encoding="utf-8")
    assert call("report", "--out", "page.html") == ExitCode.DONE
    assert Path("page.html").read_bytes() == (ring / "report.html").read_bytes()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["report", "nowhere"], "nowhere: no such folder or file"),
        (["report"], "no such folder or file"),
        (["report", "empty"], "not a run's folder"),
        (["report", "text.json"], "neither a run's folder, nor a store"),
        (["report", "bytes.sqlite"], "neither a run's folder, nor a store"),
        (["report", "empty", "--tournament", "x"], "--tournament: a run's folder has no tournaments"),
    ],
    ids=" ".join,
)
def test_an_invalid_source_gives_a_one_line_error(words, message, capsys):
    Path("empty").mkdir()
    Path("text.json").write_text('{"schema": "other"}', encoding="utf-8")
    Path("bytes.sqlite").write_bytes(b"\0\xff")
    assert call(*words) == ExitCode.USAGE
    printed = capsys.readouterr().err
    assert message in printed
    assert printed.count("\n") == 1


def test_an_unwritable_target_gives_an_error(ring, capsys):
    assert call("report", ring, "--out", "nowhere/page.html") == ExitCode.USAGE
    assert "name another file with --out" in capsys.readouterr().err
