"""One attack of a run: its view, and the check that its changes stay within its surface."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from swarmsec.arrays import Floats, Ints, read_only
from swarmsec.errors import PluginError
from swarmsec.messages import Messages
from swarmsec.network import DELAY_MAX, Network
from swarmsec.swarm.hooks import call, floats
from swarmsec.swarm.setup import PluginSpec
from swarmsec.teams import Attack, Channels, Knowledge, Links, RedState, RedView


class ActiveAttack:
    """One attack of a run.

    Attributes:
        spec: The attack.
        on: Whether it is on in this round.
        targets: (k,) the daemons that it targets.
        hijacked: (k,) the daemons that it has hijacked, ascending. The view shows both and cannot change them.
        state: The data that the view shows.
        view: The attack's view.
    """

    def __init__(
        self,
        spec: PluginSpec[Attack],
        network: Network,
        targets: Ints,
        *,
        rng: np.random.Generator,
        defenses: tuple[dict[str, object], ...],
        hijack: Callable[[str, Ints], Ints],
    ) -> None:
        self.spec = spec
        self.on = False
        self.targets = read_only(targets)
        self.hijacked: Ints = np.empty(0, dtype=np.int32)
        self.state = RedState.initial(network.n)
        self.view = RedView(
            rng=rng,
            network=network,
            targets=targets,
            state=self.state,
            knowledge=spec.plugin.knowledge,
            defenses=defenses,
            hijack=self.take,
        )
        self._network = network
        self._hijack = hijack
        self._proposals: Floats | None = None
        self._before: Floats | None = None
        self._edges: Ints | None = None
        self._links: Ints | None = None

    def take(self, daemons: Ints) -> Ints:
        """Hijack daemons through this attack, as far as the rules allow.

        Returns:
            (k,) those of `daemons` that are hijacked now.

        Raises:
            PluginError: The attack is off, or has a surface that compromises no daemon.
        """
        if not self.spec.plugin.surface.compromises:
            raise PluginError("has a surface that compromises no daemon", where=f"{self.spec.kind}: red.hijack")
        if not self.on:
            raise PluginError("hijacks while it is off", where=f"{self.spec.kind}: red.hijack")
        taken = self._hijack(self.spec.kind, daemons)
        self.hijacked = read_only(np.union1d(self.hijacked, taken).astype(np.int32))
        self.state.hijacked = self.hijacked
        self._note_proposals()
        self._edges = None
        return taken

    def change_signals(self, signals: Floats) -> Floats:
        """(n, d) the signals after the attack changed the rows of its targets."""
        shown = self._shown(signals, self.targets)
        changed = call(self.spec, "on_signals", shown, self.view)
        return self._accepted("on_signals", changed, shown, signals, self.targets)

    def change_proposals(self, proposals: Floats) -> Floats:
        """(n, d) the proposals after it changed the rows of its hijacked daemons; it may hijack more here."""
        self._proposals = proposals
        self._note_proposals()
        shown = self._shown(proposals, self.hijacked)
        changed = call(self.spec, "on_daemons", shown, self.view)
        return self._accepted("on_daemons", changed, shown, proposals, self.hijacked)

    def change_messages(self, messages: Messages) -> Messages:
        """The messages after the attack changed those of its hijacked daemons."""
        if self._edges is None:
            self._edges = self._network.edges_from(self.hijacked)
        edges = self._edges
        before = self._channels(messages, edges)
        after = call(self.spec, "on_messages", before, self.view)
        where = f"{self.spec.kind}.on_messages"
        if not isinstance(after, Channels):
            raise PluginError(f"gives {type(after).__name__}; must be the channels, changed or not", where=where)
        payload = floats(after.payload, before.payload.shape, where)
        copies = floats(after.copies, before.copies.shape, where).astype(np.int32)
        if (copies < 0).any():
            raise PluginError("sends a negative number of copies", where=where)
        return messages.with_payload(edges, payload).with_copies(edges, copies)

    def change_links(self, messages: Messages) -> Messages:
        """The messages, with weight 0 on the cut links of its targets, and delays on their delayed links."""
        if self._links is None:
            mask = np.zeros(self._network.n, dtype=bool)
            mask[self.targets] = True
            self._links = np.flatnonzero(mask[self._network.indices] | mask[self._network.receivers]).astype(np.int32)
        ends = self._network.indices[self._links], self._network.receivers[self._links]
        links = call(self.spec, "on_network", Links(*ends, np.ones(len(self._links), dtype=bool)), self.view)
        where = f"{self.spec.kind}.on_network"
        if not isinstance(links, Links) or links.up.shape != self._links.shape or links.up.dtype != bool:
            raise PluginError(f"must give the links, with a mask of {len(self._links):,} that are up", where=where)
        if links.delays is not None:
            delays = floats(np.asarray(links.delays, dtype=np.float64), links.up.shape, where)
            if not ((delays >= 0) & (delays <= DELAY_MAX)).all():
                raise PluginError(f"gives a delay outside of 0 to {DELAY_MAX:,} exchanges", where=where)
            messages = messages.with_delays(self._links, delays.astype(np.int32))
        if links.up.all():
            return messages
        weights = np.ones(self._network.m)
        weights[self._links[~links.up]] = 0.0
        return messages.with_weights(weights)

    def _note_proposals(self) -> None:
        """Record the proposals of daemons when they are hijacked, for `RedView.before`."""
        if self._proposals is None:
            return
        if self._before is None:
            self._before = np.full_like(self._proposals, np.nan)
            self.state.before = read_only(self._before)
        fresh = self.hijacked[np.isnan(self._before[self.hijacked]).all(axis=1)]
        self._before[fresh] = self._proposals[fresh]

    def _shown(self, values: Floats, rows: Ints) -> Floats:
        """(n, d) the values visible to the attack: NaN outside of `rows` unless it knows signals."""
        if Knowledge.SIGNALS in self.spec.plugin.knowledge:
            return read_only(values)
        shown = np.full_like(values, np.nan)
        shown[rows] = values[rows]
        return read_only(shown)

    def _accepted(self, hook: str, changed: Floats, shown: Floats, values: Floats, rows: Ints) -> Floats:
        """(n, d) the values with `rows` as the attack changed them.

        Raises:
            PluginError: It changed another row.
        """
        changed = floats(changed, values.shape, f"{self.spec.kind}.{hook}")
        untouched = (changed == shown) | (np.isnan(changed) & np.isnan(shown))
        foreign = ~untouched.all(axis=1)
        foreign[rows] = False
        if foreign.any():
            first = int(np.flatnonzero(foreign)[0])
            raise PluginError(
                f"changes daemon {first}, which is not one of its targets or hijacked daemons",
                where=f"{self.spec.kind}.{hook}",
            )
        accepted = values.copy()
        accepted[rows] = np.where(untouched[rows], values[rows], changed[rows])
        return accepted

    def _channels(self, messages: Messages, edges: Ints) -> Channels:
        """The channels on `edges`, with the messages of this exchange in both directions."""
        back = self._network.reverse[edges]
        return Channels(
            sender=read_only(self._network.indices[edges]),
            receiver=read_only(self._network.receivers[edges]),
            payload=read_only(messages.on(edges)),
            heard=read_only(np.where((back >= 0)[:, None], messages.on(back), np.nan)),
            copies=read_only(messages.copies_on(edges)),
        )
