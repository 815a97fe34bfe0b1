"""The guides are run step by step: their files are written, their commands run, and their output compared.

A fence `yaml FILE`, `csv FILE` or `python plugin=FILE` writes that file, `yaml +FILE` appends to it, and `console` runs
a command; `exit=N` is its exit code, and with `head=N` or `tail=N` only the first or last lines are shown. The standard
error of a refused command is shown as well.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fences import FILES, assert_steps_work, fences

ROOT = Path(__file__).parents[2]
GUIDES = {
    "scenarios/README.md": {*FILES, "console"},
    "docs/write-an-attack.md": {"python", "yaml", "console"},
    "docs/write-a-defense.md": {"python", "yaml", "console"},
    "docs/write-a-world.md": {"python", "yaml", "console"},
    "docs/write-a-protocol.md": {"python", "yaml", "console"},
}


@pytest.mark.slow
@pytest.mark.parametrize("name", GUIDES)
def test_every_step_of_the_guide_works(name, tmp_path):
    page = (ROOT / name).read_text(encoding="utf-8")
    assert {kind for kind, _, _ in fences(page)} == GUIDES[name]
    assert_steps_work(page, tmp_path)
