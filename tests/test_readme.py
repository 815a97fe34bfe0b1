"""The commands of README.md run, and their output equals the output in README.md."""

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
    """A folder with the files of README.md."""
    there = tmp_path_factory.mktemp("reader")
    write_files(FENCES, there)
    return there


@pytest.mark.parametrize(
    "fence",
    [
        pytest.param(fence, marks=pytest.mark.slow) if "blackswarm_subtle" in fence else fence
        for fence in of_kind(FENCES, "console")
    ],
    ids=lambda fence: fence.partition("\n")[0],
)
def test_output_equals_the_output_in_the_readme(fence, folder):
    command, _, expected = fence.partition("\n")
    done = run(words_of(command), folder)
    assert_alike(done.stdout, expected)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("text", of_kind(FENCES, "sh"), ids=lambda text: text.partition("\n")[0].partition(" #")[0])
def test_commands_run_in_the_order_of_the_readme(text, folder):
    for line in text.splitlines():
        done = run(shlex.split(line, comments=True)[1:], folder)
        assert done.returncode == 0, f"{line}: {done.stderr}"


@pytest.mark.parametrize("code", of_kind(FENCES, "python"))
def test_a_python_example_runs(code, folder):
    done = run_python(code, folder)
    assert done.returncode == 0, done.stderr


def test_the_setup_lines_install_the_locked_versions():
    for mark in ("demo", "tests"):
        (command,) = of_kind(FENCES, "sh", mark)
        assert "pip install -q -c requirements.lock -e" in command
    assert (ROOT / "requirements.lock").exists()


def test_the_table_of_a_run_folder_lists_every_file(folder):
    assert run(["run", "ring_with_a_liar", "--seeds", "2", "--out", "kept"], folder).returncode == 0
    latest = folder / "kept" / "latest"
    named = set(re.findall(r"^\| `([a-z.]+)` \|", README, re.MULTILINE))
    assert {path.name for path in latest.iterdir()} == named
    assert json.loads((latest / "manifest.json").read_text(encoding="utf-8"))["status"] == "done"


def test_options_with_brackets_are_quoted():
    """Some shells expand unquoted brackets."""
    commands = "\n".join(text for kind, _, text in FENCES if kind in {"sh", "console"})
    assert re.findall(r"""^swarmsec [^'"#\n]*[\[*?].*$""", commands, re.MULTILINE) == []
