"""The report and the page of a world with bills of several units, and with pictures of its own."""

from __future__ import annotations

import re

import pytest

from swarmsec.report.html import run_page

WORLD = '''
"""Hours and dollars."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from swarmsec.worlds import Bill, Chart, Flow, FlowMap, Metric, Outcome, World


@dataclass(kw_only=True)
class Hours(World):
    """Bill dollars, and hours beside them."""

    bills: ClassVar = (Bill(name="cost_usd", unit="USD"), Bill(name="outage_hours", unit="hours"))
    metrics: ClassVar = (Metric(name="crossed_gb", unit="GB", aggregation="sum"),)
    pictures: ClassVar = (
        Chart(title="Outage", figures=("outage_hours",)),
        FlowMap(title="Crossings", places=("north", "south"), flows=(Flow("north", "south", "crossed_gb"),)),
    )
    senses: ClassVar = "belief"
    decides: ClassVar = "belief"

    def begin(self, view):
        """Start at nothing."""
        self._view, self._round = view, 0

    def sense(self):
        """Nothing to see."""
        return np.zeros((self._view.n, 1))

    def decide(self, state):
        """As proposed."""
        return state + 0.0

    def apply(self, decisions):
        """1,000 dollars and 2 hours a round."""
        self._round += 1
        return Outcome({"cost_usd": 1000.0 * self._round, "outage_hours": 2.0 * self._round}, {"crossed_gb": 4.0})
'''

SCENARIO = """
name: two_units
world: {kind: hours}
network: {kind: ring, n: 6}
protocol: {kind: average_consensus}
rounds: 3
attacks: [{kind: false_signal, daemons: 1, bias: 1.0}]
defenses: [{kind: median_gate}]
seeds: 2
"""


@pytest.fixture
def run_of_hours(cli, tmp_path, monkeypatch):
    """The report and the page of a run of the world above."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/hours.py").write_text(WORLD, encoding="utf-8")
    (tmp_path / "two_units.yaml").write_text(SCENARIO, encoding="utf-8")
    report = cli("run", "two_units.yaml", "--plugins", "mine").out
    return report, run_page(next((tmp_path / "runs").glob("two_units-*")), plugins=[tmp_path / "mine"])


def test_the_report_and_the_page_have_each_bill_in_its_unit(run_of_hours):
    report, page = run_of_hours
    assert re.search(r"^  cost +\$3,000 +\$3,000", report, flags=re.MULTILINE)
    assert re.search(r"^  outage hours +6 +6", report, flags=re.MULTILINE)
    assert re.search(r">outage hours</th><td>hours</td>\s*<td[^>]*><data value=\"6.0\"[^>]*>6</data>", page)


def test_the_page_has_the_pictures_of_the_world_with_all_arms_and_draws_no_figure_twice(run_of_hours):
    _, page = run_of_hours
    arms = ("clean", "attacked", "defended", "guarded")
    (panels,) = re.findall(r'aria-label="Outage">(.*?)</div>', page, flags=re.DOTALL)
    assert [panels.count(f'class="line {arm}"') for arm in arms] == [1, 1, 1, 1]
    (maps,) = re.findall(r'aria-label="Crossings">(.*?)</div>', page, flags=re.DOTALL)
    assert maps.count('<svg class="map"') == len(arms)
    assert [maps.count(f'<g class="flow {arm}">') for arm in arms] == [1, 1, 1, 1]
    assert re.findall(r'<text class="place"[^>]*>(\w+)</text>', maps)[:2] == ["north", "south"]
    assert "north to south: 12." in maps
    assert len(re.findall(r"<figcaption><b>Outage", page, flags=re.IGNORECASE)) == 2, "the picture and its panel"
