"""The promise of aggregation rules as a number: how far honest proposals leave the range of the honest first ones."""

from __future__ import annotations

import numpy as np

from swarmsec.arrays import Bools, Floats


class RangeCheck:
    """Measures the validity condition of resilient consensus during a run, component by component.

    The condition is definition 3 of LeBlanc, Zhang, Koutsoukos and Sundaram (IEEE JSAC 2013). Daemons that are
    hijacked after the first round belong to the range and are no longer measured from then on.

    Attributes:
        violation: The largest distance so far, in the unit of the proposals; 0 inside the range.
        size: The largest absolute honest value in the first round, which scales rounding errors.
    """

    def __init__(self) -> None:
        self.violation = 0.0
        self.size = 0.0
        self._range: tuple[Floats, Floats] | None = None

    def observe(self, proposals: Floats, compromised: Bools) -> None:
        """Measure one round.

        Args:
            proposals: (n, d) the proposals; the first call sets the range.
            compromised: (n,) the daemons that were hijacked so far.
        """
        honest = proposals if not compromised.any() else proposals[~compromised]
        if not len(honest):
            return
        low, high = honest.min(axis=0), honest.max(axis=0)
        if self._range is None:
            self._range = low, high
            self.size = float(np.abs([low, high]).max(initial=0.0))
        beyond = np.maximum(self._range[0] - low, high - self._range[1]).max(initial=0.0)
        # A comparison with NaN is False: a non-finite proposal counts as an infinite distance.
        self.violation = max(self.violation, float(beyond)) if beyond >= 0.0 else np.inf
