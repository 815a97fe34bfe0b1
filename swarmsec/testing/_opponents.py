"""Those whom the kit plays a plug-in against: crude attacks, and a defense that uses every hook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.aggregation import Rule, Wmsr
from swarmsec.messages import Messages
from swarmsec.teams import (
    Attack,
    BlueView,
    Channels,
    Defense,
    Floats,
    Ge,
    Help,
    Ints,
    Links,
    RedView,
    Surface,
    Unit,
    Vantage,
)
from swarmsec.testing._swarms import START, STOP, targets

_POISON = np.array([np.nan, np.inf, -np.inf, 1e300, -1e300])


def _poison(keys: Ints, round: int) -> Floats:
    """(k, 1) one kind of no number, or hardly one, for each of (k,) daemons; another in every round."""
    return _POISON[(keys + round) % len(_POISON)][:, None]


@dataclass(kw_only=True)
class PoisonedFeeds(Attack):
    """Tell its targets NaN, infinity and 1e300, one after the other."""

    surface = Surface.SIGNAL

    def on_signals(self, signals: Floats, red: RedView) -> Floats:
        """One poison a target."""
        lies = signals.copy()
        lies[red.targets] = _poison(red.targets, red.round)
        return lies


@dataclass(kw_only=True)
class PoisonedWords(Attack):
    """Hold NaN, infinity and 1e300, and say something else of the kind to every neighbor."""

    surface = Surface.DAEMON | Surface.MESSAGE

    def on_daemons(self, state: Floats, red: RedView) -> Floats:
        """What it holds is broadcast."""
        held = state.copy()
        held[red.hijacked] = _poison(red.hijacked, red.round)
        return held

    def on_messages(self, messages: Channels, red: RedView) -> Channels:
        """Every other round it also tells neighbors different things."""
        return messages.saying(_poison(messages.receiver, red.round)) if red.round % 2 else messages


@dataclass(kw_only=True)
class Split(Attack):
    """Tell even neighbors too much, and odd ones too little."""

    surface = Surface.MESSAGE

    def on_messages(self, messages: Channels, red: RedView) -> Channels:
        """Two-faced."""
        return messages.saying(messages.payload + np.where(messages.receiver % 2 == 0, 2.0, -2.0)[:, None])


@dataclass(kw_only=True)
class Flood(Attack):
    """Send every word fifty times."""

    surface = Surface.MESSAGE

    def on_messages(self, messages: Channels, red: RedView) -> Channels:
        """Louder, and a little off."""
        return messages.saying(messages.payload + 1.0).flooding(50)


@dataclass(kw_only=True)
class Cut(Attack):
    """Cut every other link at its targets."""

    surface = Surface.NETWORK

    def on_network(self, links: Links, red: RedView) -> Links:
        """Other links in every round."""
        return links.cutting((links.sender + links.receiver + red.round) % 2 == 0)


@dataclass(kw_only=True)
class Lie(Attack):
    """Shift the feeds of its targets."""

    surface = Surface.SIGNAL

    shift: Annotated[float, Unit("signal"), Help("By how much.")] = 5.0

    def on_signals(self, signals: Floats, red: RedView) -> Floats:
        """Shifted."""
        lies = signals.copy()
        lies[red.targets] += self.shift
        return lies


@dataclass(kw_only=True)
class Shout(Attack):
    """Hold what its targets held, and a constant on top."""

    surface = Surface.DAEMON

    shift: Annotated[float, Unit("belief"), Help("How much is on top.")] = 5.0

    def on_daemons(self, state: Floats, red: RedView) -> Floats:
        """Shifted."""
        held = state.copy()
        held[red.hijacked] += self.shift
        return held


@dataclass(kw_only=True)
class Guard(Defense):
    """Uses every hook: clips signals, halves a word's weight, brings W-MSR, caps decisions, isolates who deviates."""

    vantage = Vantage.MONITOR
    sees = Surface.SIGNAL | Surface.MESSAGE | Surface.DAEMON

    limit: Annotated[float, Ge(0), Help("How far from 0 is too far.")] = 3.0

    @property
    def rule(self) -> Rule:
        """W-MSR against one liar."""
        return Wmsr(1)

    def filter_signals(self, signals: Floats, blue: BlueView) -> Floats:
        """Clip."""
        return np.clip(signals, -self.limit, self.limit)

    def weigh(self, messages: Messages, blue: BlueView) -> Floats:
        """Trust a far-off word half."""
        return np.where(np.abs(messages.payload).max(axis=1, initial=0.0) > self.limit, 0.5, 1.0)

    def govern(self, decisions: Floats, blue: BlueView) -> Floats:
        """Cap."""
        return np.clip(decisions, -self.limit, self.limit)

    def respond(self, blue: BlueView) -> None:
        """Isolate for the time that it deviates."""
        strange = np.abs(blue.features.values[:, 0]) > self.limit
        blue.release(np.flatnonzero(blue.quarantined & ~strange).astype(np.int32))
        blue.isolate(np.flatnonzero(~blue.quarantined & strange).astype(np.int32))


def opponents(n: int, *, start: int = START, stop: int = STOP) -> list[Attack]:
    """One of each crude attack, aimed at a swarm of `n`."""
    kinds: list[type[Attack]] = [PoisonedFeeds, PoisonedWords, Split, Flood, Cut, Lie, Shout]
    return [kind(daemons=targets(n), start=start, stop=stop) for kind in kinds]
