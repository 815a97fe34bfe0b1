"""The rounds of a seed between two changes of what red changed or blue accused, with the daemons of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, pairwise
from typing import NamedTuple

import numpy as np

from swarmsec.arrays import Bools, Ints
from swarmsec.swarm.trace import Toggles


class Logs(NamedTuple):
    """The complete records of a seed.

    Attributes:
        changed: The daemons that red changed in the defended arm.
        alarms: Those with an alarm in it.
        peace: Those with an alarm in the guarded arm.
        rounds: The number of rounds.
    """

    changed: Toggles
    alarms: Toggles
    peace: Toggles
    rounds: int

    @property
    def daemons(self) -> Ints:
        """(k,) the daemons in any of the records, ascending."""
        return np.unique(np.concatenate([np.empty(0, np.int32), *(who for _, who in chain(*self[:3]))]))


class Turn(NamedTuple):
    """Rounds without a change. The masks are about `Logs.daemons`, and valid until the next turn.

    Attributes:
        start: The first of these rounds.
        width: Their number.
        changed: (k,) the daemons that red changed.
        alarmed: (k,) those with an alarm.
        peace: (k,) those with an alarm in the guarded arm.
        raised: (k,) those whose alarm was raised in the first of these rounds.
    """

    start: int
    width: int
    changed: Bools
    alarmed: Bools
    peace: Bools
    raised: Bools


def turns(logs: Logs, *, also: Sequence[int] = ()) -> Iterator[Turn]:
    """The turns of a seed, in order; those before the first record are left out.

    Args:
        logs: The records of the seed.
        also: Rounds in which a turn begins as well.
    """
    who = logs.daemons
    masks = [np.zeros(len(who), dtype=bool) for _ in logs[:3]]
    by_round = [dict(log) for log in logs[:3]]
    starts = sorted({*also, *chain(*by_round)})
    for start, stop in pairwise([*starts, logs.rounds]):
        before = masks[1].copy()
        for mask, log in zip(masks, by_round, strict=True):
            if start in log:
                mask[np.searchsorted(who, log[start])] ^= True
        changed, alarmed, peace = masks
        yield Turn(start, stop - start, changed, alarmed, peace, alarmed & ~before)
