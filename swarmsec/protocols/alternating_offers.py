"""Bargain in pairs: offers and counter-offers, until a deal or the deadline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, NamedTuple

import numpy as np

from swarmsec.aggregation import Rule
from swarmsec.arrays import Bools, Floats, Ints
from swarmsec.messages import Addressed, Inbox, Messages
from swarmsec.parameters import Ge, Gt, Help, Interval, Unit
from swarmsec.protocols._base import NegotiationProtocol, ProtocolView
from swarmsec.protocols._pairing import Pairs, random_pairs

_OFFER, _ACCEPT = 1.0, 2.0


class _OfferRows(NamedTuple):
    """The states of k daemons; all but the flags are (k, d).

    Attributes:
        value: Its current value, which is also its ideal, and its result if there is no deal.
        offer: Its last offer in this session; before that its value.
        theirs: Its partner's last offer; before that its own value.
        conceded: The sum of its partner's concessions.
        deal: The value agreed in this session.
        heard: (k, 1) 1 once an offer of its partner has arrived.
        agreed: (k, 1) 1 once there is a deal.
    """

    value: Floats
    offer: Floats
    theirs: Floats
    conceded: Floats
    deal: Floats
    heard: Floats
    agreed: Floats


@dataclass(kw_only=True)
class AlternatingOffers(NegotiationProtocol):
    """Pairs of neighbors make offers in turn until one accepts or the deadline passes; then new pairs are drawn.

    Each of the d components is an issue. A daemon prefers its own value; an offer is worse the farther it is from that
    value in its worst issue. In its turn t of T it concedes in each issue

        c = (1 − imitation) · reach · (t / (T − 1))^(1/β) + imitation · (the partner's concessions so far)

    toward its partner's last offer, and at most `reach`, its reserve. β < 1 is Boulware, β > 1 Conceder (Faratin,
    Sierra, Jennings 1998: time-dependent tactics, mixed by weight with absolute tit for tat, which does not follow a
    partner that moves back). It accepts an offer that is no worse for it than its own next offer. Offers alternate as
    in the protocol of Aydoğan, Festen, Hindriks and Jonker (2017) for two parties.

    A deal gives both the same value; without a deal each keeps its own. So no daemon moves farther than `reach` in a
    session, for any messages of its partner: the most harmful lie is to concede nothing. Later signals are not read.
    On unreliable links a daemon repeats its acceptance until the deadline, and its partner accepts it for an earlier
    offer that it would make again. Even so, a partner may never receive the acceptance, or may have accepted another
    offer. A message in the daemon's own turn is ignored. An aggregation rule has no effect: nothing is averaged.
    """

    decides_for = frozenset({"belief"})
    begins_with_signals = True
    uses_rule = False

    deadline: Annotated[int, Ge(2), Unit("turns"), Help("Turns of each daemon; a turn is an exchange.")] = 5
    reach: Annotated[
        float, Gt(0), Unit("belief"), Help("The largest distance from its value that a daemon accepts.")
    ] = 1.0
    beta: Annotated[float, Gt(0), Help("β: below 1 a daemon concedes late, above 1 early.")] = 1.0
    imitation: Annotated[float, Interval(ge=0, le=1), Help("The weight of the partner's concessions.")] = 0.0

    def begin(self, view: ProtocolView) -> None:
        """Store the network, and reset the clock."""
        super().begin(view)
        self._network, self._rng = view.network, view.rng
        self._exchange = -1
        self._all = np.arange(view.n, dtype=np.int32)
        self._pairs: Pairs

    def begin_exchange(self) -> None:
        """Draw new pairs at the beginning of a session."""
        self._exchange += 1
        if self._turn == 0:
            self._pairs = random_pairs(self._network, self._rng)

    @property
    def _session(self) -> int:
        return self._exchange // (2 * self.deadline)

    @property
    def _turn(self) -> int:
        """The turn of this session, from 0, with those of both daemons counted."""
        return self._exchange % (2 * self.deadline)

    def message_columns(self, width: int) -> tuple[str, ...]:
        """The session, the act, and a value for every issue."""
        return ("session", "act", *("offer",) * width)

    def initial_state(self, signals: Floats) -> Floats:
        """(n, 5d + 2) the signal as value, and no offers yet."""
        return _fresh(signals)

    def proposals(self, state: Floats) -> Floats:
        """The deal, or the daemon's own value."""
        row = _row(state)
        return np.where(row.agreed > 0, row.deal, row.value)

    def override_proposals(self, state: Floats, proposals: Floats) -> Floats:
        """The given proposal becomes value, offer and deal, so that the daemon does not move from it."""
        row = _row(state)
        return _state(row._replace(value=proposals, deal=proposals, offer=proposals, theirs=proposals))

    def speak(self, state: Floats, signals: Floats) -> Addressed:
        """(m, 2 + d) session, act (offer or acceptance) and value; to the partner, from daemons whose turn it is."""
        spoken = Addressed(np.zeros((self._network.m, 2 + _width(state))), np.zeros(self._network.m, dtype=bool))
        speaks = np.flatnonzero(self._is_on(self._all))
        edges = self._pairs.hears[self._pairs.partner[speaks]]
        spoken.payload[edges] = self._message(_row(state[speaks]))
        spoken.sent[edges] = True
        return spoken

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        """Record the daemon's own turn, or the partner's message."""
        arrived = self._pairs.hears >= 0
        arrived[arrived] = messages.received[self._pairs.hears[arrived]]
        payload = np.zeros((len(state), 2 + _width(state)))
        payload[arrived] = messages.on(self._pairs.hears[arrived])
        return self._next(state, self._all, arrived, payload)

    def speak_one(self, daemon: int, own: Floats, signal: Floats) -> Addressed:
        """The same for one daemon."""
        receivers = self._network.receivers[self._network.edges_from([daemon])]
        to = (receivers == self._pairs.partner[daemon]) & self._is_on(np.array([daemon], dtype=np.int32))[0]
        return Addressed(np.where(to[:, None], self._message(_row(own[None])), 0.0), to)

    def listen_one(self, daemon: int, heard: Inbox, rule: Rule | None, *, own: Floats, signal: Floats) -> Floats:
        """The same for one daemon."""
        from_partner = (heard.senders == self._pairs.partner[daemon]) & (heard.received)
        payload = heard.values[from_partner] if from_partner.any() else np.zeros((1, 2 + (len(own) - 2) // 5))
        daemons = np.array([daemon], dtype=np.int32)
        held: Floats = self._next(own[None], daemons, np.array([from_partner.any()]), payload)[0]
        return held

    def _is_on(self, daemons: Ints) -> Bools:
        """(k,) whether it is a daemon's turn: the lower index of a pair begins in every other session."""
        partner = self._pairs.partner[daemons]
        begins = (daemons < partner) == (self._session % 2 == 0)
        return np.asarray((partner >= 0) & (begins == (self._turn % 2 == 0)))

    def _message(self, row: _OfferRows) -> Floats:
        """(k, 2 + d) the messages of k daemons in their turn."""
        accepts, offer = self._answer(row)
        session = np.full((len(offer), 1), float(self._session))
        return np.concatenate([session, np.where(accepts, _ACCEPT, _OFFER)[:, None], offer], axis=1)

    def _answer(self, row: _OfferRows) -> tuple[Bools, Floats]:
        """Whether each daemon accepts, (k,), and the offer that it accepts or makes, (k, d)."""
        concession = self._concession(row)
        offer = row.value + np.clip(row.theirs - row.value, -concession, concession)
        acceptable = (row.heard[:, 0] > 0) & (np.abs(row.theirs - row.value) <= concession).all(axis=1)
        agreed = row.agreed[:, 0] > 0
        offer = np.where(acceptable[:, None], row.theirs, offer)
        return agreed | acceptable, np.where(agreed[:, None], row.deal, offer)

    def _concession(self, row: _OfferRows) -> Floats:
        """(k, d) the concession of each daemon in this turn: the accepted distance from its value."""
        time = (self._turn // 2 / (self.deadline - 1)) ** (1.0 / self.beta)
        concession: Floats = (1.0 - self.imitation) * self.reach * time + self.imitation * row.conceded
        return np.minimum(concession, self.reach)

    def _next(self, state: Floats, daemons: Ints, arrived: Bools, payload: Floats) -> Floats:
        """(k, D) the states after this turn."""
        row = _row(state)
        on = self._is_on(daemons)[:, None]
        accepts, offer = self._answer(row)
        mine = row._replace(
            offer=offer,
            deal=np.where(accepts[:, None], offer, row.deal),
            agreed=np.where(accepts[:, None], 1.0, row.agreed),
        )
        theirs = self._heard(row, arrived, payload)
        row = _OfferRows._make(np.where(on, one, other) for one, other in zip(mine, theirs, strict=True))
        if self._turn < 2 * self.deadline - 1:
            return _state(row)
        return _fresh(np.where(row.agreed > 0, row.deal, row.value))

    def _heard(self, row: _OfferRows, arrived: Bools, payload: Floats) -> _OfferRows:
        """The rows after the partners' messages, where they arrived, are of this session and are valid."""
        session, kind, offer = payload[:, 0], payload[:, 1], payload[:, 2:]
        valid = arrived & (session == self._session) & np.isfinite(offer).all(axis=1)
        offers = (valid & (kind == _OFFER))[:, None]
        # A lost acceptance is repeated, and may then refer to an offer that is no longer the last one.
        stands = (offer == row.offer) | (np.abs(offer - row.value) <= self._concession(row))
        accepted = (valid & (kind == _ACCEPT) & stands.all(axis=1))[:, None] & (row.agreed == 0)
        closer = np.abs(row.theirs - row.value) - np.abs(offer - row.value)
        return row._replace(
            theirs=np.where(offers, offer, row.theirs),
            conceded=np.where(offers & (row.heard > 0), row.conceded + np.maximum(closer, 0.0), row.conceded),
            heard=np.where(offers, 1.0, row.heard),
            deal=np.where(accepted, offer, row.deal),
            agreed=np.where(accepted, 1.0, row.agreed),
        )


def _width(state: Floats) -> int:
    return int(state.shape[1] - 2) // 5


def _row(state: Floats) -> _OfferRows:
    """The columns of (k, 5d + 2) states."""
    d = _width(state)
    return _OfferRows._make(
        [*(state[:, part * d : (part + 1) * d] for part in range(5)), state[:, -2:-1], state[:, -1:]]
    )


def _state(row: _OfferRows) -> Floats:
    return np.concatenate(row, axis=1)


def _fresh(value: Floats) -> Floats:
    """(k, 5d + 2) states before the first offer."""
    nothing, no = np.zeros_like(value), np.zeros((len(value), 1))
    return _state(_OfferRows(value, value, value, nothing, value, no, no))
