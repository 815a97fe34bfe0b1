"""The kit refuses a plug-in that breaks a rule, and names the rule: a deliberately broken one for every rule."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
import pytest

from swarmsec.aggregation import Mean, Rule
from swarmsec.arrays import Floats
from swarmsec.messages import Inbox, Messages
from swarmsec.plugin import Plugin
from swarmsec.protocols import NegotiationProtocol, ProtocolView
from swarmsec.teams import (
    Attack,
    BlueView,
    Defense,
    Gt,
    Guarantee,
    Help,
    Knowledge,
    RedView,
    Surface,
    ThreatCase,
    Vantage,
)
from swarmsec.testing import _common, check_attack, check_defense, check_protocol, check_world
from swarmsec.testing import attack as attack_rules
from swarmsec.testing import defense as defense_rules
from swarmsec.testing import protocol as protocol_rules
from swarmsec.testing import world as world_rules
from swarmsec.worlds import Outcome, World, WorldView

Shift = Annotated[float, Help("What is added.")]

BROKEN: list[tuple[Callable[..., None], type[Plugin], str]] = []
"""Which check refuses which plug-in, and by which rule."""


def breaks(check: Callable[..., None], rule: Callable[..., None]) -> Callable[[type[Any]], type[Any]]:
    """Put a class among the broken ones."""

    def put(cls: type[Any]) -> type[Any]:
        BROKEN.append((check, cls, rule.__name__))
        return cls

    return put


# Plug-ins that break nothing, and that the broken ones are made from.


@dataclass(kw_only=True)
class SoundAttack(Attack):
    """Shift the targets' feeds.

    s_i <- s_i + strength * shift.
    """

    surface = Surface.SIGNAL
    shift: Shift = 2.0

    def on_signals(self, signals: Floats, red: RedView) -> Floats:
        lies = signals.copy()
        lies[red.targets] += red.strength * self.shift
        return lies


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

    pull: Annotated[float, Help("What a defense's rule is replaced with.")] = 0.0

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        return (rule or Mean()).over_neighborhoods(state, messages)

    def listen_one(self, daemon: int, heard: Inbox, rule: Rule | None, *, own: Floats, signal: Floats) -> Floats:
        return (rule or Mean()).over_one(own, heard)


@dataclass(kw_only=True)
class SoundWorld(World):
    """Pay for every belief that is not 0.

    bill = sum of |decision| so far.
    """

    unit: ClassVar[str] = "USD"
    bills: ClassVar[tuple[str, ...]] = ("paid",)
    noise: Annotated[float, Help("Standard deviation of the feeds.")] = 0.1

    def begin(self, view: WorldView) -> None:
        self._view, self._paid = view, 0.0

    def sense(self) -> Floats:
        return self.noise * self._view.rng.standard_normal((self._view.n, 1))

    def decide(self, state: Floats) -> Floats:
        return np.abs(state)

    def apply(self, decisions: Floats) -> Outcome:
        self._paid += float(decisions.sum())
        return Outcome({"paid": self._paid}, {"largest": float(decisions.max())})


@pytest.mark.parametrize(
    ("check", "sound"),
    [
        (check_attack, SoundAttack),
        (check_defense, SoundDefense),
        (check_protocol, SoundProtocol),
        (check_world, SoundWorld),
    ],
)
def test_a_sound_plugin_passes(check: Callable[..., None], sound: type[Plugin]) -> None:
    check(sound)


# What holds of every kind.


@breaks(check_attack, _common.it_is_a_keyword_only_dataclass)
@dataclass
class Positional(SoundAttack):
    """A field by position.

    It lacks kw_only.
    """

    extra: Shift = 1.0


@breaks(check_attack, _common.it_is_a_keyword_only_dataclass)
class Undecorated(SoundAttack):
    """Its own parameter is none.

    It lacks @dataclass.
    """

    extra: Shift = 1.0


@breaks(check_attack, _common.its_parameters_are_typed)
@dataclass(kw_only=True)
class Untyped(SoundAttack):
    """A parameter without a type.

    No scenario could set it.
    """

    extra = 1.0


@breaks(check_attack, _common.every_parameter_has_a_line_of_help)
@dataclass(kw_only=True)
class Silent(SoundAttack):
    """A parameter without help.

    Nobody knows what it does.
    """

    extra: float = 1.0


@breaks(check_attack, _common.its_defaults_are_within_their_bounds)
@dataclass(kw_only=True)
class OutOfBounds(SoundAttack):
    """A default out of its bounds.

    It must be more than 0.
    """

    extra: Annotated[float, Gt(0), Help("More than 0.")] = -1.0


@breaks(check_attack, _common.its_parameters_are_stored_unchanged)
@dataclass(kw_only=True)
class Converting(SoundAttack):
    """A parameter that is not what was given.

    It is halved.
    """

    extra: Shift = 3.0

    def __post_init__(self) -> None:
        self.extra /= 2.0


@breaks(check_attack, _common.its_docstring_says_how_it_works)
@dataclass(kw_only=True)
class Terse(SoundAttack):
    """One line."""


@breaks(check_attack, _common.its_docstring_says_how_it_works)
@dataclass(kw_only=True)
class Mute(SoundAttack):
    shift: Shift = 1.0


# Attacks.


@breaks(check_attack, attack_rules.its_traits_are_of_their_types)
@dataclass(kw_only=True)
class SurfaceInWords(SoundAttack):
    """A trait that is text.

    It should be a Surface.
    """

    surface = "signal"  # type: ignore[assignment]


@breaks(check_attack, attack_rules.its_hooks_are_those_of_its_surface)
@dataclass(kw_only=True)
class Misspelled(SoundAttack):
    """A hook that nobody calls.

    It lacks an s.
    """

    def on_signal(self, signals: Floats, red: RedView) -> Floats:
        return signals


@breaks(check_attack, attack_rules.its_hooks_are_those_of_its_surface)
@dataclass(kw_only=True)
class Undeclared(SoundAttack):
    """A hook of another surface.

    The engine would never call it.
    """

    def on_daemons(self, state: Floats, red: RedView) -> Floats:
        return state


@breaks(check_attack, attack_rules.its_hooks_are_those_of_its_surface)
@dataclass(kw_only=True)
class Hookless(SoundAttack):
    """A surface without a hook.

    It takes daemons over and does nothing with them.
    """

    surface = Surface.SIGNAL | Surface.DAEMON


@breaks(check_attack, attack_rules.it_writes_into_nothing_that_it_is_given)
@dataclass(kw_only=True)
class InPlace(SoundAttack):
    """Write into the signals.

    It forgot to copy.
    """

    def on_signals(self, signals: Floats, red: RedView) -> Floats:
        signals[red.targets] += self.shift
        return signals


@breaks(check_attack, attack_rules.it_writes_into_nothing_that_it_is_given)
@dataclass(kw_only=True)
class Unlocking(SoundAttack):
    """Write into the signals although they are read-only.

    It unlocks them.
    """

    def on_signals(self, signals: Floats, red: RedView) -> Floats:
        if signals.base is not None:
            signals.base.flags.writeable = True
        signals.flags.writeable = True
        signals[red.targets] = 0.0
        return signals.copy()


@breaks(check_attack, attack_rules.it_writes_into_nothing_that_it_is_given)
@dataclass(kw_only=True)
class OneBuffer(SoundAttack):
    """Return the same array in every round.

    What the engine keeps of it changes behind its back.
    """

    def begin(self, red: RedView) -> None:
        self._buffer: Floats | None = None

    def on_signals(self, signals: Floats, red: RedView) -> Floats:
        self._buffer = signals.copy() if self._buffer is None else self._buffer
        self._buffer[:] = signals
        self._buffer[red.targets] += self.shift
        return self._buffer


@breaks(check_attack, attack_rules.it_touches_and_sees_only_what_is_its_own)
@dataclass(kw_only=True)
class Trespassing(SoundAttack):
    """Change a daemon that it does not hold.

    It changes all of them.
    """

    def on_signals(self, signals: Floats, red: RedView) -> Floats:
        return np.full_like(signals, self.shift)


@breaks(check_attack, attack_rules.it_touches_and_sees_only_what_is_its_own)
@dataclass(kw_only=True)
class TrespassingInState(SoundAttack):
    """Write a belief of a daemon that it has not hijacked.

    Daemon 1 is nobody's target.
    """

    surface = Surface.SIGNAL | Surface.DAEMON

    def on_daemons(self, state: Floats, red: RedView) -> Floats:
        held = state.copy()
        held[[0, 1]] = self.shift
        return held


@breaks(check_attack, attack_rules.it_touches_and_sees_only_what_is_its_own)
@dataclass(kw_only=True)
class Peeking(SoundAttack):
    """Look at the network without Knowledge.TOPOLOGY.

    The view refuses.
    """

    def begin(self, red: RedView) -> None:
        self._links = red.network.m


@breaks(check_attack, attack_rules.it_touches_and_sees_only_what_is_its_own)
@dataclass(kw_only=True)
class HijackingByFeed(SoundAttack):
    """Hijack through a feed.

    A SIGNAL attack has nobody's credentials.
    """

    def on_signals(self, signals: Floats, red: RedView) -> Floats:
        red.hijack(red.targets)
        return signals


@breaks(check_attack, attack_rules.it_touches_and_sees_only_what_is_its_own)
@dataclass(kw_only=True)
class Misshapen(SoundAttack):
    """Give one row only.

    All were asked for.
    """

    def on_signals(self, signals: Floats, red: RedView) -> Floats:
        return signals[:1]


@breaks(check_attack, attack_rules.it_runs_on_every_network)
@dataclass(kw_only=True)
class NeedsTwoTargets(SoundAttack):
    """Fail where there is one daemon.

    It takes a second target for granted.
    """

    def begin(self, red: RedView) -> None:
        self._second = red.targets[1]


@breaks(check_attack, attack_rules.equal_seeds_give_equal_runs)
@dataclass(kw_only=True)
class Entropic(SoundAttack):
    """Draw what nobody can draw again.

    Its generator has no seed.
    """

    def on_signals(self, signals: Floats, red: RedView) -> Floats:
        lies = signals.copy()
        lies[red.targets] += np.random.default_rng().normal()
        return lies


@breaks(check_attack, attack_rules.equal_seeds_give_equal_runs)
@dataclass(kw_only=True)
class Remembering(SoundAttack):
    """Remember the last run.

    Its `begin` resets nothing.
    """

    def __post_init__(self) -> None:
        self._calls = 0

    def on_signals(self, signals: Floats, red: RedView) -> Floats:
        self._calls += 1
        lies = signals.copy()
        lies[red.targets] += self._calls
        return lies


@breaks(check_attack, attack_rules.it_draws_from_its_own_stream)
@dataclass(kw_only=True)
class Seeding(SoundAttack):
    """Seed numpy's global generator.

    Its runs repeat, and everybody else's draws change.
    """

    def begin(self, red: RedView) -> None:
        np.random.seed(7)  # noqa: NPY002


@breaks(check_attack, attack_rules.it_draws_from_its_own_stream)
@dataclass(kw_only=True)
class SeedingPython(SoundAttack):
    """Seed Python's global generator.

    The same, next door.
    """

    def begin(self, red: RedView) -> None:
        random.seed(7)


@breaks(check_attack, attack_rules.a_run_leaves_its_parameters_alone)
@dataclass(kw_only=True)
class Drifting(SoundAttack):
    """Overwrite a parameter.

    What was asked for is lost.
    """

    def begin(self, red: RedView) -> None:
        self.shift = 3.0


@breaks(check_attack, attack_rules.a_run_leaves_its_parameters_alone)
@dataclass(kw_only=True)
class Littering(SoundAttack):
    """Keep something under a public name.

    It could be taken for a parameter.
    """

    def begin(self, red: RedView) -> None:
        self.seen: list[int] = []


@breaks(check_attack, attack_rules.it_compromises_through_its_surface_alone)
@dataclass(kw_only=True)
class BackDoor(SoundAttack):
    """Hijack behind the engine's back.

    Its surface takes nobody over.
    """

    def begin(self, red: RedView) -> None:
        red._hijack.__self__._take("back_door", red.targets)  # type: ignore[attr-defined]


@breaks(check_attack, attack_rules.strength_0_is_no_attack)
@dataclass(kw_only=True)
class AlwaysStrong(SoundAttack):
    """Act whatever its strength.

    It forgets to ask.
    """

    def intensity(self, round: int) -> float:
        return 1.0 if self.start <= round < (self.stop or 0) else 0.0


@breaks(check_attack, attack_rules.it_waits_for_its_start)
@dataclass(kw_only=True)
class Impatient(SoundAttack):
    """Act before it is on.

    It forgets its phase.
    """

    def intensity(self, round: int) -> float:
        return self.strength


@breaks(check_attack, attack_rules.it_uses_only_what_its_knowledge_grants)
@dataclass(kw_only=True)
class KnowsSignals(SoundAttack):
    """Read everybody's signals around the view.

    It tells its targets the mean.
    """

    def on_signals(self, signals: Floats, red: RedView) -> Floats:
        lies = signals.copy()
        assert red._signals is not None
        lies[red.targets] = red._signals.mean()
        return lies


@breaks(check_attack, attack_rules.it_uses_only_what_its_knowledge_grants)
@dataclass(kw_only=True)
class KnowsLinks(SoundAttack):
    """Count the links around the view.

    It lies by how many there are.
    """

    knowledge = Knowledge.SIGNALS | Knowledge.DEFENSE

    def on_signals(self, signals: Floats, red: RedView) -> Floats:
        lies = signals.copy()
        lies[red.targets] += red._network.m
        return lies


@breaks(check_attack, attack_rules.it_uses_only_what_its_knowledge_grants)
@dataclass(kw_only=True)
class KnowsDefenses(SoundAttack):
    """Count the defenses around the view.

    It lies by how many there are.
    """

    knowledge = Knowledge.SIGNALS | Knowledge.TOPOLOGY

    def on_signals(self, signals: Floats, red: RedView) -> Floats:
        lies = signals.copy()
        lies[red.targets] += 1.0 + len(red._defenses)
        return lies


@breaks(check_attack, attack_rules.both_engines_agree)
@dataclass(kw_only=True)
class AsksWhichEngine(SoundAttack):
    """Lie otherwise where Mesa steps the daemons.

    It asks the stack.
    """

    def on_signals(self, signals: Floats, red: RedView) -> Floats:
        frame = sys._getframe()
        while "swarm" not in frame.f_locals:
            assert frame.f_back is not None
            frame = frame.f_back
        lies = signals.copy()
        lies[red.targets] += frame.f_locals["swarm"].setup.engine == "agents"
        return lies


# Defenses.


@breaks(check_defense, defense_rules.its_traits_are_of_their_types)
@dataclass(kw_only=True)
class VantageInWords(SoundDefense):
    """A trait that is text.

    It should be a Vantage.
    """

    vantage = "local"  # type: ignore[assignment]


@breaks(check_defense, defense_rules.it_overrides_a_hook_or_sees_nothing)
@dataclass(kw_only=True)
class AllTalk(Defense):
    """See signals and do nothing.

    It overrides no hook.
    """

    sees = Surface.SIGNAL


@breaks(check_defense, defense_rules.it_overrides_a_hook_or_sees_nothing)
@dataclass(kw_only=True)
class Sleepwalking(SoundDefense):
    """Act and see nothing.

    Its trait is wrong.
    """

    sees = Surface.NONE


@breaks(check_defense, defense_rules.it_says_what_it_guarantees)
@dataclass(kw_only=True)
class Boasting(SoundDefense):
    """Promise everything, with no reason.

    It leaves the reason out.
    """

    def guarantee(self, case: ThreatCase) -> Guarantee:
        return Guarantee(True, "")


@breaks(check_defense, defense_rules.it_writes_into_nothing_that_it_is_given)
@dataclass(kw_only=True)
class ClippingInPlace(SoundDefense):
    """Clip the signals where they stand.

    It forgot to copy.
    """

    def filter_signals(self, signals: Floats, blue: BlueView) -> Floats:
        return np.clip(signals, -0.5, 0.5, out=signals)


@breaks(check_defense, defense_rules.it_writes_into_nothing_that_it_is_given)
@dataclass(kw_only=True)
class RewritingWords(SoundDefense):
    """Rewrite what daemons say.

    It may weigh it, and no more.
    """

    def weigh(self, messages: Messages, blue: BlueView) -> Floats:
        messages.broadcast[:] = 0.0
        return np.ones(messages.network.m)


@breaks(check_defense, defense_rules.it_keeps_to_its_view_and_to_shapes)
@dataclass(kw_only=True)
class Watching(SoundDefense):
    """Look at all traffic with Vantage.LOCAL.

    The view refuses.
    """

    def respond(self, blue: BlueView) -> None:
        blue.accuse(np.flatnonzero(blue.features.values[:, 0] > 3.0).astype(np.int32))


@breaks(check_defense, defense_rules.it_keeps_to_its_view_and_to_shapes)
@dataclass(kw_only=True)
class Omniscient(SoundDefense):
    """Look at the truth.

    The view refuses.
    """

    vantage = Vantage.MONITOR

    def respond(self, blue: BlueView) -> None:
        blue.isolate(np.flatnonzero(blue.truth).astype(np.int32))


@breaks(check_defense, defense_rules.it_keeps_to_its_view_and_to_shapes)
@dataclass(kw_only=True)
class Overweighing(SoundDefense):
    """Admit a message twice.

    A weight is at most 1.
    """

    def weigh(self, messages: Messages, blue: BlueView) -> Floats:
        return np.full(messages.network.m, 2.0)


@breaks(check_defense, defense_rules.it_keeps_to_its_view_and_to_shapes)
@dataclass(kw_only=True)
class DecidingNothing(SoundDefense):
    """Let daemons do what is no number.

    A veto is another thing.
    """

    def govern(self, decisions: Floats, blue: BlueView) -> Floats:
        return np.full_like(decisions, np.nan)


@breaks(check_defense, defense_rules.it_runs_on_every_network)
@dataclass(kw_only=True)
class Sociable(SoundDefense):
    """Fail where a daemon has no neighbor.

    It takes one for granted.
    """

    def begin(self, blue: BlueView) -> None:
        self._first = [int(blue.network.neighbors(daemon)[0]) for daemon in range(blue.n)]


@breaks(check_defense, defense_rules.equal_seeds_give_equal_runs)
@dataclass(kw_only=True)
class Moody(SoundDefense):
    """Isolate whom nobody could draw again.

    Its generator has no seed.
    """

    def respond(self, blue: BlueView) -> None:
        blue.isolate(np.random.default_rng().choice(blue.n, 1).astype(np.int32))


@breaks(check_defense, defense_rules.it_draws_from_its_own_stream)
@dataclass(kw_only=True)
class SeedingAll(SoundDefense):
    """Seed numpy's global generator.

    Its runs repeat, and everybody else's draws change.
    """

    def begin(self, blue: BlueView) -> None:
        np.random.seed(7)  # noqa: NPY002


@breaks(check_defense, defense_rules.a_run_leaves_its_parameters_alone)
@dataclass(kw_only=True)
class Tuning(SoundDefense):
    """Overwrite a parameter.

    What was asked for is lost.
    """

    def begin(self, blue: BlueView) -> None:
        self.shift = 3.0


@breaks(check_defense, defense_rules.the_truth_does_not_move_it)
@dataclass(kw_only=True)
class ReadsTheTruth(SoundDefense):
    """Isolate who is attacked, around the view.

    Only the oracle may know.
    """

    vantage = Vantage.MONITOR

    def respond(self, blue: BlueView) -> None:
        blue.isolate(np.flatnonzero(blue._truth()).astype(np.int32))


@breaks(check_defense, defense_rules.the_truth_does_not_move_it)
@dataclass(kw_only=True)
class ReadsTheRecord(SoundDefense):
    """Isolate who is in the engine's record.

    It is written for the score.
    """

    vantage = Vantage.MONITOR

    def respond(self, blue: BlueView) -> None:
        for event in blue._responder._team._recorder.events:  # type: ignore[attr-defined]
            if event.kind == "hijacked":
                blue.isolate(np.array(event.daemons, dtype=np.int32))


@breaks(check_defense, defense_rules.a_local_filter_is_local)
@dataclass(kw_only=True)
class GlobalGate(SoundDefense):
    """Hold readings against the median of all.

    A daemon hears its neighbors only.
    """

    def filter_signals(self, signals: Floats, blue: BlueView) -> Floats:
        return np.clip(signals, signals.mean() - 0.5, signals.mean() + 0.5)


@breaks(check_defense, defense_rules.local_weights_are_local)
@dataclass(kw_only=True)
class GlobalTrust(SoundDefense):
    """Weigh by all that is said anywhere.

    A daemon hears its neighbors only.
    """

    def weigh(self, messages: Messages, blue: BlueView) -> Floats:
        loudest = float(np.nan_to_num(np.abs(messages.payload), posinf=0.0).max(initial=0.0))
        return np.full(messages.network.m, 1.0 / (1.0 + loudest))


@breaks(check_defense, defense_rules.local_government_is_local)
@dataclass(kw_only=True)
class GlobalCap(SoundDefense):
    """Cap decisions at the mean of all.

    A daemon hears its neighbors only.
    """

    def govern(self, decisions: Floats, blue: BlueView) -> Floats:
        return np.asarray(np.minimum(decisions, decisions.mean() + 0.1))


@breaks(check_defense, defense_rules.no_poison_gets_through)
@dataclass(kw_only=True)
class Trusting(SoundDefense):
    """Trust a word by its size, even if it has none.

    1 / (1 + |NaN|) is no weight.
    """

    def weigh(self, messages: Messages, blue: BlueView) -> Floats:
        return 1.0 / (1.0 + np.abs(messages.payload[:, 0]))


class TwoTongues:
    """A rule that takes the mean of all at once, and half of it for one daemon."""

    def over_neighborhoods(self, own: Floats, messages: Messages) -> Floats:
        return Mean().over_neighborhoods(own, messages)

    def over_one(self, own: Floats, heard: Inbox) -> Floats:
        return 0.5 * Mean().over_one(own, heard)


@breaks(check_defense, defense_rules.both_engines_agree)
@dataclass(kw_only=True)
class Forked(SoundDefense):
    """Bring a rule that says two things.

    Its two halves do not agree.
    """

    @property
    def rule(self) -> Rule:
        return TwoTongues()


# Protocols.


@breaks(check_protocol, protocol_rules.it_writes_into_nothing_that_it_is_given)
@dataclass(kw_only=True)
class ListeningInPlace(SoundProtocol):
    """Write the new proposals over the old ones.

    It forgot to copy.
    """

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        state[:] = super().listen(messages, rule, state=state, signals=signals)
        return state


@breaks(check_protocol, protocol_rules.it_writes_into_nothing_that_it_is_given)
@dataclass(kw_only=True)
class OneTable(SoundProtocol):
    """Return the same array in every exchange.

    What the engine keeps of it changes behind its back.
    """

    def begin(self, view: ProtocolView) -> None:
        self._table: Floats | None = None

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        self._table = state.copy() if self._table is None else self._table
        self._table[:] = super().listen(messages, rule, state=state, signals=signals)
        return self._table


@breaks(check_protocol, protocol_rules.it_keeps_shapes)
@dataclass(kw_only=True)
class Flattening(SoundProtocol):
    """Forget all components but one.

    It was only tried with one.
    """

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        return super().listen(messages, rule, state=state, signals=signals)[:, :1]


@breaks(check_protocol, protocol_rules.it_runs_on_every_network)
@dataclass(kw_only=True)
class DividingByDegree(SoundProtocol):
    """Take the plain mean of the neighbors.

    An isolated daemon has none.
    """

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        said = np.where(np.isfinite(messages.payload), messages.payload, 0.0)
        sums = np.stack([np.bincount(messages.receivers, one, minlength=len(state)) for one in said.T], axis=1)
        with np.errstate(invalid="ignore"):
            return np.asarray(sums / messages.network.degrees[:, None])


@breaks(check_protocol, protocol_rules.equal_seeds_give_equal_runs)
@dataclass(kw_only=True)
class Erratic(SoundProtocol):
    """Add what nobody could draw again.

    Its generator has no seed.
    """

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        heard = super().listen(messages, rule, state=state, signals=signals)
        return heard + 1e-15 * np.random.default_rng().normal()


@breaks(check_protocol, protocol_rules.it_draws_from_its_own_stream)
@dataclass(kw_only=True)
class SeedingTalk(SoundProtocol):
    """Seed numpy's global generator.

    Its runs repeat, and everybody else's draws change.
    """

    def begin(self, view: ProtocolView) -> None:
        np.random.seed(7)  # noqa: NPY002


@breaks(check_protocol, protocol_rules.a_run_leaves_its_parameters_alone)
@dataclass(kw_only=True)
class Retuning(SoundProtocol):
    """Overwrite a parameter.

    What was asked for is lost.
    """

    def begin(self, view: ProtocolView) -> None:
        self.pull = 3.0


@breaks(check_protocol, protocol_rules.agreement_stays)
@dataclass(kw_only=True)
class Creeping(SoundProtocol):
    """Move on when all agree.

    A little is added in every exchange.
    """

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        return super().listen(messages, rule, state=state, signals=signals) + 1e-6


@breaks(check_protocol, protocol_rules.one_by_one_is_all_at_once)
@dataclass(kw_only=True)
class Discordant(SoundProtocol):
    """Listen one by one with half an ear.

    The two forms are not one protocol.
    """

    def listen_one(self, daemon: int, heard: Inbox, rule: Rule | None, *, own: Floats, signal: Floats) -> Floats:
        return 0.5 * (own + super().listen_one(daemon, heard, rule, own=own, signal=signal))


def _mean_of_all(own: Floats, values: Floats, weights: Floats | None) -> Floats:
    """A mean of (k, d) values and one's own that lets NaN through, and weighs only if told to."""
    weights = np.ones(len(values)) if weights is None else weights
    kept = weights > 0
    return np.asarray((own + (weights[kept, None] * values[kept]).sum(axis=0)) / (1.0 + weights[kept].sum()))


@dataclass(kw_only=True)
class Gullible(SoundProtocol):
    """Take whatever is said for a number.

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


breaks(check_protocol, protocol_rules.a_word_that_is_no_number_harms_nobody)(Gullible)


@breaks(check_protocol, protocol_rules.what_is_not_admitted_is_not_heard)
@dataclass(kw_only=True)
class Insubordinate(Gullible):
    """Listen to what a defense has dropped.

    It ignores the weights.
    """

    heeds_weights: ClassVar[bool] = False


@breaks(check_protocol, protocol_rules.both_engines_agree)
@dataclass(kw_only=True)
class Tiring(SoundProtocol):
    """Stop listening after a hundred calls.

    One by one they are used up sooner.
    """

    def begin(self, view: ProtocolView) -> None:
        self._calls = 0

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        self._calls += 1
        return super().listen(messages, rule, state=state, signals=signals)

    def listen_one(self, daemon: int, heard: Inbox, rule: Rule | None, *, own: Floats, signal: Floats) -> Floats:
        self._calls += 1
        return own if self._calls > 100 else super().listen_one(daemon, heard, rule, own=own, signal=signal)


@breaks(check_protocol, protocol_rules.what_is_proposed_can_be_held)
@dataclass(kw_only=True)
class Stretching(SoundProtocol):
    """Hold a little more than what it is made to propose.

    Red does not get what it writes.
    """

    def proposals(self, state: Floats) -> Floats:
        return state[:, :-1]

    def initial_state(self, signals: Floats) -> Floats:
        return np.column_stack([signals, np.zeros(len(signals))])

    def override_proposals(self, state: Floats, proposals: Floats) -> Floats:
        return np.column_stack([proposals + np.where(state[:, -1:] > 0, 0.1, 0.0), state[:, -1]])

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        heard = super().listen(messages, rule, state=state, signals=signals)
        return np.column_stack([heard[:, :-1], np.ones(len(heard))])

    def listen_one(self, daemon: int, heard: Inbox, rule: Rule | None, *, own: Floats, signal: Floats) -> Floats:
        return np.append(super().listen_one(daemon, heard, rule, own=own, signal=signal)[:-1], 1.0)


@breaks(check_protocol, protocol_rules.it_bears_bad_links)
@dataclass(kw_only=True)
class Peremptory(SoundProtocol):
    """Count on a message on every link.

    Nobody may be silent.
    """

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        if messages.copies is not None and not messages.copies.all():
            raise RuntimeError("a neighbor is silent")
        return super().listen(messages, rule, state=state, signals=signals)


# Worlds.


@breaks(check_world, world_rules.it_names_its_unit_and_bills)
@dataclass(kw_only=True)
class Unitless(SoundWorld):
    """A bill of nothing.

    Its unit is empty.
    """

    unit: ClassVar[str] = " "


@breaks(check_world, world_rules.its_roles_name_daemons)
@dataclass(kw_only=True)
class Ghostly(SoundWorld):
    """A role for a daemon that is not there.

    Number 999.
    """

    @property
    def roles(self) -> Mapping[str, Any]:
        return {"broker": np.array([0, 999])}


@breaks(check_world, world_rules.it_writes_into_nothing_that_it_is_given)
@dataclass(kw_only=True)
class DecidingInPlace(SoundWorld):
    """Decide over what is believed.

    It forgot to copy.
    """

    def decide(self, state: Floats) -> Floats:
        return np.abs(state, out=state)


@breaks(check_world, world_rules.it_keeps_its_shapes)
@dataclass(kw_only=True)
class Flat(SoundWorld):
    """Sense (n,) and not (n, 1).

    A component is lacking.
    """

    def sense(self) -> Floats:
        return super().sense()[:, 0]


@breaks(check_world, world_rules.it_bills_what_it_names)
@dataclass(kw_only=True)
class Misbilling(SoundWorld):
    """Bill under another name.

    The class names none such.
    """

    def apply(self, decisions: Floats) -> Outcome:
        return Outcome({"cost": 1.0}, {})


@breaks(check_world, world_rules.it_bills_what_it_names)
@dataclass(kw_only=True)
class Forgetful(SoundWorld):
    """Tell a figure now and then.

    Another round, another set of names.
    """

    def apply(self, decisions: Floats) -> Outcome:
        outcome = super().apply(decisions)
        return outcome._replace(metrics={} if outcome.bills["paid"] > 5.0 else outcome.metrics)


@breaks(check_world, world_rules.it_bills_what_it_names)
@dataclass(kw_only=True)
class Clashing(SoundWorld):
    """Take a name of the engine's.

    It counts messages itself.
    """

    def apply(self, decisions: Floats) -> Outcome:
        return super().apply(decisions)._replace(metrics={"messages": 1.0})


@breaks(check_world, world_rules.its_bill_is_finite_whatever_is_believed)
@dataclass(kw_only=True)
class Exploding(SoundWorld):
    """Cube what is believed.

    A liar's belief overflows it.
    """

    def decide(self, state: Floats) -> Floats:
        return np.abs(state**5)


@breaks(check_world, world_rules.it_runs_on_every_network)
@dataclass(kw_only=True)
class Crowded(SoundWorld):
    """Fail where there is one daemon.

    The standard error of one is none.
    """

    def sense(self) -> Floats:
        signals = super().sense()
        return signals / (len(signals) - 1.0)


@breaks(check_world, world_rules.equal_seeds_give_equal_runs)
@dataclass(kw_only=True)
class Random(SoundWorld):
    """Sense what nobody could draw again.

    Its generator has no seed.
    """

    def sense(self) -> Floats:
        return np.random.default_rng().normal(size=(self._view.n, 1))


@breaks(check_world, world_rules.equal_seeds_give_equal_runs)
@dataclass(kw_only=True)
class Indebted(SoundWorld):
    """Go on with the last run's bill.

    Its `begin` resets nothing.
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


@breaks(check_world, world_rules.it_draws_from_its_own_stream)
@dataclass(kw_only=True)
class SeedingWorld(SoundWorld):
    """Seed numpy's global generator.

    Its runs repeat, and everybody else's draws change.
    """

    def begin(self, view: WorldView) -> None:
        super().begin(view)
        np.random.seed(7)  # noqa: NPY002


@breaks(check_world, world_rules.a_run_leaves_its_parameters_alone)
@dataclass(kw_only=True)
class Shifting(SoundWorld):
    """Overwrite a parameter.

    What was asked for is lost.
    """

    def begin(self, view: WorldView) -> None:
        super().begin(view)
        self.noise = 0.3


@breaks(check_world, world_rules.it_draws_the_same_whatever_is_decided)
@dataclass(kw_only=True)
class DrawingOnDemand(SoundWorld):
    """Draw only when somebody acts.

    The arms part for no reason.
    """

    def apply(self, decisions: Floats) -> Outcome:
        if decisions.max() > 1.0:
            self._paid += self._view.rng.random()
        return super().apply(decisions)


@breaks(check_world, world_rules.its_first_signals_do_not_know_the_arm)
@dataclass(kw_only=True)
class Telling(SoundWorld):
    """Sense who is hijacked.

    The feeds give it away.
    """

    def sense(self) -> Floats:
        return super().sense() + self._view.compromised[:, None]


@breaks(check_world, world_rules.deciding_changes_nothing)
@dataclass(kw_only=True)
class Counting(SoundWorld):
    """Charge for every decision that is asked for.

    To ask is to pay.
    """

    def decide(self, state: Floats) -> Floats:
        self._paid += 1.0
        return super().decide(state)


@breaks(check_world, world_rules.a_daemon_decides_by_its_own_belief)
@dataclass(kw_only=True)
class Centralized(SoundWorld):
    """Decide for all by the mean.

    A swarm has no center.
    """

    def decide(self, state: Floats) -> Floats:
        return np.full_like(state, abs(state.mean()))


@breaks(check_world, world_rules.its_center_only_looks)
@dataclass(kw_only=True)
class Charging(SoundWorld):
    """Charge for a look at the center.

    To look is to pay.
    """

    def central(self) -> Mapping[str, float]:
        self._paid += 1.0
        return {"paid": 0.0}


@breaks(check_world, world_rules.its_center_only_looks)
@dataclass(kw_only=True)
class Undecided(SoundWorld):
    """Have no number for the center.

    No number is not none.
    """

    def central(self) -> Mapping[str, float]:
        return {"paid": float("nan")}


# What is refused, and how it is told.


@pytest.mark.slow
@pytest.mark.parametrize(("check", "broken", "rule"), BROKEN, ids=[broken.__name__ for _, broken, _ in BROKEN])
def test_a_broken_plugin_is_refused_by_the_rule_that_it_breaks(
    check: Callable[..., None], broken: type[Plugin], rule: str
) -> None:
    with pytest.raises(AssertionError) as refusal:
        check(broken)
    assert str(refusal.value).splitlines()[0] == f"{broken.__name__} breaks the rule {rule}"


@pytest.mark.parametrize("module", [attack_rules, defense_rules, protocol_rules, world_rules])
def test_every_rule_has_a_plugin_that_breaks_it(module: Any) -> None:
    check = {rule for check, _, rule in BROKEN if check.__module__ == module.__name__}
    common = {rule.__name__ for rule in _common.HOW_IT_LOOKS}
    assert {rule.__name__ for rule in module.RULES} - common - check == set()
    assert common <= {rule for _, _, rule in BROKEN}


def test_a_refusal_tells_the_rule_the_finding_and_the_line_that_repeats_it() -> None:
    with pytest.raises(AssertionError) as refusal:
        check_attack(InPlace, shift=3.0)
    told = str(refusal.value).splitlines()
    assert told[1].strip() == (
        "rule    A hook gives new arrays: it writes neither into what it is given nor into what it returned before."
    )
    assert told[2].startswith("  found   `on_signals` writes into the array that it is given: ")
    assert told[3].startswith("  repeat  from swarmsec.testing.attack import Case, ")
    assert told[3].endswith("(Case(InPlace, {'shift': 3.0}))")


def test_the_line_that_repeats_a_refusal_repeats_it() -> None:
    with pytest.raises(AssertionError) as refusal:
        check_defense(ReadsTheTruth)
    line = str(refusal.value).splitlines()[3].removeprefix("  repeat  ")
    with pytest.raises(AssertionError, match="once the truth is permuted"):
        exec(line, {"ReadsTheTruth": ReadsTheTruth})


def test_a_difference_names_the_field_and_the_round() -> None:
    with pytest.raises(AssertionError, match=r"`states` differs first in round \d+, daemon \d+: "):
        check_attack(Entropic)


def test_required_parameters_are_given_by_keyword() -> None:
    @dataclass(kw_only=True)
    class Needy(SoundAttack):
        """Need to be told by how much.

        It has no default.
        """

        by: Annotated[float, Help("What must be given.")]

    with pytest.raises(AssertionError, match="by: missing"):
        check_attack(Needy)
    check_attack(Needy, by=1.0)


def test_a_plugin_that_refuses_every_swarm_is_refused() -> None:
    @dataclass(kw_only=True)
    class Aloof(SoundDefense):
        """Want a million daemons.

        No less.
        """

        def check(self, n: int) -> None:
            from swarmsec.errors import ParameterError

            raise ParameterError("must be a million")

    with pytest.raises(AssertionError, match="refuses every swarm"):
        check_defense(Aloof)


def test_the_kit_needs_no_pytest() -> None:
    program = "import sys; sys.modules['pytest'] = None; import swarmsec.testing"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
