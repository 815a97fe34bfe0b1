"""The interface of the swarm's model for the round and the daemons. The model imports both, so it is separate."""

from __future__ import annotations

from typing import Protocol

from swarmsec.arrays import Floats
from swarmsec.messages import Messages
from swarmsec.network import Network
from swarmsec.protocols import NegotiationProtocol
from swarmsec.swarm.blue import BlueTeam
from swarmsec.swarm.red import RedTeam
from swarmsec.swarm.trace import Recorder
from swarmsec.worlds import Observed, Outcome, World


class Swarm(Protocol):
    """See `SwarmModel`, which implements it.

    Attributes:
        state: (n, D) the state of every daemon; None before the first round.
        observed: What could be seen of the world after the last round.
        round: The number of rounds that were run.
    """

    network: Network
    world: World
    protocol: NegotiationProtocol
    red: RedTeam
    blue: BlueTeam
    recorder: Recorder
    state: Floats | None
    round: int
    observed: Observed

    @property
    def proposals(self) -> Floats:
        """(n, d) the proposal of every daemon."""

    @property
    def all_proposals(self) -> Floats:
        """(n + reserve, d) the same, with those of identities."""

    def sense(self) -> Floats:
        """(n + reserve, d) the signals, with those of identities, which have no feed."""

    def decide(self) -> Floats:
        """(n + reserve, k) the decisions; identities decide nothing."""

    def of_daemons(self, values: Floats) -> Floats:
        """(n, ...) the rows of the daemons that the world knows."""

    def observe(self) -> Observed:
        """What the world shows after a round, with zeros about identities."""

    def begin_round(self) -> None:
        """Begin a round for both teams, and note the daemons under attack."""

    def speak(self, state: Floats, signals: Floats) -> Messages:
        """The messages of all daemons, before red and blue change them."""

    def transmit(self, messages: Messages) -> Messages:
        """The messages that arrive."""

    def limit_inboxes(self, messages: Messages) -> Messages:
        """The messages that daemons process."""

    def listen(self, messages: Messages, state: Floats, signals: Floats) -> Floats:
        """(n, D) the next state."""

    def record_proposals(self) -> None:
        """Record the proposals, and check them against the promises of the defenses."""

    def add_traffic(self, messages: Messages) -> None:
        """Count the messages and bytes that were sent."""

    def count_honest(self, spoken: Messages, admitted: Messages) -> None:
        """Count the messages between honest daemons."""

    def record_round(self, outcome: Outcome) -> None:
        """Record the figures of the round."""
