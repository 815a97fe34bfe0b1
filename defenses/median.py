"""Take the median of a neighborhood's values and one's own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from swarmsec.aggregation import Median as MedianRule
from swarmsec.aggregation import Rule
from swarmsec.teams import Attacked, Defense, Guarantee, Surface, Vantage, attacked_in


@dataclass(kw_only=True)
class Median(Defense):
    """Every daemon moves to the median of its neighbors' values and its own, component by component (Yin et al. 2018).

    It needs no f: while fewer than half of a neighborhood lies, the result stays between the smallest and the largest
    honest value there. It pays for that in peace. A median ignores how far values lie apart, so groups that hold to
    each other never come together where averaging would agree, and the swarm's average is not kept. Blind where the
    lie is in the signals.
    """

    vantage = Vantage.LOCAL
    sees = Surface.DAEMON | Surface.MESSAGE

    @property
    def rule(self) -> Rule:
        """The rule that daemons listen with."""
        return MedianRule()

    def guarantee(self, case: Attacked) -> Guarantee:
        """Holds where every honest daemon and its neighbors are honest in their majority."""
        if not case.surface.compromises or case.surface & (Surface.SIGNAL | Surface.NETWORK | Surface.TIMING):
            return Guarantee(False, "a median promises nothing about lies in the signals or links that are cut")
        lying = 2 * attacked_in(case.network, case.targets) >= case.network.degrees + 1
        lying[case.targets] = False
        count = int(np.count_nonzero(lying))
        if count:
            return Guarantee(False, f"{count:,} of {case.network.n:,} neighborhoods are not honest in their majority")
        return Guarantee(True, "every neighborhood is honest in its majority: nobody leaves the honest hull")
