"""Form a group for every task from the best bidders around it, and learn in the group without gradients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, NamedTuple

import numpy as np

from swarmsec.aggregation import Rule
from swarmsec.arrays import Bools, Floats, Ints
from swarmsec.messages import LARGEST, Inbox, Messages, clip_finite
from swarmsec.objectives import Objective, loss
from swarmsec.parameters import Ge, Gt, Help
from swarmsec.protocols._base import NegotiationProtocol, ProtocolView

_FIXED = 4
"""Signals and proposals have four columns and then a point; messages have four, two points and the fitness."""

_OPEN = -1.0
"""The price of a task that has not been awarded."""


class _MemberRows(NamedTuple):
    """The states of k daemons, all (k, ·); the first columns are the proposals.

    Attributes:
        job: The task that it works on; 0 for none.
        offer: The task that it bids for in this round; 0 for none.
        bid: Its bid for the job or the offer.
        price: Of the desk of an open task: the lowest bid that is in; 0 with vacancies, −1 before the award.
        point: (k, d) the point at which it works: the group's mean v, as far as it hears the group.
        posted: The task that its own feed posts; 0 for none.
        target: (k, d) where the data of its job is.
        offered: (k, d) where the data of the offer is.
        trial: (k, d) the point x that it tries, and tells the group.
    """

    job: Floats
    offer: Floats
    bid: Floats
    price: Floats
    point: Floats
    posted: Floats
    target: Floats
    offered: Floats
    trial: Floats

    @property
    def state(self) -> Floats:
        return np.concatenate(self, axis=1)


class _Arrived(NamedTuple):
    """The messages that arrived, one row an edge.

    Attributes:
        rows: (e,) the row of the receiver.
        senders: (e,) the sender.
        task, value, bid, price, target, point, fitness: The columns of the message.
    """

    rows: Ints
    senders: Ints
    task: Floats
    value: Floats
    bid: Floats
    price: Floats
    target: Floats
    point: Floats
    fitness: Floats


@dataclass(kw_only=True)
class SupernodeFormation(NegotiationProtocol):
    """Around every task the k best bidders form a temporary group (a supernode), which learns a point x together.

    The feed of a daemon, the *desk*, posts a task: its number, its size k, its value, and where its data is. The number
    of a task names its desk, so that only the desk can call for it. Three exchanges make a round:

        call   a desk calls for its task; an idle daemon picks the call with the highest value that has a vacancy
        bid    it bids its spare capacity; the desk sets the price to the bid of rank k − 1, or to 0 if there are fewer
        learn  the desk tells the price; a bidder at or above it joins, with a random point; members tell (x, f(x))

    So the k − 1 best bidders and the desk form the group, and any two members are at most two hops apart. A member
    stays as long as the desk calls and its bid is not below the price; then the group dissolves. In the exchange
    `learn` a member makes a step of consensus-based optimization with the members that it hears (Pinnau, Totzeck, Tse
    and Martin 2017):

        v = Σ x_j e^(−α f_j) / Σ e^(−α f_j),    x ← x − drift (x − v) + noise |x − v| N(0, I)    by component,

    and works at v. With `weights: ranks` the mean is that of an evolution strategy with weighted recombination, w_r =
    max(0, log((c + 1) / 2) − log r) for the point of rank r of the c points heard (Hansen and Ostermeier 2001): however
    large a lie, it counts as much as the best point.

    f is the loss of the task, a black box at the place of its data: f(x) = objective(x − target). A daemon evaluates
    its own x once an exchange. Nobody checks what others tell: a false bid wins a membership, and a false fitness makes
    its point the mean v of all who hear it. A liar that also tells a bad point moves the group there; with a true point
    the lie only moves the group to the liar. Messages of another task or another target are not read. The rule of a
    defense has no effect, as bids and losses are compared and not averaged.

    The signals are (task, size, value, spare, target), the proposals (job, offer, bid, price, point).
    """

    decides_for = frozenset({"work"})
    reads_signals_after_start = True
    uses_rule = False
    keeps_agreement = False

    exchanges: Annotated[int, Ge(1), Help("Exchanges in a round; call, bid and learn take turns.")] = 3
    sharpness: Annotated[float, Gt(0), Help("α; the larger, the closer v is to the point with the lowest f.")] = 30.0
    drift: Annotated[float, Gt(0), Help("The share of the way to the mean that a point moves in a round.")] = 0.4
    noise: Annotated[float, Ge(0), Help("Standard deviation of the exploring step, in distances from the mean.")] = 0.75
    weights: Annotated[
        Literal["softmin", "ranks"], Help("The weight of a point: by its fitness, or by its rank in the group.")
    ] = "softmin"
    objective: Objective = "rastrigin"

    def begin(self, view: ProtocolView) -> None:
        """Read the objective and the search box from the world, and reset the clock."""
        super().begin(view)
        self._n, self._rng = view.n, view.rng
        self._d = max(view.width - _FIXED, 1)
        self._box = float(view.facts.get("box", 1.0))
        self._objective = str(view.facts.get("objective", self.objective))
        self._exchange = -1

    def begin_exchange(self) -> None:
        """Draw the points with which daemons join, and the exploring steps."""
        self._exchange += 1
        if self._stage != 1:
            self._starts = self._box * self._rng.uniform(-1.0, 1.0, (self._n, self._d))
        if self._stage == 2:
            self._steps = self._rng.standard_normal((self._n, self._d))

    @property
    def _stage(self) -> int:
        return self._exchange % 3

    def message_columns(self, width: int) -> tuple[str, ...]:
        """The task, its value, the bid, the price, where the data is, the point and its fitness."""
        d = max(width - _FIXED, 1)
        return ("task", "value", "bid", "price") + ("target",) * d + ("point",) * d + ("fitness",)

    def initial_state(self, signals: Floats) -> Floats:
        """No jobs and no offers."""
        no, nowhere = np.zeros((len(signals), 1)), np.zeros((len(signals), self._d))
        return _MemberRows(no, no, no, np.full_like(no, _OPEN), nowhere, no, nowhere, nowhere, nowhere).state

    def proposals(self, state: Floats) -> Floats:
        """(job, offer, bid, price, point), as many of these as there are signals."""
        return state[:, : self._begun.width]

    def override_proposals(self, state: Floats, proposals: Floats) -> Floats:
        """The daemon holds these, and tries a point that is moved as far as the one at which it works."""
        held = self._members(np.hstack([proposals, state[:, proposals.shape[1] :]]))
        return held._replace(trial=held.trial + (held.point - self._members(state).point)).state

    def speak(self, state: Floats, signals: Floats) -> Floats:
        """(task, value, bid, price, target, point, fitness): (n, 5 + 2d)."""
        return self._message(state, signals, np.arange(len(state), dtype=np.int32))

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        """Answer calls, set prices, or join and learn."""
        arrived = np.flatnonzero((messages.column(0) > 0) & (messages.admission > 0))
        heard = self._heard(messages.receivers[arrived], messages.senders[arrived], messages.on(arrived))
        return self._next(state, signals, np.arange(len(state), dtype=np.int32), heard)

    def speak_one(self, daemon: int, own: Floats, signal: Floats) -> Floats:
        """The same for one daemon."""
        payload: Floats = self._message(own[None], signal[None], np.array([daemon], dtype=np.int32))[0]
        return payload

    def listen_one(self, daemon: int, heard: Inbox, rule: Rule | None, *, own: Floats, signal: Floats) -> Floats:
        """The same for one daemon."""
        arrived = np.flatnonzero((heard.values[:, 0] > 0) & (heard.admission > 0))
        rows = np.zeros(len(arrived), dtype=np.int32)
        received = self._heard(rows, heard.senders[arrived], heard.values[arrived])
        after: Floats = self._next(own[None], signal[None], np.array([daemon], dtype=np.int32), received)[0]
        return after

    def _members(self, state: Floats) -> _MemberRows:
        d = self._d
        ends = np.cumsum([1, 1, 1, 1, d, 1, d, d])
        return _MemberRows._make(np.split(state, ends, axis=1))

    def _padded(self, signals: Floats) -> Floats:
        """(k, 4 + d) the signals. A world with four columns or fewer posts no tasks: its first is the spare."""
        clipped = np.clip(signals, -LARGEST, LARGEST)
        if signals.shape[1] > _FIXED:
            return clipped
        feed = np.zeros((len(signals), _FIXED + self._d))
        feed[:, 3] = clipped[:, 0]
        return feed

    def _heard(self, rows: Ints, senders: Ints, payload: Floats) -> _Arrived:
        d = self._d
        task, value, bid, price = payload[:, :_FIXED].T
        target, point = payload[:, _FIXED : _FIXED + d], payload[:, _FIXED + d : _FIXED + 2 * d]
        return _Arrived(rows, senders, task, value, bid, price, target, point, payload[:, -1])

    def _is_desk(self, task: Floats, daemon: Ints) -> Bools:
        """(k,) whether the number of a task names this daemon as its desk; 0 names none."""
        return np.asarray((task > 0) & (task - 1.0 - self._n * np.floor((task - 1.0) / self._n) == daemon))

    def _message(self, state: Floats, signals: Floats, me: Ints) -> Floats:
        held, feed = self._members(state), self._padded(signals)
        task, target = held.job, held.target
        value, price = np.zeros_like(task), np.full_like(task, _OPEN)
        if self._stage == 1:
            bids = held.offer != 0
            task, target = np.where(bids, held.offer, task), np.where(bids, held.offered, target)
        else:
            posts = self._is_desk(feed[:, 0], me)[:, None]
            others = 0.0 if self._stage == 0 else task  # Only desks call.
            task, target = np.where(posts, feed[:, :1], others), np.where(posts, feed[:, _FIXED:], target)
            value = np.where(posts, feed[:, 2:3], value)
            price = np.where(posts & (held.posted == feed[:, :1]), held.price, price)
        fitness = loss(self._objective, held.trial - target)[:, None]
        return np.hstack([task, value, held.bid, price, target, held.trial, fitness])

    def _next(self, state: Floats, signals: Floats, me: Ints, heard: _Arrived) -> Floats:
        """(k, D) the states after an exchange; `heard.rows` are rows of `state`, `me` and senders are daemons."""
        held, feed = self._members(state), self._padded(signals)
        stage = (self._called, self._priced, self._learned)[self._stage]
        return clip_finite(stage(held, feed, me, heard).state, state)

    def _called(self, held: _MemberRows, feed: Floats, me: Ints, heard: _Arrived) -> _MemberRows:
        """Begin and end jobs with the calls, and pick a call to bid for."""
        posts = self._is_desk(feed[:, 0], me)[:, None]
        posted = np.where(posts, feed[:, :1], 0.0)
        fresh = posts & (posted != held.posted)
        held = held._replace(posted=posted, price=np.where(posted == held.posted, held.price, _OPEN))
        calls = self._is_desk(heard.task, heard.senders)
        kept = calls & (heard.task == held.job[heard.rows, 0]) & (held.bid[heard.rows, 0] >= heard.price)
        stays = np.zeros((len(me), 1), dtype=bool)
        stays[heard.rows[kept]] = True
        job = np.where(posts, posted, np.where(stays, held.job, 0.0))
        edge = _best(heard, calls & (heard.price <= 0.0), len(me))
        found = np.flatnonzero((edge >= 0) & (job[:, 0] == 0.0) & (feed[:, 3] > 0.0))
        offer, offered = np.zeros_like(held.offer), np.zeros_like(held.offered)
        offer[found, 0], offered[found] = heard.task[edge[found]], heard.target[edge[found]]
        return held._replace(
            job=job,
            offer=offer,
            offered=offered,
            bid=np.where((job == 0.0) | fresh, np.maximum(feed[:, 3:4], 0.0), held.bid),
            target=np.where(posts, feed[:, _FIXED:], held.target),
            point=np.where(fresh, self._starts[me], held.point),
            trial=np.where(fresh, self._starts[me], held.trial),
        )

    def _priced(self, held: _MemberRows, feed: Floats, me: Ints, heard: _Arrived) -> _MemberRows:
        """Desks set the price to the bid of rank size − 1; the desk itself is the last member."""
        at = np.flatnonzero((heard.task == held.posted[heard.rows, 0]) & (heard.task > 0) & (heard.bid > 0))
        order = at[np.lexsort((-heard.bid[at], heard.rows[at]))]
        rows = heard.rows[order]
        rank = np.arange(len(order)) - np.searchsorted(rows, rows)
        wanted = np.clip(np.rint(feed[:, 1]), 1, None) - 1
        price = np.where(wanted > 0, 0.0, LARGEST)
        last = rank == wanted[rows] - 1
        price[rows[last]] = heard.bid[order[last]]
        return held._replace(price=np.where(held.posted > 0, price[:, None], _OPEN))

    def _learned(self, held: _MemberRows, feed: Floats, me: Ints, heard: _Arrived) -> _MemberRows:
        """Accepted bidders join; members step toward the softmin mean of the members that they hear."""
        mean, moved = self._moved(held, me, heard)
        awards = self._is_desk(heard.task, heard.senders) & (heard.task == held.offer[heard.rows, 0])
        wins = awards & (heard.price >= 0.0) & (held.bid[heard.rows, 0] >= heard.price)
        joins = np.zeros((len(me), 1), dtype=bool)
        joins[heard.rows[wins]] = True
        return held._replace(
            job=np.where(joins, held.offer, held.job),
            offer=np.zeros_like(held.offer),
            point=np.where(joins, self._starts[me], mean),
            trial=np.where(joins, self._starts[me], moved),
            target=np.where(joins, held.offered, held.target),
        )

    def _moved(self, held: _MemberRows, me: Ints, heard: _Arrived) -> tuple[Floats, Floats]:
        """(k, d) the means v and the next points x of a step."""
        at = heard.rows
        same = (heard.task == held.job[at, 0]) & (heard.target == held.target[at]).all(axis=1)
        rows = np.concatenate([np.arange(len(me)), at[same]])
        fitness = np.concatenate([loss(self._objective, held.trial - held.target), heard.fitness[same]])
        points = np.concatenate([held.trial, heard.point[same]])
        weight = (_softmin if self.weights == "softmin" else _by_rank)(rows, fitness, len(me), self.sharpness)
        sums = [np.bincount(rows, weight * column, minlength=len(me)) for column in points.T]
        total = np.bincount(rows, weight, minlength=len(me))
        mean = clip_finite(np.stack(sums, axis=1) / total[:, None], held.trial)
        away = held.trial - mean
        moved = clip_finite(held.trial - self.drift * away + self.noise * np.abs(away) * self._steps[me], held.trial)
        working = held.job > 0
        return np.where(working, mean, held.point), np.where(working, moved, held.trial)


def _softmin(rows: Ints, fitness: Floats, k: int, sharpness: float) -> Floats:
    """The weight of each point of k neighborhoods: e^(−α (f − the least f))."""
    best = np.full(k, np.inf)
    np.minimum.at(best, rows, fitness)
    weight: Floats = np.exp(-sharpness * (fitness - best[rows]))
    return weight


def _by_rank(rows: Ints, fitness: Floats, k: int, sharpness: float) -> Floats:
    """The weight of each point of k neighborhoods: max(0, log(c/2 + 1/2) − log r), r = 1 for the lowest f of c."""
    order = np.lexsort((fitness, rows))
    counts = np.bincount(rows, minlength=k)
    rank = np.empty(len(rows))
    rank[order] = np.arange(len(rows)) - (np.cumsum(counts) - counts)[rows[order]] + 1.0
    highest = np.log(np.maximum(counts, 2) / 2.0 + 0.5)
    weight: Floats = np.maximum(highest[rows] - np.log(rank), 0.0)
    return weight


def _best(heard: _Arrived, valid: Bools, k: int) -> Ints:
    """(k,) the edge with the valid call of the highest value, of equal ones the lowest task; −1 without a call."""
    at = np.flatnonzero(valid)
    order = at[np.lexsort((heard.task[at], -heard.value[at], heard.rows[at]))]
    rows, first = np.unique(heard.rows[order], return_index=True)
    edge = np.full(k, -1)
    edge[rows] = order[first]
    return edge
