"""The pages in docs/: commands run in order, link targets exist, and tables of keys are complete."""

from __future__ import annotations

import csv
import dataclasses
import json
import re
import shlex
import tomllib
from pathlib import Path

import pytest

from swarmsec import immunity
from swarmsec.immunity import FEATURES, MESSAGE_FEATURES
from swarmsec.plugin import FAMILIES
from swarmsec.protocols import NegotiationProtocol, ProtocolView
from swarmsec.swarm.active_attack import HOOKS
from swarmsec.teams import BlueView, Knowledge, RedView, Rules, Surface, Vantage
from swarmsec.testing.defense import HOOKS as DEFENSE_HOOKS
from swarmsec.testing.defense import RULES as DEFENSE_RULES
from swarmsec.testing.protocol import RULES as PROTOCOL_RULES
from swarmsec.testing.world import RULES as WORLD_RULES
from swarmsec.worlds import World, WorldView
from tests.fences import assert_alike, fences, of_kind, run, run_python, words_of, write_files

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = [*sorted(DOCS.rglob("*.md")), *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md"))]


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def table(text: str, heading: str) -> set[str]:
    """The names in backticks in the first column of the table under a heading."""
    section = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    first = [row.split("|")[1] for row in section.splitlines() if row.startswith("|")]
    return {word for cell in first for word in re.findall(r"`([^`]+)`", cell)}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_link_targets_exist(path: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text(encoding="utf-8"))
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (path.parent / link).exists()] == []


def test_the_index_lists_every_page() -> None:
    assert [path.name for path in DOCS.glob("*.md") if f"({path.name})" not in page("README.md") + "(README.md)"] == []


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files of the guide to plug-ins."""
    folder = tmp_path_factory.mktemp("reader")
    write_files(fences(page("plugins.md")), folder)
    return folder


@pytest.mark.parametrize(
    "fence", of_kind(fences(page("plugins.md")), "console"), ids=lambda fence: fence.partition("\n")[0]
)
def test_output_equals_the_output_on_the_page(fence: str, reader: Path) -> None:
    command, _, expected = fence.partition("\n")
    done = run(words_of(command), reader)
    assert_alike(done.stdout, expected)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("name", ["plugins.md", "run-folder.md"])
def test_commands_run_in_the_order_of_the_page(name: str, reader: Path) -> None:
    for line in "".join(of_kind(fences(page(name)), "sh")).splitlines():
        done = run(shlex.split(line, comments=True)[1:], reader)
        assert done.returncode == 0, f"{line}: {done.stderr}"


@pytest.mark.slow
def test_the_plugins_of_the_guide_pass_the_conformance_kit(reader: Path) -> None:
    (code,) = of_kind(fences(page("plugins.md")), "python")
    done = run_python(code, reader)
    assert done.returncode == 0, done.stderr


def test_the_guide_shows_every_family_as_file_and_as_entry_point(reader: Path) -> None:
    (text,) = of_kind(fences(page("plugins.md")), "toml")
    points = tomllib.loads(text)["project"]["entry-points"]
    assert set(points) == {f"swarmsec.{family}" for family in FAMILIES}
    kinds = {kind for group in points.values() for kind in group}
    assert kinds == {path.stem for path in (reader / "mine").glob("*.py") if not path.name.startswith("_")}


def test_the_recipe_for_attacks_names_every_hook_surface_view_and_budget() -> None:
    text = page("write-an-attack.md")
    assert {hook.partition("(")[0] for hook in table(text, "Hooks") if "red" in hook} == {"begin", *HOOKS}
    named = set(re.findall(r"\w+", text))
    view = {name for name in vars(RedView) if not name.startswith("_")} | {"n", "rounds", "rng", "board"}
    budgets = set(vars(Rules().red))
    assert {*view, *budgets, *Surface.__members__, *Knowledge.__members__} - named == set()


def test_the_recipe_for_defenses_names_every_hook_view_vantage_feature_and_budget() -> None:
    text = page("write-a-defense.md")
    hooks = {"begin", *DEFENSE_HOOKS, "rule", "guarantee"}
    assert {hook.partition("(")[0] for hook in table(text, "Hooks")} == hooks
    assert table(text, "The view") == set(Vantage.__members__)
    named = set(re.findall(r"\w+", text))
    view = {name for name in vars(BlueView) if not name.startswith("_")} | {"n", "rounds", "rng", "neighborhoods"}
    assert {*view, *FEATURES, *MESSAGE_FEATURES, *vars(Rules().blue)} - named == set()


def test_the_recipe_for_defenses_names_parts_and_rules_that_exist() -> None:
    text = page("write-a-defense.md")
    assert [part for part in table(text, "Parts") if not hasattr(immunity, part)] == []
    assert table(text, "What is refused") - {rule.__name__ for rule in DEFENSE_RULES} == set()


def test_the_recipe_for_worlds_names_every_hook_and_declaration_and_rules_that_exist() -> None:
    text = page("write-a-world.md")
    public = {name for name in vars(World) if not name.startswith("_")}
    inherited = {"family", "traits", "trait_items", "unit_of", "bill_names"}
    hooks = {hook.partition("(")[0] for hook in table(text, "Hooks") if "(" in hook}
    declared = {name.partition("(")[0] for name in table(text, "Declarations")}
    assert public - inherited - hooks - declared == set()
    assert hooks - public == set()
    assert {one.name for one in dataclasses.fields(WorldView)} - set(re.findall(r"\w+", text)) == set()
    assert table(text, "What is refused") - {rule.__name__ for rule in WORLD_RULES} == set()


def test_the_recipe_for_protocols_names_every_hook_and_trait_and_rules_that_exist() -> None:
    text = page("write-a-protocol.md")
    public = {name for name in vars(NegotiationProtocol) if not name.startswith("_")}
    inherited = {"family", "traits", "exchanges", "inbox", "columns"}
    named = {name.partition("(")[0] for heading in ("Hooks", "Traits") for name in table(text, heading)}
    assert public - inherited - named == set()
    assert {one.name for one in dataclasses.fields(ProtocolView)} - set(re.findall(r"\w+", text)) == set()
    assert table(text, "What is refused") - {rule.__name__ for rule in PROTOCOL_RULES} == set()


@pytest.fixture(scope="module")
def latest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run."""
    folder = tmp_path_factory.mktemp("run")
    assert run(["run", "ring_with_a_liar", "--seeds", "2"], folder).returncode == 0
    return folder / "runs" / "latest"


def test_the_run_folder_page_documents_every_file(latest: Path) -> None:
    sections = re.findall(r"^## `(.*)`$", page("run-folder.md"), re.MULTILINE)
    assert set(sections) == {path.name for path in latest.iterdir()}


@pytest.mark.parametrize("file", ["manifest.json", "result.json"])
def test_the_run_folder_page_documents_every_key(file: str, latest: Path) -> None:
    keys = set(json.loads((latest / file).read_text(encoding="utf-8")))
    assert table(page("run-folder.md"), f"`{file}`") == keys


def test_the_run_folder_page_documents_every_measure_of_alarms(latest: Path) -> None:
    result = json.loads((latest / "result.json").read_text(encoding="utf-8"))
    assert table(page("run-folder.md"), "Measures of alarms") == set(result["detection_measures"])


def test_the_run_folder_page_documents_event_keys_and_round_columns(latest: Path) -> None:
    events = [json.loads(line) for line in (latest / "events.jsonl").read_text(encoding="utf-8").splitlines()]
    assert table(page("run-folder.md"), "`events.jsonl`") == {*events[0], "note"}  # Only a note has one.
    with (latest / "rounds.csv").open(encoding="utf-8", newline="") as file:
        columns = set(next(csv.reader(file)))
    of_the_world = {"deviation", "hull_violation", "bias", "disagreement"}
    assert table(page("run-folder.md"), "`rounds.csv`") == columns - of_the_world
