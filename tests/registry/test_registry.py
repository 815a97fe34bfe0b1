"""Plug-ins are found among shipped files, in folders, and among the entry points of installed packages."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

from swarmsec import run
from swarmsec.errors import PluginError, UnknownNameError, UsageError
from swarmsec.plugin import FAMILIES
from swarmsec.registry import Registry, _packages, source_digest
from swarmsec.scenario import load_scenario
from swarmsec.teams import Attack, Defense
from tests.registry.library import install
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
def installed(tmp_path_factory, monkeypatch):
    """Install packages with entry points into a folder of `sys.path`."""
    site = tmp_path_factory.mktemp("site")
    monkeypatch.syspath_prepend(str(site))

    def put(name, version="1.0", group="swarmsec.attacks", **points):
        install(site, name, {group: points}, version=version)
        for cached in (_packages._installed, _packages.load):
            cached.cache_clear()
        return Registry()

    yield put
    for cached in (_packages._installed, _packages.load):
        cached.cache_clear()


def test_shipped_plugins_are_found_and_none_is_the_first() -> None:
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


def test_an_attack_in_a_folder_runs_like_any_other(folder) -> None:
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
    with pytest.raises(PluginError, match="a plug-in's file must define one plug-in; found Mine, Other"):
        Registry([folder(both=both)]).get("attacks", "both")


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
    with pytest.raises(UsageError, match=f"the attack `{kind}` already exists"):
        Registry([folder(**{kind: ATTACK})])


def test_a_kind_in_two_folders_is_refused(tmp_path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "mine.py").write_text(textwrap.dedent(ATTACK))
    with pytest.raises(UsageError, match="the attack `mine` already exists"):
        Registry([tmp_path / "one", tmp_path / "two"])


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("x = 1\nimport no_such_module_anywhere\n", 2, "ModuleNotFoundError"),
        ("x = 1\ny = = 2\n", 2, "SyntaxError"),
        ("\n\n1 / 0\n", 3, "ZeroDivisionError"),
    ],
)
def test_an_error_in_a_file_is_reported_with_its_line(folder, text, line, says) -> None:
    where = folder(broken=text) / "broken.py"
    registry = Registry([where.parent])
    assert registry.broken().keys() == {"broken"}
    with pytest.raises(PluginError, match=says) as refused:
        registry.get("defenses", "broken")
    assert refused.value.where == f"{where}:{line}"


def test_an_error_in_a_helper_is_reported_with_the_line_of_the_helper(folder) -> None:
    where = folder(mine="import _helper\n" + textwrap.dedent(ATTACK), _helper="x = 1\n1 / 0\n") / "_helper.py"
    with pytest.raises(PluginError, match="ZeroDivisionError") as refused:
        Registry([where.parent]).get("attacks", "mine")
    assert refused.value.where == f"{where}:2"


def test_a_broken_file_with_the_kind_of_a_shipped_plugin_does_not_fall_back_to_it(folder) -> None:
    with pytest.raises(PluginError, match="SyntaxError"):
        Registry([folder(stubborn="x = = 2")]).get("attacks", "stubborn")


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_has_shipped_plugins_with_their_traits(family) -> None:
    for plugin in Registry().classes(family).values():
        assert plugin.family == family
        assert all(isinstance(getattr(plugin, trait), kind) for trait, kind in plugin.traits.items())


def test_an_entry_point_of_a_package_is_found_by_its_full_name_and_by_its_kind(installed) -> None:
    registry = installed("The_Irs.x", theirs="attacks.stubborn:Stubborn")
    assert "the-irs-x/theirs" in registry.kinds("attacks")
    for name in ("the-irs-x/theirs", "The_Irs.x/theirs", "theirs"):
        assert registry.get("attacks", name).__name__ == "Stubborn"
        assert registry.full_name("attacks", name) == "the-irs-x/theirs"
        assert registry.package_of("attacks", name) == ("the-irs-x", "1.0")
    assert registry.short_names("attacks") == {"theirs": "the-irs-x/theirs"}
    assert registry.package_of("attacks", "stubborn") is None


def test_a_kind_of_two_packages_needs_the_package(installed) -> None:
    installed("one", theirs="attacks.stubborn:Stubborn")
    registry = installed("two", theirs="attacks.none:NoAttack")
    with pytest.raises(UnknownNameError, match="several packages define it: one/theirs, two/theirs"):
        registry.get("attacks", "theirs")
    assert registry.get("attacks", "one/theirs") is not registry.get("attacks", "two/theirs")
    assert registry.short_names("attacks") == {}


def test_a_package_does_not_replace_a_shipped_plugin_or_one_in_a_folder(installed, folder) -> None:
    installed("other", stubborn="attacks.none:NoAttack", doubled="attacks.none:NoAttack")
    registry = Registry([folder(doubled=ATTACK)])
    assert registry.get("attacks", "stubborn").__name__ == "Stubborn"
    assert registry.get("attacks", "doubled").__name__ == "Mine"
    assert registry.get("attacks", "other/stubborn").__name__ == "NoAttack"
    assert registry.short_names("attacks") == {}


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("no_such_module_anywhere:Thing", "cannot be imported: ModuleNotFoundError"),
        ("attacks.stubborn:NoSuchClass", "cannot be imported: AttributeError"),
        ("defenses.wmsr:WMSR", "is not the class of a plug-in of the family attacks"),
        ("attacks.stubborn:np", "is not the class of a plug-in of the family attacks"),
        ("swarmsec.teams:Attack", "needs the trait `surface`"),
    ],
)
def test_a_broken_entry_point_is_an_error_only_where_it_is_used(installed, value, says) -> None:
    registry = installed("other", broken=value, good="attacks.stubborn:Stubborn")
    assert registry.get("attacks", "good").__name__ == "Stubborn"
    assert registry.classes("attacks").keys() == set(registry.kinds("attacks")) - {"other/broken"}
    assert registry.broken("attacks").keys() == {"other/broken"}
    with pytest.raises(PluginError, match=says) as refused:
        registry.get("attacks", "broken")
    assert value in refused.value.where


def test_a_package_whose_entry_points_cannot_be_read_does_not_hide_others(installed, tmp_path_factory) -> None:
    installed("good", theirs="attacks.stubborn:Stubborn")
    registry = installed("bad", **{"a\nb": "x"})
    assert registry.get("attacks", "theirs").__name__ == "Stubborn"
    assert registry.broken().keys() == {"bad"}


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
def test_a_package_anywhere_on_the_path_is_found(tmp_path, suffix) -> None:
    metadata = tmp_path / f"theirs-1.0.{suffix}"
    metadata.mkdir()
    (metadata / ("METADATA" if suffix == "dist-info" else "PKG-INFO")).write_text("Name: theirs\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(
        "[console_scripts]\nx = y:z\n\n[swarmsec.attacks]\ntheirs = theirs:Theirs\n"
    )
    program = PACKAGE.format(folder=str(tmp_path))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "'theirs/theirs'" in done.stdout


def test_metadata_is_not_read_where_no_package_defines_plugins(tmp_path) -> None:
    program = PACKAGE.format(folder=str(tmp_path)) + 'assert "importlib.metadata" not in sys.modules'
    subprocess.run([sys.executable, "-c", program], check=True)
