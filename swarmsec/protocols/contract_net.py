"""Call for proposals, propose, accept, inform: the manager of a task chooses its contractor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from swarmsec.aggregation import Rule
from swarmsec.arrays import Bools, Floats, Ints
from swarmsec.messages import Addressed, Inbox, Messages
from swarmsec.protocols._base import NegotiationProtocol, ProtocolView

_CALL, _PROPOSE, _REFUSE, _ACCEPT, _REJECT, _INFORM, _FAILURE = (float(act) for act in range(1, 8))
_NOBODY = -1.0


class _ContractRows(NamedTuple):
    """The states of k daemons; all but `me` are (k, d), with a column for each task.

    Attributes:
        me: (k, 1) their indices.
        worth: The value of each task to the daemon.
        does: 1 for the tasks that it does.
        called: 1 for the tasks for which it received a call in this round of calls.
        accepted: 1 for the tasks for which it was accepted and has not answered yet.
        winner: For each task that it manages, the chosen contractor; −1 for none.
        settled: 1 for each task that it manages whose contractor has confirmed it.
    """

    me: Floats
    worth: Floats
    does: Floats
    called: Floats
    accepted: Floats
    winner: Floats
    settled: Floats

    @property
    def doing(self) -> Bools:
        """(k, d) whether it does a task: whether its share, which a hijack can make any number, is above a half."""
        return np.asarray(self.does > 0.5)

    @property
    def state(self) -> Floats:
        return np.concatenate(self, axis=1)


@dataclass(kw_only=True)
class ContractNet(NegotiationProtocol):
    """The FIPA contract net interaction protocol (SC00029H), after Smith 1980, for d tasks at once.

    Task k has a manager, daemon ⌊k n / d⌋. Four exchanges make a round of calls:

        1  a manager sends a call to its listeners for every task that is not settled
        2  a daemon with free capacity, or that already does the task, proposes its value; others refuse
        3  the manager accepts the best proposal, including its own, and rejects the others
        4  a contractor does the best of its accepted tasks, up to its capacity, and informs the manager; for
           the others it reports a failure, and the manager calls again

    On reliable links no task has two contractors, and each goes to the highest bidder with free capacity among its
    manager's neighbors. Managers ask no other daemons. A lost or late call or proposal counts as a refusal,
    and the manager calls again until the contractor's confirmation arrives. A late acceptance is valid, so that a task
    can then be done twice.

    A false proposal wins any task, and a false call or acceptance makes daemons work for nothing. Values are the
    current signals; a settled contract stands when they change. An aggregation rule has no effect: proposals are
    compared, not averaged.
    """

    decides_for = frozenset({"assignment"})
    reads_signals_after_start = True
    uses_rule = False
    keeps_agreement = False

    def begin(self, view: ProtocolView) -> None:
        """Read the capacity of a daemon from the world, 1 if it says nothing of it, and reset the clock."""
        super().begin(view)
        self._network, self._n = view.network, view.n
        self._capacity = int(view.facts.get("capacity", 1))
        self._exchange = -1

    def begin_exchange(self) -> None:
        """Count the exchange."""
        self._exchange += 1

    @property
    def _step(self) -> int:
        return self._exchange % 4

    def message_columns(self, width: int) -> tuple[str, ...]:
        """An act for every task, and the value in a proposal."""
        return ("act",) * width + ("bid",) * width

    def initial_state(self, signals: Floats) -> Floats:
        """(n, 1 + 6d) the values, and no contracts."""
        no = np.zeros_like(signals)
        me = np.arange(len(signals), dtype=np.float64)[:, None]
        return _ContractRows(me, signals, no, no, no, np.full_like(signals, _NOBODY), no).state

    def proposals(self, state: Floats) -> Floats:
        """1 for every task that a daemon does, else 0."""
        return _row(state).does

    def override_proposals(self, state: Floats, proposals: Floats) -> Floats:
        """The daemon does the given shares of the tasks, and its values rise by as much as its shares do."""
        row = _row(state)
        return row._replace(does=proposals, worth=row.worth + (proposals - row.does)).state

    def speak(self, state: Floats, signals: Floats) -> Addressed:
        """(m, 2d) to each listener: for each task an act and a number, which is the value in a proposal."""
        network = self._network
        return self._message(_row(state[network.indices]), network.receivers)

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        """Every daemon processes its inbox, task by task."""
        return self._next(
            _row(state), messages.receivers, messages.senders, messages.admission > 0, messages.payload, signals
        )

    def speak_one(self, daemon: int, own: Floats, signal: Floats) -> Addressed:
        """The same for one daemon."""
        receivers = self._network.receivers[self._network.edges_from([daemon])]
        return self._message(_row(np.broadcast_to(own, (len(receivers), len(own)))), receivers)

    def listen_one(self, daemon: int, heard: Inbox, rule: Rule | None, *, own: Floats, signal: Floats) -> Floats:
        """The same for one daemon."""
        rows = np.zeros(len(heard.senders), dtype=np.int32)
        arrived = heard.admission > 0
        held: Floats = self._next(_row(own[None]), rows, heard.senders, arrived, heard.values, signal[None])[0]
        return held

    def _managers(self, d: int) -> Floats:
        """(1, d) the manager of each task."""
        return np.floor(np.arange(d) * self._n / d)[None, :]

    def _message(self, row: _ContractRows, receivers: Ints) -> Addressed:
        """The messages from these rows to one receiver each; none where there is no act for any task."""
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
            act = np.where(theirs & (row.accepted > 0), np.where(row.doing, _INFORM, _FAILURE), 0.0)
        number = np.where(act == _PROPOSE, row.worth, 0.0)
        return Addressed(np.concatenate([act, number], axis=1), np.asarray((act > 0).any(axis=1)))

    def _next(
        self, row: _ContractRows, receivers: Ints, senders: Ints, arrived: Bools, payload: Floats, signals: Floats
    ) -> Floats:
        """(k, D) the states after an exchange; `receivers` are rows of `row`, `senders` are indices of daemons."""
        d = row.worth.shape[1]
        act, number = payload[:, :d], payload[:, d:]
        act = np.where(arrived[:, None], np.rint(act), 0.0)
        managers = self._managers(d)
        from_manager = managers == senders[:, None]
        mine = managers == row.me

        def heard(kind: float, entitled: Bools) -> Floats:
            """(k, d) 1 for the tasks for which an act of this kind arrived from an entitled sender."""
            arrivals = np.zeros(row.worth.shape)
            np.maximum.at(arrivals, receivers, ((act == kind) & entitled).astype(np.float64))
            return arrivals

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
            row = row._replace(settled=np.where(mine & (row.winner == row.me) & row.doing, 1.0, row.settled))
        return row._replace(accepted=accepted, worth=signals).state

    def _has_capacity(self, row: _ContractRows) -> Bools:
        """(k, 1) whether the daemon has free capacity."""
        return np.asarray(row.doing.sum(axis=1, keepdims=True) < self._capacity)

    def _can_do(self, row: _ContractRows) -> Bools:
        """(k, d) whether the daemon can do a task, or does it already because its confirmation was lost."""
        return np.asarray(self._has_capacity(row) | row.doing)

    def _chosen(self, row: _ContractRows, receivers: Ints, senders: Ints, act: Floats, number: Floats) -> _ContractRows:
        """Managers choose the highest bid; of equal ones their own, then that of the lowest index."""
        mine = (self._managers(row.worth.shape[1]) == row.me) & (row.settled == 0)
        best = np.where(mine & self._has_capacity(row), row.worth, -np.inf)
        winner = np.where(np.isfinite(best), row.me, _NOBODY)
        bid = np.where(act == _PROPOSE, number, -np.inf)
        highest = np.full(best.shape, -np.inf)
        np.maximum.at(highest, receivers, bid)
        holders = np.where((bid == highest[receivers]) & np.isfinite(bid), senders[:, None].astype(np.float64), np.inf)
        lowest = np.full(best.shape, np.inf)
        np.minimum.at(lowest, receivers, holders)
        winner = np.where(highest > best, lowest, winner)
        return row._replace(winner=np.where(mine, winner, row.winner))

    def _contracted(self, row: _ContractRows, accepted: Floats) -> _ContractRows:
        """Contractors take the best of their accepted tasks, up to their capacity."""
        does = row.does.copy()
        rows = np.arange(len(does))
        for _ in range(min(self._capacity, does.shape[1])):
            offered = np.where((accepted > 0) & (does == 0), row.worth, -np.inf)
            task = offered.argmax(axis=1)
            takes = np.isfinite(offered[rows, task]) & ((does > 0).sum(axis=1) < self._capacity)
            does[rows[takes], task[takes]] = 1.0
        return row._replace(does=does)


def _row(state: Floats) -> _ContractRows:
    """The columns of (k, 1 + 6d) states."""
    d = (state.shape[1] - 1) // 6
    return _ContractRows._make([state[:, :1], *(state[:, 1 + part * d : 1 + (part + 1) * d] for part in range(6))])
