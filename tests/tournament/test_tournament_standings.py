"""Standings: cells equal results of `swarmsec.run`, and standings follow from their damages."""

from __future__ import annotations

import json

import numpy as np
import pytest

import swarmsec
from swarmsec.report.tables import plain_text
from swarmsec.report.tournament import render, upset_lines, verdict
from swarmsec.runs import JobCache, run_scenario, whole, with_nulls
from swarmsec.runs.executors import Serial
from swarmsec.scoring import SeedRun, Subject, score
from swarmsec.store import Store, Summary
from swarmsec.swarm.trace import DetectionCounts, Trace
from swarmsec.tournament import Request, outcome_of, plan_of, run_plan
from swarmsec.tournament.cells import CellKey
from swarmsec.tournament.contestants import Contestant
from swarmsec.tournament.labels import specs_of
from swarmsec.tournament.leaderboard import leaderboard
from swarmsec.tournament.scores import CellScore, _at_fault
from swarmsec.tournament.standings import standing

RING = "ring_with_a_liar"
SEEDS = (0, 1, 2)
ATTACKS = ("stubborn:daemons=[0]", "hijack:daemons=[3]", "none")
DEFENSES = ("signal_clip", "wmsr", "pyod_detector")


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """A small real tournament."""
    plan = plan_of(
        Request(
            scenarios=(RING,),
            attacks=tuple(specs_of(label) for label in ATTACKS),
            defenses=tuple(specs_of(label) for label in DEFENSES),
            seeds=SEEDS,
            settings={"rounds": 20},
        )
    )
    with Store.open(tmp_path_factory.mktemp("real") / "s.sqlite") as store:
        return outcome_of(plan, store, run_plan(plan, store, Serial()))


def only(document, *keys):
    return {key: document[key] for key in keys}


# Cells


def test_every_cell_equals_a_separate_run(found):
    """Shared arms, the store and its float32 columns do not change a score, also of attacks on other daemons."""
    scenario = swarmsec.load_scenario(RING, settings={"rounds": 20})
    for cell in [found.cells[1], found.cells[2], found.cells[12]]:
        one = swarmsec.load_scenario(scenario, attack=specs_of(cell.key.attack), defense=specs_of(cell.key.defense))
        cache = JobCache(Serial(), whole)
        alone = with_nulls(run_scenario(one, SEEDS, cache), one, cache).to_dict(times=False)
        del alone["nulls"]
        ours = cell.to_dict_with_result()["result"]
        for arm, figures in ours["arms"].items():
            assert figures["bill"] == alone["arms"][arm]["bill"]
            assert figures["metrics"] == only(alone["arms"][arm]["metrics"], "messages", "bytes")
        assert {key: ours[key] for key in ours if key not in ("arms", "replay")} == {
            key: alone[key] for key in alone if key not in ("arms", "replay")
        }


def test_the_replay_command_of_a_cell_repeats_it(found, capfd, monkeypatch, tmp_path):
    import shlex

    from swarmsec.cli import main

    monkeypatch.chdir(tmp_path)
    cell = found.cells[1]
    with pytest.raises(SystemExit):
        main([*shlex.split(cell.result.replay)[1:], "--json"])
    again = json.loads(capfd.readouterr().out)
    assert again["damage_limited"] == cell.to_dict_with_result()["result"]["damage_limited"]
    assert again["scenario_digest"] == cell.result.subject.digest


# Standings of a real tournament


def test_the_matrix_has_the_figures_of_the_cells(found):
    table = found.standings[0]
    cells = {(cell.key.attack, cell.key.defense): cell.result for cell in found.cells}
    for row, attack in enumerate(table.attacks):
        for column, defense in enumerate(table.defenses):
            result = cells[attack, defense]
            assert table.damage[row][column] == result.damage["defended"]
            assert table.damage_limited[row][column] == result.damage_limited
            assert table.autoimmune[column].mean >= result.damage["guarded"].mean
            assert table.undefended[row] == result.damage["attacked"]
    assert table.bites == (True, True, False)
    assert table.defenses[:3] == DEFENSES


def test_the_worst_case_is_the_largest_damage_of_a_column_and_the_best_has_the_least(found):
    table = found.standings[0]
    means = np.array([[cell.mean for cell in row] for row in table.damage])
    for one in table.worst_case:
        column = table.defenses.index(one.defense)
        assert one.damage.mean == pytest.approx(means[:, column].max())
        assert means[table.attacks.index(one.attack), column] == pytest.approx(means[:, column].max())
    assert [one.damage.mean for one in table.worst_case] == sorted(one.damage.mean for one in table.worst_case)
    assert table.best == "wmsr"
    assert table.best == DEFENSES[int(means[:, :3].max(axis=0).argmin())]


def test_the_value_of_the_equilibrium_is_between_maximin_and_minimax(found):
    table = found.standings[0]
    means = np.array([[cell.mean for cell in row[:3]] for row in table.damage])
    assert means.min(axis=1).max() <= table.nash.value + 1e-9
    assert table.nash.value <= means.max(axis=0).min() + 1e-9
    assert sum(table.nash.red.values()) == pytest.approx(1)
    assert set(table.nash.blue) <= set(DEFENSES)


def test_defenses_that_prevent_more_are_rated_higher(found):
    points = {one.label: one.points.mean for one in found.ratings["defenses"]}
    assert points["wmsr"] > points["signal_clip"]
    assert points["wmsr"] > points["none"]
    red = [one.label for one in found.ratings["attacks"]]
    assert red == list(ATTACKS)
    biting = sum(found.standings[0].bites)
    assert 0 < biting < 3
    assert all(
        one.wins + one.losses + one.ties == len(SEEDS) * biting * (len(found.defenses) - 1)
        for one in found.ratings["defenses"]
    )


def test_the_outcome_is_one_json_document(found):
    document = found.to_dict()
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert document["schema"] == "swarmsec.tournament/v1"


# Standings of given damages


def trace(arm, seed, bill, messages=10.0):
    return Trace(
        arm=arm,
        seed=seed,
        unit="USD",
        bill=np.array([bill]),
        metrics={"messages": np.array([messages]), "bytes": np.array([messages])},
        states=None,
        decisions=None,
        events=(),
        compromised=np.zeros(2, dtype=bool),
        final=np.empty((0, 0)),
        watch=DetectionCounts(),
        attacked=np.ones(2, dtype=bool),
        central={},
        spent={},
        alarms=(),
        changed=(),
        quarantine_log=(),
    )


def cell(attack, defense, damages, *, undefended=100.0, messages=10.0, status="done"):
    """A cell whose damages are given, one a seed."""
    runs = [
        SeedRun(
            seed,
            {
                "clean": trace("clean", seed, 0.0),
                "attacked": trace("attacked", seed, undefended + seed),
                "defended": trace("defended", seed, damage, messages),
                "guarded": trace("guarded", seed, 0.0, messages),
            },
            dict.fromkeys(("clean", "attacked", "defended", "guarded"), 0.0),
            (),
        )
        for seed, damage in enumerate(damages)
    ]
    result = (
        score(Subject("made_up", 1, "", "", lambda seed: 1, ("made_up",)), runs)
        if status in ("done", "partial")
        else None
    )
    seeds = tuple(range(len(damages))) if result else ()
    damage = {"defended": np.array(damages, dtype=float)} if result else {}
    return CellScore(CellKey("made_up", attack, defense), status, "USD", seeds, (), 0, damage, result)


def table_of(*cells, vantages=None, nulls=()):
    blue = list(dict.fromkeys(one.key.defense for one in cells))
    contestants = [
        Contestant(label, label, "blue", null=label in nulls, vantage=(vantages or {}).get(label, "local"))
        for label in blue
    ]
    return standing("made_up", "Made up", list(cells), contestants)


def names(table):
    return {label: label for label in (*table.attacks, *table.defenses)}


def test_rock_paper_scissors_is_mixed_evenly():
    beats = {("rock", "scissors"), ("paper", "rock"), ("scissors", "paper")}
    shapes = ("rock", "paper", "scissors")
    cells = [
        cell(red, blue, [60.0 if (red, blue) in beats else 30.0 if red == blue else 0.0] * 2)
        for red in shapes
        for blue in shapes
    ]
    found = table_of(*cells).nash
    assert found.value == pytest.approx(30)
    assert found.red == pytest.approx(dict.fromkeys(shapes, 1 / 3))
    assert found.blue == pytest.approx(dict.fromkeys(shapes, 1 / 3))
    assert not found.pure


def test_the_lead_is_paired_by_seed():
    """Both vary much between seeds, and one is better by 5 in every seed, so the interval is narrow."""
    table = table_of(
        cell("lie", "good", [10, 50, 90], undefended=1000.0), cell("lie", "bad", [15, 55, 95], undefended=1000.0)
    )
    assert table.best == "good"
    assert table.lead == pytest.approx((5, 5, 5))
    sentence, style = verdict(table, names(table))
    assert sentence.startswith("Best in the worst case: good leaves $50")
    assert style == "green"


def test_a_lead_with_0_in_its_interval_has_no_single_best():
    table = table_of(cell("lie", "one", [10, 50, 30], undefended=1000.0), cell("lie", "other", [30, 20, 45]))
    assert verdict(table, names(table))[0].startswith("No single best: one leaves $30")


def test_a_defense_with_a_failed_cell_has_no_worst_case():
    table = table_of(
        cell("lie", "steady", [10, 12]),
        cell("push", "steady", [20, 22]),
        cell("lie", "shaky", [1, 1]),
        cell("push", "shaky", [1], status="partial"),
    )
    assert table.best == "steady"
    assert [one.defense for one in table.worst_case] == ["steady"]
    assert table.damage[1][1].mean == 1.0


def test_an_attack_without_a_scored_cell_is_not_in_the_game():
    table = table_of(cell("lie", "steady", [10, 12]), cell("broken", "steady", [], status="failed"))
    assert table.worst_case[0].attack == "lie"
    assert table.undefended[1] is None


def test_a_defense_that_loses_to_a_plainer_one_is_an_upset():
    table = table_of(
        cell("lie", "learned", [60, 62, 64]),
        cell("lie", "median", [20, 21, 22]),
        vantages={"learned": "monitor"},
    )
    (upset,) = table.upsets
    assert (upset.loser, upset.winner, upset.null) == ("learned", "median", False)
    assert upset.by.mean == 41.0
    (line,) = upset_lines(table, names(table))
    assert line.startswith("learned loses to the plainer median: it leaves $41 [")


def test_an_upset_names_a_null_before_a_plainer_candidate():
    table = table_of(
        cell("lie", "learned", [60, 62, 64]),
        cell("lie", "median", [20, 21, 22]),
        cell("lie", "none", [50, 50, 50]),
        cell("lie", "truth", [0, 0, 0]),
        vantages={"learned": "monitor", "truth": "oracle"},
        nulls=("none", "truth"),
    )
    (upset,) = table.upsets
    assert (upset.loser, upset.winner, upset.null) == ("learned", "none", True)


def test_a_defense_with_more_messages_is_less_plain_and_a_tie_is_no_upset():
    talkative = cell("lie", "talkative", [60, 62, 64], messages=30.0)
    table = table_of(talkative, cell("lie", "quiet", [20, 21, 22]))
    assert [(one.loser, one.winner) for one in table.upsets] == [("talkative", "quiet")]
    assert table_of(cell("lie", "a", [60, 62, 64]), cell("lie", "b", [20, 21, 22])).upsets == ()


@pytest.mark.slow
def test_equal_defenses_hardly_ever_lose_to_each_other():
    """With 7 candidates and 5 nulls there are 35 comparisons and more; Holm's correction holds for all together."""
    rng, losing = np.random.default_rng(0), 0
    candidates, nulls = [f"d{i}" for i in range(7)], tuple(f"n{i}" for i in range(5))
    for _ in range(200):
        cells = [cell("lie", label, rng.normal(50.0, 10.0, 5)) for label in (*candidates, *nulls)]
        losing += bool(table_of(*cells, nulls=nulls).upsets)
    assert losing / 200 <= 0.05 + 2 * (0.05 * 0.95 / 200) ** 0.5


def test_a_best_defense_that_loses_to_a_null_is_no_success():
    table = table_of(cell("lie", "only", [60, 62, 64]), cell("lie", "none", [50, 50, 50]), nulls=("none",))
    sentence, style = verdict(table, names(table))
    assert sentence.startswith("No defense does better than every null: the best of them, only leaves $62")
    assert style == "red"


def test_a_best_defense_that_limits_nothing_is_no_success():
    table = table_of(cell("lie", "useless", [100, 101, 102]))
    assert verdict(table, names(table))[0].startswith("No defense limits its worst case")


def test_without_bite_there_is_no_verdict():
    table = table_of(cell("nothing", "any", [0.0, 0.0], undefended=-0.5))
    assert table.bites == (False,)
    assert verdict(table, names(table)) == ("No verdict: no attack bites", "yellow")


def test_the_report_has_the_verdict_first_and_the_replay_command_last(found):
    text = plain_text(render(found))
    sentence, _ = verdict(found.standings[0], names(found.standings[0]))
    assert text.index(sentence[:40]) < text.index("undefended  ") < text.index("rating of blue")
    assert text.index("rating of blue") < text.index(found.replay) < text.index(found.digest)


def test_a_defense_that_fails_where_it_would_lose_comes_last():
    """It is rated by the seeds that it finished, all of which it wins."""
    whole = [cell(red, blue, [left] * 5) for red in ("lie", "shout") for blue, left in (("good", 10.0), ("bad", 60.0))]
    quits = [cell(red, "quits", [0.0] * 3, status="partial") for red in ("lie", "shout")]
    quits[0] = quits[0]._replace(failed=2, at_fault=frozenset({"blue"}))
    ranks = leaderboard([*whole, *quits], "blue")
    assert [(rank.label, rank.failed) for rank in ranks] == [("good", 0), ("bad", 0), ("quits", 1)]
    assert all(rank.failed == 0 for rank in leaderboard([*whole, *quits], "red"))


@pytest.mark.parametrize(
    ("arm", "error", "teams"),
    [
        ("defended", "gate.govern (gate.py:3): ValueError: no (round 3, defended arm)", ["blue"]),
        ("defended", "lie.on_signals: gives None (round 3, defended arm)", ["red"]),
        ("defended", "the worker process died", ["red", "blue"]),
        ("guarded", "the worker process died", ["blue"]),
        ("attacked", "the worker process died", ["red"]),
    ],
)
def test_a_failed_run_is_the_fault_of_the_plugin_that_its_error_names(arm, error, teams):
    run = Summary("id", "failed", "made_up", 0, arm, "", None, 0.0, "", error)
    assert _at_fault(run, CellKey("made_up", "lie:bias=2", "gate + none")) == teams
