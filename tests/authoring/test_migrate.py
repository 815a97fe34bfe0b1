"""Migration, with steps that exist only in this test, because the format has had one version so far."""

from datetime import date

import pytest

from swarmsec.authoring import migrate
from swarmsec.authoring.migrate import MIGRATIONS, Migration, migrated
from swarmsec.authoring.yaml_layout import comments, unquoted
from swarmsec.errors import ScenarioError
from swarmsec.scenario import versions
from swarmsec.scenario.versions import CURRENT, OLDER
from tests.authoring.conftest import RING

OLD = """\
# an old one
apiVersion: swarmsec/v0
name: old   # name
world: {kind: beliefs, initial: [0, 0, 1, 2, 3, 4, 5]}
network: {kind: circulant, n: 7, offsets: [1, 2]}  # a ring
# how long
length: 20   # twenty

# red
attacks:
  - kind: stubborn  # liar
    # whom
    daemons: [0]
seeds: [7]  # lucky
# end
"""

NEW = OLD.replace("swarmsec/v0", CURRENT).replace("length: 20 ", "rounds: 20").replace("old   #", "old  #")


def _rename_length(top):
    keys = [unquoted(entry.key) for entry in top.entries]
    if {"length", "rounds"} <= set(keys):
        raise ScenarioError("given next to `rounds`; keep one of the two", where="length")
    if "length" in keys:
        top.entries[keys.index("length")].key = "rounds"


def _drop_nothing(top):
    """A step that changes nothing but the version."""


@pytest.fixture
def steps(monkeypatch):
    """Two steps lead from swarmsec/v0a through swarmsec/v0 to the current version."""
    monkeypatch.setattr(
        migrate,
        "MIGRATIONS",
        (
            Migration("swarmsec/v0a", "swarmsec/v0", date(2026, 1, 1), _drop_nothing),
            Migration("swarmsec/v0", CURRENT, date(2026, 2, 1), _rename_length),
        ),
    )
    monkeypatch.setattr(versions, "OLDER", ("swarmsec/v0a", "swarmsec/v0"))


def test_every_older_version_has_a_step_and_the_last_step_leads_to_the_current_version():
    assert [step.old for step in MIGRATIONS] == list(OLDER)
    assert [step.new for step in MIGRATIONS] == [*OLDER, CURRENT][1:]
    assert sorted(step.since for step in MIGRATIONS) == [step.since for step in MIGRATIONS]


def test_a_text_of_the_current_version_is_unchanged():
    assert migrated(RING) == RING
    assert migrated("name: x\n") == "name: x\n"


def test_check_reports_no_change_for_files_of_version_1(command, folder):
    ran = command("migrate", "--check", "ring.yaml")
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert command("migrate", "--check", "--json", "ring.yaml").json["files"] == [
        {"file": "ring.yaml", "changed": False}
    ]


def test_an_unknown_version_is_refused_with_the_known_ones(command):
    ran = command("migrate", "--check", "-", given="apiVersion: swarmsec/v9\n")
    assert ran.code == 3
    assert "unknown apiVersion 'swarmsec/v9'; known: swarmsec/v1" in ran.err


@pytest.mark.usefixtures("steps")
def test_a_step_is_applied_and_every_comment_stays():
    assert migrated(OLD) == NEW
    assert sorted(comments(NEW)) == sorted(comments(OLD))
    assert migrated(NEW) == NEW


@pytest.mark.usefixtures("steps")
def test_steps_are_applied_one_after_another():
    assert migrated(OLD.replace("swarmsec/v0", "swarmsec/v0a")) == NEW


@pytest.mark.usefixtures("steps")
def test_an_error_of_a_step_names_the_file_and_the_key():
    with pytest.raises(ScenarioError, match="given next to `rounds`") as error:
        migrated(OLD + "rounds: 3\n", "old.yaml")
    assert error.value.where == "old.yaml  length"


@pytest.mark.usefixtures("steps")
def test_check_lists_files_of_older_versions_and_write_rewrites_them(command, folder):
    (folder / "old.yaml").write_text(OLD, encoding="utf-8")
    ran = command("migrate", "--check", "old.yaml", "ring.yaml")
    assert (ran.code, ran.out) == (1, "old.yaml: would be migrated\n")
    assert (folder / "old.yaml").read_text(encoding="utf-8") == OLD
    assert command("migrate", "--write", "old.yaml", "ring.yaml").code == 0
    assert (folder / "old.yaml").read_text(encoding="utf-8") == NEW
    assert command("migrate", "--check", "old.yaml", "ring.yaml").code == 0
    assert command("validate", "old.yaml").code == 0


@pytest.mark.usefixtures("steps")
def test_validate_reports_an_older_version_only(command, folder):
    (folder / "old.yaml").write_text(OLD, encoding="utf-8")
    ran = command("validate", "old.yaml")
    assert ran.code == 3
    assert "swarmsec migrate --write" in ran.err
    assert ran.err.count("old.yaml:") == 1
    assert "old.yaml:2:13" in ran.err


@pytest.mark.usefixtures("steps")
def test_standard_input_is_migrated_to_standard_output(command):
    assert command("migrate", "-", given=OLD)[:2] == (0, NEW)


def test_usage_errors(command):
    assert command("migrate", "ring.yaml").code == 2
    assert command("migrate", "--check", "--write", "ring.yaml").code == 2
    assert command("migrate", "--check", "nowhere.yaml").code == 2
    assert command("migrate", "--check", "-", given="a: [").code == 3
