"""A run's folder has one reader; it names the file that is missing or broken."""

from __future__ import annotations

import json

import pytest

from swarmsec.errors import UsageError
from swarmsec.runs.read_folder import (
    FileLine,
    find_run,
    parse_event,
    parse_rounds,
    read_json,
    read_lines,
    read_manifest,
)

MANIFEST = {"id": "x-1", "scenario_digest": "d", "plugins": {}, "seeds": [3], "sim_semantics": 1, "versions": {}}


@pytest.fixture
def folder(tmp_path):
    run = tmp_path / "x-1"
    run.mkdir()
    (run / "manifest.json").write_text(json.dumps(MANIFEST), encoding="utf-8")
    return run


def test_latest_is_followed_as_a_link_and_as_a_file(folder):
    (folder.parent / "latest").write_text("x-1\n", encoding="utf-8")
    assert find_run(folder.parent / "latest") == folder
    (folder.parent / "latest").unlink()
    (folder.parent / "latest").symlink_to("x-1", target_is_directory=True)
    assert find_run(folder.parent / "latest").resolve() == folder.resolve()


def test_a_name_is_looked_up_in_runs(folder, monkeypatch):
    monkeypatch.chdir(folder.parent)
    (folder.parent / "runs").mkdir()
    folder.rename(folder.parent / "runs" / "x-1")
    assert read_manifest(find_run("x-1")) == MANIFEST


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "is not JSON"),
        ("[]", "is not a mapping"),
        (json.dumps(MANIFEST | {"seeds": [-1]}), "'seeds.0' must be greater than or equal to 0"),
        (json.dumps(MANIFEST | {"id": 1}), "'id' must be a valid string"),
    ],
)
def test_a_broken_manifest_is_refused_by_name(folder, text, why):
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=why) as caught:
        read_manifest(folder)
    assert caught.value.where == str(folder / "manifest.json")


def test_a_missing_or_unreadable_file_is_refused_by_name(folder):
    with pytest.raises(UsageError, match="is missing") as caught:
        read_json(folder, "result.json")
    assert caught.value.where == str(folder / "result.json")
    (folder / "result.json").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="is not UTF-8 text"):
        read_json(folder, "result.json")


def test_a_line_without_an_end_is_returned_apart(folder):
    (folder / "events.jsonl").write_text('{"a": 1}\n{"b', encoding="utf-8")
    assert read_lines(folder, "events.jsonl") == ([FileLine(1, '{"a": 1}')], FileLine(2, '{"b'))
    (folder / "events.jsonl").write_text("", encoding="utf-8")
    assert read_lines(folder, "events.jsonl") == ([], None)


def test_a_line_that_is_no_event_is_refused():
    with pytest.raises(ValueError, match="no event"):
        parse_event(FileLine(1, '{"seed": 1}'))


def test_a_metric_named_like_an_arm_and_a_large_seed_are_read_exactly():
    seed = 2**62 + 1
    rows = ["seed,arm,round,clean", f"{seed},clean,0,1.5", f"{seed},clean,1,nan"]
    table = parse_rounds([FileLine(number, row) for number, row in enumerate(rows, 1)])
    assert (table.metrics, table.seeds, table.arms) == (("clean",), (seed, seed), ("clean", "clean"))
    assert table.values[0].tolist() == [1.5]


@pytest.mark.parametrize("rows", [[], ["a,b,c"], ["seed,arm,round,bill", "1,clean,0"], ["seed,arm,round", "x,clean,0"]])
def test_what_is_no_table_of_rounds_is_refused(rows):
    with pytest.raises(ValueError, match=r"columns|invalid literal"):
        parse_rounds([FileLine(number, row) for number, row in enumerate(rows, 1)])
