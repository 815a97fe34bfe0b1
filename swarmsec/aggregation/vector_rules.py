"""The rules that daemons listen with which weigh a neighbor's value as a whole, and the one that needs no f.

What they combine are a daemon's own value, which weighs 1, and each message that it admits and that is finite
throughout; any other message counts as Byzantine and is dropped. A neighbor has one value however often it sends it. A
daemon whose own value is not finite keeps it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from swarmsec.aggregation.kernels import reference_vectors as ordered
from swarmsec.aggregation.neighborhood_statistics import MAD_TO_DEVIATION
from swarmsec.aggregation.rules import by_component
from swarmsec.arrays import Floats
from swarmsec.messages import Inbox, Messages


@dataclass(frozen=True)
class Krum:
    """The value, of a neighborhood's and one's own, with the smallest squared distances to its n − f − 2 nearest.

    Blanchard et al. 2017. Weights other than 0 count as 1; of equally good values one's own is taken. A message that is
    not finite is one of the f. Of fewer than 2f + 3 values, a daemon keeps its own.
    """

    f: int

    def over_neighborhoods(self, own: Floats, messages: Messages) -> Floats:
        """Compiled, with direct differences."""
        from swarmsec.aggregation.kernels import vectors as kernels

        return kernels.krum(own, messages, self.f)

    def over_one(self, own: Floats, heard: Inbox) -> Floats:
        """The same for one daemon."""
        found = ordered.gathered(own, heard.values, heard.weights)
        return np.array(ordered.krum_one(found, self.f) if found.points else own)


@dataclass(frozen=True)
class GeometricMedian:
    """The point with the smallest weighted sum of distances to a neighborhood's values and one's own.

    Weiszfeld's steps with Vardi & Zhang's at a point (2000), from the weighted median of every component, until the
    unit vectors towards the values sum to less than `tolerance` of the weights, or 300 steps. Of one component it is
    the weighted median.
    """

    tolerance: float = 1e-9

    def over_neighborhoods(self, own: Floats, messages: Messages) -> Floats:
        """Compiled."""
        from swarmsec.aggregation.kernels import vectors as kernels

        return kernels.geometric_median(own, messages, self.tolerance)

    def over_one(self, own: Floats, heard: Inbox) -> Floats:
        """The same for one daemon."""
        found = ordered.gathered(own, heard.values, heard.weights)
        return np.array(ordered.geometric_median_one(found, self.tolerance) if found.points else own)


@dataclass(frozen=True)
class CenteredClipping:
    """Move from one's own value by the mean of the differences to the neighbors', each cut to a length of τ.

    Self-centered clipping (He, Karimireddy, Jaggi 2022): x ← x + Σ w clip(v − x, τ) / (1 + Σ w). One liar moves a
    daemon by at most τ/(1 + Σ w) a step. Without `tau`, the median distance, one's own 0 among them.
    """

    tau: float | None = None
    iterations: int = 1

    def over_neighborhoods(self, own: Floats, messages: Messages) -> Floats:
        """Compiled."""
        from swarmsec.aggregation.kernels import vectors as kernels

        return kernels.centered_clipping(own, messages, self._cut, self.iterations)

    def over_one(self, own: Floats, heard: Inbox) -> Floats:
        """The same for one daemon."""
        found = ordered.gathered(own, heard.values, heard.weights)
        return np.array(ordered.centered_clipping_one(found, self._cut, self.iterations) if found.points else own)

    @property
    def _cut(self) -> float:
        return -1.0 if self.tau is None else self.tau


@dataclass(frozen=True)
class InvertedTolerance:
    """Opinion dynamics with inverted tolerance: ODDI-C, which needs no f (Bouis, Clark, Macdonald 2024).

    A daemon measures how far it lies from its neighbors' median, in robust deviations z (MAD/0.6745), and moves by
    `rate` towards the mean of the neighbors whose own z is no larger, and no larger than `cap`: the more of an outlier
    it is, the more it tolerates. Who hears fewer than three stays. This is the filter of the authors' published code.
    Ours are: the comparison without dividing by the MAD, so that with a MAD of 0 an outlier moves to the median instead
    of staying; weights in the mean; and several components one by one. It has no proof of safety: a liar just beyond
    the honest values may be within one's tolerance.
    """

    rate: float = 0.5
    cap: float = 3.0

    def over_neighborhoods(self, own: Floats, messages: Messages) -> Floats:
        """Component by component."""
        from swarmsec.aggregation.kernels import vectors as kernels

        def rule(rows: Any, column: Floats, **payload: Any) -> Floats:
            return kernels.inverted_tolerance(rows, column, self.rate, self._reach, **payload)

        return by_component(rule, own, messages, messages.weights)

    def over_one(self, own: Floats, heard: Inbox) -> Floats:
        """The same for one daemon."""
        return np.array(
            [
                ordered.inverted_tolerance_one(x, v, heard.weights, self.rate, self._reach)
                for x, v in zip(own, heard.values.T, strict=True)
            ]
        )

    @property
    def _reach(self) -> float:
        return self.cap * MAD_TO_DEVIATION
