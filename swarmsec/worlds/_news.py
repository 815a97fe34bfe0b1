"""Announced news of the trading world: episodes in which the fundamental falls, and feeds know of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

AFTERMATH = 40
"""Rounds after an episode in which sales still count as its own: a swarm acts some rounds after its feeds."""


class Episode(NamedTuple):
    """The rounds of an episode, and those in which sales count as called for.

    Attributes:
        start: Its first round.
        stop: The round after its last one.
        close: The round after the last one in which a sale counts as its own.
    """

    start: int
    stop: int
    close: int


def drawn_episodes(
    news: int | Sequence[int | Sequence[int]], *, length: int, rounds: int, rng: np.random.Generator
) -> tuple[Episode, ...]:
    """The episodes of a run.

    Args:
        news: How many, one in each equal part of the run, as far as they fit; or for each episode its first round, or
            the first and last round between which it is drawn.
        length: Rounds of an episode.
        rounds: The length of the run; what begins after it is left out.
        rng: The random stream.
    """
    fits = length + AFTERMATH
    if isinstance(news, int):
        count = min(news, rounds // fits)
        part = rounds // max(count, 1)
        bounds = [(number * part, (number + 1) * part - fits) for number in range(count)]
    else:
        bounds = [(one, one) if isinstance(one, int) else (one[0], one[1]) for one in news]
    starts = [int(rng.integers(first, last + 1)) for first, last in bounds]
    starts = sorted(start for start in starts if start < rounds)
    found = []
    for start, following in zip(starts, [*starts[1:], rounds][: len(starts)], strict=True):
        found.append(Episode(start, min(start + length, following), min(start + fits, following)))
    return tuple(found)
