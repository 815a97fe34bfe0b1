"""The opponents of a plug-in under test: crude attacks, and a defense that uses every hook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.aggregation import Rule, WmsrRule
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

_NON_FINITE = np.array([np.nan, np.inf, -np.inf, 1e300, -1e300])


def _non_finite(keys: Ints, round: int) -> Floats:
    """(k, 1) a non-finite or huge value for each of (k,) daemons, a different one in every round."""
    return _NON_FINITE[(keys + round) % len(_NON_FINITE)][:, None]


@dataclass(kw_only=True)
class NonFiniteFeeds(Attack):
    """Replace the feeds of the targets by NaN, infinity and 1e300, in turn."""

    surface = Surface.SIGNAL

    def on_signals(self, readings: Floats, red: RedView) -> Floats:
        """Replace the signal of each target."""
        return np.broadcast_to(_non_finite(red.targets, red.round), readings.shape)


@dataclass(kw_only=True)
class NonFiniteMessages(Attack):
    """Set hijacked states to NaN, infinity and 1e300, and send a different one of these to each neighbor."""

    surface = Surface.DAEMON | Surface.MESSAGE

    def on_daemons(self, state: Floats, red: RedView) -> Floats:
        """Replace the states, which are then broadcast."""
        return np.broadcast_to(_non_finite(red.hijacked, red.round), state.shape)

    def on_messages(self, channels: Channels, red: RedView) -> Channels:
        """In odd rounds, send a different value to each neighbor."""
        return channels.saying(_non_finite(channels.receiver, red.round)) if red.round % 2 else channels


@dataclass(kw_only=True)
class Split(Attack):
    """Add 2 in messages to even neighbors, and subtract 2 in messages to odd ones."""

    surface = Surface.MESSAGE

    def on_messages(self, channels: Channels, red: RedView) -> Channels:
        """Change every payload by the parity of its receiver."""
        return channels.saying(channels.payload + np.where(channels.receiver % 2 == 0, 2.0, -2.0)[:, None])


@dataclass(kw_only=True)
class Flood(Attack):
    """Send every message fifty times."""

    surface = Surface.MESSAGE

    def on_messages(self, channels: Channels, red: RedView) -> Channels:
        """Add 1 to every payload, and send 50 copies."""
        return channels.saying(channels.payload + 1.0).flooding(50)


@dataclass(kw_only=True)
class Cut(Attack):
    """Cut every other link at its targets."""

    surface = Surface.NETWORK

    def on_network(self, links: Links, red: RedView) -> Links:
        """Cut a link if sender + receiver + round is even, so the cut links change every round."""
        return links.cutting((links.sender + links.receiver + red.round) % 2 == 0)


@dataclass(kw_only=True)
class Joiners(Attack):
    """Join two identities, linked to its targets, whose proposals are 2 too large."""

    surface = Surface.NETWORK

    def on_network(self, links: Links, red: RedView) -> Links:
        """Ask for one identity a round."""
        return links if len(red.identities) > 1 else links.join(red.targets)

    def on_daemons(self, state: Floats, red: RedView) -> Floats:
        """Add 2."""
        return state + 2.0


@dataclass(kw_only=True)
class Lie(Attack):
    """Shift the feeds of its targets."""

    surface = Surface.SIGNAL

    shift: Annotated[float, Unit("signal"), Help("The amount that is added.")] = 5.0

    def on_signals(self, readings: Floats, red: RedView) -> Floats:
        """Add the shift."""
        return readings + self.shift


@dataclass(kw_only=True)
class Shout(Attack):
    """Add a constant to the states of hijacked daemons."""

    surface = Surface.DAEMON

    shift: Annotated[float, Unit("belief"), Help("The amount that is added.")] = 5.0

    def on_daemons(self, state: Floats, red: RedView) -> Floats:
        """Add the shift."""
        return state + self.shift


@dataclass(kw_only=True)
class Guard(Defense):
    """Use every hook: clip signals, halve weights, listen by W-MSR, cap decisions, isolate deviating daemons."""

    vantage = Vantage.MONITOR
    sees = Surface.SIGNAL | Surface.MESSAGE | Surface.DAEMON

    limit: Annotated[float, Ge(0), Help("The largest absolute value that is trusted.")] = 3.0

    @property
    def rule(self) -> Rule:
        """W-MSR against one liar."""
        return WmsrRule(1)

    def filter_signals(self, signals: Floats, blue: BlueView) -> Floats:
        """Clip to the limit."""
        return np.clip(signals, -self.limit, self.limit)

    def weigh(self, messages: Messages, blue: BlueView) -> Floats:
        """Weight 0.5 for a message beyond the limit."""
        return np.where(np.abs(messages.payload).max(axis=1, initial=0.0) > self.limit, 0.5, 1.0)

    def govern(self, decisions: Floats, blue: BlueView) -> Floats:
        """Clip to the limit."""
        return np.clip(decisions, -self.limit, self.limit)

    def respond(self, blue: BlueView) -> None:
        """Isolate daemons while they deviate."""
        deviating = np.abs(blue.features.values[:, 0]) > self.limit
        blue.release(np.flatnonzero(blue.quarantined & ~deviating).astype(np.int32))
        blue.isolate(np.flatnonzero(~blue.quarantined & deviating).astype(np.int32))


def opponents(n: int, *, start: int = START, stop: int = STOP) -> list[Attack]:
    """One instance of each crude attack, with targets in a swarm of `n` daemons."""
    kinds: list[type[Attack]] = [NonFiniteFeeds, NonFiniteMessages, Split, Flood, Cut, Lie, Shout]
    return [kind(daemons=targets(n), start=start, stop=stop) for kind in kinds]
