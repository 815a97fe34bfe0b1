"""The authoring guide is run step by step: its files are written, its commands run, and their output compared.

A fence `yaml FILE` or `csv FILE` writes that file, `yaml +FILE` appends to it, and `console` runs a command; `exit=N`
is its exit code, and with `tail=N` only the last lines are shown. The standard error of a refused command is shown as
well.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fences import FILES, assert_alike, fences, number_in, run, shown_by, words_of, write_files

GUIDE = Path(__file__).parents[2] / "scenarios" / "README.md"


@pytest.mark.slow
def test_every_step_of_the_guide_works(tmp_path):
    steps = fences(GUIDE.read_text(encoding="utf-8"))
    assert {kind for kind, _, _ in steps} == {*FILES, "console"}
    for kind, info, text in steps:
        if kind in FILES:
            write_files([(kind, info, text)], tmp_path)
            continue
        command, _, expected = text.partition("\n")
        done = run(words_of(command), tmp_path)
        assert done.returncode == number_in(info, "exit"), f"{command}\n{done.stderr}"
        assert_alike(shown_by(done, info), expected)
