"""Every scenario of the library is valid, documented, and gives the results that it claims.

A scenario states its claims in `x-expect`, a path in the result → a value or [low, high], and in `x-expect-points`, a
path → one such claim for every point of its sweep, null for no claim.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from functools import cache
from typing import get_args, get_type_hints

import pytest

from swarmsec.authoring.fmt import formatted
from swarmsec.cli.catalog import read_catalog
from swarmsec.cli.list_show import Difficulty
from swarmsec.report.gallery import entry, names_in
from swarmsec.runs import JobCache, run_points, run_scenario, whole
from swarmsec.runs.executors import Serial, open_executor
from swarmsec.runs.runner import run
from swarmsec.scenario import library, library_folder, load_scenario
from swarmsec.scenario.model import Document
from swarmsec.scenario.yaml_tree import parse
from tests.fences import assert_alike

NAMES = list(library())
LONG = {"a_million", "count_the_liars", "hijack_spreads", "late_messages", "task_force"}
SLOW = LONG | {name for name in NAMES if name.startswith("blackswarm")}
CASES = [pytest.param(name, marks=pytest.mark.slow) if name in SLOW else name for name in NAMES]
GALLERY = library_folder() / "GALLERY.md"


@cache
def own_document(name):
    """The document of a scenario file, without its base."""
    return parse(library()[name].read_text(encoding="utf-8"), name).data


def in_result(result, path):
    value = result
    for step in path.split("."):
        value = value[step]
    return value["mean"] if isinstance(value, Mapping) and "mean" in value else value


def assert_claim(result, path, claim):
    got = in_result(result, path)
    if isinstance(claim, list):
        low, high = claim
        assert low <= got <= high, path
    elif isinstance(claim, str | bool):
        assert got == claim, path
    elif claim is not None:
        assert got == pytest.approx(claim, abs=1e-5), path


def assert_claims(name, cache):
    """Assert what a scenario says of its results, without its sweep."""
    scenario = load_scenario(name)
    alone = dataclasses.replace(scenario, document={**scenario.document, "sweep": {}})
    result = run_scenario(alone, alone.seeds, cache).to_dict()
    for path, claim in own_document(name)["x-expect"].items():
        assert_claim(result, path, claim)


def assert_in_gallery(name, cache):
    """Assert that the entry of a scenario in the gallery is what is measured."""
    sections = {names_in(part)[0]: part for part in GALLERY.read_text(encoding="utf-8").split("\n\n## ")[1:]}
    assert_alike("\n".join(entry(load_scenario(name), cache)).removeprefix("## "), sections[name])


def test_the_library_covers_worlds_and_difficulties():
    assert len(NAMES) >= 12
    entries = read_catalog()["scenarios"].values()
    assert {entry["world"] for entry in entries} >= {"beliefs", "trading"}
    assert {entry["difficulty"] for entry in entries} == set(Difficulty)


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_has_its_own_description(name):
    own = own_document(name)
    assert own["name"] == name
    assert own["version"] >= 1
    for key in ("title", "story", "goals", "difficulty", "tags"):
        assert own[key], key
    assert own["x-expect"]["verdict"]
    assert 2 <= len(load_scenario(name).seeds) <= 5


def test_titles_and_stories_are_unique():
    for key in ("title", "story"):
        assert len({own_document(name)[key] for name in NAMES}) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_tags_agree_with_the_contents_of_the_scenario(name):
    document = load_scenario(name).document
    tags = set(document["tags"])
    assert ("sweep" in tags) == bool(document["sweep"])
    assert ("wmsr" in tags) == any(spec["kind"] == "wmsr" for spec in document["defenses"])
    assert ("blackswarm" in tags) == name.startswith("blackswarm")
    assert ("needs-extra" in tags) == (document["world"].get("feed") == "sp500")


@pytest.mark.parametrize("name", NAMES)
def test_files_are_formatted(name):
    text = library()[name].read_text(encoding="utf-8")
    assert formatted(text, name) == text


@pytest.mark.parametrize("name", NAMES)
def test_a_catalog_entry_agrees_with_the_resolved_scenario(name):
    entry, document = read_catalog()["scenarios"][name], load_scenario(name).document
    assert {key: entry[key] for key in ("title", "difficulty", "tags")} == {
        key: document[key] for key in ("title", "difficulty", "tags")
    }
    assert entry["world"] == document["world"]["kind"]
    red, blue = ([spec["kind"] for spec in document[key]] for key in ("attacks", "defenses"))
    against, world = f" against {', '.join(blue) or 'no defense'} in ", entry["world"]
    assert entry["summary"].endswith(against + world)
    if "campaign" not in entry["tags"]:
        assert entry["summary"] == f"{entry['title']}: {', '.join(red) or 'no attack'}{against}{world}"


def test_the_format_and_the_list_have_equal_difficulties():
    difficulty = get_type_hints(Document)["difficulty"]
    assert set(get_args(difficulty)) == set(Difficulty)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in SLOW])
def test_results_of_a_scenario_match_its_claims(name):
    assert_claims(name, JobCache(Serial(), whole))


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in NAMES if name not in SLOW])
def test_the_gallery_shows_the_measured_results(name):
    assert_in_gallery(name, JobCache(Serial(), whole))


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(SLOW))
def test_results_of_a_long_scenario_match_its_claims_and_the_gallery(name):
    with open_executor(jobs=2) as executor:
        cache = JobCache(executor, whole)
        assert_claims(name, cache)
        assert_in_gallery(name, cache)


@pytest.mark.parametrize(
    "name", [case for case, name in zip(CASES, NAMES, strict=True) if "sweep" in own_document(name)]
)
def test_results_of_sweep_points_match_their_claims(name):
    claims = own_document(name)["x-expect-points"]
    points = list(run_points(load_scenario(name), JobCache(Serial(), whole)))
    assert {len(claim) for claim in claims.values()} == {len(points)}
    for path, along in claims.items():
        for point, claim in zip(points, along, strict=True):
            assert_claim(point.result.to_dict(), path, claim)


def test_scenarios_without_a_verdict_state_that_in_their_story():
    silent = {name for name in NAMES if own_document(name)["x-expect"]["verdict"] == "no_bite"}
    assert silent == {"two_cliques"}
    assert all("no verdict" in " ".join(own_document(name)["story"].split()) for name in silent)


def test_a_liar_without_equivocation_does_not_block_the_triangle():
    result = run("triangle_echo", attack={"kind": "stubborn", "daemons": [0]}).to_dict()
    assert_claim(result, "arms.defended.metrics.disagreement", 0)


def test_the_gallery_lists_exactly_the_scenarios():
    assert names_in(GALLERY.read_text(encoding="utf-8")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_gallery_has_title_story_and_goals_of_every_scenario(name):
    page = GALLERY.read_text(encoding="utf-8")
    own = own_document(name)
    for text in (own["title"], own["story"].strip(), *own["goals"]):
        assert text in page
    assert re.search(rf"^swarmsec run {name} --seeds ", page, re.MULTILINE)
