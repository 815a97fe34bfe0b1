"""The view of a defense: everything that it may read and do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
import numpy.typing as npt

from swarmsec.aggregation import Neighborhoods
from swarmsec.arrays import Bools, Daemons, Floats, Ints, frozen
from swarmsec.errors import NotVisibleError, PluginError
from swarmsec.immunity import BehaviorTracker, Features, MessageTracker
from swarmsec.messages import Messages, as_arrived, as_sent
from swarmsec.network import Joined, Network, taking_part
from swarmsec.teams.observed import Observed
from swarmsec.teams.selectors import checked_daemons
from swarmsec.teams.traits import Vantage


class Responder(Protocol):
    """The part of the engine that applies the actions of a defense, within the rules, and counts their costs."""

    def isolate(self, daemons: Ints) -> Ints:
        """See `BlueView.isolate`."""

    def release(self, daemons: Ints) -> None:
        """See `BlueView.release`."""

    def suspend(self, daemons: Ints) -> Ints:
        """See `BlueView.suspend`."""

    def resume(self, daemons: Ints) -> None:
        """See `BlueView.resume`."""

    def restore(self, daemons: Ints) -> Ints:
        """See `BlueView.restore`."""

    def ignore(self, edges: Ints, *, ignored: bool) -> None:
        """See `BlueView.ignore` and `BlueView.heed`."""

    def neutral(self, decisions: Floats) -> Floats | None:
        """See `BlueView.neutral`."""

    def alarm(self, daemons: Ints, scores: Floats | None) -> None:
        """See `BlueView.alarm`."""

    def tell(self, values: Floats, *, by_edge: bool) -> Messages:
        """See `BlueView.tell`."""


class BlueState:
    """The data behind `BlueView` that change from round to round; one for all defenses of a run.

    Attributes:
        round: The current round, from 0.
        isolated: (n,) the daemons that are isolated.
        suspended: (n,) the daemons that are suspended.
        down: (n,) the daemons that are being restored.
        observed: What the world shows after the round; None before the first `respond`, or if it shows nothing.
        shown: How often `show` was called.
    """

    def __init__(self, n: int) -> None:
        self.round = 0
        self.isolated: Bools = np.zeros(n, dtype=bool)
        self.suspended: Bools = self.isolated
        self.down: Bools = self.isolated
        self.observed: Observed | None = None
        self._frozen_in = -1
        self.shown = 0
        self._sent: Messages | None = None
        self._arrived: Messages | None = None
        self._inboxes: dict[bool, Messages] = {}
        self._own: dict[str, Floats] = {}
        self._relinks: list[Callable[[Joined], None]] = []

    def show(self, sent: Messages, arrived: Messages, observed: Observed | None, **own: Floats) -> None:
        """Show the messages of the last exchange of a round, what the world shows, and each daemon's own values."""
        self._sent, self._arrived, self.observed = sent, arrived, observed
        self._own = own
        self._inboxes.clear()
        self.shown += 1

    def on_join(self, relink: Callable[[Joined], None]) -> None:
        """Call `relink` whenever identities have joined."""
        self._relinks.append(relink)

    def relink(self, joined: Joined) -> None:
        """Go on with a network that identities have joined."""
        for relink in self._relinks:
            relink(joined)
        if self._sent is not None and self._arrived is not None:
            self._sent, self._arrived = self._sent.relinked(joined), self._arrived.relinked(joined)
        self._inboxes.clear()

    def frozen_observed(self) -> Observed | None:
        """What the world shows, as copies that cannot be written; made when it is first read in a round."""
        if self.observed is not None and self._frozen_in != self.shown:
            own = {name: frozen(values) for name, values in self.observed.own.items()}
            self.observed, self._frozen_in = Observed(public=dict(self.observed.public), own=own), self.shown
        return self.observed

    def inbox(self, *, all_traffic: bool) -> Messages:
        """The messages that were sent, or those that arrived; the copy is made when it is first read."""
        if self._sent is None or self._arrived is None:
            raise NotVisibleError("no message has been sent yet; `blue.inbox` can be read from `respond` of round 0 on")
        if all_traffic not in self._inboxes:
            self._inboxes[all_traffic] = as_sent(self._sent) if all_traffic else as_arrived(self._arrived)
        return self._inboxes[all_traffic]

    def own(self, name: str) -> Floats:
        """(n, ·) each daemon's own values of the last round."""
        if name not in self._own:
            raise NotVisibleError(f"no round has ended yet; `blue.{name}` can be read from `respond` of round 0 on")
        return frozen(self._own[name])


class BlueView:
    """A defense's view of the swarm. Its arrays are copies, and immutable.

    Attributes:
        rng: The defense's own stream.
        n: The number of daemons, with the identities that may join: the last rows of every array, without links before.
        rounds: The number of rounds of the run.
        neighborhoods: Statistics over the values that daemons request from their neighbors, over the channel of `tell`.
        quarantine_limit: How many daemons the rules let blue isolate at once.
    """

    def __init__(
        self,
        *,
        rng: np.random.Generator,
        network: Network,
        rounds: int,
        vantage: Vantage,
        quarantine_limit: int,
        reserve: int = 0,
        responder: Responder,
        state: BlueState,
        truth: Callable[[], Bools],
        columns: Callable[[], tuple[str, ...]],
    ) -> None:
        self.rng = rng
        self.n = network.n
        self.rounds = rounds
        self.neighborhoods = Neighborhoods(network, self._ask)
        self.quarantine_limit = quarantine_limit
        self._network = network
        self._reserve = reserve
        self._vantage = vantage
        self._responder = responder
        self._state = state
        self._truth = truth
        self._columns = columns
        self._tracker: BehaviorTracker | MessageTracker | None = None
        self._features: Features | None = None
        self._observed = 0
        self._claims: Messages | None = None
        self._ignored: Bools | None = None
        state.on_join(self._relink)

    @property
    def round(self) -> int:
        """The current round, from 0."""
        return self._state.round

    @property
    def network(self) -> Network:
        """The network: every daemon knows its own neighbors. Between rounds it gets the links of who joined."""
        return self._network

    @property
    def columns(self) -> tuple[str, ...]:
        """(w,) the names of a message's components, as the protocol calls them; several may have one name."""
        return self._columns()

    @property
    def joined(self) -> Bools:
        """(n,) the daemons that take part: all but identities that have not joined, which say nothing."""
        return frozen(taking_part(self._network, self._reserve))

    @property
    def inbox(self) -> Messages:
        """The messages of the last exchange, before any defense weighed them.

        What arrived at each receiver: a message that was lost, cut, withheld or delayed is NaN with weight 0, and
        nothing tells which. A monitor sees what was sent instead.
        """
        return self._state.inbox(all_traffic=self._vantage.acts_on_swarm)

    @property
    def proposals(self) -> Floats:
        """(n, d) each daemon's own proposal after the last round."""
        return self._state.own("proposals")

    @property
    def decisions(self) -> Floats:
        """(n, k) each daemon's own decision in the last round, as the defenses governed it."""
        return self._state.own("decisions")

    def neutral(self, decisions: Floats) -> Floats | None:
        """(n, k) → (n, k): what each daemon decides if it does not act now, such as to hold what it holds.

        A row depends on the same row only. None in a world that does not say what is neutral.
        """
        neutral = self._responder.neutral(decisions)
        return None if neutral is None else frozen(neutral)

    @property
    def observed(self) -> Observed | None:
        """What the world shows of the last round: public figures, and each daemon's own. None if it shows nothing."""
        return self._state.frozen_observed()

    @property
    def features(self) -> Features:
        """The behavior since this defense last read it; computed when read, at most once a round.

        A monitor gets one row per daemon (`FEATURES`); a local or gossip defense one row per edge, about the sender as
        its receiver heard it (`MESSAGE_FEATURES`).
        """
        if self._features is None or self._observed != self._state.shown:
            if self._tracker is None:
                by_daemon = self._vantage.acts_on_swarm
                self._tracker = BehaviorTracker(self._network) if by_daemon else MessageTracker(self._network)
            self._features, self._observed = self._tracker.observe(self.inbox), self._state.shown
        return self._features

    @property
    def claims(self) -> Messages:
        """The claims that arrived when this defense last told something; NaN where none did. Needs `Vantage.GOSSIP`."""
        self._need(self._vantage is not Vantage.LOCAL, "claims", Vantage.GOSSIP)
        if self._claims is None:
            raise NotVisibleError("nothing was told yet; `blue.claims` holds what arrives after `blue.tell`")
        return self._claims

    @property
    def ignored(self) -> Bools:
        """(m,) the edges whose receiver ignores the sender for this defense."""
        return frozen(np.zeros(self._network.m, dtype=bool) if self._ignored is None else self._ignored)

    @property
    def quarantined(self) -> Bools:
        """(n,) the daemons that are isolated. Needs `Vantage.MONITOR`."""
        self._need_swarm("quarantined")
        return frozen(self._state.isolated)

    @property
    def suspended(self) -> Bools:
        """(n,) the daemons that are suspended. Needs `Vantage.MONITOR`."""
        self._need_swarm("suspended")
        return frozen(self._state.suspended)

    @property
    def down(self) -> Bools:
        """(n,) the daemons that are being restored. Needs `Vantage.MONITOR`."""
        self._need_swarm("down")
        return frozen(self._state.down)

    @property
    def truth(self) -> Bools:
        """(n,) the daemons that are attacked in this round. Needs `Vantage.ORACLE`."""
        self._need(self._vantage is Vantage.ORACLE, "truth", Vantage.ORACLE)
        return frozen(self._truth())

    def alarm(self, daemons: Daemons, scores: npt.ArrayLike | None = None) -> None:
        """Raise an alarm about these daemons; it is recorded and scored, and has no other effect.

        Args:
            daemons: (k,) the daemons.
            scores: (k,) how suspicious each is, higher is more; 1 unless given.
        """
        rows = checked_daemons(daemons, self.n, act="blue.alarm")
        self._responder.alarm(rows, None if scores is None else _checked_scores(scores, len(rows)))

    def ignore(self, edges: Daemons) -> None:
        """From the next exchange on, receivers drop the messages on these edges: (k,) numbers below m.

        It is an alarm about the senders, as long as it lasts. A daemon that most of its listeners ignore counts as
        quarantined; with this and `weigh` a monitor silences no more daemons than it may isolate.
        """
        self._set_ignored(edges, ignored=True, act="blue.ignore")

    def heed(self, edges: Daemons) -> None:
        """Listen on these edges again, unless another defense ignores them."""
        self._set_ignored(edges, ignored=False, act="blue.heed")

    def tell(self, values: npt.ArrayLike, *, by_edge: bool = False) -> Messages:
        """Let each daemon tell its listeners something; returns what arrives now, which `claims` then holds too.

        Counted as messages, lost and delayed by the same links, and forged by hijacked daemons. Needs `Vantage.GOSSIP`.

        Args:
            values: (n, c) what each daemon tells all its listeners; a row of NaN tells nothing.
            by_edge: Whether `values` are (m, c), one row an edge, so that listeners are told different things.
        """
        self._need(self._vantage is not Vantage.LOCAL, "tell", Vantage.GOSSIP)
        told = np.asarray(values, dtype=np.float64)
        rows = self._network.m if by_edge else self.n
        if told.ndim != 2 or len(told) != rows:
            raise PluginError(f"tells values of shape {told.shape}; must be ({rows}, c)", where="blue.tell")
        self._claims = self._responder.tell(told, by_edge=by_edge)
        return self._claims

    def isolate(self, daemons: Daemons) -> Ints:
        """Drop all messages of these daemons, in the order given, as far as the rules allow. Needs `Vantage.MONITOR`.

        An isolated daemon still receives messages, so that it can recover, and still acts on the world.

        Returns:
            (k,) the daemons that this call isolated.
        """
        self._need_swarm("isolate")
        return self._responder.isolate(checked_daemons(daemons, self.n, act="blue.isolate"))

    def release(self, daemons: Daemons) -> None:
        """End the isolation of these daemons, unless another defense keeps them isolated. Needs `Vantage.MONITOR`."""
        self._need_swarm("release")
        self._responder.release(checked_daemons(daemons, self.n, act="blue.release"))

    def suspend(self, daemons: Daemons) -> Ints:
        """Stop the acts of these daemons, as far as the rules allow. Needs `Vantage.MONITOR`.

        A suspended daemon, hijacked or not, decides what the world calls neutral, and the world bills that. It still
        speaks and listens. It is an alarm about the daemon, as long as it lasts.

        Returns:
            (k,) the daemons that this call suspended.
        """
        self._need_swarm("suspend")
        return self._responder.suspend(checked_daemons(daemons, self.n, act="blue.suspend"))

    def resume(self, daemons: Daemons) -> None:
        """End the suspension of these daemons, unless another defense suspends them. Needs `Vantage.MONITOR`."""
        self._need_swarm("resume")
        self._responder.resume(checked_daemons(daemons, self.n, act="blue.resume"))

    def restore(self, daemons: Daemons) -> Ints:
        """Take these daemons down, and bring them back clean after the downtime of the rules. Needs `Vantage.MONITOR`.

        It ends a hijack. While it is down, a daemon says nothing and decides what the world calls neutral; it listens,
        so that it catches up. Red may hijack it again.

        Returns:
            (k,) the daemons that this call takes down.
        """
        self._need_swarm("restore")
        return self._responder.restore(checked_daemons(daemons, self.n, act="blue.restore"))

    def _ask(self, values: Floats) -> Messages:
        return self._responder.tell(np.asarray(values, dtype=np.float64), by_edge=False)

    def _relink(self, joined: Joined) -> None:
        if self._tracker is not None:
            names, values, non_finite = self.features
            if isinstance(self._tracker, MessageTracker):
                values, non_finite = joined.extend(values, 0.0), joined.extend(non_finite, False)
            self._features = Features(names, frozen(values), frozen(non_finite))
            self._tracker.relink(joined)
        self._network = joined.network
        self.neighborhoods.relink(joined.network)
        self._claims = None if self._claims is None else as_arrived(self._claims.relinked(joined))
        self._ignored = None if self._ignored is None else joined.extend(self._ignored, False)

    def _set_ignored(self, edges: Daemons, *, ignored: bool, act: str) -> None:
        rows = checked_daemons(edges, self._network.m, act=act, what="edges")
        if self._ignored is None:
            self._ignored = np.zeros(self._network.m, dtype=bool)
        changed = rows[self._ignored[rows] != ignored]
        if len(changed):
            self._ignored[changed] = ignored
            self._responder.ignore(changed, ignored=ignored)

    def _need_swarm(self, what: str) -> None:
        self._need(self._vantage.acts_on_swarm, what, Vantage.MONITOR)

    def _need(self, has: bool, what: str, needed: Vantage) -> None:
        if not has:
            raise NotVisibleError(
                f"`blue.{what}` needs Vantage.{needed.name}; the vantage of this defense is {self._vantage.value}"
            )


def _checked_scores(scores: npt.ArrayLike, size: int) -> Floats:
    given = np.asarray(scores, dtype=np.float64)
    if given.shape != (size,) or not np.isfinite(given).all():
        raise PluginError(f"gives scores of shape {given.shape}; must be {size} finite numbers", where="blue.alarm")
    return given
