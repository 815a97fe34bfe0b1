"""A store returns the results that were added, once each and in any order of additions."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from swarmsec.arrays import Ints
from swarmsec.errors import OutputError, PluginError, UsageError
from swarmsec.runs.jobs import Job, JobResult, run_job, trace_digest
from swarmsec.store import RunEntry, Store
from swarmsec.store.codec import decode, encode
from swarmsec.swarm.trace import DetectionCounts, Event, HonestMessages, Scores, Toggles, Trace
from tests.store.stored import ID, PLAN, contents_of, numbered, play, small

NUMBERS = st.floats(allow_nan=True, allow_infinity=True)
BILLS = st.floats(allow_nan=False, allow_infinity=False)


@st.composite
def traces(draw) -> Trace:
    """Arbitrary traces of a scored run."""
    rounds, n = draw(st.integers(1, 12)), draw(st.integers(1, 40))
    bill = draw(hnp.arrays(np.float64, rounds, elements=BILLS))
    names = draw(st.lists(st.text(min_size=1, max_size=8), unique=True, max_size=4))
    figures = {name: draw(hnp.arrays(np.float64, rounds, elements=NUMBERS)) for name in names}

    def some(size: int) -> st.SearchStrategy[Ints]:
        return st.lists(st.integers(0, size - 1), unique=True).map(lambda rows: np.array(sorted(rows), dtype=np.int32))

    rows = st.lists(st.integers(0, n - 1), max_size=3).map(tuple)
    event = st.builds(Event, st.integers(0, rounds - 1), st.sampled_from(["red", "blue"]), st.text(), st.text(), rows)
    count = st.integers(0, 2**40)
    change = st.tuples(st.integers(0, rounds - 1), some(n + 3))  # Of identities as well
    scored = st.tuples(st.integers(0, rounds - 1), some(n + 3)).map(lambda one: (*one, one[1].astype(np.float32) / -3))
    toggles = st.none() | st.lists(change, max_size=4).map(tuple)
    return Trace(
        arm="defended",
        seed=draw(st.integers(0, 2**63 - 1)),
        unit=draw(st.text()),
        bill=bill,
        metrics={**figures, "the bill": bill},
        states=None,
        decisions=None,
        events=tuple(draw(st.lists(event, max_size=3))),
        compromised=draw(hnp.arrays(bool, n)),
        final=np.empty((0, 0)),
        watch=draw(st.builds(DetectionCounts, count, count, count, count, st.none() | count)),
        attacked=draw(hnp.arrays(bool, n)),
        central=draw(st.dictionaries(st.text(), NUMBERS, max_size=2)),
        spent={"red": {"daemons": float(draw(count))}, "blue": {}},
        alarms=draw(toggles),
        changed=draw(toggles),
        scores=draw(st.none() | st.lists(scored, max_size=3).map(tuple)),
        honest_messages=HonestMessages(draw(count), draw(count)),
        quarantine_log=tuple(draw(st.lists(st.tuples(st.integers(0, rounds - 1), st.booleans(), some(n)), max_size=4))),
    )


def plain(toggles: Toggles | None) -> list[tuple[int, list[int]]] | None:
    return None if toggles is None else [(round, who.tolist()) for round, who in toggles]


def plain_scores(scores: Scores | None) -> list[tuple[int, list[int], bytes]] | None:
    return None if scores is None else [(round, who.tolist(), given.tobytes()) for round, who, given in scores]


def same_numbers(a: dict[str, float], b: dict[str, float]) -> bool:
    return list(a) == list(b) and np.array_equal(list(a.values()), list(b.values()), equal_nan=True)


@given(traces())
def test_a_decoded_trace_is_exact_except_for_float32_metrics_before_the_last_round(trace) -> None:
    back = decode(encode(trace), arm=trace.arm, seed=trace.seed)
    assert back.bill.tobytes() == trace.bill.tobytes()
    assert list(back.metrics) == list(trace.metrics)
    for name, values in trace.metrics.items():
        with np.errstate(over="ignore"):
            narrow = values.astype(np.float32).astype(np.float64)
        expected = np.where(np.isfinite(narrow) == np.isfinite(values), narrow, values)
        expected[-1] = values[-1]
        if not np.array_equal(np.isfinite(narrow), np.isfinite(values)) or name == "the bill":
            expected = values
        if values.tobytes() == trace.bill.tobytes():
            expected = trace.bill
        assert np.array_equal(back.metrics[name], expected, equal_nan=True)
    assert (back.arm, back.seed, back.unit) == (trace.arm, trace.seed, trace.unit)
    assert (back.events, back.watch) == (trace.events, trace.watch)
    assert same_numbers(dict(back.central), dict(trace.central))
    assert np.array_equal(back.compromised, trace.compromised)
    assert np.array_equal(back.attacked, trace.attacked)
    assert np.array_equal(back.quarantined, trace.quarantined)
    assert back.spent == trace.spent
    assert plain(back.alarms) == plain(trace.alarms)
    assert plain(back.changed) == plain(trace.changed)
    assert plain_scores(back.scores) == plain_scores(trace.scores)
    assert back.honest_messages == trace.honest_messages


@given(traces())
def test_the_last_round_alone_equals_that_of_the_whole_trace(trace) -> None:
    last = decode(encode(trace), arm=trace.arm, seed=trace.seed, last_only=True)
    assert last.bill.tolist() == [trace.bill[-1]]
    assert same_numbers(
        {name: float(values[0]) for name, values in last.metrics.items()},
        {name: float(values[-1]) for name, values in trace.metrics.items()},
    )
    assert (last.events, last.watch) == (trace.events, trace.watch)


def test_a_stored_run_has_the_digest_of_the_exact_trace(tmp_path) -> None:
    tournament = small()
    with Store.open(tournament.keep(tmp_path / "s.sqlite"), read_only=True) as store:
        for job, played in tournament.played():
            kept = store.get(job.id)
            assert kept is not None
            assert kept.digest == played.digest == trace_digest(played.trace)
            assert (kept.id, kept.status, kept.cpu_seconds) == (played.id, "done", played.cpu_seconds)
            assert kept.guarantees == played.guarantees
            assert run_job(Job(*store.job(job.id))).digest == played.digest, "a stored job can be run again"


def test_the_digest_of_a_decoded_trace_differs_from_the_stored_digest(tmp_path) -> None:
    tournament = small(attacks=["stubborn:value=0.1"], seeds=(0,))
    with Store.open(tournament.keep(tmp_path / "s.sqlite"), read_only=True) as store:
        attacked = next(entry.run for entry in tournament.entries if entry.arm == "attacked")
        assert trace_digest(store.get(attacked).trace) != store.get(attacked).digest


def test_a_missing_run_is_none(tmp_path) -> None:
    with Store.open(tmp_path / "s.sqlite") as store:
        assert store.get("nothing") is None
        assert store.job("nothing") is None
        assert store.entries("nothing") == []


@pytest.mark.parametrize("status", ["failed", "crashed", "timed_out"])
def test_a_failed_run_is_stored_with_its_error(tmp_path, status) -> None:
    job = small().jobs[0]
    with Store.open(tmp_path / "s.sqlite") as store:
        store.add(job, JobResult(job.id, status, cpu_seconds=0.5, error="it was so"))
        kept = store.get(job.id)
        assert (kept.status, kept.trace, kept.error, kept.digest) == (status, None, "it was so", "")
        assert store.done() == ({job.id} if status == "failed" else set())


def test_done_lists_runs_that_need_no_retry(tmp_path) -> None:
    jobs = small().jobs[:4]
    with Store.open(tmp_path / "s.sqlite") as store:
        store.add(jobs[0], play(jobs[0]))
        for job, status in zip(jobs[1:], ("failed", "crashed", "timed_out"), strict=True):
            store.add(job, JobResult(job.id, status))
        assert store.done() == {jobs[0].id, jobs[1].id}
        assert store.done([jobs[1].id, jobs[2].id, "unknown"]) == {jobs[1].id}
        assert store.done([]) == set()


def test_a_new_result_replaces_a_crash_but_no_finished_run(tmp_path) -> None:
    job = small().jobs[0]
    with Store.open(tmp_path / "s.sqlite") as store:
        store.add(job, JobResult(job.id, "crashed", error="killed"))
        store.add(job, play(job))
        assert store.get(job.id).digest == play(job).digest
        store.add(job, JobResult(job.id, "crashed", error="killed"))
        store.add(job, play(job))
        assert store.get(job.id).status == "done"
        assert len(store.summaries()) == 1


def test_a_different_result_of_a_finished_run_is_refused(tmp_path) -> None:
    job, other = small().jobs[:2]
    with Store.open(tmp_path / "s.sqlite") as store:
        store.add(job, play(job))
        with pytest.raises(PluginError, match="run twice with different results"):
            store.add(job, play(other)._replace(id=job.id))
        assert store.get(job.id).digest == play(job).digest


def test_the_digest_depends_on_neither_the_order_nor_a_resume(tmp_path) -> None:
    tournament = small()
    digests = set()
    for number in range(3):
        shuffled, entries = tournament.played(), list(tournament.entries)
        random.Random(number).shuffle(shuffled)
        random.Random(number).shuffle(entries)
        path = tmp_path / f"{number}.sqlite"
        for part in (shuffled[:5], shuffled[3:]):  # The store is opened twice, and two runs are added twice.
            with Store.open(path) as store:
                store.begin(ID, PLAN, entries)
                for job, played in part:
                    store.add(job, played)
                digest = store.digest(ID)
        digests.add(digest)
    assert len(digests) == 1


def test_results_with_different_digests_are_unequal(tmp_path) -> None:
    job = small().jobs[0]
    result = play(job)
    assert result._replace(digest="another") != result
    with Store.open(tmp_path / "s.sqlite") as store:
        store.add(job, result)
        assert store.get(job.id)._replace(error="a note").digest == result.digest


def test_the_digest_depends_on_every_run(tmp_path) -> None:
    tournament = small()
    seen = set()
    with Store.open(tmp_path / "s.sqlite") as store:
        store.begin(ID, PLAN, tournament.entries)
        for job, played in tournament.played():
            seen.add(store.digest(ID))
            store.add(job, played)
        seen.add(store.digest(ID))
    assert len(seen) == len(tournament.jobs) + 1


def test_a_shared_run_is_counted_once_in_a_tournament(tmp_path) -> None:
    tournament = small(seeds=(0,))
    with Store.open(tmp_path / "s.sqlite") as store:
        store.begin(ID, PLAN, tournament.entries)
        (before,) = store.tournaments()
        assert (before.planned, before.left, before.changed) == (
            len(tournament.jobs),
            len(tournament.jobs),
            before.begun,
        )
        assert len(tournament.jobs) < len(tournament.entries)
        first, second, third, fourth, *_ = tournament.jobs
        store.add(first, play(first))
        store.add(second, JobResult(second.id, "failed"))
        store.add(third, JobResult(third.id, "crashed"))
        store.add(fourth, JobResult(fourth.id, "timed_out"))
        (after,) = store.tournaments()
        assert (after.done, after.failed, after.crashed, after.timed_out) == (1, 1, 1, 1)
        assert after.left == after.planned - 4
        assert (after.id, after.name, after.plan) == (ID, "small", PLAN)


def test_two_tournaments_share_their_runs(tmp_path) -> None:
    wide, narrow = small(), small(attacks=["stubborn"])
    with Store.open(wide.keep(tmp_path / "s.sqlite")) as store:
        store.begin("another", {"name": "narrow"}, narrow.entries)
        assert store.done(job.id for job in narrow.jobs) == {job.id for job in narrow.jobs}
        assert [one.left for one in store.tournaments()] == [0, 0]
        assert set(store.summaries("another")) == {job.id for job in narrow.jobs}


def test_begin_is_idempotent_and_adds_new_entries(tmp_path) -> None:
    few, more = small(seeds=(0,)), small(seeds=(0, 1))
    with Store.open(tmp_path / "s.sqlite") as store:
        store.begin(ID, PLAN, few.entries)
        store.begin(ID, dict(reversed(PLAN.items())), few.entries)
        assert len(store.tournaments()) == 1
        assert sorted(store.entries(ID)) == sorted(few.entries)
        store.begin(ID, PLAN, more.entries)
        assert sorted(store.entries(ID)) == sorted(more.entries)


def test_an_id_with_another_plan_is_refused(tmp_path) -> None:
    with Store.open(tmp_path / "s.sqlite") as store:
        store.begin(ID, PLAN, small().entries)
        with pytest.raises(UsageError, match="with another plan"):
            store.begin(ID, {**PLAN, "seeds": 9}, small().entries)
        assert store.tournaments()[0].plan == PLAN


def test_an_entry_with_a_changed_plugin_is_refused_without_changes(tmp_path) -> None:
    entries = list(small().entries)
    changed = [*entries[:3], entries[3]._replace(run="0" * 64), RunEntry("new", "a", "b", 0, "clean", "1" * 64)]
    with Store.open(tmp_path / "s.sqlite") as store:
        store.begin(ID, PLAN, entries)
        with pytest.raises(UsageError, match="other plug-ins or another scenario"):
            store.begin(ID, PLAN, changed)
        assert sorted(store.entries(ID)) == sorted(entries)


def test_a_read_only_store_refuses_writes(tmp_path) -> None:
    job, played = numbered(1)[0]
    Store.open(tmp_path / "s.sqlite").close()
    with Store.open(tmp_path / "s.sqlite", read_only=True) as store:
        with pytest.raises(OutputError, match="opened for reading only"):
            store.add(job, played)
        with pytest.raises(OutputError, match="opened for reading only"):
            store.begin(ID, PLAN, [])


def test_the_largest_seed_is_stored_exactly(tmp_path) -> None:
    job = replace(small().jobs[0], seed=2**63 - 1)
    with Store.open(tmp_path / "s.sqlite") as store:
        store.add(job, play(small().jobs[0]))
        assert store.job(job.id).seed == 2**63 - 1


def test_a_writer_and_a_reader_see_equal_contents(tmp_path) -> None:
    path = small().keep(tmp_path / "new folder" / "s.sqlite")
    with Store.open(path) as writer, Store.open(path, read_only=True) as reader:
        assert contents_of(writer) == contents_of(reader)
