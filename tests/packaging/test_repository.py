"""Files that other programs read are valid: citation, workflow, issue forms, hooks."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from swarmsec import __version__
from tests import hooks

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
FORMS = sorted(set((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml")) - {ROOT / ".github/ISSUE_TEMPLATE/config.yml"})
HOOKS = YAML(typ="safe").load(ROOT / ".pre-commit-config.yaml")["repos"][0]["hooks"]


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("citation-file-format", ["CITATION.cff"]),
        ("github-workflows", [".github/workflows/ci.yml"]),
        ("github-issue-config", [".github/ISSUE_TEMPLATE/config.yml"]),
        ("github-issue-forms", [str(form) for form in FORMS]),
    ],
)
def test_a_file_matches_the_schema_of_its_program(schema: str, files: list[str]) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", *files]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_there_are_forms_for_bugs_plugins_and_scenarios() -> None:
    assert {form.stem for form in FORMS} == {"bug", "plugin", "scenario"}


def test_the_citation_has_the_current_version() -> None:
    citation = YAML(typ="safe").load(ROOT / "CITATION.cff")
    assert (citation["version"], citation["title"]) == (__version__, PROJECT["name"])
    assert citation["license"] == PROJECT["license"]
    assert citation["abstract"] == PROJECT["description"]


def test_hooks_run_commands_of_the_active_environment() -> None:
    assert {hook["language"] for hook in HOOKS} == {"system"}
    assert {shlex.split(hook["entry"])[0] for hook in HOOKS} == {"python"}


def test_the_hosted_ci_runs_the_gate() -> None:
    workflow = YAML(typ="safe").load(ROOT / ".github" / "workflows" / "ci.yml")
    assert workflow["jobs"]["gate"]["steps"][-1]["run"] == ".ci/run"
    pythons = str(workflow["jobs"]["gate"]["steps"][1]["with"]["python-version"]).split()
    assert set(pythons) == set(re.findall(r"Python :: (3\.\d+)", " ".join(PROJECT["classifiers"])))


def test_hooks_refuse_broken_yaml_and_large_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken, large = tmp_path / "broken.yaml", tmp_path / "large.bin"
    broken.write_text("a: [1\n", encoding="utf-8")
    large.write_bytes(bytes(hooks.BYTES_MAX + 1))
    assert hooks.main("yaml", str(broken)) == 1
    assert "broken.yaml" in capsys.readouterr().out
    assert hooks.main("size", str(large), str(broken)) == 1
    assert capsys.readouterr().out == f"{large}: 500,001 bytes; at most 500,000 are allowed\n"
    assert hooks.main("yaml", str(ROOT / "scenarios" / "blackswarm.yaml")) == 0
