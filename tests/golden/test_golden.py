"""No result changes unnoticed: the results of shipped scenarios are recorded, and tied to SIM_SEMANTICS."""

from __future__ import annotations

import copy
import json

import pytest

from swarmsec.registry import Registry
from swarmsec.swarm.arms import ALL_ARMS
from swarmsec.teams import Surface
from tests.golden import record
from tests.golden.cases import CASES, differences, scenario_of

RECORDED = record.read()
SMALL = "two_data_centers"


@pytest.mark.parametrize("name", CASES)
def test_results_equal_the_recorded_ones(name: str) -> None:
    now = record.measured(name)
    assert name in RECORDED, "record it: python -m tests.golden.record"
    assert not record.may_change(RECORDED[name], now), "record the new results: python -m tests.golden.record"
    assert [f"{name}: {moved}" for moved in differences(RECORDED[name], now)][:1] == [], "raise SIM_SEMANTICS"


def test_every_recorded_case_is_compared() -> None:
    assert list(RECORDED) == list(CASES)
    assert {tuple(case["arms"]) for case in RECORDED.values()} == {tuple(map(str, ALL_ARMS))}


def test_the_cases_cover_every_world_surface_and_engine() -> None:
    registry, documents = Registry(), [scenario_of(name).document for name in CASES]
    attacks = {attack["kind"] for document in documents for attack in document["attacks"]}
    surfaces = {registry.get("attacks", kind).surface for kind in attacks}
    assert {document["world"]["kind"] for document in documents} == set(registry.kinds("worlds"))
    assert {document["engine"] for document in documents} == {"arrays", "agents"}
    assert surfaces == {registry.get("attacks", kind).surface for kind in registry.kinds("attacks")} - {Surface.NONE}


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("series", {"bill": [1.0, 2.0, 3.0]}, "arms.defended.series.bill[2]: 3.000003 recorded, 3.0 measured"),
        ("series", {"bill": [1.0, 2.0]}, "arms.defended.series.bill: 3 recorded, 2 measured"),
        ("series", {}, "arms.defended.series.bill: only recorded"),
        ("events", ["4 red x"], "arms.defended.events[0]: 3 red x recorded, 4 red x measured"),
        ("detection", {"first_attack": 0}, "arms.defended.detection.first_attack: None recorded, 0 measured"),
    ],
)
def test_a_difference_names_the_arm_and_the_first_field(field, value, message) -> None:
    arm = {"events": ["3 red x"], "detection": {"first_attack": None}, "series": {"bill": [1.0, 2.0, 3.000003]}}
    one = {"arms": {"clean": arm, "defended": arm}}
    other = {"arms": {"clean": arm, "defended": {**arm, field: value}}}
    assert next(differences(one, other)) == message


def test_rounding_of_another_processor_is_no_difference() -> None:
    assert list(differences({"bill": [1e6, 0.0, float("nan")]}, {"bill": [1e6 + 1e-5, 1e-15, float("nan")]})) == []


@pytest.fixture
def moved(monkeypatch, tmp_path):
    """A file in which the result of one case differs from that of the code."""
    monkeypatch.setattr(record, "CASES", {SMALL: CASES[SMALL]})
    case = copy.deepcopy(RECORDED[SMALL])
    case["arms"]["attacked"]["series"]["messages"][1] += 1.0
    file = tmp_path / "digests.json"
    record.write({SMALL: case}, file)
    return file


def test_recording_is_refused_unless_semantics_or_version_are_raised(moved, monkeypatch, capsys) -> None:
    before = moved.read_text(encoding="utf-8")
    assert record.main(moved) == 1
    assert moved.read_text(encoding="utf-8") == before
    assert f"{SMALL}: arms.attacked.series.messages[1]: " in capsys.readouterr().err
    monkeypatch.setattr(record, "SIM_SEMANTICS", record.SIM_SEMANTICS + 1)
    assert record.main(moved) == 0
    assert json.loads(moved.read_text(encoding="utf-8"))[SMALL]["arms"] == RECORDED[SMALL]["arms"]


def test_a_case_missing_in_the_file_is_recorded(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(record, "CASES", {SMALL: CASES[SMALL]})
    assert record.main(tmp_path / "new.json") == 0
    assert record.read(tmp_path / "new.json") == {SMALL: RECORDED[SMALL]}
