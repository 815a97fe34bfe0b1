"""Prove that a sender told its listeners different things, from what they relay to each other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from swarmsec.arrays import Bools, Floats, Ints
from swarmsec.immunity.edge_lookup import edges_between
from swarmsec.messages import Messages
from swarmsec.network import Network


def relays(heard: Floats, network: Network, priority: Floats) -> Floats:
    """(n, 1 + d) what each daemon relays: one of its neighbors, by number, and what it heard from it. NaN of nothing.

    It chooses the neighbor with the highest priority of those that it heard. As all draw the same priorities, the
    listeners of one daemon relay it in the same round, so that it can be compared.

    Args:
        heard: (m, d) what arrived on each edge; NaN where nothing finite did.
        network: The network, with m edges.
        priority: (n,) of each daemon, all different.
    """
    there = ~np.isnan(heard).any(axis=1)
    told = np.full((network.n, 1 + heard.shape[1]), np.nan)
    if there.any():
        some = network.degrees > 0
        offered = np.where(there, priority.take(network.indices), -np.inf)
        highest = np.maximum.reduceat(offered, network.indptr[:-1][some])
        chosen = np.flatnonzero(there & (offered == np.repeat(highest, network.degrees[some])))
        receivers = network.receivers[chosen]
        told[receivers, 0] = network.indices[chosen]
        told[receivers, 1:] = heard[chosen]
    return told


def contradictions(claims: Messages, words: Sequence[Floats]) -> Ints:
    """(m,) how many neighbors of the receiver relay a value of an edge's sender that the receiver never heard from it.

    Args:
        claims: The `relays` that arrived.
        words: (m, d) what arrived on each edge, in each round in which the value could have arrived. A sender of which
            a message is missing in one of them is not compared: the missing one may be what was relayed.
    """
    network = claims.network
    told = claims.payload
    witness = np.flatnonzero(claims.received & np.isfinite(told).all(axis=1))
    named = told[witness, 0]
    whole = (named == np.floor(named)) & (np.abs(named) < network.n)
    subject = edges_between(network, np.where(whole, named, -1).astype(np.int64), network.receivers[witness])
    known = (subject >= 0) & (subject != witness)
    witness, subject = witness[known], subject[known]
    relayed = told[witness, 1:]
    differs: Bools = np.ones(len(witness), dtype=bool)
    for word in reversed(words):  # The newest ones are the likeliest to be equal.
        if not differs.any():
            break
        direct = word[subject]
        differs &= (direct != relayed).any(axis=1) & ~np.isnan(direct).any(axis=1)
    return np.bincount(subject[differs], minlength=network.m).astype(np.int32)
