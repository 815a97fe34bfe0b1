"""Names, titles and tags are one line without control characters; the error points to the field."""

from __future__ import annotations

import pytest

from swarmsec.errors import ScenarioError
from swarmsec.scenario import load_scenario
from swarmsec.scenario.findings import InvalidScenarioError
from swarmsec.tournament.request import request_of_file
from tests.running import RING

SHOWN = {
    r"\e]0;owned\a": r"\x1b \x07",
    r"\e[2J": r"\x1b",
    r"a\rverdict": r"\r",
    r"a\nrepeat  rm": r"\n",
    r"\u202eevil": r"\u202e",
    r"\x9b2J": r"\x9b",
    r"a\tb": r"\t",
    r"\u2067x": r"\u2067",
}


@pytest.mark.parametrize("text", SHOWN)
def test_a_title_with_control_characters_is_refused_where_it_stands(text, tmp_path) -> None:
    file = tmp_path / "s.yaml"
    file.write_text(f'title: "{text}"\nworld: {{kind: beliefs}}\nnetwork: {{kind: ring, n: 7}}\n')
    with pytest.raises(InvalidScenarioError) as caught:
        load_scenario(file)
    (found,) = caught.value.findings
    assert (found.path, found.span.line, found.span.column) == ("title", 1, 8)
    assert found.message == f"has {SHOWN[text]}; must be one line without control characters and bidi marks"


BAD = "a\x1b[2Jb"
FIELDS = {
    "name": {"name": BAD},
    "title": {"title": BAD},
    "tags[1]": {"tags": ["good", BAD]},
    "attacks[0].name": {"attacks": [{"kind": "stubborn", "name": BAD, "value": 1.0}]},
    "attacks[0].kind": {"attacks": [{"kind": BAD}]},
    "world.kind": {"world": {"kind": BAD}},
    "schedule[0].phase": {"schedule": [{"phase": BAD, "rounds": 20}]},
    f"campaigns.{BAD}": {"campaigns": {BAD: [{"kind": "stubborn", "for": 3}]}},
    "score.bill": {"score": {"bill": BAD}},
}


@pytest.mark.parametrize("field", FIELDS)
def test_every_one_line_field_is_checked(field) -> None:
    with pytest.raises(InvalidScenarioError) as caught:
        load_scenario(RING | FIELDS[field])
    messages = {one.path: one.message for one in reversed(caught.value.findings)}
    assert messages[field].startswith(r"has \x1b; must be one line")
    assert "\x1b" not in str(caught.value)


def test_a_story_may_have_several_lines() -> None:
    story = "First.\n\nSecond,\n\tindented."
    assert load_scenario(RING | {"story": story}).document["story"] == story


def test_unknown_keys_and_values_are_visible_in_messages() -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(RING | {"x\x1b[2J\nvalid": 1, "engine": "\x1b]0;a\x07"})
    assert "\x1b" not in str(caught.value)
    assert r"x\x1b[2J\nvalid" in str(caught.value)


def test_a_line_of_a_file_is_shown_with_its_bidi_marks_escaped(tmp_path) -> None:
    file = tmp_path / "s.yaml"
    file.write_text(
        'title: "\u202eab" # \u202e\nworld: {kind: beliefs}\nnetwork: {kind: ring, n: 7}\n', encoding="utf-8"
    )
    with pytest.raises(InvalidScenarioError) as caught:
        load_scenario(file)
    _, source, carets, *_ = str(caught.value).splitlines()
    assert source == r'    1 | title: "\u202eab" # \u202e'
    assert carets == "      |        " + "^" * len(r'"\u202eab"')


def test_a_tournament_file_is_checked_as_well(tmp_path) -> None:
    file = tmp_path / "t.yaml"
    file.write_text('kind: Tournament\nname: "a\\e[2J"\nscenarios: ["x\\ny"]\n')
    with pytest.raises(InvalidScenarioError) as caught:
        request_of_file(file)
    assert [one.path for one in caught.value.findings] == ["name", "scenarios[0]"]
