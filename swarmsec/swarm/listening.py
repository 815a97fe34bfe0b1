"""What receivers admit: not the messages of isolated and ignored daemons, and others as defenses weigh them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from swarmsec.arrays import Bools, Floats, Ints, frozen
from swarmsec.errors import PluginError
from swarmsec.messages import Admission, Messages, as_arrived
from swarmsec.network import Network
from swarmsec.swarm.active_defense import ActiveDefense
from swarmsec.swarm.hooks import call, floats

HEARD_FROM = 0.01
"""Below this weight a message counts as dropped: it is an alarm, and towards quarantine."""


class Listening:
    """The receivers' side of all links.

    Args:
        network: The network.
        alarm: Raises an alarm about daemons.
        within_quarantine: (m,) → (m,) the edges on which a defense that acts on the whole swarm may drop messages.

    Attributes:
        weights: (m,) 0 on the edges that nobody listens on, else 1; None if there are none of these.
        ignored_senders: The senders on these edges.
    """

    def __init__(
        self, network: Network, alarm: Callable[[Ints], None], within_quarantine: Callable[[Bools], Bools]
    ) -> None:
        self.weights: Floats | None = None
        self.ignored_senders: Ints = np.empty(0, dtype=np.int32)
        self._network = network
        self._alarm = alarm
        self._within_quarantine = within_quarantine
        self._dropped: Bools | None = None

    def relink(self, network: Network) -> None:
        """Go on with a network that identities have joined; `update` follows."""
        self._network, self._dropped = network, None

    def update(self, silenced: Bools, ignored: Sequence[Bools]) -> None:
        """Drop the messages of silenced daemons (n,), and those on ignored edges (m,)."""
        off = silenced[self._network.indices]
        for mask in ignored:
            off = off | mask
        self.weights = np.where(off, 0.0, 1.0) if off.any() else None
        self.ignored_senders = np.unique(self._network.indices[off])

    def admit(self, carried: Messages, defenses: Sequence[ActiveDefense]) -> Messages:
        """The messages that are admitted; each defense sees the weights and copies that the ones before left."""
        self._dropped = None
        messages = carried if self.weights is None else carried.with_weights(self.weights)
        shown = as_arrived(carried) if defenses else carried
        arrived = shown.received
        for defense in defenses:
            seen = shown
            if messages is not carried:
                weights, copies = messages.weights, messages.copies
                seen = replace(
                    shown,
                    weights=None if weights is None else frozen(weights),
                    copies=None if copies is None else frozen(copies),
                )
            given = call(defense.spec, "weigh", seen, defense.view)
            if given is None:
                continue
            heard = _is_heard(messages)
            before, messages = messages, _weighed(messages, given, f"{defense.spec.kind}.weigh")
            dropped = arrived & heard & ~_is_heard(messages)
            if defense.acts_on_swarm and dropped.any():
                allowed = self._within_quarantine(dropped)
                messages, dropped = _heard_again(messages, before, dropped & ~allowed), allowed
            if dropped.any():
                self._alarm(np.unique(self._network.indices[dropped]))
                self._dropped = dropped if self._dropped is None else self._dropped | dropped
        return messages

    @property
    def mostly_ignored(self) -> Bools:
        """(n,) the daemons whose messages most of their listeners dropped in the last exchange, or will in the next."""
        off = self._dropped
        if self.weights is not None:
            off = self.weights == 0 if off is None else off | (self.weights == 0)
        return np.zeros(self._network.n, dtype=bool) if off is None else self.mostly(off)

    def mostly(self, off: Bools) -> Bools:
        """(n,) the daemons most of whose edges are in a mask (m,)."""
        count = np.bincount(self._network.indices[off], minlength=self._network.n)
        most: Bools = 2 * count > self._network.listeners
        return most


def _is_heard(messages: Messages) -> Bools:
    """(m,) the edges whose message is admitted with a weight that counts."""
    return messages.received if messages.weights is None else messages.weights >= HEARD_FROM


def _heard_again(messages: Messages, before: Messages, edges: Bools) -> Messages:
    """The messages, with the weights and copies on some edges that they had before."""
    if not edges.any():
        return messages
    heard = 1.0 if before.weights is None else before.weights
    weights = np.where(edges, heard, 1.0 if messages.weights is None else messages.weights)
    every = np.arange(messages.network.m, dtype=np.int32)
    copies = np.where(edges, before.copies_on(every), messages.copies_on(every)).astype(np.int32)
    return replace(messages, weights=weights).with_copies(every, copies)


def _weighed(messages: Messages, given: object, where: str) -> Messages:
    """The messages with the weights, and at most the copies, that a defense gives."""
    m = messages.network.m
    copies = None
    if isinstance(given, Admission):
        copies, given = np.asarray(given.copies), given.weights
        if copies.shape != (m,) or copies.dtype.kind not in "iu" or (copies < 0).any():
            raise PluginError(f"admits {copies.dtype} copies of shape {copies.shape}; must be {m} counts", where=where)
    if given is not None:
        weights = floats(given, (m,), where).copy()
        if not ((weights >= 0) & (weights <= 1)).all():
            raise PluginError("gives a weight outside of 0 to 1", where=where)
        messages = messages.with_weights(weights)
    if copies is None:
        return messages
    every = np.arange(m, dtype=np.int32)
    admitted = np.minimum(messages.copies_on(every), copies).astype(np.int32)
    limited = messages.with_copies(every, admitted)
    return limited if (admitted > 0).all() else limited.with_weights((admitted > 0).astype(np.float64))
