"""The YAML language server of editors completes, explains and checks scenarios by our schema."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import fields
from pathlib import Path

import pytest

from swarmsec import load_scenario
from swarmsec.authoring.schema import Draft, scenario_schema
from swarmsec.errors import ScenarioError
from swarmsec.parameters import describe
from swarmsec.registry import Registry
from swarmsec.scenario.sources import library
from swarmsec.teams import RedRules
from tests.authoring.lsp import LanguageServer

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
CANNOT = "# schema: cannot"
CORPUS = [path for path in sorted((HERE / "corpus").glob("*/*.yaml")) if CANNOT not in path.read_text("utf-8")]
BASE = "world: {kind: beliefs}\nnetwork: {kind: ring, n: 7}\n"
REGISTRY = Registry()
READ_OTHERWISE = {
    "tags_of_yaml.yaml": "`!!float` is no tag that it resolves",
}
"""Files of which the language server sees another document than we do, so that no schema could make it agree."""


@pytest.fixture(scope="session")
def installed(pytestconfig):
    """The language server, installed once for each version in package-lock.json."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not here, and the language server comes from it")
    lock = (HERE / "package-lock.json").read_bytes()
    cache = pytestconfig.cache.mkdir("language-server")
    folder = cache / hashlib.sha256(lock).hexdigest()[:12]
    if not folder.exists():
        fresh = Path(tempfile.mkdtemp(dir=cache))
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, fresh)
        call = [npm, "ci", "--prefix", str(fresh), "--ignore-scripts", "--no-audit", "--no-fund"]
        subprocess.run(call, check=True, capture_output=True, timeout=300)
        try:
            os.replace(fresh, folder)
        except OSError:  # Another process has installed it first.
            shutil.rmtree(fresh)
    return folder / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"


@pytest.fixture(scope="module", params=list(Draft))
def editor(request, installed, tmp_path_factory):
    return Editor(installed, request.param, tmp_path_factory.mktemp("scenarios"))


@pytest.fixture(scope="module")
def server(editor):
    with LanguageServer(["node", str(editor.program), "--stdio"]) as server:
        yield server


class Editor:
    """A scenario in an editor, with the modeline that names our schema as first line."""

    def __init__(self, program, draft, folder):
        self.program = program
        schema = folder / "schema.json"
        schema.write_text(json.dumps(scenario_schema(REGISTRY, draft=draft)), encoding="utf-8")
        self.modeline = f"# yaml-language-server: $schema={schema.as_uri()}\n"
        self.path = folder / "scenario.yaml"


@pytest.fixture
def complete(editor, server):
    return lambda text: server.completion(editor.path, editor.modeline + text)


@pytest.fixture
def hover(editor, server):
    return lambda text: server.hover(editor.path, editor.modeline + text).replace("\\", "")


@pytest.fixture
def underline(editor, server):
    return lambda text: server.diagnostics({editor.path: editor.modeline + text})[editor.path]


def parameters(cls):
    return {info.name for info in describe(cls)}


def parameters_from(family, kind):
    """The parameters of a kind and of the kinds whose names begin with it, which the server offers as well."""
    kinds = [one for one in REGISTRY.kinds(family) if one.startswith(kind)]
    return set().union(*(parameters(REGISTRY.get(family, one)) for one in kinds))


def documentation(item):
    shown = item.get("documentation", "")
    return shown["value"] if isinstance(shown, dict) else shown


def test_every_key_is_offered_in_an_empty_file(complete):
    assert {"apiVersion", "kind", "extends", "world", "network", "attacks", "defenses"} <= set(complete("|"))


@pytest.mark.parametrize("family", ["attacks", "defenses"])
def test_kinds_are_offered_in_a_list_of_plugins(complete, family):
    assert set(complete(f"{BASE}{family}:\n  - kind: |")) == set(REGISTRY.kinds(family))
    assert set(complete(f"{BASE}{family}:\n  - {{kind: |}}")) == set(REGISTRY.kinds(family))


def test_topologies_are_offered_for_a_network_and_worlds_for_a_world(complete):
    assert set(complete("network:\n  kind: |")) == set(REGISTRY.kinds("topologies"))
    assert set(complete("world:\n  kind: |")) == set(REGISTRY.kinds("worlds"))
    assert set(complete("protocol:\n  kind: |")) == set(REGISTRY.kinds("protocols"))


def test_a_kind_is_offered_with_its_description(complete):
    for kind, item in complete(f"{BASE}attacks:\n  - kind: |").items():
        assert REGISTRY.get("attacks", kind).summary() in documentation(item)


def test_parameters_of_its_kind_are_offered_for_an_attack(complete):
    for kind in REGISTRY.kinds("attacks"):
        offered = set(complete(f"{BASE}attacks:\n  - kind: {kind}\n    |"))
        assert offered == parameters_from("attacks", kind) | {"name", "phase"}, kind


def test_parameters_of_its_kind_are_offered_for_a_defense(complete):
    for kind in REGISTRY.kinds("defenses"):
        offered = set(complete(f"{BASE}defenses:\n  - kind: {kind}\n    |"))
        assert offered == parameters_from("defenses", kind) | {"name"}, kind


def test_parameters_of_its_kind_are_offered_for_a_network(complete):
    for kind in REGISTRY.kinds("topologies"):
        offered = set(complete(f"world: {{kind: beliefs}}\nnetwork:\n  kind: {kind}\n  |"))
        assert offered == parameters_from("topologies", kind) | {"name"}, kind


def test_a_parameter_in_braces_is_offered_after_its_first_letter(complete):
    assert "bias" in complete(f"{BASE}attacks:\n  - {{kind: false_signal, b|}}")


def test_a_parameter_is_offered_with_its_default_and_unit(complete):
    bias = complete(f"{BASE}attacks:\n  - kind: false_signal\n    |")["bias"]
    assert bias["insertText"] == "bias: ${1:-1.5}"
    assert "unit: signal" in documentation(bias)


def test_values_of_a_choice_are_offered(complete):
    assert set(complete(f"{BASE}engine: |")) == {"arrays", "agents"}
    assert set(complete("protocol:\n  kind: friedkin_johnsen\n  begins_at: |")) == {"signals", "zero"}


def test_forms_of_a_selector_are_offered(complete):
    assert {"all", "5%", "hubs"} <= set(complete(f"{BASE}attacks:\n  - kind: stubborn\n    daemons: |"))


def test_worlds_are_offered_as_a_bill(complete):
    assert set(complete(f"{BASE}score:\n  bill: |")) == {"deviation"}


def test_keys_of_a_campaign_are_offered_for_an_attack_without_a_kind(complete):
    assert {"kind", "campaign", "phase"} <= set(complete(f"{BASE}attacks:\n  - |"))


def test_drop_and_changes_are_offered_for_a_scenario_that_extends_another(complete):
    assert {"kind", "drop", "strength", "start"} <= set(complete("extends: blackswarm\nattacks:\n  - name: x\n    |"))
    assert "drop" not in complete(f"{BASE}attacks:\n  - name: x\n    |")


def test_keys_of_rules_phases_and_steps_are_offered(complete):
    assert set(complete(f"{BASE}rules:\n  red:\n    |")) == {field.name for field in fields(RedRules)}
    assert {"phase", "rounds"} <= set(complete(f"{BASE}schedule:\n  - |"))
    assert {"kind", "for"} <= set(complete(f"{BASE}campaigns:\n  creep:\n    - |"))


def test_hovering_over_a_parameter_shows_help_bounds_unit_and_default(hover):
    for kind in (kind for kind in REGISTRY.kinds("attacks") if kind != "none"):
        for info in describe(REGISTRY.get("attacks", kind)):
            value = {"daemons": "all", "mode": "echo"}.get(info.name, "1")
            shown = hover(f"{BASE}attacks:\n  - kind: {kind}\n    |{info.name}: {value}")
            for text in (info.help, info.bounds, info.unit and f"unit: {info.unit}", "default"):
                assert text in shown, f"{kind}.{info.name}: {shown}"


def test_hovering_over_a_kind_shows_its_description(hover):
    shown = hover(f"{BASE}attacks:\n  - kind: false_|signal")
    assert "The daemons stay honest, but decide by false signals." in shown
    assert "Nature 1998" in hover("world: {kind: beliefs}\nnetw|ork: {kind: small_world, n: 9}")


def test_hovering_over_a_key_of_the_document_shows_its_unit(hover):
    assert "unit: rounds" in hover(f"{BASE}roun|ds: 9")
    assert "The number of seeds" in hover(f"{BASE}see|ds: 9")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("attacks: [{kind: fasle_signal}]", r'Value is not accepted. Valid values: .*"false_signal"'),
        ("attacks: [{kind: false_signal, bais: 1}]", r"Property bais is not allowed\."),
        ("attacks: [{kind: false_signal, strength: -1}]", r"Value is below the minimum of 0\."),
        ("attacks: [{kind: false_signal, daemons: some}]", r"must be all, a number, a share such as 5%, .*"),
        ("rules: {red: {daemons: 200%}}", r"must be a number of daemons, or a share such as 5%"),
        ("defenses: [{threshold: 3}]", r'Missing property "kind"\.'),
        ("score: {bill: x}", r'Value is not accepted. Valid values: "deviation"\.'),
    ],
)
def test_an_error_is_underlined_once_with_a_clear_message(underline, wrong, message):
    [shown] = underline(BASE + wrong)
    assert re.fullmatch(message + ".*", shown), shown


def test_the_editor_underlines_exactly_the_scenarios_that_validate_refuses(editor, server):
    files = {path.name: path for path in (*CORPUS, *library().values()) if path.name not in READ_OTHERWISE}
    texts = {editor.path.with_name(name): editor.modeline + files[name].read_text(encoding="utf-8") for name in files}
    shown = {path.name: messages for path, messages in server.diagnostics(texts).items()}
    assert len(files) >= 90
    assert {name: shown[name] for name in files if is_valid(files[name]) == bool(shown[name])} == {}


def is_valid(path):
    try:
        load_scenario(path)
    except ScenarioError:
        return False
    return True
