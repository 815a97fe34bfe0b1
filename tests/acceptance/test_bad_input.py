"""Bad input gives one clear error, with the exit code of the contract and no traceback."""

import json
import os
from pathlib import Path

import pytest

USAGE, REJECTED, PLUGIN_FAILED = 2, 3, 5


def assert_one_clear_error(ran, code, *expected):
    """Assert one error on standard error that contains all the parts in `expected`, and an empty standard output."""
    codes = (code,) if isinstance(code, int) else code
    assert ran.code in codes, ran.err
    assert ran.out == ""
    assert "Traceback" not in ran.err
    assert ran.err.startswith("swarmsec: "), ran.err
    assert ran.err.count("swarmsec: ") == 1, ran.err
    missing = [part for part in expected if part not in ran.err]
    assert missing == [], ran.err


def plugin(folder, name, body, *, base="Attack", trait="surface = Surface.DAEMON"):
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.py").write_text(
        f'"""A plug-in."""\n\nfrom dataclasses import dataclass\n\nimport numpy as np\n'
        f"from swarmsec import Attack, Defense, Surface, Vantage\n\n\n"
        f"@dataclass(kw_only=True)\nclass {name.title().replace('_', '')}({base}):\n"
        f'    """Do something."""\n\n    {trait}\n\n{body}',
        encoding="utf-8",
    )
    return folder


# The scenario's file


def test_a_missing_file_is_named(cli):
    # Exit code 2, because the command line names a missing file; 3 would be acceptable too.
    assert_one_clear_error(cli("run", "nowhere.yaml"), (USAGE, REJECTED), "nowhere.yaml", "no such file")


def test_an_unknown_library_name_gets_a_suggestion(cli):
    assert_one_clear_error(cli("run", "blackswrm"), (USAGE, REJECTED), "blackswrm", "did you mean `blackswarm`")


def test_a_folder_is_refused_as_a_scenario(cli, tmp_path):
    assert_one_clear_error(cli("run", tmp_path), (USAGE, REJECTED), tmp_path.name)


@pytest.mark.parametrize(
    "text",
    [
        "hello: [1, 2\n  - x: }",
        "just words",
        "",
        "- 1\n- 2\n",
        "a: 1\na: 2\n",
        "\t: x",
        "a: &x [*x]\n",
        "!!python/x y",
    ],
    ids=["syntax", "words", "empty", "list", "twice", "tab", "cycle", "tag"],
)
def test_a_file_without_a_scenario_is_refused(cli, write, text):
    assert_one_clear_error(cli("run", write(text, "bad.yaml")), REJECTED, "bad.yaml")


def test_a_syntax_error_is_located(cli, write):
    assert_one_clear_error(cli("run", write("a: 1\nb: [1, 2\n- }", "bad.yaml")), REJECTED, "bad.yaml:3:")


def test_a_binary_file_is_refused(cli, tmp_path):
    (tmp_path / "bytes.yaml").write_bytes(bytes(range(128, 256)))
    assert_one_clear_error(cli("run", tmp_path / "bytes.yaml"), REJECTED, "bytes.yaml")


def changed(scenario, path, value):
    *parents, last = path
    place = scenario
    for key in parents:
        place = place[key]
    place[last] = value
    return scenario


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        (["roundz"], 3, ["roundz", "did you mean `rounds`"]),
        (["attacks", 0, "vlaue"], 3, ["attacks[0].vlaue", "did you mean `value`"]),
        (["defenses", 0, "ff"], 1, ["defenses[0].ff", "f"]),
        (["world", "intial"], 1, ["world.intial", "did you mean `initial`"]),
        (["network", "offset"], 1, ["network.offset", "did you mean `offsets`"]),
        (["protocol", "weight"], 1, ["protocol.weight", "did you mean `weights`"]),
        (["rules", "red", "deamons"], 1, ["rules.red.deamons", "did you mean `daemons`"]),
        (["rules", "green"], {}, ["rules.green"]),
    ],
)
def test_an_unknown_key_is_located_and_gets_a_suggestion(cli, write, ring, path, value, expected):
    ran = cli("run", write(changed(ring, path, value), "mine.yaml"))
    assert_one_clear_error(ran, REJECTED, "mine.yaml:", *expected)


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        (["attacks", 0, "kind"], "stuborn", ["attacks[0].kind", "did you mean `stubborn`"]),
        (["defenses", 0, "kind"], "wmrs", ["defenses[0].kind", "did you mean `wmsr`"]),
        (["world", "kind"], "belief", ["world.kind", "did you mean `beliefs`"]),
        (["network", "kind"], "circulent", ["network.kind", "did you mean `circulant`"]),
        (["protocol", "kind"], "average_concensus", ["protocol.kind", "did you mean `average_consensus`"]),
        (["attacks", 0, "kind"], "xyzzy", ["attacks[0].kind", "xyzzy", "stubborn"]),
        (["attacks", 0, "kind"], 7, ["attacks[0].kind"]),
    ],
)
def test_an_unknown_plugin_is_located_and_gets_a_suggestion(cli, write, ring, path, value, expected):
    ran = cli("run", write(changed(ring, path, value), "mine.yaml"))
    assert_one_clear_error(ran, REJECTED, "mine.yaml:", *expected)


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        (["attacks", 0, "strength"], -1, ["attacks[0].strength", "-1", "at least 0"]),
        (["attacks", 0, "value"], "many", ["attacks[0].value", "many", "number"]),
        (["attacks", 0, "value"], None, ["attacks[0].value", "number"]),
        (["attacks", 0, "value"], True, ["attacks[0].value", "number"]),
        (["attacks", 0, "value"], float("nan"), ["attacks[0].value"]),
        (["attacks", 0, "start"], -1, ["attacks[0].start", "at least 0"]),
        (["attacks", 0, "start"], 1.5, ["attacks[0].start", "1.5", "whole number"]),
        (["attacks", 0, "daemons"], [9], ["attacks[0].daemons", "9", "6"]),
        (["attacks", 0, "daemons"], "110%", ["attacks[0].daemons", "110%"]),
        (["attacks", 0, "daemons"], "some", ["attacks[0].daemons", "some"]),
        (["attacks", 0, "daemons"], -1, ["attacks[0].daemons", "-1"]),
        (["defenses", 0, "f"], -1, ["defenses[0].f", "-1", "at least 0"]),
        (["defenses", 0, "f"], 1.5, ["defenses[0].f", "1.5", "whole number"]),
        (["network", "n"], 0, ["network.n", "at least 1|from 1"]),
        (["network", "n"], "seven", ["network.n", "seven"]),
        (["network", "offsets"], [], ["network.offsets"]),
        (["network", "offsets"], ["a"], ["network.offsets"]),
        (["protocol", "weights"], "heavy", ["protocol.weights", "heavy", "metropolis", "uniform"]),
        (["protocol", "exchanges"], 0, ["protocol.exchanges", "at least 1"]),
        (["world", "initial"], [1, 2], ["world.initial", "2 values", "7"]),
        (["world", "initial"], "gamma", ["world.initial", "gamma", "uniform"]),
        (["world", "initial"], [0, 0, 1, 2, 3, 4, float("inf")], ["world.initial"]),
        (["rounds"], -4, ["rounds", "-4", "from 1|at least 1"]),
        (["rounds"], 0, ["rounds", "0", "from 1|at least 1"]),
        (["rounds"], 2.5, ["rounds", "2.5", "whole number"]),
        (["rounds"], "ten", ["rounds", "ten"]),
        (["engine"], "warp", ["engine", "warp", "arrays", "agents"]),
        (["seeds"], 0, ["seeds", "0"]),
        (["seeds"], [1, 1], ["seeds"]),
        (["seeds"], [-1], ["seeds"]),
        (["seeds"], "five", ["seeds", "five"]),
        (["rules", "red", "daemons"], -1, ["rules.red.daemons", "-1"]),
        (["rules", "red", "daemons"], "200%", ["rules.red.daemons", "200%"]),
        (["rules", "red", "feeds"], 10, ["rules.red.feeds", "10", "7"]),
        (["rules", "blue", "quarantine"], "lots", ["rules.blue.quarantine", "lots"]),
        (["apiVersion"], "swarmsec/v9", ["apiVersion", "swarmsec/v9", "swarmsec/v1"]),
        (["kind"], "Scenery", ["kind", "Scenery", "Scenario"]),
        (["version"], "one", ["version", "one"]),
        (["name"], "", ["name"]),
        (["attacks"], {"kind": "stubborn"}, ["attacks"]),
        (["attacks"], ["stubborn:value=1:2"], ["attacks[0]"]),
        (["attacks", 0], {"value": 3}, ["attacks[0]", "kind"]),
        (["world"], "beliefs and more", ["world"]),
        (["network"], None, ["network"]),
    ],
    ids=lambda part: ".".join(map(str, part)) if isinstance(part, list) else repr(part)[:30],
)
def test_a_value_out_of_range_or_of_the_wrong_type_is_located(cli, write, ring, path, value, expected):
    text = json.dumps(changed(ring, path, value), indent=1).replace("NaN", ".nan").replace("Infinity", ".inf")
    ran = cli("run", write(text, "mine.yaml"))
    either = [part.split("|") for part in expected]
    assert_one_clear_error(ran, REJECTED, "mine.yaml:")
    assert [options for options in either if not any(option in ran.err for option in options)] == [], ran.err


def test_a_name_cannot_leave_the_runs_folder(cli, write, ring, tmp_path):
    cli("run", write(ring | {"name": "../../elsewhere"}))
    assert {path.name for path in tmp_path.iterdir()} <= {"mine.yaml", "runs"}
    assert not list(tmp_path.parent.glob("elsewhere*"))


@pytest.mark.parametrize("key", ["name", "world", "network", "protocol", "rounds", "apiVersion", "kind", "version"])
def test_a_missing_key_is_named_or_has_a_default(cli, write, ring, key):
    del ring[key]
    ran = cli("run", write(ring, "mine.yaml"))
    if ran.code != 0:
        assert_one_clear_error(ran, REJECTED, "mine.yaml", key)


@pytest.mark.parametrize("f", [4, 7, 100])
def test_f_too_large_for_the_swarm_is_refused(cli, write, ring, f):
    ran = cli("run", write(changed(ring, ["defenses", 0, "f"], f), "mine.yaml"))
    assert_one_clear_error(ran, REJECTED, "mine.yaml:", "defenses[0].f", str(f), "7", "3")


# Options


@pytest.mark.parametrize(
    ("arguments", "code", "expected"),
    [
        (["--rounds", "-5"], (USAGE, REJECTED), ["rounds", "-5"]),
        (["--rounds", "ten"], USAGE, ["--rounds"]),
        (["--agents", "0"], (USAGE, REJECTED), ["0"]),
        (["--agents", "many"], USAGE, ["--agents"]),
        (["--agents", "9"], REJECTED, ["world.initial", "7 values", "9"]),
        (["--seeds", "abc"], USAGE, ["--seeds", "abc", "3,4,9"]),
        (["--seeds", ""], USAGE, ["--seeds"]),
        (["--seeds", "0"], (USAGE, REJECTED), ["seeds", "0"]),
        (["--seeds", "-1"], (USAGE, REJECTED), ["seeds", "-1"]),
        (["--seeds", "1,1"], (USAGE, REJECTED), ["seeds"]),
        (["--seeds", "1;2"], USAGE, ["--seeds", "1;2"]),
        (["--jobs", "0"], USAGE, ["jobs", "0", "at least 1"]),
        (["--jobs", "-2"], USAGE, ["jobs", "-2", "at least 1"]),
        (["--jobs", "x"], USAGE, ["--jobs"]),
        (["--set", "rounds"], USAGE, ["--set", "PATH=VALUE"]),
        (["--set", "=3"], USAGE, ["--set"]),
        (["--set", "nope.x=3"], (USAGE, REJECTED), ["nope"]),
        (["--set", "attacks[7].value=3"], (USAGE, REJECTED), ["attacks[7].value"]),
        (["--set", "attacks[0].valu=3"], (USAGE, REJECTED), ["attacks[0].valu", "did you mean `value`"]),
        (["--set", "rounds.deep=3"], (USAGE, REJECTED), ["rounds.deep"]),
        (["--set", "attacks[x].value=3"], (USAGE, REJECTED), ["attacks[x]"]),
        (["--set", "world.initial=[1,2"], (USAGE, REJECTED), ["world.initial"]),
        (["--attack", "stuborn"], (USAGE, REJECTED), ["stuborn", "did you mean `stubborn`"]),
        (["--attack", "stubborn:valu=3"], (USAGE, REJECTED), ["valu", "did you mean `value`"]),
        (["--attack", "stubborn:value"], USAGE, ["stubborn:value", "name=value"]),
        (["--attack", "stubborn:value=abc"], (USAGE, REJECTED), ["value", "abc", "number"]),
        (["--attack", ""], (USAGE, REJECTED), ["attack"]),
        (["--defense", "wmrs"], (USAGE, REJECTED), ["wmrs", "did you mean `wmsr`"]),
        (["--defense", "wmsr:f=4"], (USAGE, REJECTED), ["f", "4", "7"]),
        (["--defense", "wmsr", "--defense", "wmsr"], REJECTED, ["defenses", "one"]),
        (["--defense", "pyod_detector:detector=NoSuch"], (REJECTED, USAGE), ["NoSuch"]),
        (["--plugins", "nowhere"], USAGE, ["nowhere"]),
        (["--nope"], USAGE, ["--nope"]),
        (["--round", "3"], USAGE, ["--round"]),
        (["surplus"], USAGE, ["surplus"]),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, list) else None,
)
def test_a_bad_option_is_named(cli, ring_file, arguments, code, expected):
    assert_one_clear_error(cli("run", ring_file, *arguments), code, *expected)


@pytest.mark.parametrize(
    ("arguments", "place"),
    [
        (["--rounds", "-5"], "rounds"),
        (["--agents", "0"], "network.n"),
        (["--seeds", "0"], "seeds"),
        (["--jobs", "0"], "jobs"),
        (["--set", "nope.x=3"], "nope"),
        (["--set", "attacks[0].valu=3"], "attacks[0].valu"),
        (["--set", "attacks[0].strength=-1"], "attacks[0].strength"),
        (["--set", "rules.red.daemons=-1"], "rules.red.daemons"),
        (["--attack", "stuborn"], "attacks[0].kind"),
        (["--attack", "stubborn:strength=-1"], "attacks[0].strength"),
        (["--defense", "wmrs"], "defenses[0].kind"),
        (["--defense", "wmsr:f=4"], "defenses[0].f"),
        (["--defense", "wmsr", "--defense", "wmsr"], "defenses"),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, list) else None,
)
def test_an_error_in_an_option_names_the_option_and_not_a_place_in_the_file(cli, ring_file, arguments, place):
    ran = cli("run", ring_file, *arguments)
    assert ran.code in (USAGE, REJECTED)
    assert place in ran.err or arguments[0] in ran.err
    assert "ring.yaml:" not in ran.err


@pytest.mark.parametrize("arguments", [["run"], ["rum"], ["show"], ["show", "nope"], ["list", "nope"], ["validate"]])
def test_a_meaningless_command_line_is_a_usage_error(cli, arguments):
    assert_one_clear_error(cli(*arguments), USAGE)


def test_a_meaningless_environment_variable_is_named(cli, monkeypatch, ring_file):
    monkeypatch.setenv("SWARMSEC_ROUNDS", "ten")
    assert_one_clear_error(cli("run", ring_file), USAGE, "SWARMSEC_ROUNDS")


def test_an_error_about_an_unwritable_folder_names_the_remedy(cli, ring_file, tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    ran = cli("run", ring_file, "--out", tmp_path / "file" / "runs")
    assert_one_clear_error(ran, USAGE, str(tmp_path / "file" / "runs"), "cannot be written")
    assert "--out" in ran.err


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_an_error_about_a_folder_without_permission_names_it(cli, ring_file, tmp_path):
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    assert_one_clear_error(cli("run", ring_file, "--out", locked), USAGE, "locked")


def test_an_unwritable_folder_is_found_before_the_first_run(cli, ring_file, tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    assert "done" not in cli("run", ring_file, "--out", tmp_path / "file").err


# Errors as JSON


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["nowhere.yaml"], (USAGE, REJECTED)),
        (["ring.yaml", "--nope"], (USAGE,)),
        (["ring.yaml", "--rounds", "x"], (USAGE,)),
        (["ring.yaml", "--set", "attacks[0].valu=3"], (USAGE, REJECTED)),
        (["ring.yaml", "--out", "ring.yaml/runs"], (USAGE,)),
    ],
)
def test_an_error_with_json_is_one_document(cli, ring_file, arguments, code):
    ran = cli("run", *arguments, "--json")
    assert ran.code in code
    error = ran.json["error"]
    assert error["exit_code"] == ran.code
    assert error["message"]
    assert "Traceback" not in ran.out + ran.err


def test_an_error_in_a_file_with_json_has_its_place(cli, write, ring):
    ran = cli("run", write(changed(ring, ["attacks", 0, "vlaue"], 3), "mine.yaml"), "--json")
    assert ran.code == REJECTED
    assert "mine.yaml:" in ran.out
    assert "attacks[0].vlaue" in ran.out


def test_list_and_show_with_json_print_errors_as_documents(cli):
    for arguments in (["list", "nope"], ["show", "nope"], ["validate", "nowhere.yaml"]):
        ran = cli(*arguments, "--json")
        assert ran.code in (USAGE, REJECTED)
        assert ran.json


# Plug-ins that break their contract


HOOKS = {
    "on_signals": ("Attack", "surface = Surface.SIGNAL", "self, signals, red"),
    "on_daemons": ("Attack", "surface = Surface.DAEMON", "self, state, red"),
    "on_messages": ("Attack", "surface = Surface.MESSAGE", "self, messages, red"),
    "on_network": ("Attack", "surface = Surface.NETWORK", "self, network, red"),
    "begin": ("Attack", "surface = Surface.DAEMON", "self, view"),
    "filter_signals": ("Defense", "vantage = Vantage.LOCAL", "self, signals, blue"),
    "weigh": ("Defense", "vantage = Vantage.LOCAL", "self, messages, blue"),
    "govern": ("Defense", "vantage = Vantage.LOCAL", "self, decisions, blue"),
    "respond": ("Defense", "vantage = Vantage.MONITOR", "self, blue"),
}


@pytest.mark.parametrize(("hook", "jobs"), [*((hook, 1) for hook in HOOKS), ("on_daemons", 2), ("respond", 2)])
def test_an_error_in_a_hook_names_the_plugin_the_hook_and_the_exception(cli, ring_file, tmp_path, hook, jobs):
    base, trait, signature = HOOKS[hook]
    body = f"    def {hook}({signature}):\n        raise RuntimeError('a slip of mine')\n"
    folder = plugin(tmp_path / "own", "slippery", body, base=base, trait=trait)
    team = "--attack" if base == "Attack" else "--defense"
    kind = "slippery:daemons=[0]" if base == "Attack" else "slippery"
    ran = cli("run", ring_file, "--plugins", folder, team, kind, "--jobs", jobs)
    assert ran.code == PLUGIN_FAILED, ran.err
    assert "Traceback" not in ran.err
    for part in ("slippery", hook, "a slip of mine"):
        assert part in ran.err


def test_an_error_in_a_plugin_names_file_and_line(cli, ring_file, tmp_path):
    folder = plugin(tmp_path / "own", "slippery", "    def on_daemons(self, state, red):\n        return 1 / 0\n")
    ran = cli("run", ring_file, "--plugins", folder, "--attack", "slippery:daemons=[0]")
    assert ran.code == PLUGIN_FAILED
    assert "slippery.py:" in ran.err


@pytest.mark.parametrize(
    ("name", "trait", "hook", "argument"),
    [
        ("greedy", "surface = Surface.DAEMON", "on_daemons", "state"),
        ("tainter", "surface = Surface.SIGNAL", "on_signals", "signals"),
    ],
)
def test_an_attack_that_returns_rows_of_other_daemons_is_refused(cli, ring_file, tmp_path, name, trait, hook, argument):
    body = f"    def {hook}(self, {argument}, red):\n        return np.full((red.n, 1), 7.0)\n"
    folder = plugin(tmp_path / "own", name, body, trait=trait)
    ran = cli("run", ring_file, "--plugins", folder, "--attack", f"{name}:daemons=[0]")
    assert_one_clear_error(ran, PLUGIN_FAILED, f"{name}.{hook}", "must be numbers of shape (1, 1)")


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ("signals[:2]", ["shape"]),
        ("None", []),
        ("'seven'", []),
        ("signals * np.nan", ["finite"]),
        ("signals.astype(object)", []),
        ("[['x']] * 7", []),
    ],
)
def test_an_invalid_result_of_a_defense_hook_is_refused(cli, ring_file, tmp_path, result, expected):
    body = f"    def filter_signals(self, signals, blue):\n        return {result}\n"
    folder = plugin(tmp_path / "own", "crooked", body, base="Defense", trait="vantage = Vantage.LOCAL")
    ran = cli("run", ring_file, "--plugins", folder, "--defense", "crooked")
    if result == "signals.astype(object)" and ran.code == 0:
        return
    assert ran.code == PLUGIN_FAILED, ran.err
    assert "Traceback" not in ran.err
    for part in ["crooked.filter_signals", *expected]:
        assert part in ran.err


def test_writing_into_a_read_only_view_is_reported_as_an_error_of_the_plugin(cli, ring_file, tmp_path):
    body = "    def filter_signals(self, signals, blue):\n        signals[:] = 0.0\n        return signals\n"
    folder = plugin(tmp_path / "own", "scribbler", body, base="Defense", trait="vantage = Vantage.LOCAL")
    ran = cli("run", ring_file, "--plugins", folder, "--defense", "scribbler")
    assert ran.code == PLUGIN_FAILED, ran.err
    assert "scribbler" in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("import a_module_that_is_nowhere\n", "a_module_that_is_nowhere"),
        ("def f(:\n", "SyntaxError"),
        ("raise SystemExit(0)\n", "broken.py"),
        ("1 / 0\n", "ZeroDivisionError"),
    ],
    ids=["import", "syntax", "exit", "error"],
)
def test_a_plugin_file_that_cannot_be_imported_is_named(cli, ring_file, tmp_path, text, part):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "broken.py").write_text(text, encoding="utf-8")
    ran = cli("run", ring_file, "--plugins", tmp_path / "own", "--attack", "broken")
    assert_one_clear_error(ran, PLUGIN_FAILED, "broken.py", part)


def test_a_plugin_that_reads_beyond_its_vantage_is_refused(cli, ring_file, tmp_path):
    body = "    def respond(self, blue):\n        blue.truth\n"
    folder = plugin(tmp_path / "own", "peeker", body, base="Defense", trait="vantage = Vantage.MONITOR")
    ran = cli("run", ring_file, "--plugins", folder, "--defense", "peeker")
    assert_one_clear_error(ran, PLUGIN_FAILED, "peeker", "truth")


@pytest.mark.parametrize(
    "body",
    ["    def respond(self, blue):\n        blue.isolate(np.arange(7))\n"],
)
def test_a_defense_cannot_isolate_more_than_the_rules_allow(cli, ring_file, tmp_path, body):
    folder = plugin(tmp_path / "own", "zealot", body, base="Defense", trait="vantage = Vantage.MONITOR")
    ran = cli("run", ring_file, "--plugins", folder, "--defense", "zealot", "--json")
    assert ran.code in (0, 4, REJECTED, PLUGIN_FAILED)
    if ran.code in (0, 4):
        assert ran.json["arms"]["defended"]["metrics"]["quarantined"]["high"] <= 1


# Rules of engagement


@pytest.mark.parametrize(
    ("rules", "attack", "rule"),
    [
        ({"daemons": 1}, {"kind": "stubborn", "daemons": 2}, "rules.red.daemons"),
        ({"daemons": 0}, {"kind": "stubborn", "daemons": [3]}, "rules.red.daemons"),
        ({"daemons": 0}, {"kind": "equivocation", "daemons": [3]}, "rules.red.daemons"),
        ({"daemons": "10%"}, {"kind": "hijack", "daemons": [3, 4]}, "rules.red.daemons"),
        ({"feeds": 1}, {"kind": "false_signal", "daemons": [0, 1]}, "rules.red.feeds"),
        ({"strength": 1.0}, {"kind": "stubborn", "daemons": [0], "strength": 2.0}, "rules.red.strength"),
        ({"rounds": 5}, {"kind": "stubborn", "daemons": [0], "start": 0, "stop": 10}, "rules.red.rounds"),
        ({"rounds": 5}, {"kind": "stubborn", "daemons": [0]}, "rules.red.rounds"),
        ({"earliest": 5}, {"kind": "stubborn", "daemons": [0], "start": 2}, "rules.red.earliest"),
    ],
    ids=lambda part: json.dumps(part) if isinstance(part, dict) else None,
)
def test_an_attack_outside_the_rules_of_engagement_is_refused_and_the_rule_named(cli, write, ring, rules, attack, rule):
    ring["rules"]["red"] = rules
    ring["attacks"] = [attack]
    assert_one_clear_error(cli("run", write(ring, "mine.yaml")), REJECTED, "mine.yaml:", rule, "allow")


def test_two_attacks_together_cannot_exceed_the_budget_of_one(cli, write, ring):
    ring["attacks"] = [{"kind": "stubborn", "daemons": [1]}, {"kind": "stubborn", "daemons": [2]}]
    assert_one_clear_error(cli("run", write(ring, "mine.yaml")), REJECTED, "rules.red.daemons", "2", "1")


def test_lateral_movement_stops_at_the_rules_of_engagement(cli, write, ring):
    ring["rules"]["red"] = {"daemons": 2}
    ring["attacks"] = [{"kind": "hijack", "daemons": [0], "dwell": 1, "spread": 1.0}]
    ran = cli("run", write(ring), "--json")
    assert ran.code == 0
    assert ran.json["arms"]["attacked"]["metrics"]["compromised"] == {"mean": 2.0, "low": 2.0, "high": 2.0}


def test_a_refused_run_leaves_no_folder(cli, write, ring):
    cli("run", write(ring | {"rounds": -4}))
    assert not Path("runs").exists()


def test_a_failed_plugin_is_recorded_in_the_runs_folder(cli, ring_file, tmp_path):
    folder = plugin(tmp_path / "own", "slippery", "    def on_daemons(self, state, red):\n        return 1 / 0\n")
    cli("run", ring_file, "--plugins", folder, "--attack", "slippery:daemons=[0]")
    manifest = json.loads(Path("runs/latest/manifest.json").read_text(encoding="utf-8"))
    assert manifest["status"] != "done"
    assert not Path("runs/latest/result.json").exists()
