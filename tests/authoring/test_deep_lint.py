"""The rules that need runs: small swarms that each violate one of them, and one that violates none."""

import pytest

from swarmsec.authoring import deep_lint as module
from swarmsec.authoring.deep_lint import deep_lint
from swarmsec.authoring.lint import RULES
from swarmsec.authoring.lint_rules.deep import DEEP_CHECKS
from swarmsec.runs import JobCache, whole
from swarmsec.runs.executors import open_executor
from swarmsec.scenario import load_scenario

RING = {
    "name": "ring",
    "world": {"kind": "beliefs", "initial": [0, 0, 1, 2, 3, 4, 5]},
    "network": {"kind": "circulant", "n": 7, "offsets": [1, 2]},
    "protocol": {"kind": "average_consensus", "weights": "uniform"},
    "rounds": 60,
    "attacks": [{"kind": "stubborn", "daemons": [6], "value": 100.0}],
    "defenses": [{"kind": "wmsr", "f": 1}],
    "rules": {"red": {"daemons": 1}, "blue": {"quarantine": 1}},
    "seeds": 2,
}
TRADING = {
    "name": "small",
    "world": {"kind": "trading"},
    "network": {"kind": "small_world", "n": 60, "neighbors": 8},
    "protocol": {"kind": "friedkin_johnsen", "begins_at": "zero"},
    "rounds": 150,
    "attacks": [{"kind": "false_signal", "daemons": "20%", "start": 60, "stop": 120}],
    "defenses": [{"kind": "median_gate", "warm_up": 50}],
    "rules": {"red": {"feeds": "20%"}, "blue": {"quarantine": "10%"}},
    "seeds": 3,
}


def linted(scenario, *, jobs=1, **options):
    """The findings, and the number of arms that were run for them."""
    with open_executor(jobs=jobs) as executor:
        cache = JobCache(executor, whole)
        return deep_lint(load_scenario(scenario), cache, **options), cache.jobs_run


def found_in(scenario, **changes):
    return {one.code: one for one in linted({**scenario, **changes})[0]}


@pytest.mark.parametrize("scenario", [RING, TRADING], ids=["ring", "trading"])
def test_a_balanced_scenario_has_no_findings(scenario):
    assert linted(scenario)[0] == []


def test_a_scenario_in_which_standing_still_does_as_well_is_named():
    blunt = [{"kind": "wmsr", "f": 0}]
    assert "deaf does as well" in found_in(RING, defenses=blunt)["SW107"].finding.message


def test_every_deep_rule_is_tested_and_explained():
    assert sorted({*DEEP_CHECKS, "SW100"}) == sorted(code for code, rule in RULES.items() if rule.deep)


def test_an_attack_that_changes_nothing_does_not_bite():
    weak = [{"kind": "stubborn", "daemons": [6], "value": 2.0, "start": 59}]
    found = found_in(RING, attacks=weak, world={"kind": "trading"})
    assert set(found) == {"SW101"}
    assert found["SW101"].finding.path == "attacks[0]"


def test_more_seeds_are_run_before_an_attack_is_reported_as_without_bite():
    progress = []
    weak = [{"kind": "none"}]
    linted({**RING, "attacks": weak, "seeds": 6}, advance=progress.append)
    assert "more seeds, since it does not bite in these" in progress


def test_a_scenario_won_by_a_blind_quarantine_is_trivial():
    found = found_in(RING, rules={"blue": {"quarantine": "100%"}})
    assert "quarantine_all, which observes nothing" in found["SW102"].finding.message


@pytest.mark.slow
def test_a_defense_without_effect_is_named():
    found = found_in(
        TRADING, defenses=[{"kind": "wmsr", "f": 0}, {"kind": "none"}, {"kind": "median_gate", "warm_up": 50}]
    )
    assert found["SW103"].finding.path in {"defenses[0]", "defenses[1]"}


def test_a_scenario_in_which_the_oracle_limits_no_damage_cannot_be_won():
    found = found_in(RING, rules={"blue": {"quarantine": 0}}, defenses=[{"kind": "none"}])
    assert found["SW104"].severity == "warning"
    opened = found_in(RING, rules={"blue": {"quarantine": 0}}, defenses=[{"kind": "none"}], difficulty="open")
    assert opened["SW104"].severity == "note"


@pytest.mark.slow
def test_a_side_without_influence_on_the_outcome_is_named():
    drowned = [{"kind": "false_signal", "daemons": "20%", "start": 60, "bias": -1e6}]
    assert "red's strength does not matter" in found_in(TRADING, attacks=drowned)["SW105"].finding.message
    helpless = found_in(RING, rules={"blue": {"quarantine": 0}}, defenses=[])
    assert "blue cannot change the outcome" in helpless["SW105"].finding.message


@pytest.mark.slow
def test_a_defense_that_increases_the_damage_is_a_shortcut():
    found = {one.code: one for one in linted(load_scenario("autoimmune", settings={"seeds": 2}))[0]}
    assert "the defense alone costs" in found["SW106"].finding.message


STEPS = '''
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from swarmsec.worlds import Bill, Outcome, World


@dataclass(kw_only=True)
class Steps(World):
    """Bills every round in which a daemon decides anything but 0, however little it is."""

    bills: ClassVar[tuple[Bill, ...]] = (Bill(name="rounds", unit="rounds", help="Rounds with a decision."),)
    senses: ClassVar[str] = "belief"
    decides: ClassVar[str] = "belief"

    def begin(self, view):
        self.n, self.total = view.n, 0.0

    def sense(self):
        return np.zeros((self.n, 1))

    def decide(self, state):
        return state

    def apply(self, decisions):
        self.total += bool((decisions != 0).any())
        return Outcome(bills={"rounds": self.total}, metrics={})
'''


def test_a_bill_that_does_not_depend_on_the_strength_is_a_shortcut(tmp_path):
    (tmp_path / "steps.py").write_text(STEPS)
    scenario = load_scenario({**RING, "world": {"kind": "steps"}}, plugins=[tmp_path])
    found = {one.code: one for one in linted(scenario)[0]}
    assert "ten-thousandth" in found["SW106"].finding.message


def test_a_scenario_without_an_attack_is_not_run():
    progress = []
    assert linted({**RING, "attacks": []}, advance=progress.append) == ([], 0)
    assert progress == []


def test_a_scenario_that_would_take_too_long_is_not_run(monkeypatch):
    monkeypatch.setattr(module, "SECONDS_MAX", 1e-6)
    assert set(found_in(RING)) == {"SW100"}


def test_the_arms_of_a_scenario_are_run_once_for_any_number_of_processes():
    trivial = {**RING, "rules": {"blue": {"quarantine": "100%"}}}
    found, arms_run = linted(trivial)
    assert arms_run == 2 * (4 + 2 + 6 * 2), "own arms, two weaker attacks, six nulls with and without the attack"
    assert linted(trivial, jobs=2) == (found, arms_run)


def test_a_rule_that_is_not_selected_is_silent():
    scenario = {**RING, "rules": {"blue": {"quarantine": "100%"}}}
    assert [one.code for one in linted(scenario, select=["SW101"])[0]] == []
    assert "SW102" not in {one.code for one in linted(scenario, ignore=["SW102"])[0]}
