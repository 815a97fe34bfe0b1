"""EigenTrust: trust in a daemon is what trusted daemons say of it."""

from __future__ import annotations

import numpy as np

from swarmsec.arrays import Floats
from swarmsec.immunity.testimony import testimony
from swarmsec.messages import Messages
from swarmsec.network import Network


def local_trust(network: Network, good: Floats, bad: Floats) -> Floats:
    """(m,) c_ij = max(sat_ij − unsat_ij, 0) / Σ_j max(sat_ij − unsat_ij, 0): a receiver's trust in its neighbors.

    Equal shares for a receiver that trusts none of them. Section 4.1, equation (1), of the paper.
    """
    score = np.maximum(good - bad, 0.0)
    total = np.bincount(network.receivers, score, minlength=network.n)
    equal = 1.0 / np.maximum(network.degrees, 1)
    trusts = total[network.receivers] > 0
    return np.where(trusts, score / np.where(trusts, total[network.receivers], 1.0), equal[network.receivers])


def trust_step(trust: Floats, own: Floats, claims: Messages, prior: float) -> Floats:
    """One step of the power iteration over every neighborhood: t ← (1 − a) Cᵀ t + a p (algorithm 2 of the paper).

    The receiver's own trust takes the place of the pre-trusted peers p. Of each witness, claims below 0 are dropped,
    and the others are divided by their sum over the daemons that the receiver hears; so a witness moves at most the
    share of trust that it has itself, whatever it claims. The share of one that claims nothing follows p.

    Args:
        trust: (m,) what each receiver trusts its neighbors before; the shares of a receiver add up to 1.
        own: (m,) its own experience, p; the same.
        claims: The local trust that daemons told, one column a daemon.
        prior: a, the weight of p.

    Returns:
        (m,) the trust after the step; the shares of a receiver add up to 1.
    """
    network = claims.network
    said = testimony(claims)
    share = np.where(said.value > 0, said.value, 0.0)
    largest = np.zeros(network.m)
    np.maximum.at(largest, said.witness, share)  # Divided by it first, no sum overflows.
    share = share / np.where(largest > 0, largest, 1.0)[said.witness]
    total = np.bincount(said.witness, share, minlength=network.m)
    speaks = total > 0
    passed = trust[said.witness] * share / np.where(speaks, total, 1.0)[said.witness]
    flow = np.bincount(said.subject, passed, minlength=network.m)
    silent = np.bincount(network.receivers, np.where(speaks, 0.0, trust), minlength=network.n)[network.receivers]
    return np.asarray((1.0 - prior) * (flow + silent * own) + prior * own)
