"""Vote on one proposal after another, and decide the value that a quorum supports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.aggregation import Rule
from swarmsec.arrays import Floats
from swarmsec.errors import ParameterError
from swarmsec.messages import Inbox, Messages
from swarmsec.parameters import Ge, Help, Unit
from swarmsec.protocols._ballots import CLAIMS, DECISION, LOCK, NEVER, PROPOSAL, VOTE, Ballots, claim_of, put
from swarmsec.protocols._base import NegotiationProtocol, ProtocolView

COMMITTEE_MAX = 300
"""The largest committee; every member sends to every other in every exchange."""


@dataclass(kw_only=True)
class QuorumVoting(NegotiationProtocol):
    """Decide one proposal with a quorum of ⌊(n + f) / 2⌋ + 1 votes, which is 2f + 1 of n = 3f + 1.

    Views have three steps of `patience` exchanges, and each has a leader, in turn. It proposes its own value, or the
    value that it is locked on. A daemon votes for the proposal unless it is locked on another value. A daemon that
    counts a quorum of votes locks on that value, and one that counts a quorum of locks of one view decides. Every
    daemon repeats all its claims with their views in each exchange, so lost and late messages only delay a decision.

    *Agreement* holds for n ≥ 3f + 1 and at most f liars, also if they send different messages to different daemons. Two
    quorums share an honest daemon, so at most one value gets a quorum in a view. A lock is replaced only by a later one
    that f + 1 daemons claim, one of them honest, or that a quorum voted for; and no daemon locks on a view before that
    of its last vote. So no two honest daemons decide differently, whatever the delays, losses and order of messages.
    With f + 1 liars they can. The decided value can be that of a lying leader.

    *Termination* holds in the first view of an honest leader that no lock blocks. A lying leader that locks some
    daemons and not others can block the committee: PBFT's view change carries signed proofs, which are not modeled.
    Messages count as signed by their sender. A daemon that receives f + 1 decisions for a value decides the same.

    Until it decides, a daemon proposes its own first signal. An aggregation rule has no effect: votes are counted, not
    averaged. Every daemon must receive a quorum: use a complete network, of up to 300 daemons.

    Castro and Liskov, OSDI 1999; locks as in Buchman, Kwon and Milosevic, arXiv:1807.04938.
    """

    decides_for = frozenset({"belief"})
    begins_with_signals = True
    uses_rule = False
    keeps_agreement = False  # True only after a decision.

    f: Annotated[
        int | None, Ge(0), Unit("daemons"), Help("The number of liars tolerated; by default the largest possible.")
    ] = None

    patience: Annotated[
        int, Ge(1), Unit("exchanges"), Help("The length of a step of a view; use more if messages are late or lost.")
    ] = 1

    def check(self, n: int) -> None:
        """Check that the committee has at least 3f + 1 members, and is not too large."""
        if n > COMMITTEE_MAX:
            raise ParameterError(f"{n:,} daemons vote; a committee has at most {COMMITTEE_MAX}")
        if self.f is not None and n < 3 * self.f + 1:
            raise ParameterError(f"{self.f} liars need {3 * self.f + 1} daemons; there are {n}", where="f")

    def begin(self, view: ProtocolView) -> None:
        """Compute the quorum, and reset the clock."""
        super().begin(view)
        self._n, self._network = view.n, view.network
        self._f = (view.n - 1) // 3 if self.f is None else self.f
        self._quorum = (view.n + self._f) // 2 + 1
        self._exchange = -1

    def begin_exchange(self) -> None:
        """Count the exchange."""
        self._exchange += 1

    @property
    def _view(self) -> int:
        """The view of this exchange."""
        return self._exchange // (3 * self.patience)

    @property
    def _begins(self) -> bool:
        """Whether this is the first exchange of a view."""
        return self._exchange % (3 * self.patience) == 0

    def message_columns(self, width: int) -> tuple[str, ...]:
        """The view and the value of each claim."""
        return tuple(name for claim in CLAIMS for name in (f"{claim}_view", *(claim,) * width))

    def initial_state(self, signals: Floats) -> Floats:
        """(n, D) the daemon's own value, and no proposal, vote, lock or decision yet, each with a view."""
        none = np.concatenate([np.full((len(signals), 1), NEVER), np.zeros_like(signals)], axis=1)
        return np.concatenate([signals, *[none] * 4], axis=1)

    def proposals(self, state: Floats) -> Floats:
        """The decided value, or before a decision the daemon's own."""
        d = _width(state)
        view, value = claim_of(state[:, d:], DECISION)
        return np.where((view >= 0)[:, None], value, state[:, :d])

    def override_proposals(self, state: Floats, proposals: Floats) -> Floats:
        """The given proposal replaces the value of every claim that the daemon has made."""
        d = _width(state)
        held = np.concatenate([proposals, state[:, d:]], axis=1)
        for claim in range(4):
            claim_of(held[:, d:], claim)[1][:] = proposals
        return held

    def speak(self, state: Floats, signals: Floats) -> Floats:
        """(n, 4 (1 + d)) all claims; the leader of a new view makes its proposal first."""
        d = _width(state)
        claims = state[:, d:].copy()
        if self._begins:
            leader = self._view % self._n
            _propose(claims[leader], state[leader, :d], self._view)
        return claims

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        """Count claims, then lock, decide and vote."""
        d = _width(state)
        heard = np.concatenate([messages.payload, self.speak(state, signals)])
        receivers = np.concatenate([messages.receivers, np.arange(self._n, dtype=np.int32)])
        arrived = messages.received
        arrived = np.concatenate([arrived, np.ones(self._n, dtype=bool)])
        senders = np.concatenate([messages.senders, np.arange(self._n, dtype=np.int32)])
        return self._next(state, self.speak(state, signals), Ballots(heard, receivers, senders, arrived, self._n, d))

    def speak_one(self, daemon: int, own: Floats, signal: Floats) -> Floats:
        """The same for one daemon."""
        d = (len(own) - 4) // 5
        claims = own[d:].copy()
        if self._begins and daemon == self._view % self._n:
            _propose(claims, own[:d], self._view)
        return claims

    def listen_one(self, daemon: int, heard: Inbox, rule: Rule | None, *, own: Floats, signal: Floats) -> Floats:
        """The same for one daemon."""
        own_claims = self.speak_one(daemon, own, signal)
        claims = np.concatenate([heard.values, own_claims[None]])
        arrived = np.append(heard.received, True)
        senders = np.append(heard.senders, daemon)
        zeros = np.zeros(len(claims), dtype=np.int32)
        ballots = Ballots(claims, zeros, senders, arrived, 1, (len(own) - 4) // 5)
        held: Floats = self._next(own[None], own_claims[None], ballots)[0]
        return held

    def _next(self, state: Floats, own_claims: Floats, ballots: Ballots) -> Floats:
        """(k, D) the states after the claims have been counted."""
        d = _width(state)
        claims = own_claims.copy()
        # A lock is replaced by a later one that at least one honest daemon has.
        others = ballots.count(LOCK)
        # A lock of a view before the daemon's last vote does not count, since that vote ignored it.
        lock_view, voted = claim_of(claims, LOCK)[0], claim_of(claims, VOTE)[0]
        newer = (others.view > lock_view) & (others.view >= voted)
        put(claims, LOCK, others.view, others.value, (others.voices > self._f) & newer)
        votes = ballots.count(VOTE)
        newer = (votes.view > lock_view) & (votes.view >= voted)
        put(claims, LOCK, votes.view, votes.value, (votes.voices >= self._quorum) & newer)
        undecided = claim_of(claims, DECISION)[0] < 0
        decisions = ballots.count(DECISION)
        put(claims, DECISION, others.view, others.value, (others.voices >= self._quorum) & undecided)
        put(claims, DECISION, decisions.view, decisions.value, (decisions.voices > self._f) & undecided)
        if self._exchange % (3 * self.patience) < self.patience:
            self._vote(claims, ballots, self._view)
        return np.concatenate([state[:, :d], claims], axis=1)

    def _vote(self, claims: Floats, ballots: Ballots, view: int) -> None:
        """Vote once for the leader's proposal of this view, unless locked on another value."""
        proposed, value = ballots.proposal_of(view % self._n, view)
        lock_view, lock = claim_of(claims, LOCK)
        free = (lock_view < 0) | (lock == value).all(axis=1)
        put(
            claims, VOTE, np.full(len(claims), float(view)), value, proposed & free & (claim_of(claims, VOTE)[0] < view)
        )


def _width(state: Floats) -> int:
    """d, of a state of D = d + 4 (1 + d) columns."""
    return int(state.shape[1] - 4) // 5


def _propose(claims: Floats, own: Floats, view: int) -> None:
    """Write a leader's proposal into its claims, (4 (1 + d),): the value that it is locked on, or else its own."""
    lock_view, lock = claim_of(claims[None], LOCK)
    put(claims[None], PROPOSAL, np.array([float(view)]), lock if lock_view[0] >= 0 else own[None], np.array([True]))
