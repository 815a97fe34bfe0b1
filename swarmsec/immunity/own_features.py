"""Features of a daemon's own reading, decision and outcome, which it knows without any vantage beyond its own."""

from __future__ import annotations

import numpy as np

from swarmsec.aggregation import Spread
from swarmsec.arrays import Floats, frozen
from swarmsec.immunity.features import EWMA_WEIGHT, LARGEST_PAYLOAD, largest

OWN_FEATURES = ("distance", "deviation", "deviation_ewma", "step")


class OwnFeatures:
    """Updates the features of each daemon's own value, against a reference with a spread.

    distance        the value minus the reference
    deviation       the distance in units of the spread
    deviation_ewma  moving average of the deviation, for small lasting lies
    step            its change since the last observation, in units of the spread

    The value may be a reading or a decision, against what neighbors told of theirs by `blue.neighborhoods`. For
    outcomes there is `OutcomeFeatures`. Of several components the one with the largest deviation counts. A value or
    reference that is NaN has no distance.
    """

    def __init__(self, n: int) -> None:
        self._last: Floats | None = None
        self._ewma: Floats = np.zeros(n)

    def observe(self, values: Floats, around: Spread) -> Floats:
        """(n, d) values → (n, 4), one column for each of `OWN_FEATURES`; finite.

        Args:
            values: (n, d) each daemon's own value.
            around: The reference of each, and its spread, which may be 0.
        """
        values = np.clip(values, -LARGEST_PAYLOAD, LARGEST_PAYLOAD)
        floor = np.sqrt(np.finfo(np.float64).eps) * (1.0 + np.abs(around.median))
        spread = np.maximum(around.mad, floor)
        distance = np.nan_to_num(values - around.median)
        moved = np.zeros_like(distance) if self._last is None else np.nan_to_num((values - self._last) / spread)
        deviation = largest(np.nan_to_num(distance / spread))
        self._ewma = (1 - EWMA_WEIGHT) * self._ewma + EWMA_WEIGHT * deviation
        self._last = values
        return frozen(np.stack([largest(distance), deviation, self._ewma, largest(moved)], axis=1))


class UsualSelf:
    """Each daemon's own moving mean and deviation: the reference for figures that neighbors do not tell.

    Such a figure is one that the world shows each daemon about itself (`blue.observed.own`): its fills, its queue, its
    holding. The reference is that of the observations before, so that a jump is not part of it.
    """

    def __init__(self, n: int) -> None:
        self._mean: Floats = np.full(n, np.nan)
        self._variance: Floats = np.zeros(n)

    def observe(self, figures: Floats) -> Spread:
        """(n,) figures → what was usual before, (n, 1) each; a daemon's first figure is its own reference."""
        figures = np.clip(figures, -LARGEST_PAYLOAD, LARGEST_PAYLOAD)
        before = np.where(np.isnan(self._mean), figures, self._mean)
        apart = np.nan_to_num(figures - before)
        reference = Spread(before[:, None], np.sqrt(self._variance)[:, None])
        self._mean = before + EWMA_WEIGHT * apart
        self._variance = (1 - EWMA_WEIGHT) * (self._variance + EWMA_WEIGHT * apart**2)
        return reference


class OutcomeFeatures:
    """Updates the features of each daemon's outcomes, against what is usual for itself: claim against outcome.

    With claims, such as what a decision was to achieve, the figure is the outcome minus the claim, whose usual size is
    the daemon's own; so claims need not be exact to be honest. They are a finding when they fit worse than usual.
    """

    def __init__(self, n: int) -> None:
        self._usual, self._features = UsualSelf(n), OwnFeatures(n)

    def observe(self, outcomes: Floats, claims: Floats | None = None) -> Floats:
        """(n,) outcomes, and (n,) claims of the same unit → (n, 4), one column for each of `OWN_FEATURES`."""
        figures = outcomes if claims is None else outcomes - claims
        return self._features.observe(figures[:, None], self._usual.observe(figures))
