"""Plug-ins are found where they ship, in a user's own folder, and among the entry points of other packages."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from importlib.metadata import EntryPoint

import pytest

from swarmsec import registry as plugins
from swarmsec import run
from swarmsec.errors import PluginError, UnknownNameError, UsageError
from swarmsec.registry import Registry, source_digest
from swarmsec.scenario import load_scenario
from swarmsec.teams import Attack, Defense
from tests.strategies import K3, beliefs

ATTACK = """
    from dataclasses import dataclass
    from swarmsec.teams import Attack, Surface

    @dataclass(kw_only=True)
    class Mine(Attack):
        \"\"\"Double every reading.\"\"\"

        surface = Surface.SIGNAL

        def on_signals(self, signals, red):
            return signals * 2
"""
DEFENSE = """
    from dataclasses import dataclass
    from swarmsec.teams import Defense, Surface

    @dataclass(kw_only=True)
    class Mine(Defense):
        sees = Surface.SIGNAL
"""


@pytest.fixture
def folder(tmp_path):
    def write(**files):
        for name, text in files.items():
            (tmp_path / f"{name}.py").write_text(textwrap.dedent(text))
        return tmp_path

    return write


@pytest.fixture
def published(monkeypatch):
    """Pretend that an installed package brings entry points."""

    def publish(**points):
        def entry_points(*, group):
            return [EntryPoint(name, value, group) for name, value in points.items() if group == "swarmsec.attacks"]

        monkeypatch.setattr(plugins, "entry_points", entry_points)
        plugins._entry_points.cache_clear()

    yield publish
    plugins._entry_points.cache_clear()


def test_what_ships_is_found_none_first() -> None:
    registry = Registry()
    shipped = {"none", "false_signal", "stubborn", "equivocation", "conflicting_flood", "hijack"}
    assert shipped <= set(registry.kinds("attacks"))
    assert registry.kinds("defenses")[0] == "none"
    assert all(issubclass(registry.get("attacks", kind), Attack) for kind in registry.kinds("attacks"))
    assert all(issubclass(registry.get("defenses", kind), Defense) for kind in registry.kinds("defenses"))


def test_an_unknown_kind_is_answered_with_the_closest_one() -> None:
    with pytest.raises(UnknownNameError, match="no attack `stuborn`; did you mean `stubborn`"):
        Registry().get("attacks", "stuborn")


def test_a_file_in_a_users_folder_is_a_kind_of_its_name(folder) -> None:
    registry = Registry([folder(doubled=ATTACK, nothing=DEFENSE)])
    assert "doubled" in registry.kinds("attacks")
    assert "doubled" not in registry.kinds("defenses")
    assert issubclass(registry.get("defenses", "nothing"), Defense)


def test_it_plays_like_any_other(folder) -> None:
    scenario = load_scenario(
        beliefs([1, 2, 3], K3, attacks=[{"kind": "doubled", "daemons": "all"}], seeds=2),
        plugins=[folder(doubled=ATTACK)],
    )
    assert run(scenario).damage["attacked"].mean > 0


def test_files_that_begin_with_an_underscore_or_hold_no_plugin_are_left_alone(folder) -> None:
    registry = Registry([folder(_private=ATTACK, helper="x = 1")])
    assert not {"_private", "helper"} & set(registry.kinds("attacks"))


def test_two_plugins_in_a_file_are_refused(folder) -> None:
    both = ATTACK + DEFENSE.replace("class Mine", "class Other")
    with pytest.raises(PluginError, match="one attack or one defense"):
        Registry([folder(both=both)])


def test_an_imported_base_class_is_no_plugin_of_the_file(folder) -> None:
    derived = """
        from dataclasses import dataclass
        from attacks.stubborn import Stubborn

        @dataclass(kw_only=True)
        class Louder(Stubborn):
            value: float = 1000.0
    """
    assert Registry([folder(louder=derived)]).get("attacks", "louder").__name__ == "Louder"


def test_a_folder_that_is_not_there_is_refused(tmp_path) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        Registry([tmp_path / "nowhere"])


@pytest.mark.parametrize("kind", ["stubborn", "none"])
def test_a_kind_that_ships_already_is_refused(folder, kind) -> None:
    with pytest.raises(UsageError, match=f"already one of the attacks called {kind}"):
        Registry([folder(**{kind: ATTACK})])


def test_a_kind_in_two_folders_is_refused(tmp_path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "mine.py").write_text(textwrap.dedent(ATTACK))
    with pytest.raises(UsageError, match="already one of the attacks called mine"):
        Registry([tmp_path / "one", tmp_path / "two"])


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("x = 1\nimport no_such_module_anywhere\n", 2, "ModuleNotFoundError"),
        ("x = 1\ny = = 2\n", 2, "SyntaxError"),
        ("\n\n1 / 0\n", 3, "ZeroDivisionError"),
    ],
)
def test_a_file_that_cannot_be_imported_is_told_with_its_line(folder, text, line, says) -> None:
    where = folder(broken=text) / "broken.py"
    with pytest.raises(PluginError, match=says) as refused:
        Registry([where.parent])
    assert refused.value.where == f"{where}:{line}"


def test_an_entry_point_of_another_package_is_found(published) -> None:
    published(theirs="attacks.stubborn:Stubborn")
    registry = Registry()
    assert "theirs" in registry.kinds("attacks")
    assert registry.get("attacks", "theirs").__name__ == "Stubborn"


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("no_such_module_anywhere:Thing", "cannot be imported"),
        ("attacks.stubborn:NoSuchClass", "cannot be imported"),
        ("defenses.wmsr:WMSR", "must name a subclass of Attack"),
        ("attacks.stubborn:np", "must name a subclass of Attack"),
    ],
)
def test_an_entry_point_that_names_no_attack_is_refused_when_it_is_asked_for(published, value, says) -> None:
    published(theirs=value)
    registry = Registry()
    with pytest.raises(PluginError, match=says) as refused:
        registry.get("attacks", "theirs")
    assert value in refused.value.where


def test_an_entry_point_and_a_users_file_that_share_a_kind_are_refused(published, folder) -> None:
    published(theirs="attacks.stubborn:Stubborn")
    with pytest.raises(UsageError, match="theirs"):
        Registry([folder(theirs=ATTACK)])


def test_an_entry_point_and_a_shipped_plugin_that_share_a_kind_are_refused(published) -> None:
    """Whoever installs it believes that it plays."""
    published(stubborn="attacks.none:NoAttack")
    with pytest.raises(UsageError, match="stubborn"):
        Registry()


def test_the_digest_of_a_source_changes_with_the_source_and_with_nothing_else(tmp_path) -> None:
    digests = []
    for name, text in (("one", ATTACK), ("two", ATTACK), ("three", ATTACK.replace("* 2", "* 3"))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "mine.py").write_text(textwrap.dedent(text))
        digests.append(source_digest(Registry([tmp_path / name]).get("attacks", "mine")))
    assert digests[0] == digests[1] != digests[2]


PACKAGE = """
import sys
sys.path.append({folder!r})
from swarmsec.registry import Registry
print(Registry().kinds("attacks"))
"""


@pytest.mark.parametrize("suffix", ["dist-info", "egg-info"])
def test_a_package_anywhere_on_the_path_is_found_to_bring_an_attack(tmp_path, suffix) -> None:
    told = tmp_path / f"theirs-1.0.{suffix}"
    told.mkdir()
    (told / ("METADATA" if suffix == "dist-info" else "PKG-INFO")).write_text("Name: theirs\nVersion: 1.0\n")
    (told / "entry_points.txt").write_text("[console_scripts]\nx = y:z\n\n[swarmsec.attacks]\ntheirs = theirs:Theirs\n")
    program = PACKAGE.format(folder=str(tmp_path))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "'theirs'" in done.stdout


def test_without_a_package_that_brings_any_nobody_reads_what_packages_say_of_themselves(tmp_path) -> None:
    program = PACKAGE.format(folder=str(tmp_path)) + 'assert "importlib.metadata" not in sys.modules'
    subprocess.run([sys.executable, "-c", program], check=True)
