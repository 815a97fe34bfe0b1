"""An attack names the components of messages by the protocol's own names."""

from __future__ import annotations

from dataclasses import dataclass

from swarmsec.network import topology
from swarmsec.protocols.vickrey import Vickrey
from swarmsec.teams import Attack, Channels, RedView, Surface
from swarmsec.worlds.allocation import Allocation
from tests.strategies import play, swarm_of


@dataclass(kw_only=True)
class OverBid(Attack):
    """Bid ten times the worth."""

    surface = Surface.MESSAGE

    def on_messages(self, channels: Channels, red: RedView) -> Channels:
        return channels.saying(bid=10.0 * channels["bid"])


def test_a_bid_lie_changes_the_messages_of_an_auction() -> None:
    def bills(attacks):
        world = Allocation(worths=[[1.0], [2.0], [3.0], [2.5]], items=1)
        swarm = swarm_of(
            topology("complete", n=4), world=world, protocol=Vickrey(), attacks=attacks, arm="attacked", rounds=20
        )
        return play(swarm).bill.tolist()

    assert bills([OverBid(daemons=[0])]) != bills([])
