"""Attacks name entries of published lists of threats, and commands print them by list."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from swarmsec.errors import PluginError, UnknownNameError
from swarmsec.registry import Registry
from swarmsec.threats import attacks_by_threat, name_of_threat, navigator_layer, threat_lists

FORMS = {
    "owasp": r"T([1-9]|1[0-5])",
    "atlas": r"AML\.T\d{4}(\.\d{3})?",
    "enterprise-attack": r"T1\d{3}(\.\d{3})?",
    "ics-attack": r"T0\d{3}",
}


@pytest.mark.parametrize("listed", FORMS)
def test_every_id_has_the_form_of_its_list(listed) -> None:
    threats = threat_lists()[listed].threats
    assert threats
    assert [threat for threat in threats if not re.fullmatch(FORMS[listed], threat)] == []
    assert all(threats.values())


def test_the_list_of_owasp_is_complete_and_no_id_is_in_two_lists() -> None:
    assert list(threat_lists()["owasp"].threats) == [f"T{number}" for number in range(1, 16)]
    ids = [threat for one in threat_lists().values() for threat in one.threats]
    assert len(ids) == len(set(ids))


def test_every_attack_of_the_library_names_threats_that_exist() -> None:
    named = {kind: attack.threats for kind, attack in Registry().classes("attacks").items()}
    assert named["false_signal"] == ("T6", "AML.T0099", "T0856")
    assert named["sybil"] == ("T9", "AML.T0021", "AML.T0073")
    assert [kind for kind, threats in named.items() if not threats] == ["none"]
    assert named["none"] == ()
    assert all(name_of_threat(threat) for threats in named.values() for threat in threats)


def test_an_attack_that_names_an_unknown_threat_is_refused(tmp_path: Path) -> None:
    (tmp_path / "odd.py").write_text(
        "from dataclasses import dataclass\n"
        "from swarmsec.teams import Attack, Surface\n\n\n"
        "@dataclass(kw_only=True)\n"
        "class Odd(Attack):\n"
        '    """Change nothing."""\n\n'
        "    surface = Surface.SIGNAL\n"
        '    threats = ("AML.T9999",)\n',
        encoding="utf-8",
    )
    with pytest.raises(PluginError, match=r"no list of threats has 'AML.T9999'"):
        Registry([tmp_path]).get("attacks", "odd")
    with pytest.raises(UnknownNameError):
        name_of_threat("T16")


ATTACKS = {"a": ["T4", "T1499"], "b": ["T1499", "T0856"], "c": ["none"]}


def test_attacks_are_grouped_in_the_order_of_the_list() -> None:
    assert attacks_by_threat("enterprise-attack", ATTACKS) == {"T1499": ["a", "b"]}
    assert attacks_by_threat("atlas", ATTACKS) == {}


def test_a_layer_of_the_navigator_scores_a_technique_by_the_number_of_attacks() -> None:
    layer = navigator_layer("enterprise-attack", ATTACKS)
    assert layer["versions"]["layer"] == "4.5"
    assert layer["domain"] == "enterprise-attack"
    assert layer["techniques"] == [{"techniqueID": "T1499", "score": 2, "comment": "a, b", "enabled": True}]
    assert layer["gradient"]["maxValue"] == 2


def test_list_prints_attacks_by_the_techniques_of_atlas(cli) -> None:
    text = cli("list", "--atlas").out
    assert re.search(r"^AML\.T0099 +AI Agent Tool Data Poisoning +.*false_signal", text, flags=re.MULTILINE)
    assert re.search(r"^none +no entry fits +.*equivocation", text, flags=re.MULTILINE)
    found = cli("list", "attacks", "--threats", "owasp", "--json").json
    assert (found["list"], found["version"]) == ("owasp", "1.0, February 2025")
    assert {"id": "T1", "name": "Memory Poisoning"}.items() <= found["threats"][0].items()
    assert found["threats"][0]["attacks"] == ["calibration_poisoning", "memory_poisoning"]


def test_list_prints_a_layer(cli) -> None:
    layer = json.loads(cli("list", "--navigator", "ics-attack").out)
    assert "T0856" in {one["techniqueID"] for one in layer["techniques"]}


def test_only_attacks_name_threats(cli) -> None:
    ran = cli("list", "worlds", "--atlas")
    assert (ran.code, "worlds name no threats" in ran.err) == (2, True)


def test_show_says_that_none_fits(cli) -> None:
    assert "threats T12, T13" in cli("show", "equivocation").out
    assert "threats none" in cli("show", "none").out


def test_every_attack_names_its_source_or_says_that_none_is_known() -> None:
    registry = Registry()
    for kind in set(registry.kinds("attacks")) - {"none"}:
        text = registry.get("attacks", kind).__doc__
        assert re.search(r"\b(19|20)\d\d\b|RFC \d+|MITRE|No paper is\s+known", text), kind


def test_an_attack_shows_the_budgets_that_it_spends() -> None:
    spends = {kind: Registry().get("attacks", kind).trait_texts()["spends"] for kind in Registry().kinds("attacks")}
    assert spends["none"] == spends["reconnaissance"] == "none"
    assert spends["drift"] == "feeds"
    assert spends["equivocation"] == "daemons, messages, copies"
    assert spends["withhold"] == spends["sybil"] == "links, identities"
