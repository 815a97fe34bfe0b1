"""The kit refuses worlds that break a rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest

from swarmsec.arrays import Floats
from swarmsec.testing import _common, check_world
from swarmsec.testing import world as world_rules
from swarmsec.worlds import Bill, Chart, Column, Metric, Observed, Outcome, WorldView
from tests.contract.plugins import Broken, BrokenPlugins, SoundWorld

BROKEN = BrokenPlugins()


@BROKEN.breaks(check_world, world_rules.it_declares_what_it_senses_and_decides)
@dataclass(kw_only=True)
class UndeclaredWorld(SoundWorld):
    """Declare no decisions.

    `decides` is empty.
    """

    decides: ClassVar[str] = ""


@BROKEN.breaks(check_world, world_rules.it_declares_what_it_senses_and_decides)
@dataclass(kw_only=True)
class NoiseWithoutDraws(SoundWorld):
    """Declare noise, and report the same signals in every round.

    The deviation is 0.1.
    """

    def sense(self) -> Floats:
        return np.ones((self._view.n, 1))


@BROKEN.breaks(check_world, world_rules.it_names_its_bills_and_their_units)
@dataclass(kw_only=True)
class Unitless(SoundWorld):
    """A bill without a unit.

    Its unit is empty.
    """

    bills: ClassVar[tuple[Bill, ...]] = (Bill(name="paid", unit=" "),)


@BROKEN.breaks(check_world, world_rules.its_roles_name_daemons)
@dataclass(kw_only=True)
class RoleOfMissingDaemon(SoundWorld):
    """A role for a daemon that does not exist.

    The number is 999.
    """

    def roles(self, n: int) -> Mapping[str, Any]:
        return {"broker": np.array([0, 999])}


@BROKEN.breaks(check_world, world_rules.decisions_change_its_bill)
@dataclass(kw_only=True)
class FixedFee(SoundWorld):
    """Charge the same for everything.

    bill = the number of rounds.
    """

    def apply(self, decisions: Floats) -> Outcome:
        self._paid += 1.0
        return Outcome({"paid": self._paid}, {"largest": float(decisions.max())})


@BROKEN.breaks(check_world, world_rules.its_center_hears_the_signals)
@dataclass(kw_only=True)
class ConstantCenter(SoundWorld):
    """A center whose bill ignores the signals.

    Its bill is always 1.
    """

    def central(self) -> Mapping[str, float]:
        return {"paid": 1.0}


@BROKEN.breaks(check_world, world_rules.it_writes_into_no_given_array)
@dataclass(kw_only=True)
class DecidingInPlace(SoundWorld):
    """Write the decisions over the beliefs.

    It lacks a copy.
    """

    def decide(self, state: Floats) -> Floats:
        return np.abs(state, out=state)


@BROKEN.breaks(check_world, world_rules.it_keeps_its_shapes)
@dataclass(kw_only=True)
class WrongSignalShape(SoundWorld):
    """Return signals of shape (n,), not (n, 1).

    The second axis is missing.
    """

    def sense(self) -> Floats:
        return super().sense()[:, 0]


@BROKEN.breaks(check_world, world_rules.it_reports_its_bills_every_round)
@dataclass(kw_only=True)
class Misbilling(SoundWorld):
    """Bill under another name.

    The class does not declare that bill.
    """

    def apply(self, decisions: Floats) -> Outcome:
        return Outcome({"cost": 1.0}, {})


@BROKEN.breaks(check_world, world_rules.it_reports_its_bills_every_round)
@dataclass(kw_only=True)
class OmitsMetric(SoundWorld):
    """Report a metric in some rounds only.

    The set of names changes.
    """

    def apply(self, decisions: Floats) -> Outcome:
        outcome = super().apply(decisions)
        return outcome._replace(metrics={} if outcome.bills["paid"] > 5.0 else outcome.metrics)


@BROKEN.breaks(check_world, world_rules.it_names_its_bills_and_their_units)
@dataclass(kw_only=True)
class NameOfEngineMetric(SoundWorld):
    """Use the name of a metric of the engine.

    The engine counts messages.
    """

    metrics: ClassVar[tuple[Metric, ...]] = (Metric(name="messages"),)

    def apply(self, decisions: Floats) -> Outcome:
        return super().apply(decisions)._replace(metrics={"messages": 1.0})


@BROKEN.breaks(check_world, world_rules.its_declarations_are_consistent)
@dataclass(kw_only=True)
class PictureOfNothing(SoundWorld):
    """Draw a figure that the world does not have.

    The figure is called `smallest`.
    """

    pictures: ClassVar[tuple[Chart, ...]] = (Chart(title="The least", figures=("smallest",)),)


@BROKEN.breaks(check_world, world_rules.its_columns_name_its_arrays)
@dataclass(kw_only=True)
class TwoNamesForOneColumn(SoundWorld):
    """Name more columns than there are.

    There is one.
    """

    @property
    def decision_columns(self) -> tuple[Column, ...]:
        return (Column(name="payment"), Column(name="delay"))


@BROKEN.breaks(check_world, world_rules.feasible_decisions_are_within_the_columns)
@dataclass(kw_only=True)
class BoundsThatNothingHolds(SoundWorld):
    """Declare bounds, and accept every decision.

    The default `feasible` returns what it gets.
    """

    @property
    def decision_columns(self) -> tuple[Column, ...]:
        return (Column(name="payment", low=0.0, high=10.0),)


@BROKEN.breaks(check_world, world_rules.feasible_decisions_are_within_the_columns)
@dataclass(kw_only=True)
class HalvesWhatIsFeasible(SoundWorld):
    """Halve every decision, also one that is feasible already.

    It is not idempotent.
    """

    def feasible(self, decisions: Floats) -> Floats:
        return decisions / 2.0


@BROKEN.breaks(check_world, world_rules.neutral_decisions_are_feasible)
@dataclass(kw_only=True)
class NeutralForAll(SoundWorld):
    """Give one neutral decision, and not one for each daemon.

    The shape is (1, 1).
    """

    def neutral(self, decisions: Floats) -> Floats:
        return np.zeros((1, 1))


@BROKEN.breaks(check_world, world_rules.it_is_observed_in_public_figures_and_own_columns)
@dataclass(kw_only=True)
class ShowsOneDaemon(SoundWorld):
    """Show what one daemon has paid.

    It must be a number for each.
    """

    def observed(self) -> Observed:
        return Observed(own={"paid": np.zeros(1)})


@BROKEN.breaks(check_world, world_rules.central_knows_only_what_it_heard)
@dataclass(kw_only=True)
class CentralOfTheSwarm(SoundWorld):
    """Bill the center for what the swarm decides.

    It heard nothing of that.
    """

    def central(self) -> Mapping[str, float]:
        return {"paid": self._paid / 2.0}


@BROKEN.breaks(check_world, world_rules.its_bill_is_finite_for_extreme_beliefs)
@dataclass(kw_only=True)
class Overflowing(SoundWorld):
    """Raise the belief to the fifth power.

    A liar's belief overflows it.
    """

    def decide(self, state: Floats) -> Floats:
        return np.abs(state**5)


@BROKEN.breaks(check_world, world_rules.it_runs_on_every_network)
@dataclass(kw_only=True)
class DividesByNMinusOne(SoundWorld):
    """Fail in a swarm of one daemon.

    It divides by n - 1.
    """

    def sense(self) -> Floats:
        signals = super().sense()
        return signals / (len(signals) - 1.0)


@BROKEN.breaks(check_world, world_rules.equal_seeds_give_equal_runs)
@dataclass(kw_only=True)
class DrawsWithoutSeed(SoundWorld):
    """Sense noise from a generator without a seed.

    Two runs of one seed differ.
    """

    def sense(self) -> Floats:
        return np.random.default_rng().normal(size=(self._view.n, 1))


@BROKEN.breaks(check_world, world_rules.equal_seeds_give_equal_runs)
@dataclass(kw_only=True)
class KeepsBill(SoundWorld):
    """Start with the bill of the last run.

    Its `begin` does not reset it.
    """

    def __post_init__(self) -> None:
        self._debt = 0.0

    def begin(self, view: WorldView) -> None:
        super().begin(view)
        self._paid = self._debt

    def apply(self, decisions: Floats) -> Outcome:
        outcome = super().apply(decisions)
        self._debt = self._paid
        return outcome


@BROKEN.breaks(check_world, world_rules.it_draws_from_its_own_stream)
@dataclass(kw_only=True)
class SeedingWorld(SoundWorld):
    """Seed numpy's global generator.

    Its runs repeat, but the draws of other code change.
    """

    def begin(self, view: WorldView) -> None:
        super().begin(view)
        np.random.seed(7)  # noqa: NPY002


@BROKEN.breaks(check_world, world_rules.a_run_leaves_its_parameters_alone)
@dataclass(kw_only=True)
class OverwritesParameter(SoundWorld):
    """Overwrite a parameter.

    The given value is lost.
    """

    def begin(self, view: WorldView) -> None:
        super().begin(view)
        self.noise = 0.3


@BROKEN.breaks(check_world, world_rules.its_draws_do_not_depend_on_decisions)
@dataclass(kw_only=True)
class DrawingOnDemand(SoundWorld):
    """Draw only if a decision is large.

    The random numbers of the arms then differ.
    """

    def apply(self, decisions: Floats) -> Outcome:
        if decisions.max() > 1.0:
            self._paid += self._view.rng.random()
        return super().apply(decisions)


@BROKEN.breaks(check_world, world_rules.its_first_signals_are_equal_in_all_arms)
@dataclass(kw_only=True)
class SensesHijacked(SoundWorld):
    """Sense which daemons are hijacked.

    The first signals differ between arms.
    """

    def sense(self) -> Floats:
        return super().sense() + ~self._view.billed[:, None]


@BROKEN.breaks(check_world, world_rules.deciding_changes_nothing)
@dataclass(kw_only=True)
class ChargesForDecide(SoundWorld):
    """Charge for every call of `decide`.

    A call must not change the bill.
    """

    def decide(self, state: Floats) -> Floats:
        self._paid += 1.0
        return super().decide(state)


@BROKEN.breaks(check_world, world_rules.a_decision_depends_on_the_own_belief_only)
@dataclass(kw_only=True)
class DecidesByTheMean(SoundWorld):
    """Decide for all by the mean belief.

    A decision may depend on the own belief only.
    """

    def decide(self, state: Floats) -> Floats:
        return np.full_like(state, abs(state.mean()))


@BROKEN.breaks(check_world, world_rules.central_changes_nothing)
@dataclass(kw_only=True)
class ChargesForCentral(SoundWorld):
    """Charge for a call of `central`.

    A call must not change the bill.
    """

    def central(self) -> Mapping[str, float]:
        self._paid += 1.0
        return {"paid": 0.0}


@BROKEN.breaks(check_world, world_rules.central_changes_nothing)
@dataclass(kw_only=True)
class NonFiniteCentral(SoundWorld):
    """Return NaN as the central bill.

    The figures must be finite.
    """

    def central(self) -> Mapping[str, float]:
        return {"paid": float("nan")}


@pytest.mark.parametrize("broken", BROKEN, ids=[broken.plugin.__name__ for broken in BROKEN])
def test_a_broken_plugin_is_refused_by_the_rule_that_it_breaks(broken: Broken) -> None:
    BROKEN.assert_refused(broken)


@pytest.mark.slow
@pytest.mark.parametrize("broken", BROKEN[::8], ids=[broken.plugin.__name__ for broken in BROKEN[::8]])
def test_the_whole_check_names_the_broken_rule(broken: Broken) -> None:
    BROKEN.assert_refused_by_the_check(broken)


def test_every_rule_has_a_plugin_that_breaks_it() -> None:
    BROKEN.assert_complete(set(world_rules.RULES) - set(_common.COMMON_RULES))
