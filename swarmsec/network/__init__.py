"""The graph of a swarm: which daemon listens to which, topologies that draw it, and its robustness.

Only code that depends on the graph alone belongs here. Messages on its edges belong in `messages` and `protocols`, and
attacks on its links in `teams`.
"""

from swarmsec.network._byzantine import Byzantine, byzantine
from swarmsec.network._delivery import Delivery
from swarmsec.network._joining import Join, Joined, join, taking_part, with_rows
from swarmsec.network._network import Network, Outgoing
from swarmsec.network._robustness import Robustness, robustness
from swarmsec.network._topology import topology
from swarmsec.network.topologies._base import DELAY_MAX, Daemons, Probability, Topology

__all__ = [
    "DELAY_MAX",
    "Byzantine",
    "Daemons",
    "Delivery",
    "Join",
    "Joined",
    "Network",
    "Outgoing",
    "Probability",
    "Robustness",
    "Topology",
    "byzantine",
    "join",
    "robustness",
    "taking_part",
    "topology",
    "with_rows",
]
