"""The kit refuses protocols that break a rule."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pytest

from swarmsec.aggregation import MeanRule, Rule
from swarmsec.arrays import Floats
from swarmsec.messages import Inbox, Messages
from swarmsec.protocols import ProtocolView
from swarmsec.testing import _common, check_protocol
from swarmsec.testing import protocol as protocol_rules
from tests.contract.plugins import Broken, BrokenPlugins, SoundProtocol

BROKEN = BrokenPlugins()


@BROKEN.breaks(check_protocol, protocol_rules.its_traits_are_declared)
@dataclass(kw_only=True)
class UndeclaredProtocol(SoundProtocol):
    """Decide for no world.

    The set of kinds is empty.
    """

    decides_for = frozenset()


@BROKEN.breaks(check_protocol, protocol_rules.messages_change_what_daemons_propose)
@dataclass(kw_only=True)
class IgnoringMessages(SoundProtocol):
    """Send messages, and keep the own state whatever arrives.

    x <- x.
    """

    rule_decides = False
    uses_rule = False
    averaging = None

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        return state + 0.0

    def listen_one(self, daemon: int, heard: Inbox, rule: Rule | None, *, own: Floats, signal: Floats) -> Floats:
        return own + 0.0


@BROKEN.breaks(check_protocol, protocol_rules.its_columns_name_its_messages)
@dataclass(kw_only=True)
class OneNameForAll(SoundProtocol):
    """Name one column, whatever the width of a message.

    With three components two have no name.
    """

    def message_columns(self, width: int) -> tuple[str, ...]:
        return ("value",)


@BROKEN.breaks(check_protocol, protocol_rules.rules_have_the_declared_effect)
@dataclass(kw_only=True)
class IgnoringRules(SoundProtocol):
    """Use the own average whatever rule a defense brings.

    `uses_rule` is True by default.
    """

    rule_decides = False

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        return MeanRule().over_neighborhoods(state, messages)


@BROKEN.breaks(check_protocol, protocol_rules.rules_have_the_declared_effect)
@dataclass(kw_only=True)
class UsingRules(SoundProtocol):
    """Use the rule of a defense, and declare the opposite.

    `uses_rule` is False.
    """

    uses_rule = False


@BROKEN.breaks(check_protocol, protocol_rules.rules_have_the_declared_effect)
@dataclass(kw_only=True)
class HalfwayToTheRule(SoundProtocol):
    """Go half of the way to the rule's result.

    `rule_decides` is True.
    """

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        return 0.5 * state + 0.5 * (rule or MeanRule()).over_neighborhoods(state, messages)


@BROKEN.breaks(check_protocol, protocol_rules.it_averages_as_declared)
@dataclass(kw_only=True)
class OtherWeights(SoundProtocol):
    """Go half of the way to the uniform mean without a rule.

    `averaging` is "uniform".
    """

    rule_decides = False

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        mean = (rule or MeanRule()).over_neighborhoods(state, messages)
        return mean if rule else 0.5 * state + 0.5 * mean


@BROKEN.breaks(check_protocol, protocol_rules.it_reads_signals_as_declared)
@dataclass(kw_only=True)
class BeginningElsewhere(SoundProtocol):
    """Begin with half of the signals.

    `begins_with_signals` is True.
    """

    def initial_state(self, signals: Floats) -> Floats:
        return 0.5 * signals


@BROKEN.breaks(check_protocol, protocol_rules.it_reads_signals_as_declared)
@dataclass(kw_only=True)
class SecretReader(SoundProtocol):
    """Mix every signal into the proposals.

    `reads_signals_after_start` is False.
    """

    rule_decides = False

    averaging = None

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        return 0.9 * (rule or MeanRule()).over_neighborhoods(state, messages) + 0.1 * signals


@BROKEN.breaks(check_protocol, protocol_rules.it_writes_into_no_given_array)
@dataclass(kw_only=True)
class ListeningInPlace(SoundProtocol):
    """Write the new proposals over the old ones.

    It lacks a copy.
    """

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        state[:] = super().listen(messages, rule, state=state, signals=signals)
        return state


@BROKEN.breaks(check_protocol, protocol_rules.it_writes_into_no_given_array)
@dataclass(kw_only=True)
class ReturnsOneBuffer(SoundProtocol):
    """Return the same array in every exchange.

    The array that the engine stores changes later.
    """

    def begin(self, view: ProtocolView) -> None:
        super().begin(view)
        self._table: Floats | None = None

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        self._table = state.copy() if self._table is None else self._table
        self._table[:] = super().listen(messages, rule, state=state, signals=signals)
        return self._table


@BROKEN.breaks(check_protocol, protocol_rules.it_keeps_shapes)
@dataclass(kw_only=True)
class KeepsOneComponent(SoundProtocol):
    """Keep only one component.

    It was tested with one component only.
    """

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        return super().listen(messages, rule, state=state, signals=signals)[:, :1]


@BROKEN.breaks(check_protocol, protocol_rules.it_runs_on_every_network)
@dataclass(kw_only=True)
class DividingByDegree(SoundProtocol):
    """Take the plain mean of the neighbors.

    An isolated daemon has none.
    """

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        values = np.where(np.isfinite(messages.payload), messages.payload, 0.0)
        sums = np.stack([np.bincount(messages.receivers, one, minlength=len(state)) for one in values.T], axis=1)
        with np.errstate(invalid="ignore"):
            return np.asarray(sums / messages.network.degrees[:, None])


@BROKEN.breaks(check_protocol, protocol_rules.equal_seeds_give_equal_runs)
@dataclass(kw_only=True)
class Erratic(SoundProtocol):
    """Add noise from a generator without a seed.

    Two runs of one seed differ.
    """

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        proposals = super().listen(messages, rule, state=state, signals=signals)
        return proposals + 1e-15 * np.random.default_rng().normal()


@BROKEN.breaks(check_protocol, protocol_rules.it_draws_from_its_own_stream)
@dataclass(kw_only=True)
class SeedingProtocol(SoundProtocol):
    """Seed numpy's global generator.

    Its runs repeat, but the draws of other code change.
    """

    def begin(self, view: ProtocolView) -> None:
        super().begin(view)
        np.random.seed(7)  # noqa: NPY002


@BROKEN.breaks(check_protocol, protocol_rules.a_run_leaves_its_parameters_alone)
@dataclass(kw_only=True)
class OverwritesParameter(SoundProtocol):
    """Overwrite a parameter.

    The given value is lost.
    """

    def begin(self, view: ProtocolView) -> None:
        super().begin(view)
        self.pull = 3.0


@BROKEN.breaks(check_protocol, protocol_rules.agreement_is_kept)
@dataclass(kw_only=True)
class MovesAfterAgreement(SoundProtocol):
    """Move although all daemons agree.

    Every exchange adds a small number.
    """

    rule_decides = False

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        return super().listen(messages, rule, state=state, signals=signals) + 1e-6


@BROKEN.breaks(check_protocol, protocol_rules.one_daemon_and_all_daemons_agree)
@dataclass(kw_only=True)
class DifferentForms(SoundProtocol):
    """Move only half of the way in `listen_one`.

    The two forms differ.
    """

    def listen_one(self, daemon: int, heard: Inbox, rule: Rule | None, *, own: Floats, signal: Floats) -> Floats:
        return 0.5 * (own + super().listen_one(daemon, heard, rule, own=own, signal=signal))


def _mean_of_all(own: Floats, values: Floats, weights: Floats | None) -> Floats:
    """The mean of (k, d) values and the own one; it lets NaN through, and uses weights only if they are given."""
    weights = np.ones(len(values)) if weights is None else weights
    kept = weights > 0
    return np.asarray((own + (weights[kept, None] * values[kept]).sum(axis=0)) / (1.0 + weights[kept].sum()))


@dataclass(kw_only=True)
class AcceptsNaN(SoundProtocol):
    """Accept every value as a number.

    NaN spreads.
    """

    heeds_weights: ClassVar[bool] = True

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        return np.stack([self._hear(messages.inbox_of(i), rule, state[i]) for i in range(len(state))])

    def listen_one(self, daemon: int, heard: Inbox, rule: Rule | None, *, own: Floats, signal: Floats) -> Floats:
        return self._hear(heard, rule, own)

    def _hear(self, heard: Inbox, rule: Rule | None, own: Floats) -> Floats:
        if rule is not None:
            return rule.over_one(own, heard)
        return _mean_of_all(own, heard.values, heard.weights if self.heeds_weights else None)


BROKEN.breaks(check_protocol, protocol_rules.non_finite_input_leaves_proposals_finite)(AcceptsNaN)


@BROKEN.breaks(check_protocol, protocol_rules.messages_of_weight_0_have_no_effect)
@dataclass(kw_only=True)
class IgnoresWeights(AcceptsNaN):
    """Listen to messages that a defense has dropped.

    It ignores the weights.
    """

    heeds_weights: ClassVar[bool] = False


@BROKEN.breaks(check_protocol, protocol_rules.both_engines_agree)
@dataclass(kw_only=True)
class StopsAfterManyCalls(SoundProtocol):
    """Stop listening after a hundred calls.

    The engine of agents makes more calls.
    """

    def begin(self, view: ProtocolView) -> None:
        super().begin(view)
        self._calls = 0

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        self._calls += 1
        return super().listen(messages, rule, state=state, signals=signals)

    def listen_one(self, daemon: int, heard: Inbox, rule: Rule | None, *, own: Floats, signal: Floats) -> Floats:
        self._calls += 1
        return own if self._calls > 100 else super().listen_one(daemon, heard, rule, own=own, signal=signal)


@BROKEN.breaks(check_protocol, protocol_rules.overriding_by_the_same_proposals_changes_none)
@dataclass(kw_only=True)
class ChangesOverride(SoundProtocol):
    """Store more than the proposal that red writes.

    The next proposal is not the one that red wrote.
    """

    def proposals(self, state: Floats) -> Floats:
        return state[:, :-1]

    def initial_state(self, signals: Floats) -> Floats:
        return np.column_stack([signals, np.zeros(len(signals))])

    def override_proposals(self, state: Floats, proposals: Floats) -> Floats:
        return np.column_stack([proposals + np.where(state[:, -1:] > 0, 0.1, 0.0), state[:, -1]])

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        proposals = super().listen(messages, rule, state=state, signals=signals)
        return np.column_stack([proposals[:, :-1], np.ones(len(proposals))])

    def listen_one(self, daemon: int, heard: Inbox, rule: Rule | None, *, own: Floats, signal: Floats) -> Floats:
        return np.append(super().listen_one(daemon, heard, rule, own=own, signal=signal)[:-1], 1.0)


@BROKEN.breaks(check_protocol, protocol_rules.daemons_can_join_if_it_says_so)
@dataclass(kw_only=True)
class KeepsTheFirstNetwork(SoundProtocol):
    """Listen on the network of the start.

    It says that daemons can join.
    """

    admits_newcomers = True

    def begin(self, view: ProtocolView) -> None:
        super().begin(view)
        self._network = view.network

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        return super().listen(replace(messages, network=self._network), rule, state=state, signals=signals)


@BROKEN.breaks(check_protocol, protocol_rules.it_runs_on_unreliable_links)
@dataclass(kw_only=True)
class NeedsAllMessages(SoundProtocol):
    """Require a message on every link.

    It fails if a message is lost.
    """

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        if messages.copies is not None and not messages.copies.all():
            raise RuntimeError("a neighbor is silent")
        return super().listen(messages, rule, state=state, signals=signals)


@pytest.mark.parametrize("broken", BROKEN, ids=[broken.plugin.__name__ for broken in BROKEN])
def test_a_broken_plugin_is_refused_by_the_rule_that_it_breaks(broken: Broken) -> None:
    BROKEN.assert_refused(broken)


@pytest.mark.slow
@pytest.mark.parametrize("broken", BROKEN[::8], ids=[broken.plugin.__name__ for broken in BROKEN[::8]])
def test_the_whole_check_names_the_broken_rule(broken: Broken) -> None:
    BROKEN.assert_refused_by_the_check(broken)


def test_every_rule_has_a_plugin_that_breaks_it() -> None:
    BROKEN.assert_complete(set(protocol_rules.RULES) - set(_common.COMMON_RULES))
