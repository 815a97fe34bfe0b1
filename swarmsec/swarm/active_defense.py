"""One defense of a run: its view, and its actions, which it hands to its team."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

from swarmsec.arrays import Bools, Floats, Ints
from swarmsec.errors import PluginError
from swarmsec.messages import Messages
from swarmsec.network import Joined
from swarmsec.swarm.channel import ClaimChannel, Forge
from swarmsec.swarm.setup import PluginSpec, Setup
from swarmsec.teams import BlueState, BlueView, Defense


class DefenseServices(Protocol):
    """The actions of a team that its defenses share; see `BlueTeam`."""

    state: BlueState

    def isolate(self, number: int, daemons: Ints) -> Ints:
        """Isolate daemons for a defense."""

    def release(self, number: int, daemons: Ints) -> None:
        """Release daemons for a defense."""

    def suspend(self, number: int, daemons: Ints) -> Ints:
        """Suspend daemons for a defense."""

    def resume(self, number: int, daemons: Ints) -> None:
        """Resume daemons for a defense."""

    def restore(self, number: int, daemons: Ints) -> Ints:
        """Take daemons down for a defense."""

    def neutral(self, decisions: Floats) -> Floats | None:
        """(n, k) the decisions of daemons that do not act."""

    def alarm(self, daemons: Ints, scores: Floats | None = None) -> None:
        """Raise an alarm."""

    def update_listening(self) -> None:
        """Apply a change of the ignored edges."""

    def within_quarantine(self, dropped: Bools) -> Bools:
        """(m,) the edges on which a defense that acts on the whole swarm may drop messages."""

    @property
    def listening(self) -> Floats | None:
        """(m,) 0 on edges that nobody listens on; None if there are none."""

    @property
    def links(self) -> Messages | None:
        """The messages of the last exchange, with the cuts and delays of red."""


class ActiveDefense:
    """One defense of a run, with its view; it implements the view's `Responder`.

    Attributes:
        spec: The defense.
        gateway: Whether every act passes through it, as it was before round 0.
        acts_on_swarm: Whether its vantage lets it act on the whole swarm.
        ignored: (m,) the edges whose receivers ignore the sender for this defense; None if there are none.
        channel: The channel of its claims.
        view: The defense's view.
    """

    def __init__(
        self,
        team: DefenseServices,
        setup: Setup,
        number: int,
        spec: PluginSpec[Defense],
        *,
        truth: Callable[[], Bools],
        forge: Forge,
    ) -> None:
        self.spec, self.gateway, self._ignores = spec, bool(spec.plugin.is_gateway), spec.plugin.ignores
        self.acts_on_swarm = spec.plugin.vantage.acts_on_swarm
        self.ignored: Bools | None = None
        network, streams = setup.network_with_rows, setup.streams
        self._team, self._number, self._m = team, number, network.m
        self.channel = ClaimChannel(network, lambda name: streams.of(f"blue/{number}/links/{name}"), forge)
        self.view = BlueView(
            rng=streams.of(f"blue/{number}"),
            network=network,
            rounds=setup.rounds,
            vantage=spec.plugin.vantage,
            quarantine_limit=setup.rules.quarantine_limit(setup.network.n),
            reserve=setup.network.reserve,
            responder=self,
            state=team.state,
            truth=truth,
            columns=lambda: setup.protocol.columns,
        )

    def relink(self, joined: Joined) -> None:
        """Go on with a network that identities have joined."""
        self._m = joined.network.m
        self.ignored = None if self.ignored is None else joined.extend(self.ignored, False)
        self.channel.relink(joined)

    def overrides(self, hook: str) -> bool:
        """Whether the defense has a hook of its own; what it does not override is not called."""
        return self.spec.plugin.overrides(hook)

    def isolate(self, daemons: Ints) -> Ints:
        """See `BlueView.isolate`."""
        return self._team.isolate(self._number, daemons)

    def release(self, daemons: Ints) -> None:
        """See `BlueView.release`."""
        self._team.release(self._number, daemons)

    def suspend(self, daemons: Ints) -> Ints:
        """See `BlueView.suspend`."""
        return self._team.suspend(self._number, daemons)

    def resume(self, daemons: Ints) -> None:
        """See `BlueView.resume`."""
        self._team.resume(self._number, daemons)

    def restore(self, daemons: Ints) -> Ints:
        """See `BlueView.restore`."""
        return self._team.restore(self._number, daemons)

    def ignore(self, edges: Ints, *, ignored: bool) -> None:
        """See `BlueView.ignore` and `BlueView.heed`."""
        if not self._ignores:
            raise PluginError(
                "ignores messages, but declares `ignores = False`", where=f"{self.spec.kind}: blue.ignore"
            )
        if self.ignored is None:
            self.ignored = np.zeros(self._m, dtype=bool)
        self.ignored[edges] = ignored
        if self.acts_on_swarm:
            self.ignored = self._team.within_quarantine(self.ignored)
        if ignored:
            self._team.alarm(np.unique(self.view.network.indices[edges]))
        self._team.update_listening()

    def neutral(self, decisions: Floats) -> Floats | None:
        """See `BlueView.neutral`."""
        return self._team.neutral(decisions)

    def alarm(self, daemons: Ints, scores: Floats | None) -> None:
        """See `BlueView.alarm`."""
        self._team.alarm(daemons, scores)

    def tell(self, values: Floats, *, by_edge: bool) -> Messages:
        """See `BlueView.tell`."""
        team = self._team
        return self.channel.tell(values, by_edge=by_edge, listening=team.listening, links=team.links)
