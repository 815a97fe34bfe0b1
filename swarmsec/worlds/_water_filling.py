"""How a total is divided among many, none of whom may get more than its cap: by water level."""

from __future__ import annotations

from typing import TYPE_CHECKING

from swarmsec.errors import ParameterError

if TYPE_CHECKING:
    from swarmsec.arrays import Floats


def fill_to_level(
    total: float, widths: Floats, *, floors: Floats | float = 0.0, caps: Floats | float = float("inf")
) -> Floats:
    """Pour `total` into vessels that stand in one water: x_i = clip(w_i (level − h_i), 0, cap_i), and Σ x_i = total.

    What a full vessel cannot take rises in all others, so no cap is ever broken. To cap shares first and to scale
    them back to the total afterwards breaks it: of 100 wanted as (80, 10, 10), nobody above 60, that gives
    (75, 12.5, 12.5). The level is found exactly, among the sorted heights at which a vessel begins or ends to fill.

    Args:
        total: What is poured, at least 0.
        widths: (n,) w, how much each vessel takes for a unit of level; at least 0, and one above it.
        floors: (n,) h, the level from which each begins to fill.
        caps: (n,) what each can hold at most.

    Returns:
        (n,) what each gets.

    Raises:
        ParameterError: The vessels together cannot hold the total.

    Examples:
        >>> import numpy as np
        >>> fill_to_level(100.0, np.array([80.0, 10.0, 10.0]), caps=60.0).tolist()
        [60.0, 20.0, 20.0]
    """
    import numpy as np

    flows = widths > 0
    width, cap = widths[flows], np.broadcast_to(caps, widths.shape)[flows]
    floor = np.broadcast_to(floors, widths.shape)[flows].astype(np.float64)
    if total > cap.sum():
        raise ParameterError(f"{total:g} is more than all can hold under their caps, {cap.sum():g}", where="total")
    full = floor + cap / width
    heights = np.concatenate([floor, full[np.isfinite(full)]])
    order = np.argsort(heights, kind="stable")
    heights = heights[order]
    rates = np.cumsum(np.concatenate([width, -width[np.isfinite(full)]])[order])
    poured = np.concatenate([[0.0], np.cumsum(rates[:-1] * np.diff(heights))])
    below = max(int(np.searchsorted(poured, total, side="left")) - 1, 0)
    # After the last vessel is full the rate is 0 but for rounding, and nothing is left to pour.
    missing, rate = total - poured[below], rates[below]
    level = heights[below] + (missing / rate if missing > 0 and rate > 0 else 0.0)
    filled = np.zeros(widths.shape)
    filled[flows] = np.clip(width * (level - floor), 0.0, cap)
    return filled
