"""The parts of figures: axes, lines, intervals, layouts, timelines."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import swarmsec
from swarmsec.report.html.axes import axis, tick_label
from swarmsec.report.html.cited_numbers import Cited, CitedInterval, cite, cite_interval
from swarmsec.report.html.forest import forest
from swarmsec.report.html.layout import circle, layout
from swarmsec.report.html.lines import BOX, line_chart, windows
from swarmsec.report.html.picture import NODES_MAX, PAIRS_MAX, picture
from swarmsec.report.html.rounds import complete_rounds
from swarmsec.report.html.timeline import ROWS_MAX, timeline
from swarmsec.runs.ground_truth import mask_of, spans
from swarmsec.runs.read_folder import FileLine, parse_rounds

finite = st.floats(-1e12, 1e12, allow_subnormal=False)


@given(finite, finite)
def test_an_axis_includes_its_range_and_has_a_few_round_ticks(one, other):
    low, high = sorted((one, other))
    made = axis(low, high)
    assert made.low < made.high
    if high - low > 1e-9 * max(abs(low), abs(high)) and high - low > 1e-9:
        slack = 1e-8 * made.step
        assert made.low <= low + slack
        assert made.high >= high - slack
        assert 2 <= len(made.ticks) <= 8


@given(st.floats(1e-6, 1e12), st.sampled_from(["", "USD", "%"]))
def test_ticks_of_an_axis_have_different_labels(high, unit):
    made = axis(0, high, count=5)
    labels = [tick_label(value, made, unit) for value in made.ticks]
    assert len(set(labels)) == len(labels)


def test_ticks_have_units_and_proper_minus_signs():
    made = axis(-2_000_000, 4_000_000)
    assert [tick_label(value, made, "USD") for value in made.ticks] == ["−$2M", "$0", "$2M", "$4M"]


def points(path: str) -> np.ndarray:
    return np.array([[float(part) for part in point.split()] for point in path[1:].split("L")])


@given(arrays.arrays(np.float64, st.tuples(st.just(1), st.integers(2, 400)), elements=st.floats(-1e6, 1e6)))
def test_the_error_of_a_line_is_within_its_tolerance(values):
    chart = line_chart("bill", {"clean": values}, "")
    drawn = points(chart.lines[0].path)
    low, high = min(0.0, values.min()), max(0.0, values.max())
    made = axis(low, high, count=5)
    at = np.linspace(0, BOX, values.shape[1])
    exact = BOX * (1 - (values[0] - made.low) / (made.high - made.low))
    assert (
        np.abs(np.interp(at, drawn[:, 0], drawn[:, 1]) - exact).max() <= 0.7 + 0.2 + 0.06 * np.abs(np.diff(exact)).max()
    )


def test_a_long_line_keeps_its_extremes_and_is_short():
    values = np.random.default_rng(0).normal(size=(1, 100_000))
    values[0, 77_777] = 40.0
    chart = line_chart("noise", {"attacked": values}, "")
    drawn = points(chart.lines[0].path)
    assert len(drawn) <= 1_201
    assert drawn[:, 1].min() == pytest.approx(0.0, abs=0.1)
    assert drawn[drawn[:, 1].argmin(), 0] == pytest.approx(777.8, abs=0.1)


def test_a_band_reaches_from_the_least_to_the_greatest_seed():
    values = np.array([[0.0, 1.0, 4.0], [0.0, 3.0, 3.0]])
    line = line_chart("bill", {"attacked": values}, "").lines[0]
    assert points(line.path)[:, 1].tolist() == [1000, 500, 125]
    band = points(line.band.rstrip("Z"))
    assert {tuple(point) for point in band.tolist()} >= {(500, 250), (500, 750), (1000, 0), (1000, 250)}


def test_seeds_that_agree_have_no_band():
    assert line_chart("bill", {"clean": np.ones((3, 5))}, "").lines[0].band == ""


def test_windows_are_fractions_of_the_axis_and_end_with_it():
    assert windows([(10, 20), (90, 200), (300, 400)], 101) == [(0.1, 0.1), (0.9, 0.1)]


@pytest.mark.parametrize("kind", ["complete", "path", "star", "grid", "scale_free"])
def test_a_layout_is_deterministic_within_the_square_and_without_overlaps(kind):
    given = {"grid": {"rows": 6, "columns": 7}, "scale_free": {"n": 60, "attachments": 2}}.get(kind, {"n": 30})
    network = swarmsec.network.topology(kind, **given)
    ends = np.array([(a, b) for a, b in zip(network.receivers, network.indices, strict=True) if a < b], dtype=np.int32)
    places = layout(network.n, ends)
    assert np.array_equal(places, layout(network.n, ends))
    assert places.min() >= -1e-12
    assert places.max() <= 1 + 1e-12
    apart = np.sqrt(((places[:, None] - places) ** 2).sum(axis=2))[np.triu_indices(network.n, 1)]
    assert apart.min() > 1e-3


def test_neighbors_are_nearer_than_other_daemons():
    network = swarmsec.network.topology("grid", rows=12, columns=12)
    joined = np.array(
        [(a, b) for a, b in zip(network.receivers, network.indices, strict=True) if a < b], dtype=np.int32
    )
    places = layout(network.n, joined)
    near = np.sqrt(((places[joined[:, 0]] - places[joined[:, 1]]) ** 2).sum(axis=1))
    everybody = np.sqrt(((places[:, None] - places) ** 2).sum(axis=2))
    assert near.mean() < everybody.mean() / 4


@pytest.mark.parametrize("n", [1, 2, 5])
def test_a_swarm_without_edges_has_a_layout(n):
    assert np.isfinite(layout(n, np.zeros((0, 2), dtype=np.int32))).all()
    assert circle(n).shape == (n, 2)


def test_a_large_swarm_is_drawn_around_the_first_attacked_daemon():
    network = swarmsec.network.topology("small_world", n=9_000, neighbors=8, rewire=0.0)
    attacked = np.zeros(9_000, dtype=bool)
    attacked[4_000:4_100] = True
    drawn = picture(network, "small_world", {"attacked": spans(attacked), "hijacked": "", "isolated": "4000"})
    assert (drawn.n, drawn.edges, drawn.shown, drawn.around) == (9_000, 72_000, NODES_MAX, 4_000)
    marks = {one.fate: one for one in drawn.marks}
    assert {fate: one.total for fate, one in marks.items()} == {
        "isolated": 1,
        "untouched": 8_900,
        "attacked": 100,
        "hijacked": 0,
    }
    assert {fate: one.path.count("M") for fate, one in marks.items()} == {
        "isolated": 1,
        "untouched": NODES_MAX - 100,
        "attacked": 100,
        "hijacked": 0,
    }
    assert drawn.pairs_shown == drawn.links.count("M") <= PAIRS_MAX


def test_a_dense_swarm_has_some_of_its_edges_drawn():
    drawn = picture(swarmsec.network.topology("complete", n=200), "complete", None)
    assert (drawn.edges, drawn.pairs, drawn.pairs_shown, drawn.known) == (39_800, 19_900, PAIRS_MAX, False)


def test_an_edge_that_goes_both_ways_is_drawn_once():
    network = swarmsec.network.topology("edges", n=3, edges=[[0, 1], [1, 0], [1, 2]], directed=True)
    drawn = picture(network, "edges", None)
    assert (drawn.edges, drawn.pairs, drawn.pairs_shown) == (3, 2, 2)


def test_a_hijacked_daemon_is_not_counted_among_the_attacked_again():
    network = swarmsec.network.topology("ring", n=5)
    truth = {"attacked": "0-2", "hijacked": "2", "isolated": "2-3"}
    marks = {one.fate: one.total for one in picture(network, "ring", truth).marks}
    assert marks == {"isolated": 2, "untouched": 2, "attacked": 2, "hijacked": 1}


@given(arrays.arrays(np.bool_, st.integers(0, 200)))
def test_spans_are_exactly_the_marked_daemons(mask):
    assert np.array_equal(mask_of(spans(mask), len(mask)), mask)


def interval(mean, low=None, high=None):
    return CitedInterval(*(None if value is None else Cited("/x", value, str(value)) for value in (mean, low, high)))


def test_a_forest_puts_all_intervals_on_one_axis():
    made = forest([("a", "attacked", interval(5.0, 4.0, 6.0)), ("b", "guarded", interval(-1.0))], "")
    assert [(row.low <= row.mean <= row.high) for row in made.rows] == [True, True]
    assert made.rows[1].low == made.rows[1].mean == made.rows[1].high < made.zero < made.rows[0].low
    assert made.rows[1].mean >= 0
    assert made.rows[0].high <= 1


def test_a_cited_figure_has_its_json_pointer():
    assert cite({"a/b": [{"~": 2.0}]}, "a/b", 0, "~", write=str) == Cited("/a~1b/0/~0", 2.0, "2.0")
    assert cite({"a": None}, "a", write=str).text == "–"
    assert cite_interval({"a": None}, "a", write=str) is None


def test_an_interval_of_equal_seeds_is_omitted():
    same = {"a": {"mean": 1.0, "low": 1.0, "high": 1.0 + 1e-15}}
    assert cite_interval(same, "a", write=str)[1:] == (None, None)
    apart = {"a": {"mean": 1.0, "low": 0.5, "high": 1.5}}
    assert cite_interval(apart, "a", write=str).low.value == 0.5


TABLE = "seed,arm,round,bill\n" + "".join(
    f"{seed},{arm},{round},{seed + round / 10}\n"
    for seed in (3, 5)
    for arm in ("clean", "attacked")
    for round in range(4)
)


def rounds_of(text):
    lines = [FileLine(number, line) for number, line in enumerate(text.split("\n")[:-1], 1)]
    return complete_rounds(parse_rounds(lines), 4)


@pytest.mark.parametrize("cut", range(0, 40, 7))
def test_rounds_are_read_up_to_the_last_complete_seed(cut):
    read = rounds_of(TABLE[: len(TABLE) - cut])
    assert read.seeds == ((3, 5) if cut == 0 else (3,))
    assert read.arms == ("clean", "attacked")
    assert read.metrics["bill"]["attacked"][0].tolist() == [3.0, 3.1, 3.2, 3.3]


def test_a_table_without_a_complete_seed_has_no_rounds():
    assert rounds_of(TABLE[:60]) is None
    assert rounds_of("seed,arm,round,bill\n") is None


def event(round, kind, **more):
    return {"seed": 0, "arm": "defended", "round": round, "team": "red", "kind": kind, "plugin": "lie", **more}


def test_a_timeline_has_one_lane_per_plugin_with_its_intervals_and_actions():
    events = [
        event(10, "attack_on", count=3, daemons=[1, 2, 3]),
        event(12, "hijacked", count=2, daemons=[1, 2]),
        event(20, "attack_off", count=3, daemons=[1, 2, 3]),
        event(90, "attack_on", count=3, daemons=[1, 2, 3]),
        {**event(15, "isolated", count=30, daemons=list(range(20))), "team": "blue", "plugin": "guard"},
        {**event(16, "isolated", count=1, daemons=[9]), "seed": 1},
    ]
    shown = timeline(events, 101, 0, "defended")
    assert [(lane.team, lane.plugin) for lane in shown.lanes] == [("red", "lie"), ("blue", "guard")]
    assert shown.lanes[0].bars == [(0.1, 0.1), (0.9, 0.1)]
    assert shown.lanes[0].summary == "on in rounds 10 to 19; on in rounds 90 to 100; hijacks 2"
    assert [(mark.kind, mark.at, mark.affected) for mark in shown.lanes[1].marks] == [("isolated", 0.15, 30)]
    assert (shown.events_total, len(shown.rows)) == (5, 5)
    assert shown.rows[4].daemons.endswith(", …")


def test_a_timeline_of_many_events_lists_the_first_and_draws_a_limited_number_of_marks():
    events = [event(round, "hijacked", count=1, daemons=[round]) for round in range(5_000)]
    shown = timeline(events, 5_000, 0, "defended")
    assert (shown.events_total, len(shown.rows)) == (5_000, ROWS_MAX)
    assert len(shown.lanes[0].marks) <= 241
    assert sum(mark.affected for mark in shown.lanes[0].marks) == 5_000
