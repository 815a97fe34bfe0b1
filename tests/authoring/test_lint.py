"""Every rule reports its defect in its place and nothing else; a fix changes one value; every code is explained."""

import io
import json
import re
import subprocess
import sys
from copy import deepcopy

import pytest

from swarmsec.authoring.lint import RULES, fixed, lint, selected
from swarmsec.cli import main
from swarmsec.errors import ExitCode, ScenarioError, UsageError
from swarmsec.scenario import library, load_scenario

STATIC = sorted(code for code, rule in RULES.items() if not rule.deep)

CLEAN = """\
apiVersion: swarmsec/v1
kind: Scenario
name: mine
world: {kind: beliefs}
network: {kind: circulant, n: 20, offsets: [1, 2, 3]}
protocol: {kind: average_consensus, weights: uniform}
rounds: 200
attacks:
  - {kind: stubborn, daemons: [3], start: 100, stop: 150, value: 9.0}
defenses:
  - {kind: wmsr, f: 1}
rules:
  red: {daemons: 1, earliest: 100, rounds: 100}
  blue: {quarantine: 10%}
seeds: 5
"""

TRADING = """\
name: mine
world: {kind: trading}
network: {kind: small_world, n: 60, neighbors: 6}
protocol: {kind: friedkin_johnsen, anchor: 0.1, begins_at: zero}
rounds: 300
attacks:
  - {kind: false_signal, daemons: 20%, start: 200, stop: 250}
defenses:
  - {kind: median_gate, warm_up: 100}
rules:
  red: {daemons: 0, feeds: 20%}
seeds: 5
"""

ATTACK = "{kind: stubborn, daemons: [3], start: 100, stop: 150, value: 9.0}"
NETWORK = "{kind: circulant, n: 20, offsets: [1, 2, 3]}"
DEFENSE = "{kind: wmsr, f: 1}"
GATE = "{kind: median_gate, warm_up: 100}"
STEP = "{kind: stubborn, daemons: [3], for: 5}"
DIRECTED = CLEAN.replace(NETWORK, "{kind: k_in_random, n: 20, k: 6}")
PEACE = CLEAN.replace(f"attacks:\n  - {ATTACK}\n", "")

CASES = {
    "SW001": [(CLEAN, "start: 100, stop: 150", "start: 200", "start: ^200")],
    "SW002": [(CLEAN, "value: 9.0", "value: 9.0, ramp: 50", "ramp: ^50")],
    "SW003": [(CLEAN, "value: 9.0", "strength: 0", "strength: ^0")],
    "SW004": [(CLEAN, "stop: 150", "stop: 201", "stop: ^201")],
    "SW005": [(TRADING, "warm_up: 100", "warm_up: 201", "start: ^200")],
    "SW006": [(TRADING, "warm_up: 100", "warm_up: 300", "warm_up: ^300")],
    "SW007": [(CLEAN, "daemons: [3]", "daemons: 'hubs:1'", "daemons: ^'hubs:1'")],
    "SW008": [
        (CLEAN, ATTACK, f"{ATTACK}\n  - {{kind: hijack, daemons: [3], start: 149}}", "kind: hijack, daemons: ^[3]"),
    ],
    "SW009": [(CLEAN.replace("daemons: 1,", "daemons: 2,"), "daemons: [3]", "daemons: [3, 4]", "f: ^1")],
    "SW010": [(CLEAN, "offsets: [1, 2, 3]", "offsets: [1]", "f: ^1")],
    "SW011": [
        (CLEAN, DEFENSE, "{kind: median_gate, warm_up: 10}", "{kind: ^stubborn"),
        (TRADING, GATE, f"{{kind: wmsr}}\n  - {GATE}", "{kind: ^wmsr"),
    ],
    "SW012": [(CLEAN.replace("daemons: 1,", "daemons: 10,"), "daemons: [3]", "daemons: 10", "daemons: ^10")],
    "SW013": [
        (
            CLEAN.replace(DEFENSE, "{kind: random_quarantine}").replace("daemons: 1,", "daemons: 3,"),
            "daemons: [3]",
            "daemons: [3, 4, 5]",
            "quarantine: ^10%",
        )
    ],
    "SW014": [(CLEAN, DEFENSE, "{kind: oracle}", "{kind: ^oracle}")],
    "SW015": [
        (TRADING, GATE, f"{GATE}\n  - {{warm_up: 100, kind: median_gate}}", "- ^{warm_up"),
        (TRADING, GATE, f"{GATE}\n  - {{kind: signal_clip, warm_up: 100}}", "- ^{kind: signal_clip"),
    ],
    "SW016": [(TRADING, "red: {daemons: 0, feeds: 20%}", "red: {}", "red: ^{}")],
    "SW017": [
        (CLEAN, "rounds: 100}", "rounds: 201}", "rounds: ^201"),
        (TRADING.replace("stop: 250", "strength: 0"), "feeds: 20%", "earliest: 300", "earliest: ^300"),
        (CLEAN.replace("n: 20", "n: 20, reserve: 2"), "daemons: 1,", "identities: 0,", "identities: ^0"),
    ],
    "SW018": [(CLEAN, NETWORK, "{kind: ring, n: 100}", "rounds: ^200")],
    "SW019": [(DIRECTED, "weights: uniform", "weights: metropolis", "weights: ^metropolis")],
    "SW020": [(CLEAN, NETWORK, "{kind: edges, n: 4, edges: [[0, 1], [2, 3]]}", "network: ^{kind: edges")],
    "SW021": [(TRADING, "begins_at: zero", "begins_at: signals", "begins_at: ^signals")],
    "SW022": [(TRADING, "friedkin_johnsen, anchor: 0.1, begins_at: zero", "average_consensus", "start: ^200")],
    "SW023": [(CLEAN, "seeds: 5", "seeds: 1", "seeds: ^1"), (CLEAN, "seeds: 5", "seeds: [7]", "seeds: ^[7]")],
    "SW024": [(CLEAN.replace("seeds: 5", "seeds: 50"), "\nrounds: 200", "\nrounds: 10000000", "rounds: ^10000000")],
    "SW026": [(CLEAN, "name: mine", "name: yours", "name: ^yours")],
    "SW027": [(CLEAN, "seeds: 5", f"seeds: 5\ncampaigns:\n  raid:\n    - {STEP}", "  ^raid")],
    "SW028": [(PEACE, "seeds: 5", "seeds: 5\ndifficulty: hard", "difficulty: ^hard")],
    "SW029": [
        (TRADING, "friedkin_johnsen, anchor: 0.1, begins_at: zero", "vickrey", "kind: ^vickrey"),
        (CLEAN, "average_consensus, weights: uniform", "exchange_admm", "kind: ^exchange_admm"),
    ],
    "SW030": [(CLEAN, "average_consensus, weights: uniform", "quorum_voting, f: 1", "{kind: ^wmsr")],
}
"""Code → scenarios: one that the rule is silent about, what is changed in it, and the place, marked with a caret."""

BY_CASE = [
    pytest.param(code, *case, id=f"{code}-{number}") for code in CASES for number, case in enumerate(CASES[code])
]


@pytest.fixture
def linted(tmp_path):
    """Lint a text as the file `mine.yaml`: (code, line, column) of each finding."""

    def look(text, **choice):
        file = tmp_path / "mine.yaml"
        file.write_text(text, encoding="utf-8")
        return lint(load_scenario(str(file)), **choice)

    return look


def codes(found):
    return [one.code for one in found]


@pytest.mark.parametrize("text", [CLEAN, TRADING], ids=["beliefs", "trading"])
def test_a_good_scenario_has_no_findings(linted, text):
    assert linted(text) == []


@pytest.mark.parametrize(("code", "text", "old", "new", "place"), BY_CASE)
def test_a_rule_is_silent_about_a_correct_scenario(linted, code, text, old, new, place):
    assert code not in codes(linted(text))


@pytest.mark.parametrize(("code", "text", "old", "new", "place"), BY_CASE)
def test_a_rule_reports_line_and_column_of_the_defect(linted, code, text, old, new, place):
    assert text.count(old) == 1
    changed = text.replace(old, new)
    (found,) = [one for one in linted(changed) if one.code == code]
    span = found.finding.span
    line = changed.splitlines()[span.line - 1]
    before, after = line[: span.column - 1], line[span.column - 1 :]
    left, right = place.split("^")
    assert (before[-len(left) :], after[: len(right)]) == (left, right)
    assert found.finding.topic == code


def test_every_static_rule_except_that_of_the_library_has_a_case():
    assert sorted({*CASES, "SW025"}) == STATIC


def test_a_library_scenario_without_a_story_is_reported(tmp_path, monkeypatch):
    from swarmsec.authoring.lint_rules import _case

    file = tmp_path / "mine.yaml"
    file.write_text(CLEAN, encoding="utf-8")
    monkeypatch.setattr(_case, "library_folder", lambda: tmp_path)
    found = [one for one in lint(load_scenario(str(file))) if one.code == "SW025"]
    assert [one.finding.path for one in found] == ["title", "story", "goals", "tags"]


def test_shipped_scenarios_have_no_warnings():
    scenarios = [load_scenario(name) for name in library()]
    warnings = [
        one.text(scenario.tree) for scenario in scenarios for one in lint(scenario) if one.severity == "warning"
    ]
    assert not warnings, "\n".join(warnings)


def test_every_rule_has_a_code_a_summary_and_an_explanation():
    for rule in RULES.values():
        assert re.fullmatch(r"SW\d{3}", rule.code), rule.code
        assert rule.summary.endswith("."), rule.code
        assert len(rule.summary) <= 110, rule.code
        assert len(rule.explanation) > 150, rule.code
        assert rule.deep == (rule.code >= "SW100"), rule.code


def test_an_attack_that_takes_over_the_daemons_of_another_is_not_reported(linted):
    text = CLEAN.replace(ATTACK, f"{ATTACK}\n  - {{kind: hijack, daemons: 'same:stubborn', start: 149}}")
    assert "SW008" not in codes(linted(text))


def test_swept_values_are_not_reported(linted):
    text = CLEAN.replace("value: 9.0", "strength: 0")
    assert "SW003" in codes(linted(text))
    assert "SW003" not in codes(linted(text + "sweep: {'attacks[0].strength': [0, 1]}\n"))


def test_a_scenario_disables_a_rule(linted):
    text = CLEAN.replace("seeds: 5", "seeds: 1")
    assert codes(linted(text)) == ["SW023"]
    assert codes(linted(text + "x-lint-ignore: [SW023]\n")) == []


@pytest.mark.parametrize("value", ["[SW923]", "SW023", "[[1]]"])
def test_disabling_an_unknown_rule_is_refused(linted, value):
    with pytest.raises(ScenarioError, match="SW"):
        linted(CLEAN + f"x-lint-ignore: {value}\n")


def test_rules_are_selected_and_ignored_by_prefixes_of_their_codes(linted):
    text = CLEAN.replace("seeds: 5", "seeds: 1").replace("stop: 150", "stop: 300")
    assert codes(linted(text, select=["SW00"])) == ["SW004"]
    assert codes(linted(text, ignore=["SW004"])) == ["SW023"]
    with pytest.raises(UsageError, match="did you mean `SW"):
        selected(["SW0O4"])


def test_findings_in_phases_and_campaigns_are_reported_where_they_were_written(linted):
    raid = f"campaigns:\n  raid:\n    - {STEP.replace('5', '10')}\n    - {STEP}\n"
    text = CLEAN.replace(ATTACK, "{campaign: raid, start: 190}") + raid
    found = [one for one in linted(text) if one.code == "SW001"]
    assert [one.finding.span.line for one in found] == [len(text.splitlines())]


# Fixes

FIXES = [
    (CLEAN.replace("stop: 150", "stop: 300").replace("rounds: 100}", "rounds: 200}"), "stop: 300", "stop: 200"),
    (CLEAN.replace("rounds: 100}", "rounds: 900}"), "rounds: 900", "rounds: 200"),
    (CLEAN.replace("seeds: 5", "seeds: 1   # quick"), "seeds: 1   #", "seeds: 5   #"),
    (CLEAN.replace("name: mine\n", ""), "apiVersion:", "name: mine\napiVersion:"),
    (TRADING.replace("begins_at: zero", "begins_at: signals"), "begins_at: signals", "begins_at: zero"),
    (
        TRADING.replace(", begins_at: zero", ""),
        "{kind: friedkin_johnsen,",
        "{kind: friedkin_johnsen, begins_at: zero,",
    ),
    (
        TRADING.replace(
            "{kind: friedkin_johnsen, anchor: 0.1, begins_at: zero}", "\n  # why\n  kind: friedkin_johnsen"
        ),
        "  kind: friedkin_johnsen",
        "  begins_at: zero\n  kind: friedkin_johnsen",
    ),
]


@pytest.mark.parametrize(("text", "old", "new"), FIXES, ids=[new for _, _, new in FIXES])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_a_fix_changes_one_value_and_no_other_text(tmp_path, text, old, new, end):
    commented = f"# mine, all mine\n{text}# the end: — é\n"
    file = tmp_path / "mine.yaml"
    file.write_bytes(commented.replace("\n", end).encode())
    assert len(fixed(str(file))) == 1
    assert file.read_bytes().decode() == commented.replace(old, new).replace("\n", end)
    assert [one for one in lint(load_scenario(str(file))) if one.fix] == []


def test_several_fixes_are_applied_in_turn(tmp_path):
    file = tmp_path / "mine.yaml"
    text = (
        CLEAN.replace("stop: 150", "stop: 300").replace("rounds: 100}", "rounds: 900}").replace("seeds: 5", "seeds: 1")
    )
    file.write_text(text, encoding="utf-8")
    assert codes(fixed(str(file))) == ["SW004", "SW017", "SW023"]
    assert lint(load_scenario(str(file))) == []


def test_a_value_shared_through_an_anchor_is_not_fixed(tmp_path):
    file = tmp_path / "mine.yaml"
    text = CLEAN.replace("stop: 150", "stop: &end 300").replace("earliest: 100", "earliest: 0") + "x-end: *end\n"
    file.write_text(text, encoding="utf-8")
    assert fixed(str(file), select=["SW004"]) == []
    assert file.read_text(encoding="utf-8") == text


def test_a_value_of_a_base_is_not_fixed_in_the_scenario_that_extends_it(tmp_path):
    base, mine = tmp_path / "base.yaml", tmp_path / "mine.yaml"
    base.write_text(CLEAN.replace("seeds: 5", "seeds: 1"), encoding="utf-8")
    mine.write_text("extends: base.yaml\nname: mine\n", encoding="utf-8")
    before = base.read_text(encoding="utf-8"), mine.read_text(encoding="utf-8")
    assert "SW023" in codes(lint(load_scenario(str(mine))))
    assert fixed(str(mine)) == []
    assert (base.read_text(encoding="utf-8"), mine.read_text(encoding="utf-8")) == before


@pytest.mark.parametrize("name", ["-", "blackswarm", "no/such.yaml"])
def test_only_files_are_fixed(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="--fix"):
        fixed(name)


# The command


@pytest.fixture
def swarmsec(capsys):
    """Call the command line in this process: (exit code, standard output, standard error)."""

    def call(*arguments):
        with pytest.raises(SystemExit) as end:
            main([*map(str, arguments)])
        return (int(end.value.code or 0), *capsys.readouterr())

    return call


def test_the_exit_code_is_0_for_notes_1_for_warnings_and_3_for_a_refused_file(tmp_path, swarmsec):
    note, warning, refused = (tmp_path / name for name in ("mine.yaml", "odd.yaml", "bad.yaml"))
    note.write_text(TRADING.replace("  red: {daemons: 0, feeds: 20%}", "  blue: {quarantine: 10%}"), encoding="utf-8")
    warning.write_text(CLEAN.replace("seeds: 5", "seeds: 1").replace("name: mine", "name: odd"), encoding="utf-8")
    refused.write_text(CLEAN.replace("seeds: 5", "seedz: 1"), encoding="utf-8")
    assert swarmsec("lint", note)[0] == ExitCode.DONE
    code, out, _ = swarmsec("lint", note, warning)
    assert code == ExitCode.GATE_FAILED
    assert f"{warning}:15:8  seeds  SW023 warning: one seed gives no interval" in out
    assert "(swarmsec explain SW023)" in out
    code, _, err = swarmsec("lint", warning, refused)
    assert code == ExitCode.SCENARIO_REJECTED
    assert "did you mean `seeds`?" in err
    assert swarmsec("lint", tmp_path / "none.yaml")[0] == ExitCode.USAGE
    assert swarmsec("lint", note, "--select", "SW9")[0] == ExitCode.USAGE


def test_json_is_one_document_with_findings_in_the_format_of_validate(tmp_path, swarmsec):
    file = tmp_path / "mine.yaml"
    file.write_text(CLEAN.replace("seeds: 5", "seeds: 1"), encoding="utf-8")
    (page,) = json.loads(swarmsec("lint", "--json", file)[1])
    (finding,) = page["findings"]
    assert {"code": "SW023", "severity": "warning", "path": "seeds", "line": 15, "column": 8}.items() <= finding.items()
    assert finding["fix"] == {"path": "seeds", "value": 5}
    (report,) = json.loads(swarmsec("lint", "--json", "--fix", file)[1])
    assert ([one["code"] for one in report["fixed"]], report["findings"]) == (["SW023"], [])
    assert file.read_text(encoding="utf-8") == CLEAN


def test_errors_of_a_refused_file_are_in_the_json_document(tmp_path, swarmsec):
    file = tmp_path / "mine.yaml"
    file.write_text(CLEAN.replace("seeds: 5", "seedz: 5"), encoding="utf-8")
    code, out, _ = swarmsec("lint", "--json", file)
    (page,) = json.loads(out)
    assert (code, page["valid"], page["error"]["findings"][0]["line"]) == (ExitCode.SCENARIO_REJECTED, False, 15)


def test_standard_input_is_linted(swarmsec, monkeypatch):
    text = CLEAN.replace("seeds: 5", "seeds: 1").encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text), encoding="utf-8"))
    code, out, _ = swarmsec("lint", "-")
    assert (code, "<stdin>:15:8" in out) == (ExitCode.GATE_FAILED, True)


def test_linting_imports_no_heavy_library():
    code = (
        "import sys\nfrom swarmsec.cli import main\ntry:\n    main(['lint', 'blackswarm'])\nexcept SystemExit as end:\n"
        "    assert not end.code\nprint(sorted({'mesa', 'numba', 'sklearn', 'pyod'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_mapping_from_python_is_linted_without_places():
    document = deepcopy(dict(load_scenario("ring_with_a_liar").document))
    found = lint(load_scenario({**document, "seeds": 1}))
    assert "SW023" in codes(found)
    assert all(one.finding.span is None for one in found)


ODD = """\
name: odd
world: {kind: beliefs}
network: {kind: ring, n: 7}
rounds: 20
attacks:
  - {kind: stubborn, daemons: 1, start: 50}
defenses: [{kind: wmsr, f: 2}]
"""


def test_github_annotations_have_the_severity_of_the_rule(command, folder):
    (folder / "odd.yaml").write_text(ODD, encoding="utf-8")
    ran = command("lint", "odd.yaml", "--format", "github")
    assert ran.code == 1
    assert [line.partition(" ")[0] for line in ran.out.splitlines()] == ["::warning", "::notice"]
    assert "file=odd.yaml,line=6,col=41,endColumn=43,title=SW001 attacks[0].start::" in ran.out


def test_sarif_lists_every_code_as_a_rule(command, folder):
    (folder / "odd.yaml").write_text(ODD, encoding="utf-8")
    ran = command("lint", "odd.yaml", folder / "nothing.yaml", "ring.yaml", "--format", "sarif")
    [run] = ran.json["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert set(RULES) < {rule["id"] for rule in rules}
    assert all(rule["shortDescription"]["text"] for rule in rules)
    findings = [(result["ruleId"], result["level"]) for result in run["results"]]
    assert findings[:2] == [("SW001", "warning"), ("SW010", "note")]
    assert findings[2] == ("no-scenario", "error")
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == [code for code, _ in findings]


def test_a_missing_file_does_not_stop_the_others_from_being_linted(command, folder):
    (folder / "odd.yaml").write_text(ODD, encoding="utf-8")
    ran = command("lint", "nothing.yaml", "odd.yaml")
    assert (ran.code, ran.err) == (2, "swarmsec: no such file: nothing.yaml\n")
    assert "SW001" in ran.out
