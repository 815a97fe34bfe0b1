"""Valid plug-ins, from which the broken ones of these tests are derived."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, NamedTuple

import numpy as np
import pytest

from swarmsec.aggregation import MeanRule, Rule
from swarmsec.arrays import Floats
from swarmsec.messages import Inbox, Messages
from swarmsec.plugin import Plugin
from swarmsec.protocols import NegotiationProtocol
from swarmsec.teams import (
    Attack,
    BlueView,
    Defense,
    Help,
    RedView,
    Surface,
)
from swarmsec.testing._plugin_case import ConformanceRule, PluginCase, check_rules
from swarmsec.worlds import Bill, Metric, Outcome, World, WorldView

Shift = Annotated[float, Help("The amount that is added.")]


class Broken(NamedTuple):
    """A plug-in that breaks one rule.

    Attributes:
        check: The check that must refuse it.
        plugin: Its class.
        rule: The rule.
    """

    check: Callable[..., None]
    plugin: type[Plugin]
    rule: ConformanceRule


class BrokenPlugins(list[Broken]):
    """The broken plug-ins of one test module."""

    def breaks(self, check: Callable[..., None], rule: ConformanceRule) -> Callable[[type[Any]], type[Any]]:
        """Add the decorated class."""

        def add(cls: type[Any]) -> type[Any]:
            self.append(Broken(check, cls, rule))
            return cls

        return add

    def assert_refused(self, broken: Broken) -> None:
        """Assert that the rule refuses the plug-in."""
        with pytest.raises(AssertionError) as refusal:
            check_rules(PluginCase(broken.plugin, {}), [broken.rule])
        _assert_named(broken, refusal.value)

    def assert_refused_by_the_check(self, broken: Broken) -> None:
        """Assert that the whole check, in which other rules come first, names the rule."""
        with pytest.raises(AssertionError) as refusal:
            broken.check(broken.plugin)
        _assert_named(broken, refusal.value)

    def assert_complete(self, rules: Iterable[ConformanceRule]) -> None:
        """Assert that every rule has a plug-in that breaks it."""
        assert set(rules) - {broken.rule for broken in self} == set()


def _assert_named(broken: Broken, refusal: AssertionError) -> None:
    assert str(refusal).splitlines()[0] == f"{broken.plugin.__name__} breaks the rule {broken.rule.__name__}"


@dataclass(kw_only=True)
class SoundAttack(Attack):
    """Shift the targets' feeds.

    s_i <- s_i + shift.
    """

    surface = Surface.SIGNAL
    shift: Shift = 2.0

    def on_signals(self, readings: Floats, red: RedView) -> Floats:
        return readings + self.shift


@dataclass(kw_only=True)
class SoundDefense(Defense):
    """Clip every signal.

    s_i <- clip(s_i, -shift, shift).
    """

    sees = Surface.SIGNAL
    shift: Shift = 2.0

    def filter_signals(self, signals: Floats, blue: BlueView) -> Floats:
        return np.clip(signals, -self.shift, self.shift)


@dataclass(kw_only=True)
class SoundProtocol(NegotiationProtocol):
    """Take the mean of the neighborhood.

    x <- mean(x, messages).
    """

    decides_for = frozenset({"belief"})
    rule_decides = True
    averaging = "uniform"
    begins_with_signals = True
    pull: Annotated[float, Help("What a defense's rule is replaced with.")] = 0.0

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        return (rule or MeanRule()).over_neighborhoods(state, messages)

    def listen_one(self, daemon: int, heard: Inbox, rule: Rule | None, *, own: Floats, signal: Floats) -> Floats:
        return (rule or MeanRule()).over_one(own, heard)


@dataclass(kw_only=True)
class SoundWorld(World):
    """Charge for every belief that is not 0.

    bill = sum of |decision| so far.
    """

    bills: ClassVar[tuple[Bill, ...]] = (Bill(name="paid", unit="USD"),)
    metrics: ClassVar[tuple[Metric, ...]] = (Metric(name="largest"),)
    senses: ClassVar[str] = "belief"
    decides: ClassVar[str] = "belief"
    noise: Annotated[float, Help("Standard deviation of the feeds.")] = 0.1

    @property
    def signal_deviation(self) -> float:
        return self.noise

    def begin(self, view: WorldView) -> None:
        self._view, self._paid = view, 0.0

    def sense(self) -> Floats:
        return self.noise * self._view.rng.standard_normal((self._view.n, 1))

    def decide(self, state: Floats) -> Floats:
        return np.abs(state)

    def apply(self, decisions: Floats) -> Outcome:
        self._paid += float(decisions.sum())
        return Outcome({"paid": self._paid}, {"largest": float(decisions.max())})
