"""The traits of a plug-in: surface, knowledge, vantage. Traits are data, and tests check them."""

from __future__ import annotations

from enum import Enum, Flag, auto


class Surface(Flag):
    """The part of the swarm that an attack changes.

    SIGNAL, NETWORK and TIMING leave every daemon uncompromised; MESSAGE and DAEMON need a daemon's credentials.
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
    """The knowledge of an attack beyond its own targets."""

    NONE = 0
    SIGNALS = auto()
    """The signals and proposals of all daemons."""
    TOPOLOGY = auto()
    """The network."""
    DEFENSE = auto()
    """Kinds and parameters of the defenses."""


class Vantage(Enum):
    """The data that a defense may read."""

    LOCAL = "local"
    """A daemon's own signal, proposal and inbox, and the answers of neighbors to its questions."""
    GOSSIP = "gossip"
    """Claims of daemons about each other, which can be forged."""
    MONITOR = "monitor"
    """All traffic."""
    ORACLE = "oracle"
    """Ground truth, for the null defense with perfect detection."""
