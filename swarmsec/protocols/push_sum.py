"""Agree on the average by sending half of a sum and a weight to one random neighbor at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.aggregation import Rule
from swarmsec.arrays import Bools, Floats, Ints
from swarmsec.messages import LARGEST, Addressed, Inbox, Messages, clip_finite, sum_one, sums
from swarmsec.parameters import Help
from swarmsec.protocols._base import NegotiationProtocol, ProtocolView

WEIGHT_MIN = 2.0**-500
"""A daemon with less weight than this sends nothing: repeated halving would give w = 0, and s / w not finite."""


@dataclass(kw_only=True)
class PushSum(NegotiationProtocol):
    """The state is (s, w), at first (signal, 1); a daemon keeps one half and sends the other to a random neighbor.

    Received halves are added, and the proposal is s / w. Σ s and Σ w are conserved, so all proposals tend to Σ s / Σ w,
    the average of the first signals; also on a directed network, if it is strongly connected (Kempe, Dobra, Gehrke
    2003). On a complete network with self-targets, an exchange multiplies the mean of Φ = Σ (s − w·average)² by
    1/2 − 1/(4n) (the paper's own bound, 1/2 − 1/(2n), drops a term).

    The sums are also conserved with late and reordered messages, if those in transit are counted. A lost message
    removes its part from the sums, and a repeated one adds it twice; the swarm then still agrees, but on another value.

    A liar sends a part that it does not own: one message changes the average of all daemons permanently. An aggregation
    rule has no effect: parts are added, not averaged. Admission scales s and w alike. Later signals are not read.
    """

    decides_for = frozenset({"belief"})
    begins_with_signals = True
    uses_rule = False

    self_targets: Annotated[
        bool, Help("Whether a daemon also draws itself, as often as each neighbor, and then keeps both halves.")
    ] = False

    def begin(self, view: ProtocolView) -> None:
        """Store the network; no edge is drawn yet."""
        super().begin(view)
        self._network, self._rng = view.network, view.rng
        self._to: Ints = np.full(view.n, -1, dtype=np.int32)

    def message_columns(self, width: int) -> tuple[str, ...]:
        """The parts of sum and weight."""
        return ("sum",) * width + ("weight",)

    def initial_state(self, signals: Floats) -> Floats:
        """(s, w) = (signal, 1): (n, d) → (n, d + 1)."""
        return np.hstack([signals, np.ones((len(signals), 1))])

    def proposals(self, state: Floats) -> Floats:
        """The ratio s / w."""
        with np.errstate(all="ignore"):
            return np.clip(state[:, :-1] / state[:, -1:], -LARGEST, LARGEST)

    def override_proposals(self, state: Floats, proposals: Floats) -> Floats:
        """The s that gives the proposal with the present w."""
        return np.hstack([proposals * state[:, -1:], state[:, -1:]])

    def begin_exchange(self) -> None:
        """Draw the edge on which each daemon sends, (n,); −1 for none."""
        indptr, edges = self._network.outgoing
        listeners = np.diff(indptr)
        drawn = self._rng.integers(0, np.maximum(listeners + self.self_targets, 1))
        away = drawn < listeners
        self._to = np.full(self._network.n, -1, dtype=np.int32)
        self._to[away] = edges[(indptr[:-1] + drawn)[away]]

    def merge(self, earlier: Floats, later: Floats) -> Floats:
        """Their sum."""
        return earlier + later

    def speak(self, state: Floats, signals: Floats) -> Addressed:
        """Half of (s, w) on the drawn edges."""
        gives = self._gives(state)
        payload, sent = np.zeros((self._network.m, state.shape[1])), np.zeros(self._network.m, dtype=bool)
        payload[self._to[gives]], sent[self._to[gives]] = 0.5 * state[gives], True
        return Addressed(payload, sent)

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        """Add the received halves. Halves with a weight of 0 or less are dropped."""
        kept = np.where(self._gives(state)[:, None], 0.5 * state, state)
        shares = np.where(messages.column(-1) > 0, messages.admission, 0.0)
        return clip_finite(kept + sums(messages, shares, state.shape[1]), kept)

    def speak_one(self, daemon: int, own: Floats, signal: Floats) -> Addressed:
        """The same for one daemon."""
        edges = self._network.edges_from([daemon])
        sent = (edges == self._to[daemon]) & bool(own[-1] >= WEIGHT_MIN)
        return Addressed(np.where(sent[:, None], 0.5 * own, 0.0), sent)

    def listen_one(self, daemon: int, heard: Inbox, rule: Rule | None, *, own: Floats, signal: Floats) -> Floats:
        """The same for one daemon."""
        gives = self._to[daemon] >= 0 and own[-1] >= WEIGHT_MIN
        kept = 0.5 * own if gives else own
        shares = np.where(heard.values[:, -1] > 0, heard.admission, 0.0)
        return clip_finite(kept + sum_one(heard.values, shares), kept)

    def _gives(self, state: Floats) -> Bools:
        """(n,) whether a daemon sends a half."""
        return (self._to >= 0) & (state[:, -1] >= WEIGHT_MIN)
