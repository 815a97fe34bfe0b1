"""All five families from a folder and from a wheel, in every command that takes plug-ins."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.registry.library import KINDS, entry_points, install, install_wheel, scenario, swarmsec, write_folder


def commands(prefix: str, folder: Path | None) -> dict[str, list[str]]:
    """Commands by name; `prefix` is put before each kind."""
    more = ["--plugins", str(folder)] if folder else []
    return {
        "list": ["list", "--json", *more],
        **{f"show {family}": ["show", prefix + kind, "--json", *more] for family, kind in KINDS.items()},
        **{f"explain {family}": ["explain", f"{family}.{prefix}{kind}", *more] for family, kind in KINDS.items()},
        "schema": ["schema", *more],
        "validate": ["validate", "five.yaml", *more],
        "lint": ["lint", "five.yaml", *more],
        "resolve": ["resolve", "five.yaml", "--json", *more],
        "run": ["run", "five.yaml", "--json", "--attack", f"{prefix}louder:daemons=all,gain=3", *more],
        "tournament": [
            "tournament",
            "five.yaml",
            "--no-nulls",
            *("--attack", f"{prefix}louder:daemons=all"),
            *("--defense", f"{prefix}quieter"),
            "--json",
            *more,
        ],
    }


def document_of(resolved):
    """The single document in the output of `resolve`."""
    (scenario,) = json.loads(resolved.out)["scenarios"]
    return scenario["document"]


@pytest.fixture(scope="module", params=["folder", pytest.param("wheel", marks=pytest.mark.slow)])
def ran(request, tmp_path_factory):
    """The prefix of full names, the folder, and the outcome of every command."""
    there = tmp_path_factory.mktemp(request.param)
    if request.param == "folder":
        prefix, site, folder = "", None, write_folder(there / "mine")
    else:
        prefix, site, folder = "five-lib/", there / "site", None
        install_wheel(site, there / "source")
    (there / "five.yaml").write_text(scenario(prefix))
    wanted = commands(prefix, folder)
    return prefix, there, dict(zip(wanted, swarmsec(*wanted.values(), site=site, cwd=there), strict=True))


def test_every_command_accepts_plugins_of_all_families(ran):
    _, _, results = ran
    assert {name: one.err for name, one in results.items() if one.code not in {0, 4}} == {}


@pytest.mark.parametrize("family", KINDS)
def test_list_show_and_schema_include_a_plugin_of_each_family(ran, family):
    prefix, _, results = ran
    name = prefix + KINDS[family]
    shown = json.loads(results[f"show {family}"].out)
    assert shown["name"] == name
    assert json.loads(results["list"].out)[family][name] == shown["summary"]
    assert f"{family}.{name}" in json.loads(results["schema"].out)["$defs"]
    assert results[f"explain {family}"].out.startswith(f"{family}.{name}")


def test_resolve_run_and_tournament_print_full_names(ran):
    prefix, there, results = ran
    document = document_of(results["resolve"])
    kinds = [document[key]["kind"] for key in ("world", "network", "protocol")]
    kinds += [document[key][0]["kind"] for key in ("attacks", "defenses")]
    assert kinds == [prefix + KINDS[family] for family in ("worlds", "topologies", "protocols", "attacks", "defenses")]
    manifest = json.loads((there / "runs" / "latest" / "manifest.json").read_text())
    assert manifest["plugins"].keys() == {f"{family}/{prefix}{kind}" for family, kind in KINDS.items()}
    assert manifest["plugin_packages"] == ({"five-lib": "1.0"} if prefix else {})
    assert f"{prefix}louder:daemons=all" in results["tournament"].out
    assert f"{prefix}quieter" in results["tournament"].out


def test_a_kind_of_one_package_needs_no_prefix(tmp_path):
    write_folder(tmp_path / "site" / "five_lib")
    install(tmp_path / "site", "five-lib", entry_points("five_lib"))
    (tmp_path / "five.yaml").write_text(scenario())
    resolved, schema = swarmsec(["resolve", "five.yaml", "--json"], ["schema"], site=tmp_path / "site", cwd=tmp_path)
    assert document_of(resolved)["network"]["kind"] == "five-lib/ladder"
    assert {"topologies.ladder", "topologies.five-lib/ladder"} <= json.loads(schema.out)["$defs"].keys()


def test_packages_with_equal_kinds_and_a_broken_package_coexist(tmp_path):
    site = tmp_path / "site"
    for package in ("one_lib", "two_lib"):
        write_folder(site / package)
        install(site, package, entry_points(package))
    broken = site / "broken_lib"
    write_folder(broken)
    (broken / "louder.py").write_text("1 / 0\n")
    install(site, "broken-lib", entry_points("broken_lib"))
    (tmp_path / "five.yaml").write_text(scenario("one-lib/"))
    (tmp_path / "other.yaml").write_text(scenario("one-lib/").replace("one-lib/quieter", "two-lib/quieter"))
    listed, shown, ambiguous, used, other, ran = swarmsec(
        ["list", "attacks"],
        ["show", "louder", "--json"],
        ["run", "five.yaml", "--attack", "louder"],
        ["run", "five.yaml", "--attack", "broken-lib/louder"],
        ["resolve", "other.yaml", "--json"],
        ["run", "five.yaml", "--json"],
        site=site,
        cwd=tmp_path,
    )
    assert listed.code == 0
    lines = dict(line.split(maxsplit=1) for line in listed.out.splitlines())
    assert lines["one-lib/louder"] == lines["two-lib/louder"] == "Multiply every reading."
    assert lines["broken-lib/louder"].startswith("broken: ")
    assert "ZeroDivisionError" in lines["broken-lib/louder"]
    assert [page["name"] for page in json.loads(shown.out)] == ["one-lib/louder", "two-lib/louder"]
    assert used.code == 5
    assert "broken-lib/louder" in used.err
    assert ambiguous.code == 3
    assert "several packages define it: broken-lib/louder, one-lib/louder, two-lib/louder" in ambiguous.err
    document = document_of(other)
    assert document["attacks"][0]["kind"] == "one-lib/louder"
    assert document["defenses"][0]["kind"] == "two-lib/quieter"
    assert ran.code in {0, 4}


def test_a_broken_file_is_listed_and_fails_only_if_used(tmp_path):
    folder = write_folder(tmp_path / "mine")
    (folder / "oops.py").write_text("x = 1\ny = = 2\n")
    (tmp_path / "five.yaml").write_text(scenario())
    listed, good, used = swarmsec(
        ["list", "--plugins", "mine"],
        ["validate", "five.yaml", "--plugins", "mine"],
        ["run", "five.yaml", "--attack", "oops", "--plugins", "mine"],
        site=None,
        cwd=tmp_path,
    )
    assert listed.code == good.code == 0
    (line,) = [line for line in listed.out.splitlines() if "oops" in line]
    assert line.startswith("broken ")
    assert "oops.py:2" in line
    assert used.code == 5
    assert "oops.py:2" in used.err


def test_helpers_with_equal_names_in_two_folders_do_not_collide(tmp_path):
    for name, factor in (("mine", 2.0), ("yours", 5.0)):
        folder = write_folder(tmp_path / name, helper="from _more import FACTOR\n")
        (folder / "_more.py").write_text(f"FACTOR = {factor}\n")
        for plugin in folder.glob("[!_]*.py"):
            plugin.rename(folder / f"{name}_{plugin.name}")
        text = (folder / f"{name}_louder.py").read_text()
        (folder / f"{name}_louder.py").write_text(
            text.replace("from ._shared import FACTOR", "from _shared import FACTOR")
        )
    (tmp_path / "s.yaml").write_text(
        "name: both\nworld: {kind: beliefs}\nnetwork: {kind: ring, n: 5}\nrounds: 3\nseeds: 2\nattacks:\n"
        "- {kind: mine_louder, daemons: [0]}\n- {kind: yours_louder, daemons: [1]}\n"
    )
    both = ["--plugins", "mine", "--plugins", "yours"]
    resolved, ran = swarmsec(
        ["resolve", "s.yaml", "--json", *both],
        ["run", "s.yaml", "--json", "--jobs", "2", *both],
        site=None,
        cwd=tmp_path,
    )
    assert [one["gain"] for one in document_of(resolved)["attacks"]] == [2.0, 5.0]
    assert ran.code in {0, 4}, ran.err


def test_loading_a_folder_writes_no_byte_code(tmp_path):
    folder = write_folder(tmp_path / "mine")
    swarmsec(["list", "--plugins", "mine"], site=None, cwd=tmp_path)
    assert not (folder / "__pycache__").exists()
    shutil.rmtree(folder)
