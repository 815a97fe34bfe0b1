"""Call for proposals, propose or refuse, accept or reject, inform: who does a task is the manager's choice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, NamedTuple

import numpy as np

from swarmsec.aggregation import Rule
from swarmsec.arrays import Bools, Floats, Ints
from swarmsec.messages import Addressed, Inbox, Messages
from swarmsec.parameters import Ge, Help, Unit
from swarmsec.protocols._base import NegotiationProtocol, ProtocolView

_CALL, _PROPOSE, _REFUSE, _ACCEPT, _REJECT, _INFORM, _FAILURE = (float(act) for act in range(1, 8))
_NOBODY = -1.0


class _Row(NamedTuple):
    """What k daemons hold; all but `me` are (k, d), a column a task.

    Attributes:
        me: (k, 1) their numbers.
        worth: What each task is worth to it.
        does: 1 for the tasks that it does.
        called: 1 for the tasks that it was called for in this round of calls.
        accepted: 1 for the tasks that it was accepted for and has not answered yet.
        winner: Of the tasks that it manages, whom it chose; −1 for nobody.
        settled: 1 for those whose contractor has said that it does them.
    """

    me: Floats
    worth: Floats
    does: Floats
    called: Floats
    accepted: Floats
    winner: Floats
    settled: Floats

    @property
    def state(self) -> Floats:
        return np.concatenate(self, axis=1)


@dataclass(kw_only=True)
class ContractNet(NegotiationProtocol):
    """The FIPA contract net interaction protocol (SC00029H), after Smith 1980, for d tasks at once.

    Task k has a manager, daemon ⌊k n / d⌋. Four exchanges make a round of calls:

        1  managers call those who listen to them for every task that is not settled
        2  who has room left, or does the task already, proposes what it is worth to it; others refuse
        3  the manager accepts the best proposal, its own among them, and rejects all others that hear it
        4  of the tasks that it was accepted for, a contractor does the best that it has room for, and informs the
           manager; of the others it reports a failure, and they are called for again

    On reliable links no task has two contractors, and each goes to the best bidder with room among its manager's
    neighbors, as they bid: a manager that never looks further is the price of a local market. A call or a proposal
    that is lost or late counts as a refusal, and the task is called again until its contractor's word arrives. An
    acceptance that comes late is honored, so a task can then be done twice.

    A false proposal wins any task, and a false call or acceptance puts daemons to work for nothing. Worths are those of
    the first signals. Aggregation rules have nothing to do here: proposals are compared, not averaged.
    """

    decides_for = frozenset({"assignment"})
    uses_rule = False
    keeps_agreement = False

    capacity: Annotated[int, Ge(1), Unit("tasks"), Help("How many tasks a daemon does at most.")] = 1

    def begin(self, view: ProtocolView) -> None:
        """No round of calls has begun."""
        self._network, self._n = view.network, view.n
        self._exchange = -1

    def begin_exchange(self) -> None:
        """Time passes; nothing is left to chance."""
        self._exchange += 1

    @property
    def _step(self) -> int:
        return self._exchange % 4

    def initial_state(self, signals: Floats) -> Floats:
        """(n, 1 + 6d) worths, and nothing done."""
        no = np.zeros_like(signals)
        me = np.arange(len(signals), dtype=np.float64)[:, None]
        return _Row(me, signals, no, no, no, np.full_like(signals, _NOBODY), no).state

    def proposals(self, state: Floats) -> Floats:
        """1 for every task that a daemon does."""
        return _row(state).does

    def override_proposals(self, state: Floats, proposals: Floats) -> Floats:
        """A puppet does what it is made to propose, and claims that this is what the tasks are worth to it."""
        row = _row(state)
        return row._replace(does=proposals, worth=np.where(proposals != row.does, proposals, row.worth)).state

    def speak(self, state: Floats) -> Addressed:
        """(m, 2d) to each listener, for each task, an act and a number, which is the worth in a proposal."""
        network = self._network
        return self._words(_row(state[network.indices]), network.receivers)

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        """Every daemon takes in what its inbox says, task by task."""
        return self._next(_row(state), messages.receivers, messages.senders, messages.admission > 0, messages.payload)

    def speak_one(self, daemon: int, own: Floats) -> Addressed:
        """The same for one daemon."""
        receivers = self._network.receivers[self._network.edges_from([daemon])]
        return self._words(_row(np.broadcast_to(own, (len(receivers), len(own)))), receivers)

    def listen_one(self, daemon: int, heard: Inbox, rule: Rule | None, *, own: Floats, signal: Floats) -> Floats:
        """The same for one daemon."""
        who = np.zeros(len(heard.senders), dtype=np.int32)
        held: Floats = self._next(_row(own[None]), who, heard.senders, heard.admission > 0, heard.values)[0]
        return held

    def _managers(self, d: int) -> Floats:
        """(1, d) who manages each task."""
        return np.floor(np.arange(d) * self._n / d)[None, :]

    def _words(self, row: _Row, receivers: Ints) -> Addressed:
        """What the senders in these rows say to a receiver each; nothing where there is no act for any task."""
        to = receivers[:, None].astype(np.float64)
        managers = self._managers(row.worth.shape[1])
        mine, theirs = managers == row.me, managers == to
        if self._step == 0:
            act = np.where(mine & (row.settled == 0), _CALL, 0.0)
        elif self._step == 1:
            act = np.where(theirs & (row.called > 0), np.where(self._can_do(row), _PROPOSE, _REFUSE), 0.0)
        elif self._step == 2:
            answered = np.where(row.winner == to, _ACCEPT, _REJECT)
            act = np.where(mine & (row.settled == 0) & (row.winner != _NOBODY), answered, 0.0)
        else:
            act = np.where(theirs & (row.accepted > 0), np.where(row.does > 0, _INFORM, _FAILURE), 0.0)
        number = np.where(act == _PROPOSE, row.worth, 0.0)
        return Addressed(np.concatenate([act, number], axis=1), np.asarray((act > 0).any(axis=1)))

    def _next(self, row: _Row, receivers: Ints, senders: Ints, came: Bools, words: Floats) -> Floats:
        """(k, D) what k daemons hold after an exchange; `receivers` are rows here, `senders` numbers."""
        d = row.worth.shape[1]
        act, number = words[:, :d], words[:, d:]
        act = np.where(came[:, None], act, 0.0)
        managers = self._managers(d)
        from_manager = managers == senders[:, None]
        mine = managers == row.me

        def heard(what: float, of: Bools) -> Floats:
            """(k, d) 1 for the tasks of which an act of that kind came from one who may say it."""
            broadcast = np.zeros(row.worth.shape)
            np.maximum.at(broadcast, receivers, ((act == what) & of).astype(np.float64))
            return broadcast

        accepted = np.maximum(heard(_ACCEPT, from_manager), row.accepted if self._step != 3 else 0.0)
        from_winner = row.winner[receivers] == senders[:, None]
        settled = np.where(mine, np.maximum(row.settled, heard(_INFORM, from_winner)), row.settled)
        row = row._replace(settled=settled)
        if self._step == 0:
            row = row._replace(called=heard(_CALL, from_manager))
        if self._step == 1:
            row = self._chosen(row, receivers, senders, act, number)
        if self._step == 2:
            accepted = np.maximum(accepted, np.where(mine & (row.settled == 0) & (row.winner == row.me), 1.0, 0.0))
        if self._step in {2, 3}:
            row = self._contracted(row, accepted)
            row = row._replace(settled=np.where(mine & (row.winner == row.me) & (row.does > 0), 1.0, row.settled))
        return row._replace(accepted=accepted).state

    def _has_room(self, row: _Row) -> Bools:
        """(k, 1) who can do one more task."""
        return np.asarray((row.does > 0).sum(axis=1, keepdims=True) < self.capacity)

    def _can_do(self, row: _Row) -> Bools:
        """(k, d) who can do a task, or does it already, and was called again as its word did not arrive."""
        return np.asarray(self._has_room(row) | (row.does > 0))

    def _chosen(self, row: _Row, receivers: Ints, senders: Ints, act: Floats, number: Floats) -> _Row:
        """Managers choose: the highest bid, their own first if it is no lower, and then the lower number."""
        mine = (self._managers(row.worth.shape[1]) == row.me) & (row.settled == 0)
        best = np.where(mine & self._has_room(row), row.worth, -np.inf)
        winner = np.where(np.isfinite(best), row.me, _NOBODY)
        bid = np.where(act == _PROPOSE, number, -np.inf)
        highest = np.full(best.shape, -np.inf)
        np.maximum.at(highest, receivers, bid)
        holders = np.where((bid == highest[receivers]) & np.isfinite(bid), senders[:, None].astype(np.float64), np.inf)
        lowest = np.full(best.shape, np.inf)
        np.minimum.at(lowest, receivers, holders)
        winner = np.where(highest > best, lowest, winner)
        return row._replace(winner=np.where(mine, winner, row.winner))

    def _contracted(self, row: _Row, accepted: Floats) -> _Row:
        """Contractors take on the best tasks that they were accepted for, while there is room."""
        does = row.does.copy()
        rows = np.arange(len(does))
        for _ in range(min(self.capacity, does.shape[1])):
            offered = np.where((accepted > 0) & (does == 0), row.worth, -np.inf)
            task = offered.argmax(axis=1)
            takes = np.isfinite(offered[rows, task]) & ((does > 0).sum(axis=1) < self.capacity)
            does[rows[takes], task[takes]] = 1.0
        return row._replace(does=does)


def _row(state: Floats) -> _Row:
    """The columns of (k, 1 + 6d) states."""
    d = (state.shape[1] - 1) // 6
    return _Row._make([state[:, :1], *(state[:, 1 + part * d : 1 + (part + 1) * d] for part in range(6))])
