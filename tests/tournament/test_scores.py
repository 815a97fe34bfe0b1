"""Scores of cells from a store equal those of `swarmsec.run`, and comparisons and leaderboards follow from them."""

from __future__ import annotations

import json

import numpy as np
import pytest

import swarmsec
from swarmsec.errors import UsageError
from swarmsec.runs.jobs import JobResult
from swarmsec.runs.runner import subject_of
from swarmsec.scoring import DamageScore
from swarmsec.scoring.intervals import of_mean, of_ratio
from swarmsec.store import Store
from swarmsec.tournament.cells import CellFilter, CellKey, cells_of
from swarmsec.tournament.comparison import compare
from swarmsec.tournament.failures import failures
from swarmsec.tournament.leaderboard import leaderboard
from swarmsec.tournament.scores import score_cells, score_cells_with_traces
from tests.store.stored import ID, PLAN, Small, play, small

NOISY = "blackswarm"
"""A scenario in which seeds differ."""

ROUNDS, NEWS = 260, (60,)
"""Its news end before the attack begins, because to sell in news is no damage."""


def noisy(seeds: int = 3) -> Small:
    return small(
        scenario=NOISY,
        attacks=["false_signal:start=200,stop=240,bias=-2.0", "false_signal:start=200,stop=240,bias=-0.1,daemons=1%"],
        defenses=["median_gate", "signal_clip", "median_gate:threshold=6.0"],
        seeds=range(seeds),
        rounds=ROUNDS,
        news=NEWS,
    )


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return noisy().keep(tmp_path_factory.mktemp("noisy") / "s.sqlite")


@pytest.fixture
def store(path):
    with Store.open(path, read_only=True) as opened:
        yield opened


def run_of(cell: CellKey):
    settings = {"rounds": ROUNDS, "world.news": [*NEWS]}
    scenario = swarmsec.load_scenario(cell.scenario, attack=cell.attack, defense=cell.defense, settings=settings)
    return scenario, swarmsec.run(scenario, seeds=[0, 1, 2])


@pytest.mark.parametrize("position", [0, pytest.param(4, marks=pytest.mark.slow)])
def test_a_cell_scored_with_traces_equals_a_run(store, position) -> None:
    key, runs = list(cells_of(store.entries(ID)).items())[position]
    scenario, expected = run_of(key)
    (cell,) = score_cells_with_traces(store, ID, {key: runs}, {key: subject_of(scenario)})
    found, document = cell.result.to_dict(times=False), expected.to_dict(times=False)
    for arm in document["arms"].values():
        arm["metrics"] = {name: arm["metrics"][name] for name in ("messages", "bytes")}
    assert json.dumps(found) == json.dumps(document)
    assert cell.result.overhead.cpu is not None
    assert (cell.status, cell.seeds, cell.missing, cell.failed) == ("done", (0, 1, 2), (), 0)


def test_rounds_to_recover_are_exact_even_if_float32_is_too_coarse() -> None:
    """Bills near 1e9 with a damage of a few units: float32 steps by 64 there."""
    from dataclasses import replace

    from swarmsec.scoring.detection import rounds_to_recover
    from swarmsec.store.codec import decode, encode

    trace = play(small().jobs[0]).trace
    clean = np.linspace(1e9, 1e9 + 5e3, 30)
    attacked = clean + np.concatenate([np.zeros(10), np.linspace(0, 20, 10), np.full(10, 20.0)])
    back = [
        decode(encode(replace(trace, bill=bill, metrics={"cost": bill})), arm="clean", seed=0).bill
        for bill in (clean, attacked)
    ]
    assert rounds_to_recover(back[1] - back[0], 12) == rounds_to_recover(attacked - clean, 12) == 7
    rounded = attacked.astype(np.float32).astype(float) - clean.astype(np.float32).astype(float)
    assert rounds_to_recover(rounded, 12) != 7


def test_scores_by_the_bills_alone_equal_those_with_traces(store) -> None:
    by_bills = score_cells(store, ID)
    assert len(by_bills) == 6
    scenario = swarmsec.load_scenario(NOISY)
    subjects = dict.fromkeys((cell.key for cell in by_bills), subject_of(scenario))
    with_traces = score_cells_with_traces(store, ID, cells_of(store.entries(ID)), subjects)
    for ours, whole in zip(by_bills, with_traces, strict=True):
        assert ours.to_dict() == whole.to_dict()
        assert (ours.result, type(ours.score)) == (None, DamageScore)
        for arm, damage in ours.damage_by_seed.items():
            assert damage.tolist() == whole.damage_by_seed[arm].tolist()
            assert of_mean(damage) == whole.result.damage[arm]
    assert {cell.score.verdict for cell in by_bills} > {"no_bite"}, "the scenario has different verdicts"


def test_a_seed_without_all_its_arms_is_missing(tmp_path) -> None:
    tournament = small(attacks=["stubborn"], defenses=["wmsr"], seeds=(0, 1, 2))
    failing = tournament.jobs[5]
    with Store.open(tmp_path / "s.sqlite") as store:
        store.begin(ID, PLAN, tournament.entries)
        (empty,) = score_cells(store, ID)
        assert (empty.score, empty.status, empty.seeds, empty.missing) == (None, "missing", (), (0, 1, 2))
        for job in tournament.jobs:
            store.add(job, JobResult(job.id, "crashed", error="it died") if job is failing else play(job))
        (found,) = score_cells(store, ID)
        assert (found.status, found.seeds, found.missing, found.failed) == ("partial", (0, 2), (1,), 1)
        assert [(one.run, one.seed, one.arm, one.error) for one in failed_runs(store)] == [
            (failing.id, 1, str(failing.arm), "it died")
        ]


def failed_runs(store):
    return failures(cells_of(store.entries(ID)), store.summaries(ID))


def test_a_failure_of_a_shared_arm_is_listed_once_with_the_teams_of_the_arm(tmp_path) -> None:
    tournament = small(seeds=(0,))
    clean, attacked = tournament.jobs[:2]
    with Store.open(tmp_path / "s.sqlite") as store:
        store.begin(ID, PLAN, tournament.entries)
        store.add(clean, JobResult(clean.id, "timed_out", error="too slow"))
        store.add(attacked, JobResult(attacked.id, "failed", error="wrong"))
        found = {one.run: one for one in failed_runs(store)}
        assert (found[clean.id].attack, found[clean.id].defense) == ("", "")
        assert (found[attacked.id].attack, found[attacked.id].defense) == ("stubborn", "")
        assert len(found) == 2


def test_the_difference_of_two_defenses_is_that_of_their_bills_seed_by_seed(store) -> None:
    cells = {cell.key: cell for cell in score_cells(store, ID)}
    found = compare(store, ID, "signal_clip", "median_gate:threshold=6.0")
    assert len(found) == 2
    for one in found:
        ours, rival = (
            cells[CellKey(one.scenario, one.attack, defense)]
            for defense in ("signal_clip", "median_gate:threshold=6.0")
        )
        attacked = ours.damage_by_seed["attacked"]
        defended, guarded = (ours.damage_by_seed[arm] - rival.damage_by_seed[arm] for arm in ("defended", "guarded"))
        assert one.damage == pytest.approx(of_mean(defended))
        assert one.autoimmune_cost == pytest.approx(of_mean(guarded))
        expected = of_ratio(guarded - defended, attacked) if ours.score.bites else None
        assert one.damage_limited == (pytest.approx(expected, abs=1e-12) if expected else None)
        if ours.score.bites:
            difference = ours.score.damage_limited.mean - rival.score.damage_limited.mean
            assert one.damage_limited.mean == pytest.approx(difference, rel=1e-9, abs=1e-12)


def test_the_price_of_decentralization_is_the_dl_of_a_monitor_minus_that_of_a_local_defense(tmp_path) -> None:
    attack, monitor, local = "false_signal:start=200,stop=240,bias=-2.0", "mahalanobis:warm_up=60", "median_gate"
    settings = {"rounds": ROUNDS, "world.news": [*NEWS]}
    results = [
        swarmsec.run(swarmsec.load_scenario(NOISY, attack=attack, defense=one, settings=settings), seeds=[0, 1, 2])
        for one in (monitor, local)
    ]
    tournament = small(
        scenario=NOISY, attacks=[attack], defenses=[monitor, local], seeds=range(3), rounds=ROUNDS, news=NEWS
    )
    with Store.open(tournament.keep(tmp_path / "s.sqlite"), read_only=True) as store:
        (one,) = compare(store, ID, monitor, local)
    by_seed = [{arm: trace.bill[-1] for arm, trace in run.traces.items()} for run in results[0].seed_runs]
    rival = [run.traces["defended"].bill[-1] for run in results[1].seed_runs]
    damage = np.array([bills["attacked"] - bills["clean"] for bills in by_seed])
    saved = np.array([left - bills["defended"] for left, bills in zip(rival, by_seed, strict=True)])
    price = saved.sum() / damage.sum()
    half = 4.302653 * (saved - price * damage).std(ddof=1) / damage.mean() / 3**0.5  # Student's t, 2 degrees.
    assert one.damage_limited == pytest.approx((price, price - half, price + half), rel=1e-6)
    assert price == pytest.approx(results[0].damage_limited.mean - results[1].damage_limited.mean)


def test_a_swapped_comparison_changes_its_sign(store) -> None:
    one, other = (
        compare(store, ID, *pair)
        for pair in [
            ("signal_clip", "median_gate:threshold=6.0"),
            ("median_gate:threshold=6.0", "signal_clip"),
        ]
    )
    turned = {None: None, "first": "second", "second": "first"}
    for a, b in zip(one, other, strict=True):
        assert (a.damage.mean, a.damage.low, a.damage.high) == pytest.approx(
            (-b.damage.mean, -b.damage.high, -b.damage.low)
        )
        assert a.better == turned[b.better]


def test_a_defense_equals_itself(store) -> None:
    for one in compare(store, ID, "signal_clip", "signal_clip"):
        assert one.damage == (0.0, 0.0, 0.0)
        assert one.better is None


@pytest.mark.parametrize(("name", "message"), [("median_gat", "did you mean `median_gate`"), ("zzz", "known: ")])
def test_an_unknown_defense_is_refused(store, name, message) -> None:
    with pytest.raises(UsageError, match=message):
        compare(store, ID, name, "signal_clip")


def test_a_kind_of_several_labels_is_refused_with_the_labels(tmp_path) -> None:
    tournament = small(attacks=["stubborn"], defenses=["wmsr:f=1", "wmsr:f=0"], seeds=(0,))
    with (
        Store.open(tournament.keep(tmp_path / "s.sqlite"), read_only=True) as store,
        pytest.raises(UsageError, match="several defenses 'wmsr'; which of wmsr:f=0, wmsr:f=1"),
    ):
        compare(store, ID, "wmsr", "wmsr:f=1")


def test_cells_are_filtered_by_label_or_by_kind(store) -> None:
    def cells(**names) -> int:
        return len(score_cells(store, ID, CellFilter(**names)))

    assert cells(defenses=["median_gate"]) == 4
    assert cells(defenses=["median_gate:threshold=6.0"]) == 2
    assert cells(attacks=["false_signal"], defenses=["signal_clip", "median_gate:threshold=6.0"]) == 4
    assert cells(scenarios=[NOISY]) == 6
    with pytest.raises(UsageError, match="no defense 'wmsr' in this tournament"):
        cells(defenses=["wmsr"])


@pytest.mark.parametrize("team", ["red", "blue"])
def test_a_leaderboard_has_ratings_and_damage_limited_where_the_attack_bites(store, team) -> None:
    from swarmsec.scoring.ratings import rate

    found = score_cells(store, ID)
    own, rival = ("attack", "defense") if team == "red" else ("defense", "attack")
    ranks = leaderboard(found, team)
    labels = sorted({getattr(one.key, own) for one in found})
    assert sorted(rank.label for rank in ranks) == labels

    cases = sorted({getattr(one.key, rival) for one in found})
    done = np.full((3, len(cases), len(labels)), np.nan)
    for one in found:
        if team == "blue" and not one.score.bites:
            continue  # There is nothing to prevent.
        sign = 1 if team == "red" else -1
        at = cases.index(getattr(one.key, rival)), labels.index(getattr(one.key, own))
        done[:, at[0], at[1]] = sign * one.damage_by_seed["defended"]
    expected = dict(zip(labels, rate(done), strict=True))
    for rank in ranks:
        rated = expected[rank.label]
        assert (rank.wins, rank.losses, rank.ties) == (rated.wins, rated.losses, rated.ties)
        assert rank.points == rated.points
        biting = [one.score for one in found if getattr(one.key, own) == rank.label and one.score.damage_limited]
        shares = [one.damage_limited.mean for one in biting]
        assert (rank.cells, rank.limited) == (len(biting), sum(one.verdict == "limited" for one in biting))
        assert rank.damage_limited == (pytest.approx(np.mean(shares)) if shares else None)
        assert rank.worst == ((max if team == "red" else min)(shares) if shares else None)


@pytest.mark.parametrize("team", ["red", "blue"])
def test_a_leaderboard_does_not_depend_on_the_order_of_the_cells(store, team) -> None:
    found = score_cells(store, ID)
    assert leaderboard(found, team) == leaderboard(found[::-1], team) == leaderboard(found[2:] + found[:2], team)


def test_a_defense_alone_has_no_rating(tmp_path) -> None:
    tournament = small(attacks=["stubborn"], defenses=["wmsr"])
    with Store.open(tournament.keep(tmp_path / "s.sqlite"), read_only=True) as store:
        (rank,) = leaderboard(score_cells(store, ID), "blue")
    assert (rank.points, rank.cells, rank.limited) == (None, 1, 1)
    assert rank.against == "stubborn, ring_with_a_liar"
