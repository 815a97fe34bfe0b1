"""Bargaining in pairs against NegMAS: the same sessions, with linear concession over one issue in five turns each.

NegMAS runs one session after the other, with offers from a list of values; we run all pairs of a swarm at once.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator

import numpy as np
from peers import Peer, PeerError

from swarmsec.messages import as_messages
from swarmsec.network import Network
from swarmsec.protocols import ProtocolView
from swarmsec.protocols.alternating_offers import AlternatingOffers
from swarmsec.rng import stream

PAIRS, THEIRS, TURNS = 1_000, 40, 5


def ours() -> float:
    """The seconds for one session of every pair; all agree on 0.5."""
    pairs = np.arange(2 * PAIRS).reshape(-1, 2)
    network = Network.from_edges(2 * PAIRS, pairs)
    protocol = AlternatingOffers(deadline=TURNS)
    protocol.begin(ProtocolView(network=network, rng=stream(0, "bench", 0, "protocol")))
    signals = np.tile([0.0, 1.0], PAIRS)[:, None]
    start = time.perf_counter()
    state = protocol.initial_state(signals)
    for _ in range(2 * TURNS):
        protocol.begin_exchange()
        state = protocol.listen(
            as_messages(network, protocol.speak(state, signals)), None, state=state, signals=signals
        )
    seconds = time.perf_counter() - start
    assert (protocol.proposals(state) == 0.5).all()
    return seconds


def test_time_of_bargaining(benchmark) -> None:
    benchmark(ours)


def rows() -> Iterator[tuple[str, str, str, bool]]:
    """Sessions per second, as a ratio of ours to those of NegMAS."""
    what = "bargaining, 1,000 pairs at once: faster than NegMAS"
    try:
        peer = Peer("negmas")
        ours()
        ratios = []
        for _ in range(5):
            theirs = peer.ask(turns=TURNS, sessions=THEIRS) / THEIRS
            ratios.append(theirs / (ours() / PAIRS))
        peer.close()
    except PeerError as error:
        yield what, f"no NegMAS: {error}"[:16], "1 ×", False
        return
    ratio = statistics.median(ratios)
    yield what, f"{ratio:.0f} ×", "1 ×", ratio >= 1
