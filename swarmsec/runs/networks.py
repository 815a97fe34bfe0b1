"""The network that the arms of one seed share."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from swarmsec.network import Network
from swarmsec.scenario import Scenario


class NetworkCache:
    """Cache the last network only, because a network of a million daemons takes much memory."""

    def __init__(self) -> None:
        self._key: tuple[Any, ...] = ()
        self._network: Network | None = None

    def network_of(self, scenario: Scenario, seed: int) -> Network:
        """The network of one seed; drawn unless the last one has the same topology and random stream."""
        topology, streams = scenario.parts.topology.plugin, scenario.streams(seed)
        parameters = json.dumps(dataclasses.asdict(topology), sort_keys=True)
        key = (type(topology), parameters, streams)
        if self._network is None or key != self._key:
            self._network = None  # The old one is freed before the new one is drawn.
            self._network, self._key = scenario.network(seed), key
        return self._network

    def clear(self) -> None:
        """Drop the network."""
        self._network, self._key = None, ()
