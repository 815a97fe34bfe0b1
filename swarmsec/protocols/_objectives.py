"""What a learning swarm minimizes: functions of d numbers that are 0 at their only lowest point."""

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
"""No point is worse than this, so that a fitness is always a number."""


def loss(objective: str, points: Floats) -> Floats:
    """How bad some points are: (k, d) → (k,), from 0 at the origin to `WORST`.

    sphere: Σ x². rastrigin: Σ (x² + 10 − 10 cos 2πx) (Rastrigin 1974).

    Examples:
        >>> import numpy as np
        >>> loss("sphere", np.array([[3.0, 4.0]])).tolist()
        [25.0]
    """
    import numpy as np

    with np.errstate(all="ignore"):  # What is too large to be squared is as bad as it gets.
        each = points * points
        if objective == "rastrigin":
            each = each + (10.0 - 10.0 * np.cos(2.0 * np.pi * points))
        # Component by component, so that one point sums as many do.
        total = np.zeros(len(points))
        for column in each.T:
            total = total + column
    return np.minimum(np.where(np.isnan(total), WORST, total), WORST)
