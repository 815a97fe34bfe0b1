"""Running a tournament: no run twice, none lost, equal results for all executors, and failures stay in their cells."""

from __future__ import annotations

import random
import sys
from collections import Counter
from pathlib import Path

import pytest

from swarmsec.runs.executors import Serial, open_executor
from swarmsec.runs.jobs import run_job
from swarmsec.store import Store
from swarmsec.tournament import Request, Shard, copy_runs, outcome_of, plan_of, run_plan
from swarmsec.tournament.from_store import stored_outcome
from swarmsec.tournament.labels import specs_of
from tests.runs.troublemakers import folder_of_trouble

RING = "ring_with_a_liar"


def teams(*labels):
    return tuple(specs_of(label) for label in labels)


def small(**changes):
    usual = {
        "scenarios": (RING,),
        "attacks": teams("stubborn:daemons=[0]", "hijack:daemons=[0]"),
        "defenses": teams("wmsr", "signal_clip"),
        "seeds": (0, 1),
        "nulls": False,
        "settings": {"rounds": 12},
    }
    return plan_of(Request(**{**usual, **changes}))


class Watched:
    """Runs jobs in this process and records their ids; can interrupt itself after a number of jobs."""

    def __init__(self, *, shuffle=None, interrupt_after=None):
        self.asked = []
        self._shuffle = shuffle
        self._interrupt_after = interrupt_after

    def run(self, jobs):
        jobs = list(jobs)
        if self._shuffle is not None:
            random.Random(self._shuffle).shuffle(jobs)
        for job in jobs:
            if len(self.asked) == self._interrupt_after:
                raise KeyboardInterrupt
            self.asked.append(job.id)
            yield run_job(job)

    def close(self):
        pass


def played(plan, path, executor=None, **options):
    """Run into a store and return the outcome."""
    with Store.open(path) as store:
        return outcome_of(plan, store, run_plan(plan, store, executor or Serial(), **options))


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """The outcome that every other way of running must equal."""
    return played(small(), tmp_path_factory.mktemp("undisturbed") / "s.sqlite")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "s.sqlite"


# Every job once, with equal outcomes


def test_every_job_is_run_once(path):
    plan, executor = small(), Watched()
    played(plan, path, executor)
    assert sorted(executor.asked) == sorted(plan.jobs)


def test_a_tournament_that_is_done_runs_no_job(path, undisturbed):
    played(small(), path)
    again = Watched()
    assert played(small(), path, again).to_dict() == undisturbed.to_dict()
    assert again.asked == []


@pytest.mark.parametrize("shuffle", [1, 2])
def test_the_order_of_results_does_not_matter(path, undisturbed, shuffle):
    assert played(small(), path, Watched(shuffle=shuffle)).to_dict() == undisturbed.to_dict()


@pytest.mark.skipif(sys.platform != "linux", reason="starts processes")
def test_two_processes_give_an_equal_outcome(path, undisturbed):
    with open_executor(jobs=2) as executor:
        assert played(small(), path, executor).to_dict() == undisturbed.to_dict()


@pytest.mark.parametrize("done", [0, 1, 9, 17])
def test_an_interrupted_tournament_continues_without_running_a_job_twice(path, undisturbed, done):
    first, second = Watched(interrupt_after=done), Watched(shuffle=3)
    with pytest.raises(KeyboardInterrupt):
        played(small(), path, first)
    assert len(first.asked) == done
    assert played(small(), path, second).to_dict() == undisturbed.to_dict()
    assert not set(first.asked) & set(second.asked)
    assert len(first.asked) + len(second.asked) == undisturbed.counts.planned


def test_a_tournament_reuses_the_runs_of_another_one_in_the_store(path):
    played(small(), path)
    more = Watched()
    wider = small(defenses=teams("wmsr", "signal_clip", "median_gate"))
    played(wider, path, more)
    assert len(more.asked) == 2 * (1 + 2), "the guarded arm and two defended ones of the new defense"


def test_progress_counts_what_is_done_failed_and_left(path):
    progress = []
    plan = small()
    played(plan, path, advanced=progress.append)
    assert [counts.left for counts in progress] == list(range(len(plan.jobs), -1, -1))
    assert all(counts.done + counts.failed + counts.left == counts.planned == len(plan.jobs) for counts in progress)


# Shards


@pytest.mark.parametrize("of", [1, 2, 4])
def test_shards_are_disjoint_and_complete(tmp_path, undisturbed, of):
    plan = small()
    asked = []
    with Store.open(tmp_path / "all.sqlite") as whole:
        for number in range(1, of + 1):
            executor = Watched()
            played(plan, tmp_path / f"{number}.sqlite", executor, shard=Shard(number, of))
            asked += executor.asked
            with Store.open(tmp_path / f"{number}.sqlite", read_only=True) as part:
                assert copy_runs(plan, whole, part) == len(executor.asked)
                assert copy_runs(plan, whole, part) == 0
        assert sorted(asked) == sorted(plan.jobs)
        nothing = Watched()
        assert outcome_of(plan, whole, run_plan(plan, whole, nothing)).to_dict() == undisturbed.to_dict()
        assert nothing.asked == []


def test_cells_with_missing_runs_are_not_scored(path):
    found = played(small(), path, shard=Shard(1, 8))
    assert found.counts.left > 0
    assert {cell.status for cell in found.cells} == {"missing"}
    assert found.standings[0].best is None
    assert found.standings[0].worst_case == ()


# Halving


def halved(path, executor=None, **changes):
    usual = {
        "defenses": teams("signal_clip", "wmsr", "pyod_detector", "median_gate"),
        "seeds": tuple(range(4)),
        "halving": True,
        "nulls": True,
    }
    plan = small(**{**usual, **changes})
    return plan, played(plan, path, executor)


def test_halving_drops_the_weaker_half_in_every_bracket(path):
    executor = Watched()
    plan, found = halved(path, executor)
    assert [(drop.rung, drop.seeds) for drop in found.drops] == [(1, 1), (1, 1), (2, 2)]
    dropped = {drop.defense for drop in found.drops}
    assert found.standings[0].best == "wmsr"
    assert "wmsr" not in dropped
    assert len(executor.asked) == len(set(executor.asked)) < len(plan.jobs)
    assert found.counts == (len(executor.asked), len(executor.asked), 0, 0)
    seeds = {cell.key.defense: len(cell.seeds) for cell in found.cells}
    assert all(seeds[drop.defense] == drop.seeds for drop in found.drops)
    assert {seeds[one.label] for one in plan.defenses if one.label not in dropped} == {4}
    assert {cell.status for cell in found.cells if cell.key.defense in dropped} == {"dropped"}


def test_each_drop_has_the_share_of_damage_that_was_left(path):
    _, found = halved(path)
    shares = [drop.left for drop in found.drops]
    assert shares[:2] == sorted(shares[:2], reverse=True), "the weakest goes first"
    undefended = max(one.mean for one in found.standings[0].undefended)
    for drop in found.drops:
        worst = max(
            cell.result.damage["defended"].mean
            for cell in found.cells
            if cell.key.defense == drop.defense and cell.result
        )
        assert drop.left == pytest.approx(worst / undefended, rel=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("done", [5, 40])
def test_interrupted_halving_drops_the_same_defenses(tmp_path, done):
    expected = halved(tmp_path / "a.sqlite")[1].to_dict()
    with pytest.raises(KeyboardInterrupt):
        halved(tmp_path / "b.sqlite", Watched(interrupt_after=done))
    assert halved(tmp_path / "b.sqlite", Watched(shuffle=5))[1].to_dict() == expected


def test_the_outcome_of_halving_from_the_store_alone_is_the_same(path):
    found = halved(path)[1].to_dict()
    with Store.open(path, read_only=True) as store:
        again = stored_outcome(store, store.tournaments()[0]).to_dict()
    for document in (found, again):
        for part in (document, *(cell["result"] for cell in document["cells"] if cell["result"])):
            part["replay"] = ""  # Settings are not part of a stored plan.
    assert again == found


def test_nulls_are_never_dropped(path):
    _, found = halved(path)
    nulls = {one.label for one in found.defenses if one.null}
    assert not nulls & {drop.defense for drop in found.drops}


# Failures


def troubled(tmp_path: Path, how: str, **changes):
    folder = folder_of_trouble(tmp_path)
    attacks = teams("stubborn:daemons=[0]", f"trouble:how={how},daemons=[0]")
    return small(attacks=attacks, plugins=(str(folder),), **changes)


def test_a_failing_plugin_fails_its_own_runs_alone(tmp_path, path):
    found = played(troubled(tmp_path, "raise"), path)
    whole = played(small(attacks=teams("stubborn:daemons=[0]")), tmp_path / "whole.sqlite")
    assert {(one.attack, one.status) for one in found.failures} == {("trouble:daemons=[0],how=raise", "failed")}
    assert Counter(one.arm for one in found.failures) == {"attacked": 2, "defended": 4}
    assert {one.defense for one in found.failures if one.arm == "attacked"} == {""}
    assert all("ZeroDivisionError" in one.error for one in found.failures)
    statuses = {(cell.key.attack.partition(":")[0], cell.status) for cell in found.cells}
    assert statuses == {("stubborn", "done"), ("trouble", "failed")}
    judged, alone = found.standings[0], whole.standings[0]
    assert judged.worst_case == alone.worst_case
    assert judged.nash == alone.nash
    assert judged.best == alone.best == "wmsr"
    assert judged.undefended[1] is None
    assert found.counts.failed == 6


def test_a_failed_job_is_not_run_again(tmp_path, path):
    plan = troubled(tmp_path, "raise")
    played(plan, path)
    again = Watched()
    played(plan, path, again)
    assert again.asked == []


@pytest.mark.skipif(sys.platform != "linux", reason="kills processes")
def test_a_job_that_kills_its_process_fails_alone(tmp_path, path):
    plan = troubled(tmp_path, "kill", defenses=teams("wmsr"))
    with open_executor(jobs=2, retries=1) as executor:
        found = played(plan, path, executor)
    assert Counter(one.status for one in found.failures) == {"crashed": 4}
    assert {one.attack for one in found.failures} == {"trouble:daemons=[0],how=kill"}
    assert found.counts.done == len(plan.jobs) - 4
    assert {cell.status for cell in found.cells} == {"done", "failed"}
    assert (tmp_path / "plugins" / "deaths").read_text(encoding="utf-8") == "x" * 8, "each was tried twice"
