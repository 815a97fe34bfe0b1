"""Quarantine in steps: a suspect counts for less, then for nothing, is observed, and is readmitted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

import numpy as np

from swarmsec.arrays import Bools, Floats, Ints
from swarmsec.network import Network


class Stage(IntEnum):
    """How far the quarantine of a sender has gone."""

    HEALTHY = 0
    WEAKENED = 1
    ISOLATED = 2
    PROBED = 3


class Quarantined(NamedTuple):
    """The quarantine of every sender, one entry each; `Granuloma.rows` and `of_rows` keep it as an array.

    Attributes:
        stage: The `Stage`.
        strikes: Suspicious observations in a row.
        calm: Normal observations in a row.
        left: Rounds until a probe, while isolated.
        relapses: How often it was isolated.
    """

    stage: Floats
    strikes: Floats
    calm: Floats
    left: Floats
    relapses: Floats


@dataclass(frozen=True, kw_only=True)
class Granuloma:
    """The rules of a quarantine in steps, for any number of senders at once.

    A suspicious sender is WEAKENED: its weight is halved by every suspicious observation in a row. After `confirm` of
    them it is ISOLATED for `hold` rounds, then PROBED: observed, and not used. `release_after` normal observations in a
    row make it HEALTHY again; in a probe a suspicious one isolates it again. Each isolation lasts twice as long as the
    one before, up to `longest` rounds; `longest` normal observations in a row make the past forgotten.

    The steps are those of granuloma formation in self-healing swarms, where healthy robots contain a failing one, and
    repair it: Ismail & Timmis, ICECCS 2010; Timmis, Ismail, Bjerknes, Winfield, BioSystems 146, 2016.
    """

    confirm: int
    hold: int
    release_after: int
    longest: int

    columns = len(Quarantined._fields)
    """The columns of the array in which a state is kept; zeros are a healthy sender without a past."""

    def look(self, rows: Floats, suspicious: Bools, seen: Bools) -> Floats:
        """(m, columns) the states after a round.

        Args:
            rows: (m, columns) the states before.
            suspicious: (m,) whether each sender was suspicious in this round.
            seen: (m,) whether it was observed at all; if not, only its isolation goes on.
        """
        stage, strikes, calm, left, relapses = Quarantined(*rows.T)
        suspicious = suspicious & seen
        strikes = np.where(suspicious, strikes + 1, np.where(seen, 0.0, strikes))
        calm = np.where(suspicious, 0.0, calm + seen)
        left = np.maximum(left - (stage == Stage.ISOLATED), 0.0)
        weakened, probed = stage == Stage.WEAKENED, stage == Stage.PROBED
        weakened |= (stage == Stage.HEALTHY) & suspicious
        isolates = (weakened & (strikes >= self.confirm)) | (probed & suspicious)
        probes = (stage == Stage.ISOLATED) & (left == 0)
        released = (weakened | probed) & (calm >= self.release_after)
        stage = stage.copy()
        stage[weakened], stage[released], stage[probes] = Stage.WEAKENED, Stage.HEALTHY, Stage.PROBED
        stage[isolates] = Stage.ISOLATED  # The last one that applies counts.
        calm[probes] = 0.0
        left[isolates] = np.minimum(self.hold * 2.0 ** np.minimum(relapses[isolates], 60), self.longest)
        relapses = np.where(calm >= self.longest, 0.0, relapses + isolates)
        return np.stack([stage, strikes, calm, left, relapses]).T

    def weights(self, rows: Floats) -> Floats:
        """(m,) the weight of each sender: 1 healthy, 2^−strikes weakened, 0 isolated or probed."""
        stage, strikes = rows[:, 0], rows[:, 1]
        weights, weakened = np.where(stage >= Stage.ISOLATED, 0.0, 1.0), stage == Stage.WEAKENED
        weights[weakened] = 0.5 ** np.clip(strikes[weakened], 1, 6)
        return weights


def within_quorum(network: Network, dropped: Bools, heard: Bools, score: Floats, quorum: float) -> Bools:
    """(m,) the edges of `dropped` that each receiver may drop, so that it hears at least a share of its neighbors.

    Those with the highest scores are dropped. If some have equal scores and not all may be dropped, none of these is,
    so that no sender is treated by its number.

    Args:
        network: The network, with m edges.
        dropped: (m,) the edges that the receivers want to drop.
        heard: (m,) the edges on which something arrives.
        score: (m,) how suspicious each sender is.
        quorum: The share of the heard neighbors that must remain.
    """
    if not dropped.any():
        return dropped
    edges = np.flatnonzero(dropped)
    receivers = network.receivers[edges]
    most = np.floor((1.0 - quorum) * np.bincount(network.receivers[heard | dropped], minlength=network.n) + 1e-9)
    order = np.lexsort((-score[edges], receivers))
    edges, receivers = edges[order], receivers[order]
    first = np.searchsorted(receivers, receivers)
    place: Ints = np.arange(len(edges)) - first
    beyond = place >= most[receivers]
    cut = np.full(network.n, -np.inf)
    np.maximum.at(cut, receivers[beyond], score[edges[beyond]])
    allowed = np.zeros(network.m, dtype=bool)
    allowed[edges[~beyond & (score[edges] > cut[receivers])]] = True
    return allowed
