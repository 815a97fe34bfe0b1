"""`swarmsec run` with every option of the contract, and list, show and validate."""

import csv
import json
import os
import pty
import re
import select
import subprocess
from pathlib import Path

import pytest

import swarmsec
from swarmsec.runs import NULLS

ESCAPE = "\x1b"
INTERVAL = {"mean", "low", "high"}
TOP = {
    "schema",
    "scenario",
    "scenario_version",
    "scenario_digest",
    "engine_version",
    "seeds",
    "unit",
    "arms",
    "damage",
    "damage_limited",
    "autoimmune_cost",
    "bites",
    "detection",
    "overhead",
    "guarantee",
    "verdict",
    "replay",
    "prevented",
    "spent",
    "central",
}
# Scoring requires the reason for a `null` damage_limited, and the rounds to recover. `arms_run` is only printed.
BESIDE_THE_CONTRACT = {
    "promise",
    "damage_limited_reason",
    "recovery_rounds",
    "arms_run",
    "detection_intervals",
    "detection_measures",
    "missed_seeds",
    "raises_alarms",
    "autoimmune_share",
    "autoimmune_budget",
    "verdict_reason",
    "seeds_needed",
    "deterministic",
    "dominant_seed",
}
SHIPPED_ATTACKS = {"none", "false_signal", "stubborn", "equivocation", "conflicting_flood", "hijack"}
SHIPPED_DEFENSES = {
    "none",
    "wmsr",
    "median_gate",
    "signal_clip",
    "pyod_detector",
    "random_quarantine",
    "quarantine_all",
    "oracle",
}


def resolved(folder="runs"):
    """The resolved scenario of the latest run, as data."""
    from ruamel.yaml import YAML

    return YAML(typ="safe", pure=True).load((Path(folder) / "latest" / "scenario.yaml").read_text(encoding="utf-8"))


# The output of a run


def test_a_run_prints_the_verdict_the_arms_and_the_command_that_repeats_it(shell, ring_file):
    ran = shell("run", ring_file)
    assert ran.code == 0
    for word in ("clean", "attacked", "defended", "guarded", "stubborn", "wmsr", "damage prevented"):
        assert word in ran.out
    assert re.search(r"swarmsec run \S*ring\.yaml --seeds 0,1,2", ran.out)
    assert "runs/" in ran.out


def test_the_verdict_is_printed_before_the_evidence(shell, ring_file):
    out = shell("run", ring_file).out
    assert out.index("prevented") < out.index("clean") < out.index("swarmsec run")


def test_the_printed_command_repeats_the_run(shell, ring_file):
    import shlex

    first = shell("run", ring_file, "--attack", "stubborn:value=7,daemons=[2]", "--rounds", 9, "--json")
    assert first.code == 0
    arguments = shlex.split(first.json["replay"])
    assert arguments[0] == "swarmsec"
    again = shell(*arguments[1:], "--json")
    without_times = [{**ran.json, "overhead": None} for ran in (first, again)]
    assert without_times[0] == without_times[1]


def test_piped_output_has_no_escape_codes(shell, ring_file):
    ran = shell("run", ring_file)
    assert ESCAPE not in ran.out + ran.err


def on_a_terminal(program, arguments, env):
    """Run a command with its three streams on a terminal: its output and its exit code."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*program, *map(str, arguments)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "FORCE_COLOR")} | env,
    )
    os.close(theirs)
    written = b""
    while True:
        ready, _, _ = select.select([ours], [], [], 60)
        try:
            piece = os.read(ours, 65536) if ready else b""
        except OSError:
            break
        if not piece:
            break
        written += piece
    os.close(ours)
    return written.decode("utf-8", "replace"), process.wait(60)


def test_no_color_is_respected_on_a_terminal(program, ring_file):
    out, code = on_a_terminal(program, ["run", ring_file], {"NO_COLOR": "1", "TERM": "xterm-256color"})
    assert code == 0
    assert re.findall(r"\x1b\[(?:3[0-7]|4[0-7]|9[0-7]|38;|48;)[0-9;]*m", out) == []


def test_a_terminal_gets_color(program, ring_file):
    out, code = on_a_terminal(program, ["run", ring_file], {"TERM": "xterm-256color"})
    assert code == 0
    assert ESCAPE in out


def test_progress_goes_to_standard_error_and_results_to_standard_output(shell, ring_file):
    ran = shell("run", ring_file)
    assert "clean" in ran.out
    assert "clean" not in ran.err
    assert "seed 0 done" not in ran.out


# --json


def test_json_is_the_only_document_on_standard_output(shell, ring_file):
    ran = shell("run", ring_file, "--json")
    assert ran.code == 0
    assert isinstance(json.loads(ran.out), dict)
    assert ESCAPE not in ran.out


def test_json_has_the_keys_of_the_contract(cli, ring_file):
    result = cli("run", ring_file, "--json").json
    assert set(result) - BESIDE_THE_CONTRACT == TOP
    assert set(result["arms"]) == {"clean", "attacked", "defended", "guarded"}
    for arm in result["arms"].values():
        assert set(arm) == {"bill", "metrics", "central"}
        assert set(arm["bill"]) == INTERVAL
        assert all(set(metric) == INTERVAL for metric in arm["metrics"].values())
    assert set(result["damage"]) == {"attacked", "defended", "guarded"}
    assert all(set(damage) == INTERVAL for damage in result["damage"].values())
    assert set(result["damage_limited"]) == INTERVAL
    assert set(result["autoimmune_cost"]) == INTERVAL
    assert result["bites"] is True
    assert set(result["detection"]) == {"precision", "recall", "delay_rounds", "false_quarantine_daemon_rounds"}
    assert set(result["overhead"]) == {"messages", "bytes", "cpu"}
    assert set(result["guarantee"]) == {"holds", "why"}
    assert result["guarantee"]["holds"] is True
    assert result["verdict"] == "limited"
    assert result["replay"].startswith("swarmsec run ")
    assert result["scenario"] == "ring_with_a_liar"
    assert result["scenario_version"] == 1
    assert result["engine_version"] == swarmsec.__version__
    assert result["seeds"] == [0, 1, 2]


def test_json_has_no_non_finite_number(cli, ring_file):
    ran = cli("run", ring_file, "--json")

    def refuse(word):
        raise AssertionError(f"{word} in the document")

    assert json.loads(ran.out, parse_constant=refuse)["scenario"] == "ring_with_a_liar"


def test_damage_limited_is_the_share_of_the_damage_that_blue_prevented(cli, ring_file):
    result = cli("run", ring_file, "--json").json
    attacked, defended, guarded = (result["damage"][arm]["mean"] for arm in ("attacked", "defended", "guarded"))
    assert result["damage_limited"]["mean"] == pytest.approx(1 - defended / attacked, rel=1e-9)
    assert result["prevented"]["mean"] == pytest.approx(1 - (defended - guarded) / attacked, rel=1e-9)
    assert result["autoimmune_cost"] == result["damage"]["guarded"]


def test_damage_is_the_bill_minus_the_bill_of_the_clean_arm(cli, ring_file):
    result = cli("run", ring_file, "--json").json
    clean = result["arms"]["clean"]["bill"]["mean"]
    for arm, damage in result["damage"].items():
        assert damage["mean"] == pytest.approx(result["arms"][arm]["bill"]["mean"] - clean, abs=1e-12)


def test_a_run_without_bite_is_inconclusive_and_reports_no_damage_limited(cli, ring_file):
    ran = cli("run", ring_file, "--attack", "none", "--json")
    assert ran.code == swarmsec.ExitCode.INCONCLUSIVE == 4
    assert ran.json["damage_limited"] is None
    assert ran.json["damage_limited_reason"] != ""
    assert ran.json["bites"] is False
    assert ran.json["verdict"] == "no_bite"


def test_a_run_whose_defense_limits_nothing_is_done(cli, ring_file):
    ran = cli("run", ring_file, "--defense", "none", "--json")
    assert ran.code == 0
    assert ran.json["damage_limited"] == {"mean": 0.0, "low": 0.0, "high": 0.0}
    assert ran.json["verdict"] == "undefended"
    assert ran.json["autoimmune_cost"]["mean"] == 0.0


def test_output_of_a_plugin_stays_out_of_the_json_document(cli, ring_file, tmp_path):
    folder = tmp_path / "chatty"
    folder.mkdir()
    source = (
        '"""Chat."""\n\nfrom dataclasses import dataclass\n\nfrom swarmsec import Defense, Vantage\n\n\n'
        '@dataclass(kw_only=True)\nclass Chatty(Defense):\n    """Print."""\n\n    vantage = Vantage.LOCAL\n\n'
        '    def filter_signals(self, signals, blue):\n        print("hello from a student")\n        return signals\n'
    )
    (folder / "chatty.py").write_text(source, encoding="utf-8")
    ran = cli("run", ring_file, "--plugins", folder, "--defense", "chatty", "--json")
    assert ran.code == 0
    assert ran.json["scenario"] == "ring_with_a_liar"


# --attack, --defense


def test_attack_replaces_the_scenarios_attack(cli, ring_file):
    ran = cli("run", ring_file, "--attack", "stubborn:daemons=[3],value=-5.5,start=2", "--json")
    assert ran.code == 0
    (attack,) = resolved()["attacks"]
    assert {key: attack[key] for key in ("kind", "daemons", "value", "start")} == {
        "kind": "stubborn",
        "daemons": [3],
        "value": -5.5,
        "start": 2,
    }


def test_attack_can_be_given_more_than_once(cli, ring_file):
    ran = cli(
        *("run", ring_file, "--set", "rules.red.daemons=2", "--json"),
        *("--attack", "stubborn:daemons=[3]", "--attack", "stubborn:daemons=[5],value=-9"),
    )
    assert ran.code == 0
    assert [(a["kind"], a["daemons"]) for a in resolved()["attacks"]] == [("stubborn", [3]), ("stubborn", [5])]
    assert ran.json["arms"]["attacked"]["metrics"]["compromised"]["mean"] == 2.0


def test_defense_replaces_the_scenarios_defense_and_can_be_given_more_than_once(cli, ring_file):
    ran = cli("run", ring_file, "--defense", "wmsr:f=2", "--defense", "median_gate:threshold=5,warm_up=0", "--json")
    assert ran.code == 0
    first, second = resolved()["defenses"]
    assert first == {"kind": "wmsr", "f": 2}
    assert (second["kind"], second["threshold"], second["warm_up"]) == ("median_gate", 5.0, 0)


def test_an_attack_of_strength_zero_has_damage_exactly_zero(cli, ring_file):
    ran = cli("run", ring_file, "--attack", "stubborn:daemons=[0],strength=0", "--json")
    assert ran.code == 4
    assert ran.json["damage"]["attacked"] == {"mean": 0.0, "low": 0.0, "high": 0.0}


# --seeds, --agents, --rounds, --set, --out, --jobs


@pytest.mark.parametrize(("given", "seeds"), [("3", [0, 1, 2]), ("3,4,9", [3, 4, 9]), ("2", [0, 1])])
def test_seeds_are_a_count_or_a_list(cli, ring_file, given, seeds):
    ran = cli("run", ring_file, "--seeds", given, "--json")
    assert ran.code == 0
    assert ran.json["seeds"] == seeds
    assert ran.json["replay"].endswith("--seeds " + ",".join(map(str, seeds)))


def test_the_scenarios_seeds_may_be_a_list(cli, write, ring):
    ran = cli("run", write(ring | {"seeds": [5, 2]}), "--json")
    assert ran.json["seeds"] == [5, 2]


def test_agents_sets_the_size_of_the_swarm(cli, write, ring):
    ring["world"] = {"kind": "beliefs", "initial": "uniform"}
    ran = cli("run", write(ring), "--agents", 11, "--rounds", 3, "--json")
    assert ran.code == 0
    assert resolved()["network"]["n"] == 11
    assert ran.json["arms"]["clean"]["metrics"]["messages"]["mean"] == 11 * 4 * 3


def test_rounds_sets_the_length_of_the_run(cli, ring_file):
    ran = cli("run", ring_file, "--rounds", 6, "--json")
    assert ran.code == 0
    assert resolved()["rounds"] == 6
    assert ran.json["arms"]["clean"]["metrics"]["messages"]["mean"] == 7 * 4 * 6


@pytest.mark.parametrize(
    ("path", "value", "read"),
    [
        ("attacks[0].value", "-5", lambda s: s["attacks"][0]["value"] == -5.0),
        ("defenses[0].f", "2", lambda s: s["defenses"][0]["f"] == 2),
        ("world.initial", "[1, 1, 1, 2, 2, 2, 3]", lambda s: s["world"]["initial"] == [1, 1, 1, 2, 2, 2, 3]),
        ("rules.red.daemons", "2", lambda s: s["rules"]["red"]["daemons"] == 2),
        ("protocol.weights", "metropolis", lambda s: s["protocol"]["weights"] == "metropolis"),
        ("engine", "agents", lambda s: s["engine"] == "agents"),
    ],
)
def test_set_puts_a_value_at_a_path(cli, ring_file, path, value, read):
    ran = cli("run", ring_file, "--set", f"{path}={value}", "--rounds", 5, "--json")
    assert ran.code == 0
    assert read(resolved())


def test_set_can_be_given_more_than_once(cli, ring_file):
    ran = cli("run", ring_file, "--set", "rounds=5", "--set", "attacks[0].value=9", "--json")
    assert ran.code == 0
    assert (resolved()["rounds"], resolved()["attacks"][0]["value"]) == (5, 9.0)


def test_out_sets_the_folder_of_run_folders(cli, ring_file, tmp_path):
    ran = cli("run", ring_file, "--out", tmp_path / "a" / "b", "--json")
    assert ran.code == 0
    assert (tmp_path / "a" / "b" / "latest" / "result.json").is_file()
    assert not Path("runs").exists()


def test_the_result_does_not_depend_on_jobs(cli, ring_file):
    one = cli("run", ring_file, "--jobs", 1, "--out", "one", "--json")
    two = cli("run", ring_file, "--jobs", 2, "--out", "two", "--json")
    assert (one.code, two.code) == (0, 0)
    assert {**one.json, "overhead": None} == {**two.json, "overhead": None}
    for name in ("result.json", "rounds.csv", "events.jsonl", "scenario.yaml"):
        assert (Path("one/latest") / name).read_bytes() == (Path("two/latest") / name).read_bytes()


# --plugins


def test_a_users_attack_and_defense_run_with_shipped_plugins(cli, ring_file, own_plugins):
    ran = cli(
        *("run", ring_file, "--plugins", own_plugins, "--json", "--seeds", 2),
        *("--attack", "pull:by=40,daemons=[0]", "--defense", "middle"),
    )
    assert ran.code == 0
    assert ran.json["damage"]["attacked"]["mean"] > 0
    assert ran.json["arms"]["attacked"]["metrics"]["compromised"]["mean"] == 0.0
    assert ran.json["damage_limited"]["mean"] > 0.5
    assert ran.json["overhead"]["messages"] > 1


def test_worker_processes_find_a_users_plugins(cli, ring_file, own_plugins):
    ran = cli(
        *("run", ring_file, "--plugins", own_plugins, "--json", "--jobs", 2, "--seeds", 2),
        *("--attack", "pull:by=40,daemons=[0]", "--defense", "middle"),
    )
    assert ran.code == 0


def test_list_and_show_find_a_users_plugins(cli, own_plugins):
    assert "pull" in cli("list", "attacks", "--plugins", own_plugins, "--json").json["attacks"]
    assert "middle" in cli("list", "defenses", "--plugins", own_plugins, "--json").json["defenses"]
    shown = cli("show", "pull", "--plugins", own_plugins)
    assert shown.code == 0
    assert "by" in shown.out
    assert "signal" in shown.out


# SWARMSEC_*


def test_variables_set_options(shell, write, ring, own_plugins, tmp_path):
    ring["world"] = {"kind": "beliefs", "initial": "uniform"}
    variables = {
        "SWARMSEC_SEEDS": "3,4",
        "SWARMSEC_AGENTS": "9",
        "SWARMSEC_ROUNDS": "4",
        "SWARMSEC_OUT": str(tmp_path / "elsewhere"),
        "SWARMSEC_PLUGINS": str(own_plugins),
        "SWARMSEC_JOBS": "1",
    }
    ran = shell("run", write(ring), "--attack", "pull:daemons=[0]", "--json", env=variables)
    assert ran.code in (0, 4)
    assert ran.json["seeds"] == [3, 4]
    document = resolved(tmp_path / "elsewhere")
    assert (document["network"]["n"], document["rounds"], document["attacks"][0]["kind"]) == (9, 4, "pull")


@pytest.mark.parametrize(
    ("variable", "value", "read"),
    [
        ("SWARMSEC_ATTACK", "none", lambda s: [a["kind"] for a in s["attacks"]] == ["none"]),
        ("SWARMSEC_DEFENSE", "none", lambda s: [d["kind"] for d in s["defenses"]] == ["none"]),
        ("SWARMSEC_SET", "rounds=3", lambda s: s["rounds"] == 3),
    ],
)
def test_variables_set_options_with_several_values(cli, monkeypatch, ring_file, variable, value, read):
    monkeypatch.setenv(variable, value)
    assert cli("run", ring_file).code in (0, 4)
    assert read(resolved())


def test_a_variable_selects_json(cli, monkeypatch, ring_file):
    monkeypatch.setenv("SWARMSEC_JSON", "1")
    assert cli("run", ring_file).json["scenario"] == "ring_with_a_liar"


def test_a_flag_overrides_a_variable_and_a_variable_overrides_the_scenario(cli, monkeypatch, ring_file):
    monkeypatch.setenv("SWARMSEC_ROUNDS", "7")
    assert cli("run", ring_file).code == 0
    assert resolved()["rounds"] == 7
    assert cli("run", ring_file, "--rounds", 5).code == 0
    assert resolved()["rounds"] == 5


def test_the_command_that_repeats_a_run_includes_options_set_by_variables(cli, monkeypatch, ring_file):
    import shlex

    monkeypatch.setenv("SWARMSEC_ROUNDS", "7")
    first = cli("run", ring_file, "--json").json
    monkeypatch.delenv("SWARMSEC_ROUNDS")
    again = cli(*shlex.split(first["replay"])[1:], "--json").json
    assert again["arms"] == first["arms"]


def test_the_command_that_repeats_a_run_includes_the_plugins_folder(cli, ring_file, own_plugins):
    import shlex

    first = cli("run", ring_file, "--plugins", own_plugins, "--attack", "pull:daemons=[0]", "--json").json
    again = cli(*shlex.split(first["replay"])[1:], "--json")
    assert again.code in (0, 4)
    assert again.json["arms"] == first["arms"]


# Sources of a scenario


def test_a_scenario_is_loaded_from_the_library_by_name(cli):
    ran = cli("run", "blackswarm", "--agents", 60, "--seeds", 2, "--json")
    assert ran.code in (0, 4)
    assert ran.json["scenario"] == "blackswarm"


def test_the_resolved_scenario_runs_from_its_file(cli, ring_file):
    first = cli("run", ring_file, "--json").json
    again = cli("run", Path("runs/latest/scenario.yaml").resolve(), "--out", "again", "--json").json
    assert again["scenario_digest"] == first["scenario_digest"]
    assert again["arms"] == first["arms"]


# list, show, validate


def test_list_names_every_required_plugin(cli):
    attacks = cli("list", "attacks", "--json")
    defenses = cli("list", "defenses", "--json")
    assert (attacks.code, defenses.code) == (0, 0)
    assert set(attacks.json["attacks"]) >= SHIPPED_ATTACKS
    assert set(defenses.json["defenses"]) >= SHIPPED_DEFENSES


@pytest.mark.parametrize(
    ("what", "some"),
    [
        ("protocols", {"average_consensus", "friedkin_johnsen"}),
        ("worlds", {"beliefs", "trading"}),
        ("scenarios", {"blackswarm", "blackswarm_subtle"}),
        ("topologies", {"ring", "circulant", "complete", "random_regular", "small_world", "edges"}),
    ],
)
def test_list_accepts_one_kind_of_entry(cli, what, some):
    listed = cli("list", what, "--json").json
    assert set(listed) == {what}
    assert set(listed[what]) >= some
    plain = cli("list", what)
    assert plain.code == 0
    assert all(name in plain.out for name in some)


def test_list_without_a_kind_lists_all_kinds(cli):
    listed = cli("list", "--json").json
    assert set(listed) >= {"attacks", "defenses", "protocols", "worlds", "scenarios", "topologies"}


@pytest.mark.parametrize("name", [*sorted(SHIPPED_ATTACKS | SHIPPED_DEFENSES), "beliefs", "trading", "circulant"])
def test_show_describes_a_plugin(cli, name):
    shown = cli("show", name)
    assert shown.code == 0
    assert name in shown.out
    assert ESCAPE not in shown.out


def test_show_prints_parameters_with_bounds_units_and_help(cli):
    shown = cli("show", "stubborn", "--json").json
    strength = next(p for p in shown["parameters"] if p["name"] == "strength")
    assert strength["default"] == 1.0
    assert strength["bounds"] == "at least 0"
    assert strength["help"]
    names = {p["name"] for p in shown["parameters"]}
    assert names >= {"daemons", "start", "stop", "strength"}


def test_every_attack_has_daemons_start_stop_and_strength(cli):
    for name in cli("list", "attacks", "--json").json["attacks"]:
        if name == "none":
            continue
        names = {p["name"] for p in cli("show", name, "--json").json["parameters"]}
        assert names >= {"daemons", "start", "stop", "strength"}, name


def test_show_prints_both_plugins_named_none(cli):
    shown = cli("show", "none").out
    assert "attack" in shown
    assert "defense" in shown


def test_every_shipped_scenario_is_valid(cli):
    names = cli("list", "scenarios", "--json").json["scenarios"]
    assert cli("validate", *names).code == 0


def test_validate_runs_nothing(cli, ring_file):
    ran = cli("validate", ring_file)
    assert ran.code == 0
    assert "valid" in ran.out
    assert not Path("runs").exists()


def test_validate_reports_every_refused_scenario(cli, write, ring, ring_file):
    one = write(ring | {"rounds": -4}, "one.yaml")
    two = write(ring | {"engine": "warp"}, "two.yaml")
    ran = cli("validate", one, ring_file, two)
    assert ran.code == 3
    assert "one.yaml" in ran.err
    assert "two.yaml" in ran.err
    assert "ring.yaml: valid" in ran.out


def test_validate_json_is_one_document(cli, write, ring, ring_file):
    ran = cli("validate", ring_file, write(ring | {"rounds": -4}), "--json")
    assert ran.code == 3
    assert [entry["valid"] for entry in ran.json] == [True, False]


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["list", "--help"], ["show", "--help"]])
def test_help_exits_with_0(cli, arguments):
    assert cli(*arguments).code == 0


def test_help_names_every_option_of_the_contract(cli):
    text = cli("run", "--help").out
    options = ["attack", "defense", "seeds", "agents", "rounds", "set", "out", "json", "plugins", "jobs"]
    assert [option for option in options if f"--{option}" not in text] == []


def test_version_is_printed(cli):
    ran = cli("--version")
    assert ran.code == 0
    assert swarmsec.__version__ in ran.out


def test_exit_codes_are_those_of_the_contract():
    assert {int(code) for code in swarmsec.ExitCode} == {0, 1, 2, 3, 4, 5, 70, 130}


def test_nulls_share_arms_with_the_run_and_json_reports_how_many_arms_were_run(cli, ring_file):
    ran = cli("run", ring_file, "--seeds", 2, "--nulls", "--json")
    assert ran.json["arms_run"] == 2 * (4 + 2 * len(NULLS))
    assert "arms_run" not in json.loads(Path("runs/latest/result.json").read_text(encoding="utf-8"))
    assert cli("run", ring_file, "--seeds", 2, "--json").json["arms_run"] == 2 * 4


def test_a_sweep_over_an_attack_runs_the_other_arms_once(cli, write, ring):
    swept = write(ring | {"sweep": {"attacks[0].value": [3.0, 6.0, 9.0]}})
    ran = cli("run", swept, "--seeds", 5, "--json")
    assert (len(ran.json["points"]), ran.json["arms_run"]) == (3, 40)


SLEEPY = """
import time
from dataclasses import dataclass

from swarmsec.teams import Attack, Surface


@dataclass(kw_only=True)
class Sleepy(Attack):
    \"\"\"Sleep.\"\"\"

    surface = Surface.SIGNAL

    def on_signals(self, signals, red):
        time.sleep(60)
        return signals
"""


@pytest.mark.parametrize("command", ["run", "lint", "verify", "replay", "gauntlet", "tournament"])
def test_every_command_that_runs_arms_takes_the_same_executor_options(cli, ring_file, command):
    arguments = [] if command in {"verify", "replay"} else [ring_file]
    for option, message in (("--jobs", "0 given; must be at least 1"), ("--timeout", "0 given; must be more than 0")):
        ran = cli(command, *arguments, option, 0)
        assert ran.code == 2
        assert f"{option}: {message}" in ran.err
    assert "--cluster" in cli(command, "--help").out


@pytest.mark.parametrize("command", [("run",), ("lint", "--deep")])
def test_an_arm_that_exceeds_the_timeout_ends_the_command_and_is_named(cli, write, ring, tmp_path, command):
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "sleepy.py").write_text(SLEEPY, encoding="utf-8")
    scenario = write(ring | {"attacks": [{"kind": "sleepy", "daemons": [0]}], "seeds": 2})
    ran = cli(*command, scenario, "--plugins", folder, "--timeout", 2)
    assert ran.code == swarmsec.ExitCode.PLUGIN_FAILED
    assert "seed 0, attacked arm: took more than 2 s" in ran.err


def test_rounds_csv_of_a_run_is_read_as_a_table(cli, ring_file):
    cli("run", ring_file)
    with Path("runs/latest/rounds.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == 3 * 4 * 20
