"""The authoring guide is run step by step: its files are written, its commands run, and their output compared.

A fence `yaml FILE` writes that file, `yaml +FILE` appends to it, and `console` runs a command; `exit=N` is its exit
code, and with `tail=N` only the last lines are shown. The standard error of a refused command is shown as well.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.fences import assert_alike, fences, run, words_of

GUIDE = Path(__file__).parents[2] / "scenarios" / "README.md"


def number_in(info, name):
    found = re.search(rf"{name}=(\d+)", info)
    return int(found[1]) if found else 0


def shown_by(done, info):
    lines = (done.stdout or done.stderr).rstrip().splitlines()
    return "\n".join(lines[-number_in(info, "tail") :])


def write(folder, info, text):
    path = folder / info.removeprefix("+")
    before = path.read_text(encoding="utf-8") if info.startswith("+") else ""
    path.write_text(before + text, encoding="utf-8")


@pytest.mark.slow
def test_every_step_of_the_guide_works(tmp_path):
    steps = fences(GUIDE.read_text(encoding="utf-8"))
    assert {kind for kind, _, _ in steps} == {"yaml", "console"}
    for kind, info, text in steps:
        if kind == "yaml":
            write(tmp_path, info, text)
            continue
        command, _, expected = text.partition("\n")
        done = run(words_of(command), tmp_path)
        assert done.returncode == number_in(info, "exit"), f"{command}\n{done.stderr}"
        assert_alike(shown_by(done, info), expected)
