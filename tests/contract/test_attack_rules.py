"""The kit refuses attacks that break a rule."""

from __future__ import annotations

import random
import sys
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from swarmsec.arrays import Floats
from swarmsec.teams import (
    Attack,
    Channels,
    Knowledge,
    Links,
    RedView,
    Surface,
)
from swarmsec.testing import _common, check_attack
from swarmsec.testing import attack as attack_rules
from tests.cheats.memory import Memory
from tests.contract.plugins import Broken, BrokenPlugins, SoundAttack

BROKEN = BrokenPlugins()


@BROKEN.breaks(check_attack, attack_rules.its_traits_are_of_their_types)
@dataclass(kw_only=True)
class TextSurface(SoundAttack):
    """A trait that is text.

    It should be a Surface.
    """

    surface = "signal"  # type: ignore[assignment]


@BROKEN.breaks(check_attack, attack_rules.its_hooks_are_those_of_its_surface)
@dataclass(kw_only=True)
class Misspelled(SoundAttack):
    """A hook that is never called.

    Its name lacks an s.
    """

    def on_signal(self, readings: Floats, red: RedView) -> Floats:
        return readings


@BROKEN.breaks(check_attack, attack_rules.its_hooks_are_those_of_its_surface)
@dataclass(kw_only=True)
class HookOfAnotherSurface(SoundAttack):
    """A hook of another surface.

    The engine would never call it.
    """

    def on_daemons(self, state: Floats, red: RedView) -> Floats:
        return state


@BROKEN.breaks(check_attack, attack_rules.its_hooks_are_those_of_its_surface)
@dataclass(kw_only=True)
class Hookless(SoundAttack):
    """A surface without a hook.

    It hijacks daemons and changes nothing in them.
    """

    surface = Surface.SIGNAL | Surface.DAEMON


@BROKEN.breaks(check_attack, attack_rules.it_writes_into_no_given_array)
@dataclass(kw_only=True)
class InPlace(SoundAttack):
    """Write into the readings.

    It lacks a copy.
    """

    def on_signals(self, readings: Floats, red: RedView) -> Floats:
        readings += self.shift
        return readings


@BROKEN.breaks(check_attack, attack_rules.it_writes_into_no_given_array)
@dataclass(kw_only=True)
class Unlocking(SoundAttack):
    """Write into the signals although they are read-only.

    It makes them writable first.
    """

    def on_signals(self, readings: Floats, red: RedView) -> Floats:
        if readings.base is not None:
            readings.base.flags.writeable = True
        readings.flags.writeable = True
        readings[:] = 0.0
        return readings.copy()


@BROKEN.breaks(check_attack, attack_rules.it_writes_into_no_given_array)
@dataclass(kw_only=True)
class ReturnsOneBuffer(SoundAttack):
    """Return the same array in every round.

    The array that the engine stores changes later.
    """

    def begin(self, red: RedView) -> None:
        self._buffer: Floats | None = None

    def on_signals(self, readings: Floats, red: RedView) -> Floats:
        self._buffer = readings.copy() if self._buffer is None else self._buffer
        self._buffer[:] = readings
        self._buffer += self.shift
        return self._buffer


@BROKEN.breaks(check_attack, attack_rules.it_changes_something)
@dataclass(kw_only=True)
class Idle(SoundAttack):
    """Do nothing.

    It returns what it got.
    """

    def on_signals(self, readings: Floats, red: RedView) -> Floats:
        return readings


@BROKEN.breaks(check_attack, attack_rules.it_runs_long)
@dataclass(kw_only=True)
class LateBug(SoundAttack):
    """Break late.

    It reads what it may not, and seeds the global generator.
    """

    def on_signals(self, readings: Floats, red: RedView) -> Floats:
        if red.round - self.start < 60:
            return readings + self.shift
        np.random.seed(0)  # noqa: NPY002
        return readings - red.signals.mean()


@BROKEN.breaks(check_attack, attack_rules.it_runs_under_tight_rules)
@dataclass(kw_only=True)
class Greedy(SoundAttack):
    """Take one more, and count on it.

    It breaks where rules are tight.
    """

    surface = Surface.DAEMON | Surface.SIGNAL
    spreads = True

    def on_round(self, red: RedView) -> None:
        fresh = np.setdiff1d(red.trusted_by(red.hijacked), red.hijacked)
        if red.strength > 0 and len(fresh):
            self._extra = int(red.hijack(fresh[:1])[0])

    def on_daemons(self, state: Floats, red: RedView) -> Floats:
        return state - 1.0


@BROKEN.breaks(check_attack, attack_rules.it_runs_beside_others)
@dataclass(kw_only=True)
class OneColumn(SoundAttack):
    """Take it that a message is one number.

    In an auction it is several.
    """

    surface = Surface.MESSAGE | Surface.SIGNAL

    def on_messages(self, channels: Channels, red: RedView) -> Channels:
        return channels.saying(channels.payload[:, :2] + 1.0)


@BROKEN.breaks(check_attack, attack_rules.it_changes_and_reads_only_what_it_may)
@dataclass(kw_only=True)
class Trespassing(SoundAttack):
    """Change the signals of daemons that are no targets.

    It changes all of them.
    """

    def on_signals(self, readings: Floats, red: RedView) -> Floats:
        return np.full((red.n, readings.shape[1]), self.shift)


@BROKEN.breaks(check_attack, attack_rules.it_changes_and_reads_only_what_it_may)
@dataclass(kw_only=True)
class TrespassingInState(SoundAttack):
    """Write the belief of a daemon that it has not hijacked.

    Daemon 1 is no target.
    """

    surface = Surface.SIGNAL | Surface.DAEMON

    def on_daemons(self, state: Floats, red: RedView) -> Floats:
        return np.full((len(state) + 1, state.shape[1]), self.shift)


@BROKEN.breaks(check_attack, attack_rules.it_changes_and_reads_only_what_it_may)
@dataclass(kw_only=True)
class ReadsTheNetwork(SoundAttack):
    """Read the network without Knowledge.TOPOLOGY.

    The view refuses.
    """

    def begin(self, red: RedView) -> None:
        self._links = red.network.m


@BROKEN.breaks(check_attack, attack_rules.it_changes_and_reads_only_what_it_may)
@dataclass(kw_only=True)
class HijackingByFeed(SoundAttack):
    """Hijack through a feed.

    A SIGNAL attack hijacks no daemon.
    """

    def on_signals(self, readings: Floats, red: RedView) -> Floats:
        red.hijack(red.targets)
        return readings


@BROKEN.breaks(check_attack, attack_rules.it_changes_and_reads_only_what_it_may)
@dataclass(kw_only=True)
class WrongShape(SoundAttack):
    """Return one row only.

    All rows are required.
    """

    def on_signals(self, readings: Floats, red: RedView) -> Floats:
        return readings[:1]


@BROKEN.breaks(check_attack, attack_rules.it_runs_on_every_network)
@dataclass(kw_only=True)
class NeedsTwoTargets(SoundAttack):
    """Fail in a swarm of one daemon.

    It requires a second target.
    """

    def begin(self, red: RedView) -> None:
        self._second = red.targets[1]


@BROKEN.breaks(check_attack, attack_rules.equal_seeds_give_equal_runs)
@dataclass(kw_only=True)
class Entropic(SoundAttack):
    """Draw from a generator without a seed.

    Two runs of one seed differ.
    """

    def on_signals(self, readings: Floats, red: RedView) -> Floats:
        return readings + np.random.default_rng().normal()


@BROKEN.breaks(check_attack, attack_rules.equal_seeds_give_equal_runs)
@dataclass(kw_only=True)
class KeepsState(SoundAttack):
    """Keep state of the last run.

    Its `begin` resets nothing.
    """

    def __post_init__(self) -> None:
        self._calls = 0

    def on_signals(self, readings: Floats, red: RedView) -> Floats:
        self._calls += 1
        return readings + self._calls


@BROKEN.breaks(check_attack, attack_rules.it_draws_from_its_own_stream)
@dataclass(kw_only=True)
class Seeding(SoundAttack):
    """Seed numpy's global generator.

    Its runs repeat, but the draws of other code change.
    """

    def begin(self, red: RedView) -> None:
        np.random.seed(7)  # noqa: NPY002


@BROKEN.breaks(check_attack, attack_rules.it_draws_from_its_own_stream)
@dataclass(kw_only=True)
class SeedingPython(SoundAttack):
    """Seed Python's global generator.

    Its runs repeat, but the draws of other code change.
    """

    def begin(self, red: RedView) -> None:
        random.seed(7)


@BROKEN.breaks(check_attack, attack_rules.a_run_leaves_its_parameters_alone)
@dataclass(kw_only=True)
class OverwritesParameter(SoundAttack):
    """Overwrite a parameter.

    The given value is lost.
    """

    def begin(self, red: RedView) -> None:
        self.shift = 3.0


@BROKEN.breaks(check_attack, attack_rules.a_run_leaves_its_parameters_alone)
@dataclass(kw_only=True)
class SetsPublicAttribute(SoundAttack):
    """Set a public attribute.

    It could be taken for a parameter.
    """

    def begin(self, red: RedView) -> None:
        self.seen: list[int] = []


@BROKEN.breaks(check_attack, attack_rules.it_compromises_through_its_surface_alone)
@dataclass(kw_only=True)
class BackDoor(SoundAttack):
    """Hijack through a private attribute of the engine.

    Its surface hijacks no daemon.
    """

    def begin(self, red: RedView) -> None:
        red._actions._team.hijack("back_door", red.targets)  # type: ignore[attr-defined]


@BROKEN.breaks(check_attack, attack_rules.strength_0_is_no_attack)
@dataclass(kw_only=True)
class AlwaysStrong(SoundAttack):
    """Act at any strength.

    It ignores `strength`.
    """

    def begin(self, red: RedView) -> None:
        attack: Any = red._actions
        attack.terms = attack.terms._replace(strength=1.0)


@BROKEN.breaks(check_attack, attack_rules.it_waits_for_its_start)
@dataclass(kw_only=True)
class ActsBeforeStart(SoundAttack):
    """Act before its start.

    It ignores `start` and `stop`.
    """

    def begin(self, red: RedView) -> None:
        attack: Any = red._actions
        attack.terms = attack.terms._replace(start=0)


@BROKEN.breaks(check_attack, attack_rules.it_uses_only_what_its_knowledge_grants)
@dataclass(kw_only=True)
class KnowsSignals(SoundAttack):
    """Read all signals from the state of the engine.

    Its lie is their mean.
    """

    def on_signals(self, readings: Floats, red: RedView) -> Floats:
        assert red._state.signals is not None
        return np.full_like(readings, red._state.signals.mean())


@BROKEN.breaks(check_attack, attack_rules.it_uses_only_what_its_knowledge_grants)
@dataclass(kw_only=True)
class KnowsLinks(SoundAttack):
    """Read the number of links from the network of the engine.

    Its lie depends on that number.
    """

    knowledge = Knowledge.SIGNALS | Knowledge.DEFENSE

    def on_signals(self, readings: Floats, red: RedView) -> Floats:
        return readings + red._links.m


@BROKEN.breaks(check_attack, attack_rules.it_uses_only_what_its_knowledge_grants)
@dataclass(kw_only=True)
class KnowsDefenses(SoundAttack):
    """Read the number of defenses from the engine.

    Its lie depends on that number.
    """

    knowledge = Knowledge.SIGNALS | Knowledge.TOPOLOGY

    def on_signals(self, readings: Floats, red: RedView) -> Floats:
        return readings + 1.0 + len(red._defenses)


@BROKEN.breaks(check_attack, attack_rules.both_engines_agree)
@dataclass(kw_only=True)
class AsksWhichEngine(SoundAttack):
    """Lie differently in the engine of agents.

    It reads the engine from the call stack.
    """

    def on_signals(self, readings: Floats, red: RedView) -> Floats:
        frame = sys._getframe()
        while "swarm" not in frame.f_locals:
            assert frame.f_back is not None
            frame = frame.f_back
        return readings + (frame.f_locals["swarm"].setup.engine == "agents")


@BROKEN.breaks(check_attack, attack_rules.its_lie_is_at_full_strength)
@dataclass(kw_only=True)
class UndoesItsStrength(SoundAttack):
    """Divide the lie by the strength.

    Its effect is the same at every strength.
    """

    def on_signals(self, readings: Floats, red: RedView) -> Floats:
        return readings + 2.0 / red.strength


@BROKEN.breaks(check_attack, attack_rules.it_joins_identities_within_the_rules)
@dataclass(kw_only=True)
class CountsOnTwo(Attack):
    """Join two identities.

    It does not expect that the rules may grant only one.
    """

    surface = Surface.NETWORK

    def on_network(self, links: Links, red: RedView) -> Links:
        return links if len(red.identities) else links.join(red.targets).join(red.targets)

    def on_daemons(self, state: Floats, red: RedView) -> Floats:
        return np.array([[5.0], [-5.0]])


@BROKEN.breaks(check_attack, attack_rules.its_source_keeps_to_the_view)
@dataclass(kw_only=True)
class CountsObjects(SoundAttack):
    """Count the objects of the process.

    No view prevents it.
    """

    def begin(self, red: RedView) -> None:
        import gc

        self._objects = len(gc.get_objects())


@BROKEN.breaks(check_attack, attack_rules.its_source_keeps_to_the_view)
@dataclass(kw_only=True)
class WritesIntoItsBase(SoundAttack):
    """Make the array below its copy of the readings writable.

    It changes nothing there, in these runs.
    """

    def on_signals(self, readings: Floats, red: RedView) -> Floats:
        if readings.base is not None:
            readings.base.flags.writeable = True
        return readings + self.shift


BROKEN.breaks(check_attack, attack_rules.an_arm_leaves_no_memory)(Memory)


@pytest.mark.parametrize("broken", BROKEN, ids=[broken.plugin.__name__ for broken in BROKEN])
def test_a_broken_plugin_is_refused_by_the_rule_that_it_breaks(broken: Broken) -> None:
    BROKEN.assert_refused(broken)


@pytest.mark.slow
@pytest.mark.parametrize("broken", BROKEN[::8], ids=[broken.plugin.__name__ for broken in BROKEN[::8]])
def test_the_whole_check_names_the_broken_rule(broken: Broken) -> None:
    BROKEN.assert_refused_by_the_check(broken)


def test_every_rule_has_a_plugin_that_breaks_it() -> None:
    BROKEN.assert_complete(set(attack_rules.RULES) - set(_common.COMMON_RULES))
