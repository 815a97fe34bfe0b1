"""The measures of alarms in the report, in the result and on the page."""

import json
from pathlib import Path

import pytest

from swarmsec.report.html import run_page

MEASURES = {
    "pr_auc",
    "exposure_rounds",
    "found_share",
    "cost_balanced",
    "cost_false_alarms_dear",
    "cost_misses_dear",
    "honest_messages_processed",
}


@pytest.fixture
def swarm(write, trading):
    """Thirty traders behind a monitor that gives scores, in which a feed of three lies."""
    detector = {"kind": "pyod_detector", "detector": "ECOD", "warm_up": 20, "settle": 5, "stride": 2}
    rules = {"red": {"feeds": "30%"}, "blue": {"quarantine": "50%"}}
    return write({**trading, "defenses": [detector], "rules": rules}, "scored.yaml")


def test_the_report_the_result_and_the_page_have_the_same_measures(cli, swarm):
    out = cli("run", swarm).out
    result = json.loads(Path("runs/latest/result.json").read_text(encoding="utf-8"))
    assert result["detection_measures"].keys() == MEASURES
    found = {name: measure["mean"] for name, measure in result["detection_measures"].items()}
    assert f"finds {100 * found['found_share']:.0f}%" in out
    assert f"PR-AUC {found['pr_auc']:.2f}" in out
    costs = [found[f"cost_{name}"] for name in ("balanced", "false_alarms_dear", "misses_dear")]
    assert "cost of errors {:.2f} (false alarms dear {:.2f}, misses dear {:.2f}; no alarms: 1)".format(*costs) in out
    page = run_page(Path("runs/latest"))
    assert all(f'"/detection_measures/{name}/mean"' in page for name in MEASURES)


def test_a_defense_that_raises_no_alarms_has_no_line_about_them(cli, ring_file):
    out = cli("run", ring_file).out
    assert "raises no alarms by design" in out
    assert "cost of errors" not in out


def test_a_folder_without_the_measures_still_has_a_page(cli, swarm):
    """It has been written by an earlier version."""
    cli("run", swarm)
    path = Path("runs/latest/result.json")
    result = json.loads(path.read_text(encoding="utf-8"))
    del result["detection_measures"]
    path.write_text(json.dumps(result), encoding="utf-8")
    page = run_page(Path("runs/latest"))
    assert '"/detection/precision"' in page
    assert "PR-AUC" not in page
