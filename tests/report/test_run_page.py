"""A run's page has exactly the figures of the run's folder."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from swarmsec.errors import UsageError
from swarmsec.report.html import run_page
from tests.report.conftest import BUSY, RING, TRADING, Page, play_into, pointed

NOT_SHOWN = ("/seeds", "/scenario_version", "/overhead/cpu")
"""Numbers of a result that are not figures, or depend on the clock."""


def numbers(document: Any, source: str = "") -> dict[str, float | None]:
    """Every number of a document, by its JSON pointer."""
    if isinstance(document, dict):
        parts = document.items()
    elif isinstance(document, list):
        parts = enumerate(document)
    else:
        is_number = isinstance(document, (int, float)) and not isinstance(document, bool)
        return {source: document} if is_number else {}
    found: dict[str, float | None] = {}
    for name, part in parts:
        found |= numbers(part, f"{source}/{name}")
    return found


def result_of(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "result.json").read_text(encoding="utf-8"))


@pytest.fixture(params=["ring", "trading", "busy"])
def folder(request: pytest.FixtureRequest) -> Path:
    return request.getfixturevalue(request.param)


def test_the_stored_page_equals_the_page_of_the_folder(folder):
    assert (folder / "report.html").read_text(encoding="utf-8") == run_page(folder) == run_page(folder)


def test_another_run_of_the_same_seeds_has_the_same_page_byte_for_byte(ring, tmp_path):
    again = play_into(tmp_path / "elsewhere", RING)
    assert (again / "report.html").read_bytes() == (ring / "report.html").read_bytes()


@pytest.mark.slow
def test_the_number_of_jobs_does_not_change_the_page(ring, tmp_path):
    assert run_page(play_into(tmp_path, RING, jobs=2)) == run_page(ring)


def test_every_figure_on_the_page_is_in_the_result(folder):
    result = result_of(folder)
    figures = Page(run_page(folder)).figures
    assert len(figures) > 50
    assert [one for one in figures if pointed(result, one[0]) != one[1]] == []


def test_every_number_of_the_result_is_on_the_page(folder):
    result = result_of(folder)
    shown = {source for source, _, _ in Page(run_page(folder)).figures}
    expected = {source: value for source, value in numbers(result).items() if not source.startswith(NOT_SHOWN)}
    missing = []
    for source in expected.keys() - shown:
        holder, _, end = source.rpartition("/")
        interval = pointed(result, holder)
        agrees = end in {"low", "high"} and abs(interval["high"] - interval["low"]) <= 1e-9 * max(
            1.0, abs(interval["high"])
        )
        bill = re.fullmatch(r"/arms/(\w+)/metrics/(\w+)", holder)
        is_bill = bill and interval == result["arms"][bill[1]]["bill"]
        if not (agrees or is_bill):
            missing.append(source)
    assert missing == []


def test_figures_have_the_format_of_their_unit(trading):
    result, page = result_of(trading), Page(run_page(trading))
    texts = {source: text for source, _, text in page.figures}
    assert texts["/damage/attacked/mean"] == f"${result['damage']['attacked']['mean']:,.0f}"
    assert texts["/detection/precision"] == f"{result['detection']['precision']:.2f}"
    assert texts["/overhead/messages"] == f"× {result['overhead']['messages']:.2f}"


def test_the_verdict_is_before_the_evidence(trading):
    html = run_page(trading)
    assert "The attack bites" in html
    assert html.index('class="verdict') < html.index('class="keys') < html.index('<section id="bill"')


def test_nulls_are_on_the_page_if_they_were_run(trading, ring):
    for kind in ("none", "random_quarantine", "quarantine_all", "oracle"):
        assert f'<th scope="row">{kind}</th>' in run_page(trading)
    assert "--nulls" in run_page(ring)


@pytest.mark.parametrize("scenario", [RING, TRADING, BUSY], ids=lambda one: str(one["name"]))
def test_a_page_is_under_a_megabyte_and_has_no_url(request, scenario):
    folder = request.getfixturevalue({"small_trading": "trading"}.get(str(scenario["name"]), str(scenario["name"])))
    html = run_page(folder)
    assert len(html.encode()) < 1_000_000
    assert re.findall(r"https?:|//[a-z]|url\(|@import|\bsrc=", html) == []


def test_the_page_does_not_depend_on_clock_and_machine(ring):
    manifest = json.loads((ring / "manifest.json").read_text(encoding="utf-8"))
    html = run_page(ring)
    for key in ("started", "ended", "platform"):
        assert str(manifest[key]) not in html
    assert str(ring) not in html


def test_text_of_a_scenario_is_shown_and_not_executed(tmp_path):
    hostile = "<script>alert(1)</script>"
    scenario = {**RING, "title": hostile, "story": f"</pre>{hostile}<img src=x onerror=alert(1)>", "goals": [hostile]}
    page = Page(run_page(play_into(tmp_path, scenario)))
    assert [tag for tag, _ in page.tags].count("script") == 1
    assert all(tag != "img" and not any(name.startswith("on") for name in attributes) for tag, attributes in page.tags)
    assert page.text.count(hostile) >= 3


def test_text_of_events_and_manifest_is_escaped(ring, tmp_path):
    folder = tmp_path / "hostile"
    shutil.copytree(ring, folder)
    event = {"seed": 0, "arm": "defended", "round": 1, "team": "<i>", "kind": "<b>x", "plugin": '"><script>1</script>'}
    (folder / "events.jsonl").write_text(json.dumps({**event, "daemons": [], "count": 0}) + "\n", encoding="utf-8")
    page = Page(run_page(folder))
    assert {"i"} & {tag for tag, _ in page.tags} == set()
    assert "<b>x" in page.text
    assert [tag for tag, _ in page.tags].count("script") == 1


def test_the_page_of_an_unfinished_run_states_it(cut_short):
    page = Page(run_page(cut_short))
    assert "No verdict: this run was killed." in page.text
    assert "result.json is missing." in page.text
    assert re.search(r"events\.jsonl is cut off in line \d+\.", page.text)
    assert any(tag == "path" and "line attacked" in str(given.get("class")) for tag, given in page.tags)
    assert "mean over 2 seeds" in page.text


@pytest.mark.parametrize("status", ["interrupted", "failed"])
def test_the_page_states_the_status_of_an_unfinished_run(cut_short, status):
    manifest = json.loads((cut_short / "manifest.json").read_text(encoding="utf-8")) | {"status": status}
    (cut_short / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert {"interrupted": "this run was interrupted", "failed": "this run failed"}[status] in run_page(cut_short)


@pytest.mark.parametrize("name", ["manifest.json", "result.json", "rounds.csv", "events.jsonl", "scenario.yaml"])
@pytest.mark.parametrize("damage", ["gone", "empty", "half", "binary", "alien"])
def test_a_damaged_file_removes_only_its_part_of_the_page(trading, tmp_path, name, damage):
    folder = tmp_path / "damaged"
    shutil.copytree(trading, folder)
    path = folder / name
    content = path.read_bytes()
    if damage == "gone":
        path.unlink()
    else:
        alien = b'{"a": 1}\n' if path.suffix != ".csv" else b"a,b\n1,2\n"
        path.write_bytes(
            {"empty": b"", "half": content[: len(content) // 2 - 5], "binary": b"\xff\xfe\0", "alien": alien}[damage]
        )
    page = Page(run_page(folder))
    assert 'id="content"' in run_page(folder)
    if (name, damage) not in {("manifest.json", "alien"), ("events.jsonl", "empty"), ("rounds.csv", "half")}:
        assert f"{name}" in page.text


def test_a_missing_plugin_removes_only_the_network_from_the_page(trading, tmp_path):
    folder = tmp_path / "foreign"
    shutil.copytree(trading, folder)
    text = (folder / "scenario.yaml").read_text(encoding="utf-8")
    (folder / "scenario.yaml").write_text(
        text.replace("kind: false_signal", "kind: of_somebody_else"), encoding="utf-8"
    )
    page = Page(run_page(folder))
    assert "scenario.yaml does not load here, so its network is not shown" in page.text
    assert "of_somebody_else" in page.text
    assert any(tag == "path" and "line attacked" in str(given.get("class")) for tag, given in page.tags)


def test_a_folder_without_a_run_is_refused(tmp_path):
    with pytest.raises(UsageError, match="no such folder"):
        run_page(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="not a run's folder"):
        run_page(tmp_path)


@pytest.mark.parametrize(
    "changes",
    [
        {"attacks": []},
        {"defenses": []},
        {"attacks": [], "defenses": []},
        {"seeds": 1},
        {"rounds": 1},
        {"network": {"kind": "complete", "n": 7}},
        {"attacks": [{"kind": "stubborn", "daemons": [0], "strength": 0.0}]},
    ],
    ids=str,
)
def test_unusual_runs_have_pages(tmp_path, changes):
    page = Page(run_page(play_into(tmp_path, {**RING, **changes})))
    assert page.figures
    texts = [page.text, *(value for _, given in page.tags for value in given.values() if value)]
    assert [text for text in texts if re.search(r"\b(nan|inf|None)\b", text)] == []


@pytest.mark.parametrize("arms", [("clean",), ("attacked",), ("clean", "attacked"), ("defended", "guarded")], ids=str)
def test_the_page_of_a_run_of_some_arms_has_only_these(tmp_path, arms):
    folder = play_into(tmp_path, TRADING, arms=arms)
    lines = {str(given.get("class")) for tag, given in Page(run_page(folder)).tags if tag == "path"}
    assert {one for one in lines if one.startswith("line ")} == {f"line {arm}" for arm in arms}


@pytest.mark.slow
def test_the_page_of_a_long_run_with_many_metrics_and_edges_is_under_a_megabyte(tmp_path):
    n, rounds = 2_000, 3_000
    edges = [[i, (i + step) % n] for i in range(n) for step in (1, 130, 901)]
    network = {"kind": "edges", "n": n, "edges": edges, "directed": True}
    folder = play_into(tmp_path, {**TRADING, "network": network, "rounds": 80, "rules": {}, "seeds": 2})
    text = (folder / "scenario.yaml").read_text(encoding="utf-8")
    assert len(text) > 100_000
    (folder / "scenario.yaml").write_text(text.replace("rounds: 80", f"rounds: {rounds}"), encoding="utf-8")
    names = (folder / "rounds.csv").read_text(encoding="utf-8").split("\n", 1)[0]
    noise = np.random.default_rng(0).normal(size=(rounds, len(names.split(",")) - 3))
    rows = [",".join(map(repr, row)) for row in noise.tolist()]
    arms = [(seed, arm) for seed in (0, 1) for arm in ("clean", "attacked", "defended", "guarded")]
    lines = [f"{seed},{arm},{round},{row}" for seed, arm in arms for round, row in enumerate(rows[seed:] + rows[:seed])]
    (folder / "rounds.csv").write_text("\n".join([names, *lines, ""]), encoding="utf-8")
    html = run_page(folder)
    assert html.count('class="line attacked"') > 10
    assert "The rest is in scenario.yaml." in html
    assert len(html.encode()) < 1_000_000


def test_the_budget_has_the_used_amounts(busy):
    page = Page(run_page(busy)).text
    rows = re.findall(
        r"(hijacked daemons|daemons isolated at once|tainted feeds)\s*([\d,]+ \(\d+%\)|no limit)\s*([\d,]+)", page
    )
    used = {what: (allowed, int(used)) for what, allowed, used in rows}
    rounds = (busy / "rounds.csv").read_text(encoding="utf-8").splitlines()
    names = rounds[0].split(",")
    most = {
        name: max(float(row.split(",")[names.index(name)]) for row in rounds[1:])
        for name in ("compromised", "quarantined")
    }
    assert used["hijacked daemons"] == ("6 (20%)", most["compromised"])
    assert used["daemons isolated at once"] == ("6 (20%)", most["quarantined"])
    assert used["tainted feeds"] == ("no limit", 5)
