"""The traits of a plug-in: where it touches, what it knows, what it sees. Traits are data, and tests check them."""

from __future__ import annotations

from enum import Enum, Flag, auto


class Surface(Flag):
    """Where an attack touches the swarm.

    SIGNAL and NETWORK, TIMING leave every daemon uncompromised; MESSAGE and DAEMON take a daemon's credentials.
    """

    NONE = 0
    SIGNAL = auto()
    MESSAGE = auto()
    DAEMON = auto()
    NETWORK = auto()
    TIMING = auto()

    @property
    def compromises(self) -> bool:
        """Whether an attack on this surface needs the credentials of the daemons that it targets."""
        return bool(self & (Surface.MESSAGE | Surface.DAEMON))


class Knowledge(Flag):
    """What an attack knows beyond its own targets."""

    NONE = 0
    SIGNALS = auto()
    """Every daemon's readings and beliefs."""
    TOPOLOGY = auto()
    """Who listens to whom."""
    DEFENSE = auto()
    """Which defenses stand, and with which parameters."""


class Vantage(Enum):
    """What a defense may see."""

    LOCAL = "local"
    """A daemon's own reading, belief and inbox, and what its neighbors tell it when asked."""
    GOSSIP = "gossip"
    """What daemons relay about each other; forgeable."""
    MONITOR = "monitor"
    """All traffic."""
    ORACLE = "oracle"
    """The truth. Only for the null that shows what a perfect detector could reach, never for a defense."""
