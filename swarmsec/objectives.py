"""Objective functions of d numbers, for protocols, worlds and plug-ins; the only global minimum is 0 at the origin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from swarmsec.parameters import Help

if TYPE_CHECKING:
    from swarmsec.arrays import Floats

Objective = Annotated[
    Literal["sphere", "rastrigin"],
    Help("sphere is one smooth bowl; rastrigin has a local minimum near every grid point."),
]

WORST = 1e300
"""The upper bound of every loss, so that a loss is always finite."""


def loss(objective: str, points: Floats) -> Floats:
    """The loss of some points: (k, d) → (k,), from 0 at the origin to `WORST`.

    sphere: Σ x². rastrigin: Σ (x² + 10 − 10 cos 2πx) (Rastrigin 1974).

    Examples:
        >>> import numpy as np
        >>> loss("sphere", np.array([[3.0, 4.0]])).tolist()
        [25.0]
    """
    import numpy as np

    with np.errstate(all="ignore"):  # A square that overflows becomes WORST.
        each = points * points
        if objective == "rastrigin":
            each = each + (10.0 - 10.0 * np.cos(2.0 * np.pi * points))
        # Component by component, so that the order of summation does not depend on the number of points.
        total = np.zeros(len(points))
        for column in each.T:
            total = total + column
    return np.minimum(np.where(np.isnan(total), WORST, total), WORST)
