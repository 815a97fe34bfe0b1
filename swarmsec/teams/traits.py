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
    """What a defense may see, and how it may act."""

    LOCAL = "local"
    """Each daemon sees its own signal, state and decision, the messages that arrived at it, what the world shows it,
    and the answers of neighbors to its questions. It weighs and ignores its own messages, filters its own signal and
    governs its own decision."""
    GOSSIP = "gossip"
    """The same, and daemons tell each other what they choose, over a counted channel; hijacked ones forge it."""
    MONITOR = "monitor"
    """All messages as they were sent. It also isolates, suspends and restores daemons."""
    ORACLE = "oracle"
    """Ground truth, for the null defense with perfect detection."""

    @property
    def acts_on_swarm(self) -> bool:
        """Whether it may isolate, suspend and restore daemons."""
        return self in (Vantage.MONITOR, Vantage.ORACLE)
