"""Agree on the average by handing on half of what one has, to one neighbor at a time."""

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
"""Whose weight is under this keeps all that it has: halved for ever it would become 0, and s / w no number."""


@dataclass(kw_only=True)
class PushSum(NegotiationProtocol):
    """Every daemon holds (s, w), at first (its signal, 1); it keeps one half and sends the other to a random neighbor.

    What comes in is added, and a daemon proposes s / w. Σ s and Σ w stay, so all proposals tend to Σ s / Σ w, the
    average of the first signals; also on a directed network, if it is strongly connected (Kempe, Dobra, Gehrke 2003).
    On a complete network with self-targets Φ = Σ (s − w·average)² falls to 1/2 − 1/(4n) of itself an exchange on
    average (the paper's own bound, 1/2 − 1/(2n), drops a term).

    Late and overtaking messages are only on their way: with them counted the sums stay. A message that is lost takes
    its part along, and one that comes twice brings it twice; the swarm then still agrees, on something else.

    A liar sends what it never had: one message moves the average of all, for good. Shares are added and not averaged,
    so the rule of a defense finds nothing to do; admission scales s and w alike. Later signals are not read.
    """

    decides_for = frozenset({"belief"})
    begins_with_signals = True
    uses_rule = False

    self_targets: Annotated[
        bool, Help("Whether a daemon draws itself as often as each neighbor; it then keeps all that it has.")
    ] = False

    def begin(self, view: ProtocolView) -> None:
        """Nobody has drawn a neighbor yet."""
        self._network, self._rng = view.network, view.rng
        self._to: Ints = np.full(view.n, -1, dtype=np.int32)

    def initial_state(self, signals: Floats) -> Floats:
        """(s, w) = (signal, 1): (n, d) → (n, d + 1)."""
        return np.hstack([signals, np.ones((len(signals), 1))])

    def proposals(self, state: Floats) -> Floats:
        """Its share of the sum over its share of the weight, s / w."""
        with np.errstate(all="ignore"):
            return np.clip(state[:, :-1] / state[:, -1:], -LARGEST, LARGEST)

    def override_proposals(self, state: Floats, proposals: Floats) -> Floats:
        """As much s as makes the proposal of the weight that it has."""
        return np.hstack([proposals * state[:, -1:], state[:, -1:]])

    def begin_exchange(self) -> None:
        """Draw to whom each daemon sends: (n,) an edge, −1 for nobody."""
        indptr, edges = self._network.outgoing
        listeners = np.diff(indptr)
        drawn = self._rng.integers(0, np.maximum(listeners + self.self_targets, 1))
        away = drawn < listeners
        self._to = np.full(self._network.n, -1, dtype=np.int32)
        self._to[away] = edges[(indptr[:-1] + drawn)[away]]

    def merge(self, earlier: Floats, later: Floats) -> Floats:
        """Two shares are as good as one of their sum."""
        return earlier + later

    def speak(self, state: Floats) -> Addressed:
        """Half of (s, w) on the drawn edges."""
        gives = self._gives(state)
        payload, sent = np.zeros((self._network.m, state.shape[1])), np.zeros(self._network.m, dtype=bool)
        payload[self._to[gives]], sent[self._to[gives]] = 0.5 * state[gives], True
        return Addressed(payload, sent)

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        """The half that was kept, or all of it, and what came in. No share has a weight of 0 or less."""
        kept = np.where(self._gives(state)[:, None], 0.5 * state, state)
        shares = np.where(messages.column(-1) > 0, messages.admission, 0.0)
        return clip_finite(kept + sums(messages, shares, state.shape[1]), kept)

    def speak_one(self, daemon: int, own: Floats) -> Addressed:
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
        """(n,) who sends a half."""
        return (self._to >= 0) & (state[:, -1] >= WEIGHT_MIN)
