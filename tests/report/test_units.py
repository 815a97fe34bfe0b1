"""Every bill is shown in its own unit, also where a world has bills of several units."""

from __future__ import annotations

import re

from swarmsec.report.html import run_page

WORLD = '''
"""Hours and dollars."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from swarmsec.worlds import Bill, Outcome, World


@dataclass(kw_only=True)
class Hours(World):
    """Bill dollars, and hours beside them."""

    bills: ClassVar = (Bill(name="cost_usd", unit="USD"), Bill(name="outage_hours", unit="hours"))
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
        return Outcome({"cost_usd": 1000.0 * self._round, "outage_hours": 2.0 * self._round}, {})
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


def test_the_report_and_the_page_have_each_bill_in_its_unit(cli, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/hours.py").write_text(WORLD, encoding="utf-8")
    (tmp_path / "two_units.yaml").write_text(SCENARIO, encoding="utf-8")
    out = cli("run", "two_units.yaml", "--plugins", "mine").out
    assert re.search(r"^  cost +\$3,000 +\$3,000", out, flags=re.MULTILINE)
    assert re.search(r"^  outage hours +6 +6", out, flags=re.MULTILINE)
    page = run_page(next((tmp_path / "runs").glob("two_units-*")), plugins=[tmp_path / "mine"])
    assert re.search(r">outage hours</th><td>hours</td>\s*<td[^>]*><data value=\"6.0\"[^>]*>6</data>", page)
