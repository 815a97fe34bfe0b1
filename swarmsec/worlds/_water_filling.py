"""Division of a total among receivers with caps, by water filling."""

from __future__ import annotations

from typing import TYPE_CHECKING

from swarmsec.errors import ParameterError

if TYPE_CHECKING:
    from swarmsec.arrays import Floats


def fill_to_level(
    total: float, widths: Floats, *, floors: Floats | float = 0.0, caps: Floats | float = float("inf")
) -> Floats:
    """Fill vessels to one water level: x_i = clip(w_i (level − h_i), 0, cap_i), with Σ x_i = total.

    The excess of a full vessel rises in all others, so no cap is exceeded. Clipping shares to the caps and scaling them
    to the total exceeds caps: 100 divided as (80, 10, 10) with a cap of 60 gives (75, 12.5, 12.5). The level is found
    exactly, among the sorted heights at which vessels begin or cease to fill.

    Args:
        total: The amount, at least 0.
        widths: (n,) w, the amount per unit of level; at least 0, with one positive.
        floors: (n,) h, the level at which each begins to fill.
        caps: (n,) the capacity of each.

    Returns:
        (n,) the amount in each.

    Raises:
        ParameterError: The total exceeds the sum of the caps.

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
        raise ParameterError(f"{total:g} given; must be at most the sum of the caps, {cap.sum():g}", where="total")
    full = floor + cap / width
    heights = np.concatenate([floor, full[np.isfinite(full)]])
    order = np.argsort(heights, kind="stable")
    heights = heights[order]
    rates = np.cumsum(np.concatenate([width, -width[np.isfinite(full)]])[order])
    poured = np.concatenate([[0.0], np.cumsum(rates[:-1] * np.diff(heights))])
    below = max(int(np.searchsorted(poured, total, side="left")) - 1, 0)
    # After the last vessel is full the rate is 0, except for rounding errors, and nothing is left.
    missing, rate = total - poured[below], rates[below]
    level = heights[below] + (missing / rate if missing > 0 and rate > 0 else 0.0)
    filled = np.zeros(widths.shape)
    filled[flows] = np.clip(width * (level - floor), 0.0, cap)
    return filled
