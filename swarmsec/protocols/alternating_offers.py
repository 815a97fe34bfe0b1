"""Bargain in pairs: offer, counter-offer, accept, or part without a deal at the deadline."""

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


class _Row(NamedTuple):
    """What k daemons hold, column by column; all but the flags are (k, d).

    Attributes:
        value: What it has, and would like to keep: its ideal, and its lot if there is no deal.
        offer: What it offered last in this session; its value before that.
        theirs: What its partner offered last; its own value before that.
        conceded: How far it follows its partner's concessions.
        deal: What was agreed in this session.
        heard: (k, 1) 1 once its partner has offered something.
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
    """Pairs of neighbors make offers in turn until one accepts or the deadline comes; then new pairs are drawn.

    Each of the d components is an issue. A daemon likes best the value that it has, and less the farther an offer is
    from it in its worst issue. In its turn t, of T, it concedes in each issue

        c = (1 − imitation) · reach · (t / (T − 1))^(1/β) + imitation · (what its partner conceded so far)

    toward its partner's last offer: β < 1 is Boulware, β > 1 Conceder (Faratin, Sierra and Jennings 1998:
    time-dependent tactics, mixed by weight with absolute tit for tat, a behavior-dependent one, that does not follow a
    partner back), and never farther than `reach`, its reserve. It accepts an offer that is no worse to it than its own
    next one. The exchange of offers is that of the alternating offers protocol (Aydoğan, Festen, Hindriks and Jonker
    2017) between two.

    A deal gives both the same value. Without one each keeps its own. So no daemon moves farther than `reach` in a
    session, whatever its partner says: a liar gains by conceding nothing, and cannot do more. Later signals are not
    read. On bad links whoever accepted says so again until the deadline, and its partner stands by an earlier offer
    that it would make again; all the same one may never know, or have accepted something else in the meantime. What
    comes in one's own turn is not heard. Aggregation rules have nothing to do here: nothing is averaged.
    """

    decides_for = frozenset({"belief"})
    begins_with_signals = True
    uses_rule = False

    deadline: Annotated[int, Ge(2), Unit("turns"), Help("How many turns each has; a turn is an exchange.")] = 5
    reach: Annotated[float, Gt(0), Unit("belief"), Help("How far from its value a daemon would go at most.")] = 1.0
    beta: Annotated[float, Gt(0), Help("The shape of concession: under 1 late, over 1 early.")] = 1.0
    imitation: Annotated[float, Interval(ge=0, le=1), Help("How far it concedes as its partner does.")] = 0.0

    def begin(self, view: ProtocolView) -> None:
        """Nobody has a partner yet."""
        self._network, self._rng = view.network, view.rng
        self._exchange = -1
        self._everybody = np.arange(view.n, dtype=np.int32)
        self._pairs: Pairs

    def begin_exchange(self) -> None:
        """New pairs at the beginning of a session."""
        self._exchange += 1
        if self._turn == 0:
            self._pairs = random_pairs(self._network, self._rng)

    @property
    def _session(self) -> int:
        return self._exchange // (2 * self.deadline)

    @property
    def _turn(self) -> int:
        """Of this session, both daemons' turns counted, from 0."""
        return self._exchange % (2 * self.deadline)

    def initial_state(self, signals: Floats) -> Floats:
        """(n, 5d + 2) one's value, and no offers yet."""
        return _fresh(signals)

    def proposals(self, state: Floats) -> Floats:
        """The deal, or one's own value."""
        row = _row(state)
        return np.where(row.agreed > 0, row.deal, row.value)

    def override_proposals(self, state: Floats, proposals: Floats) -> Floats:
        """A puppet wants nothing else than its lie, and sticks to it."""
        row = _row(state)
        return _state(row._replace(value=proposals, deal=proposals, offer=proposals, theirs=proposals))

    def speak(self, state: Floats) -> Addressed:
        """(m, 2 + d) the session, whether it is an offer or accepts one, and which; to one's partner, in one's turn."""
        spoken = Addressed(np.zeros((self._network.m, 2 + _width(state))), np.zeros(self._network.m, dtype=bool))
        speaks = np.flatnonzero(self._is_on(self._everybody))
        edges = self._pairs.hears[self._pairs.partner[speaks]]
        spoken.payload[edges] = self._words(_row(state[speaks]))
        spoken.sent[edges] = True
        return spoken

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        """Take down one's own turn, or the partner's."""
        came = self._pairs.hears >= 0
        came[came] = messages.received[self._pairs.hears[came]]
        words = np.zeros((len(state), 2 + _width(state)))
        words[came] = messages.on(self._pairs.hears[came])
        return self._next(state, self._everybody, came, words)

    def speak_one(self, daemon: int, own: Floats) -> Addressed:
        """The same for one daemon."""
        receivers = self._network.receivers[self._network.edges_from([daemon])]
        to = (receivers == self._pairs.partner[daemon]) & self._is_on(np.array([daemon], dtype=np.int32))[0]
        return Addressed(np.where(to[:, None], self._words(_row(own[None])), 0.0), to)

    def listen_one(self, daemon: int, heard: Inbox, rule: Rule | None, *, own: Floats, signal: Floats) -> Floats:
        """The same for one daemon."""
        from_partner = (heard.senders == self._pairs.partner[daemon]) & (heard.received)
        words = heard.values[from_partner] if from_partner.any() else np.zeros((1, 2 + (len(own) - 2) // 5))
        who = np.array([daemon], dtype=np.int32)
        held: Floats = self._next(own[None], who, np.array([from_partner.any()]), words)[0]
        return held

    def _is_on(self, who: Ints) -> Bools:
        """(k,) whose turn it is: of each pair, the lower number begins in every other session."""
        partner = self._pairs.partner[who]
        begins = (who < partner) == (self._session % 2 == 0)
        return np.asarray((partner >= 0) & (begins == (self._turn % 2 == 0)))

    def _words(self, row: _Row) -> Floats:
        """(k, 2 + d) what k daemons say in their turn."""
        accepts, offer = self._answer(row)
        session = np.full((len(offer), 1), float(self._session))
        return np.concatenate([session, np.where(accepts, _ACCEPT, _OFFER)[:, None], offer], axis=1)

    def _answer(self, row: _Row) -> tuple[Bools, Floats]:
        """Who accepts, (k,), and the offer that is accepted or made, (k, d)."""
        concession = self._concession(row)
        offer = row.value + np.clip(row.theirs - row.value, -concession, concession)
        acceptable = (row.heard[:, 0] > 0) & (np.abs(row.theirs - row.value) <= concession).all(axis=1)
        agreed = row.agreed[:, 0] > 0
        offer = np.where(acceptable[:, None], row.theirs, offer)
        return agreed | acceptable, np.where(agreed[:, None], row.deal, offer)

    def _concession(self, row: _Row) -> Floats:
        """(k, d) how far each would go from its value in this turn."""
        time = (self._turn // 2 / (self.deadline - 1)) ** (1.0 / self.beta)
        concession: Floats = (1.0 - self.imitation) * self.reach * time + self.imitation * row.conceded
        return np.minimum(concession, self.reach)

    def _next(self, state: Floats, who: Ints, came: Bools, words: Floats) -> Floats:
        """(k, D) what k daemons hold after this turn."""
        row = _row(state)
        on = self._is_on(who)[:, None]
        accepts, offer = self._answer(row)
        mine = row._replace(
            offer=offer,
            deal=np.where(accepts[:, None], offer, row.deal),
            agreed=np.where(accepts[:, None], 1.0, row.agreed),
        )
        theirs = self._heard(row, came, words)
        row = _Row._make(np.where(on, one, other) for one, other in zip(mine, theirs, strict=True))
        if self._turn < 2 * self.deadline - 1:
            return _state(row)
        return _fresh(np.where(row.agreed > 0, row.deal, row.value))

    def _heard(self, row: _Row, came: Bools, words: Floats) -> _Row:
        """What it makes of its partner's words, if they came, are of this session, and make sense."""
        session, kind, offer = words[:, 0], words[:, 1], words[:, 2:]
        valid = came & (session == self._session) & np.isfinite(offer).all(axis=1)
        offers = (valid & (kind == _OFFER))[:, None]
        # An acceptance that was lost comes again when the offer that it is of is not the last one any more.
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


def _row(state: Floats) -> _Row:
    """The columns of (k, 5d + 2) states."""
    d = _width(state)
    return _Row._make([*(state[:, part * d : (part + 1) * d] for part in range(5)), state[:, -2:-1], state[:, -1:]])


def _state(row: _Row) -> Floats:
    return np.concatenate(row, axis=1)


def _fresh(value: Floats) -> Floats:
    """(k, 5d + 2) states before the first offer."""
    nothing, no = np.zeros_like(value), np.zeros((len(value), 1))
    return _state(_Row(value, value, value, nothing, value, no, no))
