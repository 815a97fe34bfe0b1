"""README's commands are run, and their output is compared with the one shown."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from tests.fences import assert_alike, fences, of_kind, run, run_python, words_of, write_files

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
FENCES = fences(README)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the files that README asks for."""
    there = tmp_path_factory.mktemp("reader")
    write_files(FENCES, there)
    return there


@pytest.mark.parametrize("fence", of_kind(FENCES, "console"), ids=lambda fence: fence.partition("\n")[0])
def test_output_is_as_shown(fence, folder):
    command, _, expected = fence.partition("\n")
    done = run(words_of(command), folder)
    assert_alike(done.stdout, expected)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("text", of_kind(FENCES, "sh"), ids=lambda text: text.partition("\n")[0].partition(" #")[0])
def test_commands_run_in_their_order(text, folder):
    for line in text.splitlines():
        done = run(shlex.split(line, comments=True)[1:], folder)
        assert done.returncode == 0, f"{line}: {done.stderr}"


@pytest.mark.parametrize("code", of_kind(FENCES, "python"))
def test_a_python_example_runs(code, folder):
    done = run_python(code, folder)
    assert done.returncode == 0, done.stderr


def test_the_set_up_lines_install_what_the_lock_pins():
    for mark in ("demo", "tests"):
        (command,) = of_kind(FENCES, "sh", mark)
        assert "pip install -q -c requirements.lock -e" in command
    assert (ROOT / "requirements.lock").exists()


def test_the_table_of_a_runs_folder_names_every_file_in_it(folder):
    assert run(["run", "ring_with_a_liar", "--seeds", "2", "--out", "kept"], folder).returncode == 0
    latest = folder / "kept" / "latest"
    named = set(re.findall(r"^\| `([a-z.]+)` \|", README, re.MULTILINE))
    assert {path.name for path in latest.iterdir()} == named
    assert json.loads((latest / "manifest.json").read_text(encoding="utf-8"))["status"] == "done"


def test_options_with_brackets_are_quoted():
    """Some shells expand brackets that are not quoted."""
    commands = "\n".join(text for kind, _, text in FENCES if kind in {"sh", "console"})
    assert re.findall(r"""^swarmsec [^'"#\n]*[\[*?].*$""", commands, re.MULTILINE) == []
