"""`swarmsec results` and `swarmsec export`: their output for a store of tournaments, and their errors."""

import csv
import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from swarmsec.runs.jobs import JobResult
from swarmsec.store import Store
from tests.store.stored import ID, PLAN, numbered, play, small

ROOT = Path(__file__).resolve().parents[2]

WRITES_UNTIL_TOLD = """
import sys
from pathlib import Path
from swarmsec.store import Store
from tests.store.stored import ID, PLAN, play, small

tournament = small()
with Store.open(Path(sys.argv[1])) as store:
    store.begin(ID, PLAN, tournament.entries)
    for job in tournament.jobs:
        store.add(job, play(job))
        print(job.id, flush=True)
        sys.stdin.readline()
"""


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    return small().keep(tmp_path_factory.mktemp("kept") / "s.sqlite")


@pytest.fixture
def store(template, tmp_path):
    """A store with one tournament, as a copy that a test may change."""
    path = tmp_path / "s.sqlite"
    shutil.copyfile(template, path)
    return path


def with_another(store):
    """The same store with a second tournament: one of its runs crashed and one is not done."""
    tournament = small(attacks=["stubborn"], defenses=["none"], seeds=(7, 8))
    with Store.open(store) as opened:
        opened.begin("another-id", {"name": "second"}, tournament.entries)
        *rest, crashed, _left = tournament.jobs
        for job in rest:
            opened.add(job, play(job))
        opened.add(crashed, JobResult(crashed.id, "crashed", error="the process died by signal 9"))
    return crashed


# A list


def test_results_list_the_tournaments_and_their_progress(cli, store):
    with_another(store)
    ran = cli("results", store)
    assert ran.code == 0
    heading, first, second = ran.out.splitlines()
    assert heading.split()[:6] == ["tournament", "id", "runs", "done", "failed", "crashed"]
    runs = len(small().jobs)
    assert first.split()[:8] == ["small", ID[:12], str(runs), str(runs), "0", "0", "0", "0"]
    assert second.split()[:8] == ["second", "another-id", "8", "6", "0", "1", "0", "1"]


def test_results_as_json_are_one_document(cli, store):
    page = cli("results", store, "--json").json
    assert page["schema"] == "swarmsec.results/v1"
    (one,) = page["tournaments"]
    assert (one["id"], one["name"], one["plan"]) == (ID, "small", PLAN)
    assert (one["planned"], one["done"], one["left"]) == (len(small().jobs), len(small().jobs), 0)


def test_the_default_store_is_used_unless_an_option_or_variable_names_another(cli, store, tmp_path, monkeypatch):
    assert cli("results").code == 2
    (tmp_path / "runs").mkdir()
    shutil.copyfile(store, tmp_path / "runs" / "tournaments.sqlite")
    assert "small" in cli("results").out
    monkeypatch.setenv("SWARMSEC_STORE", "elsewhere.sqlite")
    assert "elsewhere.sqlite" in cli("results").err
    monkeypatch.setenv("SWARMSEC_STORE", str(store))
    assert "small" in cli("results").out


# One tournament


def test_the_matrix_shows_damage_limited_with_its_interval(cli, store):
    import swarmsec

    ran = cli("results", store, "--matrix", "--json")
    cells = {(cell["attack"], cell["defense"]): cell for cell in ran.json["cells"]}
    assert len(cells) == 4
    scenario = swarmsec.load_scenario("ring_with_a_liar", attack="stubborn", defense="wmsr", settings={"rounds": 30})
    expected = swarmsec.run(scenario, seeds=[0, 1]).to_dict()
    cell = cells["stubborn", "wmsr"]
    for key in ("damage", "damage_limited", "autoimmune_cost", "bites", "verdict", "unit", "seeds"):
        assert cell[key] == expected[key]


def test_the_matrix_has_one_table_for_each_scenario(cli, store):
    lines = cli("results", store, "--matrix").out.splitlines()
    assert lines[0].startswith("ring_with_a_liar")
    assert lines[2].split() == ["median_gate", "wmsr"]
    assert [line.split()[0] for line in lines[3:]] == ["stubborn", "stubborn:value=7.0"]
    assert lines[3].split()[1:] == ["0%", "100%"], "the seeds do not differ, so there are no intervals"
    assert "damage(defended) in belief" in cli("results", store, "--matrix", "--damage").out


def test_a_cell_of_the_matrix_is_the_mean_with_its_interval_where_seeds_differ(cli, tmp_path):
    import swarmsec

    teams = {"attack": "false_signal:start=200,stop=240,bias=-2.0", "defense": "signal_clip"}
    noisy = small(
        scenario="blackswarm",
        attacks=[teams["attack"]],
        defenses=[teams["defense"]],
        seeds=(0, 1, 2),
        rounds=260,
        news=(60,),
    )
    scenario = swarmsec.load_scenario("blackswarm", **teams, settings={"rounds": 260, "world.news": [60]})
    expected = swarmsec.run(scenario, seeds=[0, 1, 2]).damage_limited
    assert expected.low < expected.mean < expected.high
    row = cli("results", noisy.keep(tmp_path / "n.sqlite"), "--matrix").out.splitlines()[3]
    mean, low, high = (f"{share:.0%}" for share in expected)
    assert row.split() == [teams["attack"], mean, f"[{low},", f"{high}]"]


def test_a_comparison_names_the_defense_with_less_damage(cli, store):
    ran = cli("results", store, "--compare", "wmsr", "median_gate")
    assert ran.code == 0
    assert "wmsr leaves less damage in 2 of 2, median_gate in 0" in ran.out
    differences = cli("results", store, "--compare", "wmsr", "median_gate", "--json").json["differences"]
    assert [one["better"] for one in differences] == ["first", "first"]
    assert all(set(one["damage"]) == {"mean", "low", "high"} for one in differences)


def test_the_leaderboard_lists_the_best_of_each_team_first(cli, store):
    board = cli("results", store, "--leaderboard", "--json").json
    assert [one["label"] for one in board["defenses"]] == ["wmsr", "median_gate"]
    assert [one["label"] for one in board["attacks"]] == ["stubborn", "stubborn:value=7.0"]
    assert board["defenses"][0]["points"]["mean"] > 1500 > board["defenses"][1]["points"]["mean"]
    lines = cli("results", store, "--leaderboard").out.splitlines()
    assert [line.split()[1] for line in lines if line] == [
        "rating",
        "wmsr",
        "median_gate",
        "rating",
        "stubborn",
        "stubborn:value=7.0",
    ]


def test_a_tournament_and_its_leaderboard_have_equal_ratings_with_ties_in_equal_order(cli, tmp_path):
    """Defenses without effect tie: signal_clip and median_gate are no match for stubborn, and equal none."""
    arguments = ["--attack", "stubborn:daemons=[0]", "--attack", "hijack:daemons=[0]"]
    arguments += ["--defense", "signal_clip", "--defense", "wmsr", "--defense", "median_gate"]
    ran = cli(
        "tournament",
        "ring_with_a_liar",
        *arguments,
        "--set",
        "rounds=12",
        "--seeds",
        "2",
        "--store",
        "t.sqlite",
        "--json",
    )
    board = cli("results", "t.sqlite", "--leaderboard", "--json").json
    for team in ("attacks", "defenses"):
        assert ran.json["ratings"][team] == board[team]
    (idle,) = (one["points"] for one in board["defenses"] if one["label"] == "none")
    tied = [one["label"] for one in board["defenses"] if one["points"] == idle]
    assert tied == ["median_gate", "none", "signal_clip"]


def test_failures_are_reported_with_their_error(cli, store):
    assert cli("results", store, "--failed").out == "no run failed, crashed or timed out\n"
    crashed = with_another(store)
    ran = cli("results", store, "--failed")
    assert crashed.id[:12] in ran.out
    assert "the process died by signal 9" in ran.out
    (one,) = cli("results", store, "--failed", "--json").json["failed"]
    assert (one["run"], one["status"], one["seed"]) == (crashed.id, "crashed", crashed.seed)
    assert cli("results", store, "--failed", "--tournament", "small", "--json").json["failed"] == []


def test_filters_select_the_named_rows(cli, store):
    def cells(*filters):
        return [cell["attack"] for cell in cli("results", store, "--matrix", "--json", *filters).json["cells"]]

    assert cells("--attack", "stubborn:value=7.0") == ["stubborn:value=7.0"] * 2
    assert cells("--attack", "stubborn", "--defense", "wmsr") == ["stubborn", "stubborn:value=7.0"]
    assert cells("--scenario", "ring_with_a_liar", "--defense", "wmsr", "--defense", "median_gate") == [
        *["stubborn"] * 2,
        *["stubborn:value=7.0"] * 2,
    ]


def test_the_latest_tournament_is_reported_unless_another_is_named(cli, store):
    with_another(store)
    connection = sqlite3.connect(store)  # Both may start in the same second.
    connection.execute("UPDATE tournaments SET begun = '2020-01-01T00:00:00+00:00' WHERE name = 'small'")
    connection.commit()
    connection.close()

    def looked_into(*options):
        return cli("results", store, "--leaderboard", "--json", *options).json["tournament"]["id"]

    assert looked_into() == "another-id"
    assert looked_into("--tournament", "small") == ID
    assert looked_into("--tournament", "anot") == "another-id"


def test_a_cell_without_a_complete_seed_is_a_dash_with_a_note(cli, store):
    with_another(store)
    out = cli("results", store, "--matrix", "--tournament", "second").out
    assert "–" in out
    assert "* 1 cells are scored without some of their seeds" in out


def test_sql_prints_text_and_json(cli, store):
    sql = "SELECT arm, count(*) AS n FROM runs GROUP BY arm ORDER BY arm"
    lines = cli("results", store, "--sql", sql).out.splitlines()
    assert [line.split()[0] for line in lines] == ["arm", "attacked", "clean", "defended", "guarded"]
    page = cli("results", store, "--sql", sql, "--json").json
    assert page["columns"] == ["arm", "n"]
    assert page["engine"] in {"duckdb", "sqlite"}
    assert page["rows"] == [["attacked", 4], ["clean", 2], ["defended", 8], ["guarded", 4]]


def test_a_non_finite_value_is_null_in_json(cli, store):
    sql = "SELECT 1e308 * 10 AS much, NULL AS nothing"
    assert cli("results", store, "--sql", sql, "--json").json["rows"] == [[None, None]]


# Errors


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--matrix", "--failed"], "give one of them"),
        (["--damage"], "only with --matrix"),
        (["--matrix", "--defense", "wmrs"], "did you mean `wmsr`?"),
        (["--compare", "wmsr", "nobody"], "no defense 'nobody'"),
        (["--tournament", "smal1"], "did you mean `small`?"),
        (["--sql", "DROP TABLE runs"], "one SELECT"),
        (["--sql", "SELECT 1", "--attack", "x"], "no such filter"),
        (["--attack", "x"], "no such filter"),
    ],
)
def test_a_usage_error_is_one_line_and_ends_with_2(cli, store, arguments, message):
    ran = cli("results", store, *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err
    assert len(ran.err.splitlines()) == 1
    as_json = cli("results", store, *arguments, "--json")
    assert as_json.code == 2
    assert message in as_json.json["error"]["message"]


def test_a_missing_or_invalid_store_is_one_clear_error(cli, tmp_path):
    assert "there is no store here" in cli("results", "nowhere.sqlite").err
    (tmp_path / "noise.sqlite").write_bytes(bytes(range(256)) * 40)
    ran = cli("results", "noise.sqlite", "--json")
    assert ran.code == 2
    assert "noise.sqlite: the store is damaged" in ran.json["error"]["message"]
    assert not (tmp_path / "nowhere.sqlite").exists()


def test_an_empty_store_has_no_tournament(cli, tmp_path):
    Store.open(tmp_path / "s.sqlite").close()
    assert cli("results", "s.sqlite").out == "no tournament was begun in this store\n"
    assert cli("results", "s.sqlite", "--json").json["tournaments"] == []
    assert "no tournament was begun in this store" in cli("results", "s.sqlite", "--matrix").err


# Beside a writer


@pytest.mark.slow
def test_results_are_read_while_a_tournament_runs(shell, tmp_path):
    path = tmp_path / "s.sqlite"
    command = [sys.executable, "-c", WRITES_UNTIL_TOLD, str(path)]
    writing = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        for outcome in (1, 2):
            writing.stdout.readline()
            (one,) = shell("results", path, "--json").json["tournaments"]
            assert (one["done"], one["left"]) == (outcome, len(small().jobs) - outcome)
            writing.stdin.write("\n")
            writing.stdin.flush()
        assert shell("results", path, "--matrix").code == 0
        assert shell("export", path, "--csv", tmp_path / "csv").code == 0
        assert writing.poll() is None
        writing.communicate("\n" * 100, timeout=60)
    finally:
        writing.kill()
        writing.wait()
    assert writing.returncode == 0
    assert shell("results", path, "--json").json["tournaments"][0]["left"] == 0


# Export


def test_export_writes_the_files_that_it_reports(cli, store, tmp_path):
    ran = cli("export", store, "--csv", "out")
    assert ran.code == 0
    assert [Path(line).name for line in ran.out.splitlines()] == [
        "tournaments.csv",
        "entries.csv",
        "runs.csv",
        "rounds.csv",
    ]
    with (tmp_path / "out" / "runs.csv").open(encoding="utf-8", newline="") as file:
        assert {row["id"] for row in csv.DictReader(file)} == {job.id for job in small().jobs}


def test_export_writes_both_formats_and_reports_them_as_json(cli, store):
    pytest.importorskip("pyarrow")
    files = cli("export", store, "--csv", "a", "--parquet", "b", "--json").json["files"]
    assert len(files) == 8
    assert all(Path(file).stat().st_size for file in files)


def test_export_requires_a_target(cli, store):
    ran = cli("export", store)
    assert ran.code == 2
    assert "--parquet DIR or --csv DIR" in ran.err
    (Path("file")).write_text("")
    assert "cannot be written" in cli("export", store, "--csv", "file").err


def test_results_include_runs_without_a_tournament(cli, tmp_path):
    runs = numbered(200)
    with Store.open(tmp_path / "s.sqlite") as store:
        for job, outcome in runs:
            store.add(job, outcome)
    rows = cli("results", "s.sqlite", "--sql", "SELECT count(*), count(DISTINCT digest) FROM runs", "--json").json
    assert rows["rows"] == [[200, 1]]
    assert json.loads(cli("results", "s.sqlite", "--json").out)["tournaments"] == []
