"""Scores out of a store are those of a run that was played at once."""

from __future__ import annotations

import json

import numpy as np
import pytest

import swarmsec
from swarmsec.errors import UsageError
from swarmsec.runs.jobs import JobResult
from swarmsec.scoring import score
from swarmsec.scoring.intervals import of_mean, of_ratio
from swarmsec.store import CellKey, Picked, Store, cells_of, compare, outcomes, result_of, seed_runs
from swarmsec.store.failures import failures
from swarmsec.store.leaderboard import leaderboard
from tests.store.stored import ID, PLAN, Small, play, small

NOISY = "blackswarm"
"""A scenario in which seeds differ."""


def noisy(seeds: int = 3) -> Small:
    return small(
        scenario=NOISY,
        attacks=["false_signal:start=200,stop=240,bias=-2.0", "false_signal:start=200,stop=240,bias=-0.1,daemons=1%"],
        defenses=["median_gate", "signal_clip", "median_gate:threshold=6.0"],
        seeds=range(seeds),
        rounds=260,
    )


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return noisy().keep(tmp_path_factory.mktemp("noisy") / "s.sqlite")


@pytest.fixture
def store(path):
    with Store.open(path, read_only=True) as opened:
        yield opened


def played_at_once(cell: CellKey, seeds: list[int], rounds: int):
    scenario = swarmsec.load_scenario(
        cell.scenario, attack=cell.attack, defense=cell.defense, settings={"rounds": rounds}
    )
    return swarmsec.run(scenario, seeds=seeds)


@pytest.mark.parametrize("position", [0, 4])
def test_a_cell_scores_as_if_it_had_been_played_at_once(store, position) -> None:
    cell = list(cells_of(store.entries(ID)))[position]
    at_once = played_at_once(cell, [0, 1, 2], 260)
    kept = result_of(store, ID, cell, subject=at_once.subject)
    assert json.dumps(kept.to_dict(times=False)) == json.dumps(at_once.to_dict(times=False))
    assert kept.overhead.cpu is not None


def test_a_cell_tells_of_its_scenario_what_the_store_knows(tmp_path) -> None:
    with Store.open(small(rounds=300).keep(tmp_path / "s.sqlite"), read_only=True) as store:
        kept = result_of(store, ID, CellKey("ring_with_a_liar", "stubborn:value=7.0", "wmsr"))
    at_once = swarmsec.run("ring_with_a_liar", seeds=[0, 1], attack="stubborn:value=7.0", defense="wmsr")
    assert kept.to_dict(times=False) == at_once.to_dict(times=False)
    assert "--attack stubborn:value=7.0 --defense wmsr --seeds 0,1" in kept.replay


def test_the_rounds_to_recover_are_exact_where_float32_would_not_know_them() -> None:
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


def test_outcomes_by_the_bills_alone_are_those_of_whole_results(store) -> None:
    found = outcomes(store, ID)
    assert len(found) == 6
    for one in found:
        whole = result_of(store, ID, one.cell)
        assert one.outcome == (
            whole.damage,
            whole.damage_limited,
            whole.reason,
            whole.autoimmune_cost,
            whole.bites,
            whole.verdict,
        )
        assert (one.unit, one.seeds, one.missing) == (whole.unit, whole.seeds, ())
    assert {one.outcome.verdict for one in found} > {"no_bite"}, "there is something to tell apart"


def test_the_last_rounds_alone_score_all_but_the_rounds_to_recover(store) -> None:
    cell, plays = next(iter(cells_of(store.entries(ID)).items()))
    whole = result_of(store, ID, cell)
    quick = score(whole.subject, seed_runs(store, plays, last_only=True)).to_dict(times=False)
    expected = whole.to_dict(times=False)
    assert quick.pop("recovery_rounds") != expected.pop("recovery_rounds")
    assert quick == expected


def test_a_seed_without_all_its_arms_is_left_out_and_said(tmp_path) -> None:
    tournament = small(attacks=["stubborn"], defenses=["wmsr"], seeds=(0, 1, 2))
    failing = tournament.jobs[5]
    with Store.open(tmp_path / "s.sqlite") as store:
        store.begin(ID, PLAN, tournament.entries)
        (empty,) = outcomes(store, ID)
        assert (empty.outcome, empty.seeds, empty.missing) == (None, (), (0, 1, 2))
        assert result_of(store, ID, empty.cell) is None
        for job in tournament.jobs:
            store.add(job, JobResult(job.id, "crashed", error="it died") if job is failing else play(job))
        (found,) = outcomes(store, ID)
        assert (found.seeds, found.missing) == ((0, 2), (1,))
        assert result_of(store, ID, found.cell).seeds == (0, 2)
        assert [(one.run, one.seed, one.arm, one.error) for one in failures(store, ID)] == [
            (failing.id, 1, str(failing.arm), "it died")
        ]


def test_a_failure_in_a_shared_arm_is_told_once_with_who_plays_in_it(tmp_path) -> None:
    tournament = small(seeds=(0,))
    clean, attacked = tournament.jobs[:2]
    with Store.open(tmp_path / "s.sqlite") as store:
        store.begin(ID, PLAN, tournament.entries)
        store.add(clean, JobResult(clean.id, "timed_out", error="too slow"))
        store.add(attacked, JobResult(attacked.id, "failed", error="wrong"))
        found = {one.run: one for one in failures(store, ID)}
        assert (found[clean.id].attack, found[clean.id].defense) == ("", "")
        assert (found[attacked.id].attack, found[attacked.id].defense) == ("stubborn", "")
        assert len(found) == 2


def test_two_defenses_differ_by_what_their_bills_differ_seed_by_seed(store) -> None:
    found = compare(store, ID, "signal_clip", "median_gate:threshold=6.0")
    assert len(found) == 2
    for one in found:
        ours, theirs = (
            result_of(store, ID, CellKey(one.scenario, one.attack, defense))
            for defense in ("signal_clip", "median_gate:threshold=6.0")
        )

        def bills(result, arm: str):
            return np.array([run.traces[arm].bill[-1] for run in result.seed_runs])

        clean, attacked = bills(ours, "clean"), bills(ours, "attacked")
        defended, guarded = (bills(ours, arm) - bills(theirs, arm) for arm in ("defended", "guarded"))
        assert one.damage == of_mean(defended)
        assert one.autoimmune_cost == of_mean(guarded)
        assert one.damage_limited == (of_ratio(guarded - defended, attacked - clean) if ours.bites else None)
        if ours.bites:
            expected = ours.damage_limited.mean - theirs.damage_limited.mean
            assert one.damage_limited.mean == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_a_comparison_turned_around_changes_its_sign(store) -> None:
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


@pytest.mark.parametrize(("name", "told"), [("median_gat", "did you mean `median_gate`"), ("zzz", "known: ")])
def test_a_defense_that_is_none_is_refused(store, name, told) -> None:
    with pytest.raises(UsageError, match=told):
        compare(store, ID, name, "signal_clip")


def test_a_kind_that_several_labels_share_is_asked_about(tmp_path) -> None:
    tournament = small(attacks=["stubborn"], defenses=["wmsr:f=1", "wmsr:f=0"], seeds=(0,))
    with (
        Store.open(tournament.keep(tmp_path / "s.sqlite"), read_only=True) as store,
        pytest.raises(UsageError, match="several defenses 'wmsr'; which of wmsr:f=0, wmsr:f=1"),
    ):
        compare(store, ID, "wmsr", "wmsr:f=1")


def test_what_is_picked_is_found_by_label_or_by_kind(store) -> None:
    def cells(**names) -> int:
        return len(outcomes(store, ID, Picked(**names)))

    assert cells(defenses=["median_gate"]) == 4
    assert cells(defenses=["median_gate:threshold=6.0"]) == 2
    assert cells(attacks=["false_signal"], defenses=["signal_clip", "median_gate:threshold=6.0"]) == 4
    assert cells(scenarios=[NOISY]) == 6
    with pytest.raises(UsageError, match="no defense 'wmsr' in this tournament"):
        cells(defenses=["wmsr"])


@pytest.mark.parametrize("team", ["red", "blue"])
def test_the_leaderboard_tells_ratings_and_what_is_prevented_where_the_attack_bites(store, team) -> None:
    from swarmsec.scoring.ratings import rate

    found = outcomes(store, ID)
    own, rival = ("attack", "defense") if team == "red" else ("defense", "attack")
    ranks = leaderboard(found, team)
    labels = sorted({getattr(one.cell, own) for one in found})
    assert sorted(rank.label for rank in ranks) == labels
    assert [rank.points.mean for rank in ranks] == sorted((rank.points.mean for rank in ranks), reverse=True)

    cases = sorted({getattr(one.cell, rival) for one in found})
    done = np.full((3, len(cases), len(labels)), np.nan)
    for one in found:
        if team == "blue" and not one.outcome.bites:
            continue  # There is nothing to prevent.
        runs = result_of(store, ID, one.cell).seed_runs
        damage = [run.traces["defended"].bill[-1] - run.traces["clean"].bill[-1] for run in runs]
        sign = 1 if team == "red" else -1
        done[:, cases.index(getattr(one.cell, rival)), labels.index(getattr(one.cell, own))] = sign * np.array(damage)
    expected = dict(zip(labels, rate(done), strict=True))
    for rank in ranks:
        rated = expected[rank.label]
        assert (rank.wins, rank.losses, rank.ties) == (rated.wins, rated.losses, rated.ties)
        assert rank.points == pytest.approx(rated.points)
        biting = [one.outcome for one in found if getattr(one.cell, own) == rank.label and one.outcome.damage_limited]
        shares = [one.damage_limited.mean for one in biting]
        assert (rank.cells, rank.limited) == (len(biting), sum(one.verdict == "limited" for one in biting))
        assert rank.damage_limited == (pytest.approx(np.mean(shares)) if shares else None)
        assert rank.worst == ((max if team == "red" else min)(shares) if shares else None)


def test_a_defense_alone_has_no_rating(tmp_path) -> None:
    tournament = small(attacks=["stubborn"], defenses=["wmsr"])
    with Store.open(tournament.keep(tmp_path / "s.sqlite"), read_only=True) as store:
        (rank,) = leaderboard(outcomes(store, ID), "blue")
    assert (rank.points, rank.cells, rank.limited) == (None, 1, 1)
    assert rank.against == "stubborn, ring_with_a_liar"


def test_a_cell_that_is_not_there_is_refused(store) -> None:
    with pytest.raises(UsageError, match="no cell"):
        result_of(store, ID, CellKey("a", "b", "c"))
