"""The graph of a swarm: who listens to whom, the topologies that make one, and how robust it is against liars.

Here belongs what can be said of a graph alone. What daemons say on its edges belongs in protocols and aggregation,
and what a team may do to it in teams.
"""

from swarmsec.network._byzantine import Byzantine, byzantine
from swarmsec.network._delivery import Delivery
from swarmsec.network._network import Network, Outgoing
from swarmsec.network._robustness import Robustness, robustness
from swarmsec.network._topology import TOPOLOGIES, topology
from swarmsec.network._topology_base import DELAY_MAX, Topology

__all__ = [
    "DELAY_MAX",
    "TOPOLOGIES",
    "Byzantine",
    "Delivery",
    "Network",
    "Outgoing",
    "Robustness",
    "Topology",
    "byzantine",
    "robustness",
    "topology",
]
