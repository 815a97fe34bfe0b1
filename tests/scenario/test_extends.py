"""A scenario extends one of the library or a file below its own folder. Errors quote no line of another file."""

from __future__ import annotations

import os

import pytest

from swarmsec import load_scenario
from swarmsec.scenario import InvalidScenarioError

BASE = """apiVersion: swarmsec/v1
kind: Scenario
name: base
world: {kind: beliefs, initial: [0, 1, 2]}
network: {kind: ring, n: 3}
rounds: 5
"""
SECRET = "hunter2-is-the-password"


@pytest.fixture
def folders(tmp_path):
    """A project with a scenario `mine.yaml` in a folder, and files outside of it."""
    for name in ("project/mine", "project/mine/deeper", "elsewhere"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("project/base.yaml", "project/mine/base.yaml", "project/mine/deeper/base.yaml", "elsewhere/base.yaml"):
        (tmp_path / name).write_text(BASE, encoding="utf-8")
    return tmp_path


def extending(folders, base, text="rounds: 3\n"):
    path = folders / "project/mine/mine.yaml"
    path.write_text(f"extends: {base}\nname: mine\n{text}", encoding="utf-8")
    return path


@pytest.mark.parametrize("base", ["base.yaml", "deeper/base.yaml", "./deeper/../base.yaml", "ring_with_a_liar"])
def test_a_base_below_the_folder_of_the_scenario_or_of_the_library_is_read(folders, base):
    assert load_scenario(extending(folders, base)).rounds == 3


@pytest.mark.parametrize(
    "base", ["../base.yaml", "{root}/elsewhere/base.yaml", "../../elsewhere/base.yaml", "link.yaml"]
)
def test_a_base_elsewhere_is_refused_unless_its_folder_is_allowed(folders, base):
    (folders / "project/mine/link.yaml").symlink_to(folders / "elsewhere/base.yaml")
    path = extending(folders, base.format(root=folders))
    with pytest.raises(InvalidScenarioError, match=r"is not below .*project/mine, .*--extends-from DIR"):
        load_scenario(path)
    assert load_scenario(path, extends_from=[folders]).rounds == 3


def test_the_base_of_a_base_is_below_the_folder_of_the_first_scenario(folders):
    (folders / "project/mine/deeper/middle.yaml").write_text("extends: ../base.yaml\n", encoding="utf-8")
    assert load_scenario(extending(folders, "deeper/middle.yaml")).rounds == 3
    (folders / "project/mine/deeper/middle.yaml").write_text("extends: ../../base.yaml\n", encoding="utf-8")
    with pytest.raises(InvalidScenarioError, match="is not below"):
        load_scenario(extending(folders, "deeper/middle.yaml"))


def test_a_file_of_the_working_directory_is_not_beside_a_scenario_elsewhere(folders, monkeypatch):
    monkeypatch.chdir(folders / "elsewhere")
    (folders / "elsewhere/other.yaml").write_text(BASE, encoding="utf-8")
    with pytest.raises(InvalidScenarioError, match="is not below"):
        load_scenario(extending(folders, "other.yaml"))


@pytest.mark.parametrize(
    "content",
    [
        f"root: {SECRET}\n",
        f"{SECRET}\n",
        f"- {SECRET}\n",
        f"a: [\n{SECRET}: 'x\n",
        f"\t{SECRET}",
        f"apiVersion: v1\nkind: Secret\ndata: {SECRET}\n",
        f"a: 1\na: {SECRET}\n",
        f"!!int {SECRET}\n",
    ],
)
def test_an_error_quotes_nothing_of_a_file_that_is_no_scenario(folders, content):
    (folders / "project/mine/secret.txt").write_text(content, encoding="utf-8")
    with pytest.raises(InvalidScenarioError) as refused:
        load_scenario(extending(folders, "secret.txt"))
    assert SECRET not in str(refused.value)
    assert SECRET not in str([one.to_dict() for one in refused.value.findings])


@pytest.mark.parametrize("kind", ["pipe", "device", "null character", "loop", "folder"])
def test_a_base_that_is_no_regular_file_is_refused(folders, kind):
    there = folders / "project/mine/special"
    if kind == "pipe":
        os.mkfifo(there)
    elif kind == "device":
        there.symlink_to("/dev/zero")
    elif kind == "loop":
        there.symlink_to("special")
    elif kind == "folder":
        there.mkdir()
    name = '"a\\0b"' if kind == "null character" else "special"
    with pytest.raises(InvalidScenarioError):
        load_scenario(extending(folders, name))


def test_the_commands_allow_a_folder_by_an_option(cli, folders):
    path = extending(folders, "../base.yaml")
    for command in ("run", "validate", "lint", "resolve"):
        more = ["--out", folders / "out"] if command == "run" else []
        refused = cli(command, path, *more)
        assert (refused.code, "--extends-from DIR" in refused.err) == (3, True)
        allowed = cli(command, path, "--extends-from", folders, *more)
        assert allowed.code in {0, 4}
        assert command != "run" or f"--extends-from {folders}" in allowed.out.replace("\n", " ")
