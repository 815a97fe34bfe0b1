"""Error bounds of the rules over (n, d) matrices."""

from __future__ import annotations

import math
from typing import Literal

from swarmsec.aggregation.matrix.validation import require, whole

MeasuredRule = Literal["trimmed_mean", "median", "geometric_median", "krum"]


def krum_eta(n: int, f: int) -> float:
    """Krum's η: it resists f of n liars if √d σ η is less than the length of the true gradient.

    Blanchard et al. 2017, proposition 1:
    √(2 (n − f + (f(n − f − 2) + f²(n − f − 1)) / (n − 2f − 2))), where σ is the standard deviation of a component.

    Raises:
        ParameterError: n < 2f + 3.

    Examples:
        >>> krum_eta(10, 2)
        6.0
    """
    n, f = whole(n, "n", least=1), whole(f, "f", least=0)
    require(n, f, times=2, plus=3, rule="KrumRule")
    return math.sqrt(2 * (n - f + (f * (n - f - 2) + f * f * (n - f - 1)) / (n - 2 * f - 2)))


def robustness_coefficient(rule: MeasuredRule, n: int, f: int, *, mixed: bool = False) -> float:
    """The κ of a rule's (f, κ)-robustness (Allouah et al. 2023, table 1; no rule can have less than f/(n − 2f)).

    ‖F(x) − x̄_S‖² ≤ κ/|S| · Σ_S ‖x_i − x̄_S‖² for every set S of n − f rows with the mean x̄_S, for all other
    rows.

    Args:
        rule: The name of the rule.
        n: The number of rows.
        f: The number of Byzantine rows; n ≥ 2f + 1.
        mixed: Whether nearest-neighbor mixing comes first, which makes it 8f/(n − f) · (κ + 1).

    Raises:
        ParameterError: n < 2f + 1.

    Examples:
        >>> robustness_coefficient("trimmed_mean", 10, 2)
        2.6666666666666665
    """
    n, f = whole(n, "n", least=1), whole(f, "f", least=0)
    require(n, f, times=2, plus=1, rule=rule)
    least = f / (n - 2 * f)
    kappa = {
        "trimmed_mean": 6 * least * (1 + least),
        "median": 4 * (1 + least) ** 2,
        "geometric_median": 4 * (1 + least) ** 2,
        "krum": 6 * (1 + least),
    }[rule]
    return 8 * f / (n - f) * (kappa + 1) if mixed else kappa
