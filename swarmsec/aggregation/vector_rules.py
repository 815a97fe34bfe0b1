"""The listening rules that combine whole vectors, and ODDI-C, which needs no f.

They combine a daemon's own value, with weight 1, and the admitted messages that are finite in all components; others
count as Byzantine and are dropped. Every neighbor has one value, regardless of its number of copies. A daemon whose own
value is not finite keeps it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from swarmsec.aggregation.kernels import reference_vectors as reference
from swarmsec.aggregation.neighborhood_statistics import MAD_TO_DEVIATION
from swarmsec.aggregation.rules import by_component
from swarmsec.arrays import Floats
from swarmsec.messages import Inbox, Messages


@dataclass(frozen=True)
class KrumRule:
    """Select the value, of a neighborhood and the own one, with the least squared distance to its n − f − 2 nearest.

    Blanchard et al. 2017. Weights other than 0 count as 1; on equal scores the own value wins. A non-finite message
    counts as one of the f. With fewer than 2f + 3 values a daemon keeps its own.
    """

    f: int

    def over_neighborhoods(self, own: Floats, messages: Messages) -> Floats:
        """Compiled, with direct differences."""
        from swarmsec.aggregation.kernels import vectors as kernels

        return kernels.krum(own, messages, self.f)

    def over_one(self, own: Floats, inbox: Inbox) -> Floats:
        """The same for one daemon."""
        found = reference.gathered(own, inbox.values, inbox.weights)
        return np.array(reference.krum_one(found, self.f) if found.points else own)


@dataclass(frozen=True)
class GeometricMedianRule:
    """The point with the smallest weighted sum of distances to a neighborhood's values and the own value.

    Weiszfeld's steps with Vardi & Zhang's at a point (2000), from the weighted median of every component, until the
    unit vectors towards the values sum to less than `tolerance` of the weights, or 300 steps. Of one component it is
    the weighted median.
    """

    tolerance: float = 1e-9

    def over_neighborhoods(self, own: Floats, messages: Messages) -> Floats:
        """Compiled."""
        from swarmsec.aggregation.kernels import vectors as kernels

        return kernels.geometric_median(own, messages, self.tolerance)

    def over_one(self, own: Floats, inbox: Inbox) -> Floats:
        """The same for one daemon."""
        found = reference.gathered(own, inbox.values, inbox.weights)
        return np.array(reference.geometric_median_one(found, self.tolerance) if found.points else own)


@dataclass(frozen=True)
class CenteredClippingRule:
    """Move from the own value by the mean of the differences to the neighbors' values, each clipped to length τ.

    Self-centered clipping (He, Karimireddy, Jaggi 2022): x ← x + Σ w clip(v − x, τ) / (1 + Σ w). One liar moves a
    daemon by at most τ/(1 + Σ w) a step. Without `tau`, τ is the median distance, including the own 0.
    """

    tau: float | None = None
    iterations: int = 1

    def over_neighborhoods(self, own: Floats, messages: Messages) -> Floats:
        """Compiled."""
        from swarmsec.aggregation.kernels import vectors as kernels

        return kernels.centered_clipping(own, messages, self._cut, self.iterations)

    def over_one(self, own: Floats, inbox: Inbox) -> Floats:
        """The same for one daemon."""
        found = reference.gathered(own, inbox.values, inbox.weights)
        return np.array(reference.centered_clipping_one(found, self._cut, self.iterations) if found.points else own)

    @property
    def _cut(self) -> float:
        return -1.0 if self.tau is None else self.tau


@dataclass(frozen=True)
class InvertedToleranceRule:
    """Opinion dynamics with inverted tolerance: ODDI-C, which needs no f (Bouis, Clark, Macdonald 2024).

    A daemon measures how far it lies from its neighbors' median, in robust deviations z (MAD/0.6745), and moves by
    `rate` towards the mean of the neighbors whose own z is no larger, and no larger than `cap`: the more of an outlier
    it is, the more it tolerates. A daemon with fewer than three values keeps its own. This is the filter of the
    authors' published code, with three differences: the comparison does not divide by the MAD, so that with a MAD of 0
    an outlier moves to the median; the mean is weighted; components are combined one by one. Its safety is not proven:
    a liar just outside the honest values may be within the tolerance.
    """

    rate: float = 0.5
    cap: float = 3.0

    def over_neighborhoods(self, own: Floats, messages: Messages) -> Floats:
        """Apply the compiled rule component by component."""
        from swarmsec.aggregation.kernels import vectors as kernels

        def rule(rows: Any, column: Floats, **payload: Any) -> Floats:
            return kernels.inverted_tolerance(rows, column, self.rate, self._reach, **payload)

        return by_component(rule, own, messages, messages.weights)

    def over_one(self, own: Floats, inbox: Inbox) -> Floats:
        """The same for one daemon."""
        return np.array(
            [
                reference.inverted_tolerance_one(x, v, inbox.weights, self.rate, self._reach)
                for x, v in zip(own, inbox.values.T, strict=True)
            ]
        )

    @property
    def _reach(self) -> float:
        return self.cap * MAD_TO_DEVIATION
