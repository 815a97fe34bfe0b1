"""The kit refuses defenses that break a rule."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from swarmsec.aggregation import MeanRule, Rule
from swarmsec.arrays import Floats
from swarmsec.messages import Inbox, Messages
from swarmsec.teams import (
    BlueView,
    Defense,
    Guarantee,
    Surface,
    ThreatCase,
    Vantage,
)
from swarmsec.testing import _common, check_defense
from swarmsec.testing import defense as defense_rules
from tests.contract.plugins import Broken, BrokenPlugins, SoundDefense

BROKEN = BrokenPlugins()


@BROKEN.breaks(check_defense, defense_rules.its_traits_are_of_their_types)
@dataclass(kw_only=True)
class TextVantage(SoundDefense):
    """A trait that is text.

    It should be a Vantage.
    """

    vantage = "local"  # type: ignore[assignment]


@BROKEN.breaks(check_defense, defense_rules.it_overrides_a_hook_or_sees_nothing)
@dataclass(kw_only=True)
class SeesWithoutHook(Defense):
    """See signals without a hook.

    It overrides no hook.
    """

    sees = Surface.SIGNAL


@BROKEN.breaks(check_defense, defense_rules.it_overrides_a_hook_or_sees_nothing)
@dataclass(kw_only=True)
class ActsWithoutSurface(SoundDefense):
    """Act on signals with Surface.NONE.

    Its trait is wrong.
    """

    sees = Surface.NONE


@BROKEN.breaks(check_defense, defense_rules.it_answers_for_its_guarantee)
@dataclass(kw_only=True)
class GuaranteesWithoutReason(SoundDefense):
    """Guarantee every case without a reason.

    The reason is empty.
    """

    def guarantee(self, case: ThreatCase) -> Guarantee:
        return Guarantee(True, "")


@BROKEN.breaks(check_defense, defense_rules.it_writes_into_no_given_array)
@dataclass(kw_only=True)
class ClippingInPlace(SoundDefense):
    """Clip the signals in place.

    It lacks a copy.
    """

    def filter_signals(self, signals: Floats, blue: BlueView) -> Floats:
        return np.clip(signals, -0.5, 0.5, out=signals)


@BROKEN.breaks(check_defense, defense_rules.it_writes_into_no_given_array)
@dataclass(kw_only=True)
class OverwritesMessages(SoundDefense):
    """Overwrite the messages.

    It may only return weights.
    """

    def weigh(self, messages: Messages, blue: BlueView) -> Floats:
        messages.broadcast[:] = 0.0
        return np.ones(messages.network.m)


@BROKEN.breaks(check_defense, defense_rules.it_reads_only_its_view_and_keeps_shapes)
@dataclass(kw_only=True)
class ReadsQuarantine(SoundDefense):
    """Read who is isolated with Vantage.LOCAL.

    The view refuses.
    """

    def respond(self, blue: BlueView) -> None:
        blue.alarm(np.flatnonzero(blue.quarantined))


@BROKEN.breaks(check_defense, defense_rules.it_reads_only_its_view_and_keeps_shapes)
@dataclass(kw_only=True)
class AsksForTheTruth(SoundDefense):
    """Read the ground truth.

    The view refuses.
    """

    vantage = Vantage.MONITOR

    def respond(self, blue: BlueView) -> None:
        blue.isolate(np.flatnonzero(blue.truth).astype(np.int32))


@BROKEN.breaks(check_defense, defense_rules.it_reads_only_its_view_and_keeps_shapes)
@dataclass(kw_only=True)
class Overweighing(SoundDefense):
    """Return the weight 2 for every message.

    A weight is at most 1.
    """

    def weigh(self, messages: Messages, blue: BlueView) -> Floats:
        return np.full(messages.network.m, 2.0)


@BROKEN.breaks(check_defense, defense_rules.it_reads_only_its_view_and_keeps_shapes)
@dataclass(kw_only=True)
class NonFiniteDecisions(SoundDefense):
    """Make decisions non-finite.

    A veto must be a finite decision.
    """

    def govern(self, decisions: Floats, blue: BlueView) -> Floats:
        return np.full_like(decisions, np.nan)


@BROKEN.breaks(check_defense, defense_rules.it_runs_on_every_network)
@dataclass(kw_only=True)
class NeedsNeighbors(SoundDefense):
    """Fail if a daemon has no neighbor.

    It requires a first neighbor.
    """

    def begin(self, blue: BlueView) -> None:
        self._first = [int(blue.network.neighbors(daemon)[0]) for daemon in range(blue.n)]


@BROKEN.breaks(check_defense, defense_rules.equal_seeds_give_equal_runs)
@dataclass(kw_only=True)
class DrawsWithoutSeed(SoundDefense):
    """Isolate a random daemon, drawn without a seed.

    Two runs of one seed differ.
    """

    vantage = Vantage.MONITOR

    def respond(self, blue: BlueView) -> None:
        blue.isolate(np.random.default_rng().choice(blue.n, 1).astype(np.int32))


@BROKEN.breaks(check_defense, defense_rules.it_draws_from_its_own_stream)
@dataclass(kw_only=True)
class SeedingAll(SoundDefense):
    """Seed numpy's global generator.

    Its runs repeat, but the draws of other code change.
    """

    def begin(self, blue: BlueView) -> None:
        np.random.seed(7)  # noqa: NPY002


@BROKEN.breaks(check_defense, defense_rules.a_run_leaves_its_parameters_alone)
@dataclass(kw_only=True)
class OverwritesParameter(SoundDefense):
    """Overwrite a parameter.

    The given value is lost.
    """

    def begin(self, blue: BlueView) -> None:
        self.shift = 3.0


@BROKEN.breaks(check_defense, defense_rules.ground_truth_has_no_effect)
@dataclass(kw_only=True)
class ReadsTheTruth(SoundDefense):
    """Isolate the attacked daemons, read from the engine.

    Only the oracle may use them.
    """

    vantage = Vantage.MONITOR

    def respond(self, blue: BlueView) -> None:
        blue.isolate(np.flatnonzero(blue._truth()).astype(np.int32))


@BROKEN.breaks(check_defense, defense_rules.ground_truth_has_no_effect)
@dataclass(kw_only=True)
class ReadsTheRecord(SoundDefense):
    """Isolate the hijacked daemons in the record of the engine.

    The record is for scoring only.
    """

    vantage = Vantage.MONITOR

    def respond(self, blue: BlueView) -> None:
        for event in blue._responder._team.recorder.events:  # type: ignore[attr-defined]
            if event.kind == "hijacked":
                blue.isolate(np.array(event.daemons, dtype=np.int32))


@BROKEN.breaks(check_defense, defense_rules.a_local_filter_is_local)
@dataclass(kw_only=True)
class GlobalGate(SoundDefense):
    """Clip readings around the mean of all.

    A daemon receives the messages of its neighbors only.
    """

    def filter_signals(self, signals: Floats, blue: BlueView) -> Floats:
        return np.clip(signals, signals.mean() - 0.5, signals.mean() + 0.5)


@BROKEN.breaks(check_defense, defense_rules.local_weights_are_local)
@dataclass(kw_only=True)
class GlobalTrust(SoundDefense):
    """Weigh messages by the largest one of the swarm.

    A daemon receives the messages of its neighbors only.
    """

    def weigh(self, messages: Messages, blue: BlueView) -> Floats:
        loudest = float(np.nan_to_num(np.abs(messages.payload), posinf=0.0).max(initial=0.0))
        return np.full(messages.network.m, 1.0 / (1.0 + loudest))


@BROKEN.breaks(check_defense, defense_rules.local_governing_is_local)
@dataclass(kw_only=True)
class GlobalCap(SoundDefense):
    """Cap decisions at the mean of all.

    A daemon receives the messages of its neighbors only.
    """

    def govern(self, decisions: Floats, blue: BlueView) -> Floats:
        return np.asarray(np.minimum(decisions, decisions.mean() + 0.1))


@BROKEN.breaks(check_defense, defense_rules.non_finite_input_leaves_figures_finite)
@dataclass(kw_only=True)
class WeighsNaN(SoundDefense):
    """Weigh a message by its size, without a check for NaN.

    1 / (1 + |NaN|) is no weight.
    """

    def weigh(self, messages: Messages, blue: BlueView) -> Floats:
        return 1.0 / (1.0 + np.abs(messages.payload[:, 0]))


@BROKEN.breaks(check_defense, defense_rules.only_nulls_know_the_truth)
@dataclass(kw_only=True)
class KnowsTheTruth(SoundDefense):
    """Isolate the attacked daemons.

    Only the shipped oracle may.
    """

    vantage = Vantage.ORACLE

    def respond(self, blue: BlueView) -> None:
        blue.isolate(np.flatnonzero(blue.truth))


@BROKEN.breaks(check_defense, defense_rules.one_island_has_no_effect_on_another)
@dataclass(kw_only=True)
class PoolsOutcomes(SoundDefense):
    """Alarm about all daemons if the mean of all proposals is large.

    It mixes daemons that do not hear each other.
    """

    def respond(self, blue: BlueView) -> None:
        if abs(float(blue.proposals.mean())) > 10.0:
            blue.alarm(np.arange(blue.n))


@BROKEN.breaks(check_defense, defense_rules.moves_follow_the_daemons)
@dataclass(kw_only=True)
class NeverHearsDaemonZero(SoundDefense):
    """Drop the messages of daemon 0.

    The author knows where scenarios put the liar.
    """

    def weigh(self, messages: Messages, blue: BlueView) -> Floats:
        return (messages.senders != 0).astype(float)


@BROKEN.breaks(check_defense, defense_rules.moves_follow_the_daemons)
@dataclass(kw_only=True)
class IsolatesDaemonOne(SoundDefense):
    """Isolate daemon 1.

    In any swarm.
    """

    vantage = Vantage.MONITOR

    def respond(self, blue: BlueView) -> None:
        if blue.n > 1:
            blue.isolate(np.array([1]))


@BROKEN.breaks(check_defense, defense_rules.a_crowd_elsewhere_hides_no_liar)
@dataclass(kw_only=True)
class OnlyTheLoudest(SoundDefense):
    """Isolate the daemon that deviates most, and no other.

    A louder liar hides it.
    """

    vantage = Vantage.MONITOR

    def respond(self, blue: BlueView) -> None:
        loud = np.abs(blue.features.values[:, 0])
        blue.release(np.flatnonzero(blue.quarantined))
        blue.isolate(np.flatnonzero((loud == loud.max()) & (loud > 3.0)))


MEMORY: dict[str, bool] = {}


@BROKEN.breaks(check_defense, defense_rules.an_arm_leaves_no_memory)
@dataclass(kw_only=True)
class RemembersTheLastArm(SoundDefense):
    """Clip more if the last run was without an attack.

    The memory is in the module, so that it outlives the run.
    """

    def begin(self, blue: BlueView) -> None:
        self._limit, self._most = 0.5 if MEMORY.get("quiet") else 9.0, 0.0

    def filter_signals(self, signals: Floats, blue: BlueView) -> Floats:
        self._most = max(self._most, float(np.abs(signals).max()))
        if blue.n == 12:
            MEMORY["quiet"] = self._most < 3.0
        return np.clip(signals, -self._limit, self._limit)


@BROKEN.breaks(check_defense, defense_rules.it_runs_in_unusual_runs)
@dataclass(kw_only=True)
class LateBug(SoundDefense):
    """Fail in round 200.

    A short test does not see it.
    """

    def respond(self, blue: BlueView) -> None:
        if blue.round == 200:
            raise ValueError("an index is out of range")


@BROKEN.breaks(check_defense, defense_rules.it_runs_in_unusual_runs)
@dataclass(kw_only=True)
class ExpectsToBeAllowed(SoundDefense):
    """Isolate loud daemons, and fail if the rules deny it.

    The rules may allow nobody.
    """

    vantage = Vantage.MONITOR

    def respond(self, blue: BlueView) -> None:
        loud = np.flatnonzero((np.abs(blue.features.values[:, 0]) > 3.0) & ~blue.quarantined)
        if len(loud):
            blue.isolate(loud)[0]


@BROKEN.breaks(check_defense, defense_rules.its_source_keeps_to_the_view)
@dataclass(kw_only=True)
class OwnGenerator(SoundDefense):
    """Draw thresholds from a generator of its own.

    Its seed is the same in every run.
    """

    def filter_signals(self, signals: Floats, blue: BlueView) -> Floats:
        limit = np.random.default_rng(0).uniform(2.0, 3.0)
        return np.clip(signals, -limit, limit)


@BROKEN.breaks(check_defense, defense_rules.its_source_keeps_to_the_view)
@dataclass(kw_only=True)
class WalksTheCollector(SoundDefense):
    """Look for the engine among all objects.

    No view prevents it.
    """

    def begin(self, blue: BlueView) -> None:
        import gc

        self._objects = len(gc.get_objects())


@BROKEN.breaks(check_defense, defense_rules.its_source_keeps_to_the_view)
@dataclass(kw_only=True)
class ReadsPrivateNames(SoundDefense):
    """Read the limit of the rules from the engine.

    The name begins with an underscore.
    """

    def begin(self, blue: BlueView) -> None:
        self._state = blue._state.round


class InconsistentRule:
    """A rule that returns the mean for all daemons at once, and half of it for one daemon."""

    def over_neighborhoods(self, own: Floats, messages: Messages) -> Floats:
        return MeanRule().over_neighborhoods(own, messages)

    def over_one(self, own: Floats, heard: Inbox) -> Floats:
        return 0.5 * MeanRule().over_one(own, heard)


@BROKEN.breaks(check_defense, defense_rules.both_engines_agree)
@dataclass(kw_only=True)
class BringsInconsistentRule(SoundDefense):
    """Bring a rule with two different results.

    All daemons at once and one daemon do not agree.
    """

    @property
    def rule(self) -> Rule:
        return InconsistentRule()


@pytest.mark.parametrize("broken", BROKEN, ids=[broken.plugin.__name__ for broken in BROKEN])
def test_a_broken_plugin_is_refused_by_the_rule_that_it_breaks(broken: Broken) -> None:
    BROKEN.assert_refused(broken)


@pytest.mark.slow
@pytest.mark.parametrize("broken", BROKEN[::8], ids=[broken.plugin.__name__ for broken in BROKEN[::8]])
def test_the_whole_check_names_the_broken_rule(broken: Broken) -> None:
    BROKEN.assert_refused_by_the_check(broken)


def test_every_rule_has_a_plugin_that_breaks_it() -> None:
    BROKEN.assert_complete(set(defense_rules.RULES) - set(_common.COMMON_RULES))
